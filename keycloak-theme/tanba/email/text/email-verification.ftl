<#ftl output_format="plainText">
<#import "/tanba.ftl" as tanba>
${msg("tanbaActivationText", tanba.portalName())}

${msg("tanbaActivationButton")}:
${link}

${msg("tanbaMailExpires", linkExpirationFormatter(linkExpiration))}
${msg("tanbaActivationIgnore")}

--
${tanba.portalName()}
${msg("tanbaMailAutomatic")}
<#if tanba.localized("tanbaSupportUrl")?has_content>${msg("tanbaMailSupport")} ${tanba.localized("tanbaSupportUrl")?remove_beginning("mailto:")}</#if>
