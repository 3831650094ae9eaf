<#-- The activation letter was sent: where to, how long its link lives, how to get another. -->
<#import "template.ftl" as layout>
<#-- Keycloak's own warning says no more than this page. -->
<@layout.registrationLayout displayMessage=(message.type)! != 'warning'; section>
  <#if section = "header">
    ${msg("tanbaVerifyTitle")}
  <#elseif section = "form">
    <#if verifyEmail?? || !isAppInitiatedAction??>
      <p class="instruction">${msg("tanbaVerifySent")} <strong class="tanba-address">${verifyEmail!user.email!''}</strong></p>
      <ul class="tanba-steps">
        <li>${msg("tanbaVerifyOpen")}</li>
        <li>${msg("tanbaVerifySpam")}</li>
        <li>${msg("tanbaVerifyDevice")}</li>
      </ul>
    <#else>
      <p class="instruction">${msg("emailVerifyInstruction4", user.email!'')}</p>
    </#if>
    <#if isAppInitiatedAction??>
      <form id="kc-verify-email-form" action="${url.loginAction}" method="post">
        <div class="tanba-actions">
          <button type="submit" class="tanba-button tanba-button-primary"><#if verifyEmail??>${msg("tanbaVerifyResend")}<#else>${msg("emailVerifySend")}</#if></button>
          <button type="submit" class="tanba-button tanba-button-secondary" name="cancel-aia" value="true" formnovalidate>${msg("doCancel")}</button>
        </div>
      </form>
    <#else>
      <div class="tanba-actions">
        <a id="tanba-resend" class="tanba-button tanba-button-secondary" href="${url.loginAction}">${msg("tanbaVerifyResend")}</a>
      </div>
    </#if>
  </#if>
</@layout.registrationLayout>
