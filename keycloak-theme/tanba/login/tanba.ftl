<#--
  Texts that come from a realm's localization (see docs/agreements.md): a key nobody set is
  answered by Keycloak with the key itself, and must never be shown or accepted as a text.
-->
<#function localized key fallback="">
  <#local value = msg(key)?trim>
  <#return (value == key)?then(fallback, value)>
</#function>

<#function portalName>
  <#return localized("tanbaPortalName", (realm.displayName)!realm.name)>
</#function>

<#-- The agreement as this page's language shows it: empty when there is none to show. -->
<#function agreementText>
  <#return localized("tanbaAgreementText")>
</#function>

<#-- The language the text is written in: English readers get the Kazakh text. -->
<#function agreementLanguage>
  <#return (lang == "ru")?then("ru", "kk")>
</#function>

<#--
  The newest version among `options` (each "<version>:<language>:<hash>") in `language`;
  empty when there is none: then nothing can be accepted.
-->
<#function newestOption options language>
  <#local best = "">
  <#local bestVersion = 0>
  <#list options as option>
    <#local parts = option?split(":")>
    <#if parts?size == 3 && parts[1] == language && (parts[0]?number > bestVersion)>
      <#local best = option>
      <#local bestVersion = parts[0]?number>
    </#if>
  </#list>
  <#return best>
</#function>

<#-- `id` makes the block's name for aria-labelledby. -->
<#macro agreementBlock id>
  <#if lang == "en" && localized("tanbaAgreementSummary")?has_content>
    <section class="tanba-summary" aria-labelledby="${id}-summary-title">
      <h3 id="${id}-summary-title">${msg("tanbaSummaryTitle")}</h3>
      <div class="tanba-prose" tabindex="0" role="region" aria-labelledby="${id}-summary-title">${localized("tanbaAgreementSummary")}</div>
    </section>
  </#if>
  <#if lang == "en"><h3>${msg("tanbaPrevailingText")}</h3></#if>
  <div class="tanba-agreement-text" id="${id}-text" tabindex="0" role="region"
       aria-label="${localized("tanbaAgreementTitle", msg("tanbaAgreement"))}"
       lang="${agreementLanguage()}">${agreementText()}</div>
</#macro>

<#macro backToPortal>
  <#if (client.baseUrl)?has_content>
    <a id="backToApplication" class="tanba-back" href="${client.baseUrl}">${msg("tanbaBackToPortal")}</a>
  </#if>
</#macro>
