<#--
  The gate of VERIFY_PROFILE: the e-mail when it is missing, the agreement when the account holds
  no acceptable value of it. The value posted is the one whose text stands on this page: without
  a text or a value for it there is no Accept. Read-only attributes are never inputs.
-->
<#import "template.ftl" as layout>
<#import "tanba.ftl" as tanba>
<#import "field.ftl" as field>
<#import "user-profile-commons.ftl" as userProfileCommons>

<#assign options = []>
<#assign held = "">
<#assign gated = false>
<#assign email = "">
<#list profile.attributes as attribute>
  <#if attribute.name == "agreement" && !attribute.readOnly>
    <#assign gated = true>
    <#assign held = attribute.value!"">
    <#assign options = (attribute.validators.options.options)![]>
  <#elseif attribute.name == "email">
    <#assign email = attribute.value!"">
  </#if>
</#list>
<#assign agreementDue = gated && !options?seq_contains(held)>
<#assign offered = tanba.newestOption(options, tanba.agreementLanguage())>
<#assign canAccept = offered?has_content && tanba.agreementText()?has_content>
<#-- An address that is there and in order is kept, not asked again, when only the agreement is due. -->
<#assign keepEmail = agreementDue && email?has_content && !messagesPerField.existsError('email') && !isAppInitiatedAction??>
<#assign technical = ["username", "iin", "agreement_signed", "eds_serial", "eds_not_after"]>

<@layout.registrationLayout displayMessage=messagesPerField.exists('global') bodyClass=agreementDue?then("tanba-wide", ""); section>
  <#if section = "header">
    <#if isAppInitiatedAction??>${msg("tanbaProfileTitle")}<#elseif keepEmail>${msg(held?has_content?then("tanbaAgreementDueTitle", "tanbaAgreement"))}<#else>${msg("tanbaGateTitle")}</#if>
  <#elseif section = "form">
    <form id="kc-update-profile-form" class="${properties.kcFormClass!}" action="${url.loginAction}" method="post">
      <#if agreementDue>
        <#-- Enter in a field presses a form's first button: accepting must be an act of its own. -->
        <button type="submit" disabled hidden></button>
      </#if>
      <#list profile.attributes as attribute>
        <#if attribute.name == "agreement">
          <#-- below -->
        <#elseif attribute.name == "locale" && realm.internationalizationEnabled && locale.currentLanguageTag?has_content>
          <input type="hidden" id="locale" name="locale" value="${locale.currentLanguageTag}">
        <#elseif attribute.name == "email" && keepEmail>
          <input type="hidden" id="email" name="email" value="${email}">
        <#elseif attribute.readOnly || technical?seq_contains(attribute.name)>
          <#-- proven by the certificate, not typed -->
        <#elseif attribute.name == "email">
          <#-- VERIFY_PROFILE calls an address nobody was asked for yet an error: only a typed one can be wrong. -->
          <#assign emailWrong = email?has_content && messagesPerField.existsError('email')>
          <@field.group name="email" label=msg("tanbaGateEmail") error=emailWrong?then(messagesPerField.get('email'), "") required=attribute.required>
            <span class="${properties.kcInputClass} <#if emailWrong>${properties.kcError}</#if>">
              <input id="email" name="email" type="email" inputmode="email" autocomplete="email" maxlength="254" value="${email}"
                <#if attribute.required>required</#if> aria-describedby="tanba-email-hint"
                aria-invalid="${emailWrong?c}" <#if !email?has_content>autofocus</#if>>
            </span>
            <p class="tanba-hint" id="tanba-email-hint">${msg("tanbaGateEmailHint")}</p>
          </@field.group>
        <#else>
          <@field.group name=attribute.name label=advancedMsg(attribute.displayName!attribute.name) error=messagesPerField.get('${attribute.name}') required=attribute.required>
            <@userProfileCommons.inputFieldByType attribute=attribute/>
          </@field.group>
        </#if>
      </#list>

      <#if agreementDue>
        <section class="tanba-agreement" aria-labelledby="tanba-agreement-title">
          <h2 id="tanba-agreement-title">${tanba.localized("tanbaAgreementTitle", msg("tanbaAgreement"))}</h2>
          <#if canAccept>
            <p>${msg("tanbaGateAgreement")}</p>
            <#if messagesPerField.existsError('agreement') && held?has_content>
              <p class="tanba-alert" role="status" id="input-error-agreement">${msg("tanbaAgreementStale")}</p>
            </#if>
            <@tanba.agreementBlock id="tanba-gate"/>
            <p class="tanba-hint">${msg("tanbaAcceptMeans", offered?split(":")[0])}</p>
            <#if lang == "en">
              <#list locale.supported as l>
                <#if l.languageTag == "ru">
                  <p class="tanba-hint"><a id="tanba-russian" href="${l.url}">${msg("tanbaReadRussian")}</a></p>
                </#if>
              </#list>
            </#if>
          <#else>
            <p class="tanba-alert tanba-alert-error" role="alert">${msg("tanbaAgreementUnavailable")}</p>
          </#if>
        </section>
        <#if canAccept>
          <div class="tanba-actions">
            <button id="tanba-accept" class="tanba-button tanba-button-primary" type="submit" name="agreement" value="${offered}">${msg("tanbaAccept")}</button>
            <a id="tanba-decline" class="tanba-button tanba-button-secondary" href="${url.loginRestartFlowUrl}" aria-describedby="tanba-decline-means">${msg("tanbaDecline")}</a>
          </div>
        <#else>
          <@tanba.backToPortal/>
        </#if>
        <p class="tanba-hint" id="tanba-decline-means">${msg("tanbaDeclineMeans")}</p>
      <#else>
        <#if gated>
          <input type="hidden" id="agreement" name="agreement" value="${held}">
        </#if>
        <div class="tanba-actions">
          <button id="tanba-save" class="tanba-button tanba-button-primary" type="submit">${msg("doContinue")}</button>
          <#if isAppInitiatedAction??>
            <button class="tanba-button tanba-button-secondary" type="submit" name="cancel-aia" value="true" formnovalidate>${msg("doCancel")}</button>
          </#if>
        </div>
      </#if>
    </form>
  </#if>
</@layout.registrationLayout>
