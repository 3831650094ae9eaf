<#-- On every page, errors included: instructions, support, agreement (e-architecture 2.4, grain receipts 3.2). -->
<#import "tanba.ftl" as tanba>
<#macro content>
<footer class="tanba-footer">
  <nav aria-label="${msg("tanbaFooter")}">
    <ul>
      <#if tanba.localized("tanbaInstructionsUrl")?has_content>
        <li><a id="tanba-instructions" href="${tanba.localized("tanbaInstructionsUrl")}" rel="noopener noreferrer" target="_blank">${msg("tanbaInstructions")}</a></li>
      </#if>
      <#if tanba.localized("tanbaSupportUrl")?has_content>
        <li><a id="tanba-support" href="${tanba.localized("tanbaSupportUrl")}" rel="noopener noreferrer">${msg("tanbaSupport")}</a></li>
      </#if>
    </ul>
  </nav>
  <#if tanba.agreementText()?has_content && pageId != "login-update-profile">
    <details class="tanba-footer-agreement" id="tanba-agreement">
      <summary>${msg("tanbaAgreement")}</summary>
      <div class="tanba-footer-agreement-body">
        <h2>${tanba.localized("tanbaAgreementTitle", msg("tanbaAgreement"))}</h2>
        <@tanba.agreementBlock id="tanba-footer"/>
      </div>
    </details>
  </#if>
</footer>
</#macro>
