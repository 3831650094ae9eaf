<#import "template.ftl" as layout>
<#import "tanba.ftl" as tanba>
<@layout.registrationLayout displayMessage=false; section>
  <#if section = "header">
    <#if messageHeader??>${kcSanitize(msg("${messageHeader}"))?no_esc}<#else>${msg("tanbaInfoTitle")}</#if>
  <#elseif section = "form">
    <div id="kc-info-message">
      <p class="instruction">${message.summary}<#if requiredActions??><#list requiredActions>: <strong><#items as action>${kcSanitize(msg("requiredAction.${action}"))?no_esc}<#sep>, </#items></strong></#list></#if></p>
      <#if !skipLink??>
        <#if pageRedirectUri?has_content>
          <a class="tanba-button tanba-button-primary" href="${pageRedirectUri}">${msg("tanbaBackToPortal")}</a>
        <#elseif actionUri?has_content>
          <a class="tanba-button tanba-button-primary" href="${actionUri}">${msg("doContinue")}</a>
        <#else>
          <@tanba.backToPortal/>
        </#if>
      </#if>
    </div>
  </#if>
</@layout.registrationLayout>
