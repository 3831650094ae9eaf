<#-- Sign-in: the EDS first and big, e-mail and password below. -->
<#import "template.ftl" as layout>
<#import "tanba.ftl" as tanba>
<#import "field.ftl" as field>
<#import "buttons.ftl" as buttons>
<#import "passkeys.ftl" as passkeys>
<#assign hasProviders = (social.providers)?? && social.providers?has_content>
<#assign failed = messagesPerField.existsError('username','password')>
<@layout.registrationLayout displayMessage=!failed; section>
  <#if section = "header">
    ${msg("tanbaSignInTitle")}
  <#elseif section = "form">
    <#if hasProviders>
      <div id="kc-social-providers" class="tanba-providers">
        <#list social.providers as p>
          <a id="social-${p.alias}" class="tanba-button tanba-button-eds" href="${p.loginUrl}">
            <svg aria-hidden="true" viewBox="0 0 24 24" width="26" height="26" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="M12 3l7 3v5.2c0 4.3-2.9 7.9-7 9.3-4.1-1.4-7-5-7-9.3V6z"/><path d="M8.8 12.1l2.3 2.3 4.2-4.7"/></svg>
            <span><#if p.alias == "eds">${msg("tanbaSignInEds")}<#else>${p.displayName}</#if></span>
          </a>
        </#list>
        <p class="tanba-hint" id="tanba-eds-hint">${msg("tanbaSignInEdsHint")}</p>
      </div>
    </#if>
    <#if realm.password>
      <#if hasProviders>
        <p class="tanba-divider"><span>${msg("tanbaOrPassword")}</span></p>
      </#if>
      <form id="kc-form-login" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post">
        <#if !usernameHidden??>
          <@field.input name="username" label=msg("email") error=messagesPerField.getFirstError('username','password')
              autofocus=failed autocomplete="username" value=login.username!'' />
        </#if>
        <@field.password name="password" label=msg("password") error="" forgotPassword=realm.resetPasswordAllowed
            autofocus=usernameHidden?? autocomplete="current-password">
          <#if realm.rememberMe && !usernameHidden??>
            <@field.checkbox name="rememberMe" label=msg("rememberMe") value=login.rememberMe?? />
          </#if>
        </@field.password>
        <input type="hidden" id="id-hidden-input" name="credentialId"<#if auth.selectedCredential?has_content> value="${auth.selectedCredential}"</#if>>
        <button id="kc-login" name="login" type="submit" class="tanba-button <#if hasProviders>tanba-button-secondary<#else>tanba-button-primary</#if>">${msg("doLogIn")}</button>
      </form>
    </#if>
    <@passkeys.conditionalUIData />
    <@tanba.backToPortal/>
  </#if>
</@layout.registrationLayout>
