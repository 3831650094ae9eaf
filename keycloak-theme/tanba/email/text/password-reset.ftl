<#ftl output_format="plainText">
<#import "/tanba.ftl" as tanba>
${msg("tanbaResetText", tanba.portalName())}

${msg("tanbaResetButton")}:
${link}

${msg("tanbaMailExpires", linkExpirationFormatter(linkExpiration))}
${msg("tanbaResetIgnore")}

--
${tanba.portalName()}
${msg("tanbaMailAutomatic")}
<#if tanba.localized("tanbaSupportUrl")?has_content>${msg("tanbaMailSupport")} ${tanba.localized("tanbaSupportUrl")?remove_beginning("mailto:")}</#if>
