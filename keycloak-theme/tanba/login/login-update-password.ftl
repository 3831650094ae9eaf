<#-- A new password: every rule of the realm is listed before it is asked for. -->
<#import "template.ftl" as layout>
<#import "field.ftl" as field>
<#import "password-commons.ftl" as passwordCommons>
<#import "password-validation.ftl" as validator>
<@layout.registrationLayout displayMessage=!messagesPerField.existsError('password','password-confirm') && (message.type)! != 'warning'; section>
  <#if section = "header">
    ${msg("tanbaPasswordTitle")}
  <#elseif section = "form">
    <p>${msg("tanbaPasswordIntro")}</p>
    <form id="kc-passwd-update-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post" novalidate>
      <div class="tanba-rules" id="tanba-password-rules">
        <h2>${msg("tanbaPasswordRules")}</h2>
        <ul>
          <#list ["length", "maxLength", "digits", "upperCase", "lowerCase", "specialChars"] as rule>
            <#if (passwordPolicies[rule])??>
              <li data-rule="${rule}">${msg("tanbaPasswordRule_" + rule, passwordPolicies[rule])}</li>
            </#if>
          </#list>
          <#if passwordPolicies.notEmail>
            <li data-rule="notEmail">${msg("tanbaPasswordRule_notEmail")}</li>
          </#if>
          <#if (passwordPolicies.passwordHistory)??>
            <li data-rule="passwordHistory">${msg("tanbaPasswordRule_passwordHistory", passwordPolicies.passwordHistory)}</li>
          </#if>
        </ul>
      </div>
      <@field.password name="password-new" label=msg("passwordNew") fieldName="password" autocomplete="new-password" autofocus=true />
      <@field.password name="password-confirm" label=msg("passwordConfirm") autocomplete="new-password" />
      <@passwordCommons.logoutOtherSessions/>
      <div class="tanba-actions">
        <button id="kc-submit" name="login" type="submit" class="tanba-button tanba-button-primary">${msg("tanbaPasswordSave")}</button>
        <#if isAppInitiatedAction??>
          <button id="kc-cancel" name="cancel-aia" value="true" type="submit" class="tanba-button tanba-button-secondary" formnovalidate>${msg("doCancel")}</button>
        </#if>
      </div>
    </form>
    <@validator.templates/>
    <@validator.script field="password-new"/>
  </#if>
</@layout.registrationLayout>
