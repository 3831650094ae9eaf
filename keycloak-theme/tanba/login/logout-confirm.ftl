<#import "template.ftl" as layout>
<#import "tanba.ftl" as tanba>
<@layout.registrationLayout; section>
  <#if section = "header">
    ${msg("logoutConfirmTitle")}
  <#elseif section = "form">
    <p class="instruction">${msg("logoutConfirmHeader")}</p>
    <form action="${url.logoutConfirmAction}" method="post">
      <input type="hidden" name="session_code" value="${logoutConfirm.code}">
      <div class="tanba-actions">
        <button id="kc-logout" name="confirmLogout" type="submit" class="tanba-button tanba-button-primary">${msg("doLogout")}</button>
      </div>
    </form>
    <#if !logoutConfirm.skipLink>
      <@tanba.backToPortal/>
    </#if>
  </#if>
</@layout.registrationLayout>
