<#--
  One letter: portal's name, sentences, one button, the address once more as text, why it came.
  No picture and no foreign address: a letter must not report that it was opened.
-->
<#import "/tanba.ftl" as tanba>
<#macro emailLayout>
<!DOCTYPE html>
<html lang="${locale.language}" dir="${(ltr)?then('ltr','rtl')}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:0;background:#f3f5f7;color:#1b2430;font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;font-size:16px;line-height:1.5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f5f7"><tr><td align="center" style="padding:24px 12px">
  <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border:1px solid #c9d1d9;border-radius:12px">
    <tr><td style="padding:16px 24px;background:${properties.tanbaBrand};border-bottom:4px solid ${properties.tanbaAccent};border-radius:12px 12px 0 0;color:#ffffff;font-weight:600">${tanba.portalName()}</td></tr>
    <tr><td style="padding:24px;color:#1b2430"><#nested></td></tr>
    <tr><td style="padding:16px 24px;border-top:1px solid #c9d1d9;color:#4a5765;font-size:14px">
      ${msg("tanbaMailAutomatic")}
      <#if tanba.localized("tanbaSupportUrl")?has_content><br>${msg("tanbaMailSupport")} <a href="${tanba.localized("tanbaSupportUrl")}" style="color:${properties.tanbaBrand}">${tanba.localized("tanbaSupportUrl")?remove_beginning("mailto:")}</a></#if>
    </td></tr>
  </table>
</td></tr></table>
</body>
</html>
</#macro>

<#macro action link label>
<p style="margin:24px 0"><a href="${link}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:${properties.tanbaBrand};color:#ffffff;font-weight:600;text-decoration:none">${label}</a></p>
<p style="margin:0 0 16px;font-size:14px;color:#4a5765">${msg("tanbaMailCopyLink")}<br><a href="${link}" style="color:${properties.tanbaBrand};word-break:break-all">${link}</a></p>
</#macro>
