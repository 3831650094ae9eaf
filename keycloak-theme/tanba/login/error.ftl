<#-- What went wrong, what to do, and the way back. -->
<#import "template.ftl" as layout>
<#import "tanba.ftl" as tanba>
<@layout.registrationLayout displayMessage=false; section>
  <#if section = "header">
    ${msg("tanbaErrorTitle")}
  <#elseif section = "form">
    <div id="kc-error-message">
      <p class="tanba-alert tanba-alert-error instruction" role="alert">${kcSanitize(message.summary)?no_esc}</p>
      <p>${msg("tanbaErrorHelp")}</p>
      <#if traceId??>
        <p class="tanba-hint" id="traceId">${msg("traceIdSupportMessage", traceId)}</p>
      </#if>
      <#if !skipLink??>
        <@tanba.backToPortal/>
      </#if>
    </div>
  </#if>
</@layout.registrationLayout>
