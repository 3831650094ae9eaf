<#import "template.ftl" as layout>
<@layout.registrationLayout; section>
  <#if section = "header">
    ${msg("pageExpiredTitle")}
  <#elseif section = "form">
    <p class="instruction">${msg("tanbaExpired")}</p>
    <div class="tanba-actions">
      <a id="loginContinueLink" class="tanba-button tanba-button-primary" href="${url.loginAction}">${msg("tanbaExpiredContinue")}</a>
      <a id="loginRestartLink" class="tanba-button tanba-button-secondary" href="${url.loginRestartFlowUrl}">${msg("tanbaExpiredRestart")}</a>
    </div>
  </#if>
</@layout.registrationLayout>
