<#import "template.ftl" as layout>
<#import "/tanba.ftl" as tanba>
<@layout.emailLayout>
<p style="margin:0 0 16px">${msg("tanbaActivationText", tanba.portalName())}</p>
<@layout.action link=link label=msg("tanbaActivationButton")/>
<p style="margin:0 0 16px">${msg("tanbaMailExpires", linkExpirationFormatter(linkExpiration))}</p>
<p style="margin:0">${msg("tanbaActivationIgnore")}</p>
</@layout.emailLayout>
