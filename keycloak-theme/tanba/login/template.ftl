<#--
  Every page of the realm: portal's name, language, card, footer. Takes keycloak.v2's parameters
  and sections, so that Keycloak's own pages fit in. No inline handler, no foreign address.
-->
<#import "field.ftl" as field>
<#import "footer.ftl" as loginFooter>
<#import "tanba.ftl" as tanba>

<#macro username>
  <@field.group name="kc-attempted-username" label=msg("email")>
    <div class="tanba-attempted">
      <input id="kc-attempted-username" value="${auth.attemptedUsername}" readonly>
      <a id="reset-login" href="${url.loginRestartFlowUrl}">${msg("restartLoginTooltip")}</a>
    </div>
  </@field.group>
</#macro>

<#macro registrationLayout bodyClass="" displayInfo=false displayMessage=true displayRequiredFields=false>
<#local heading><#nested "header"></#local>
<!DOCTYPE html>
<html class="${properties.kcHtmlClass!}" lang="${lang}"<#if realm.internationalizationEnabled> dir="${(locale.rtl)?then('rtl','ltr')}"</#if>>
<head>
  <meta charset="utf-8">
  <meta name="color-scheme" content="light${darkMode?then(' dark', '')}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex, nofollow">
  <meta name="referrer" content="no-referrer">
  <title>${heading} · ${tanba.portalName()}</title>
  <link rel="icon" type="image/svg+xml" href="${url.resourcesPath}/img/mark.svg">
  <#list (properties.stylesCommon!"")?split(" ") as style>
    <#if style?has_content><link rel="stylesheet" href="${url.resourcesCommonPath}/${style}"></#if>
  </#list>
  <#list (properties.styles!"")?split(" ") as style>
    <#if style?has_content><link rel="stylesheet" href="${url.resourcesPath}/${style}"></#if>
  </#list>
  <script type="importmap">
    { "imports": { "rfc4648": "${url.resourcesCommonPath}/vendor/rfc4648/rfc4648.js" } }
  </script>
  <#if darkMode>
  <script type="module" async blocking="render">
    <#outputformat "JavaScript">
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = () => document.documentElement.classList.toggle(${properties.kcDarkModeClass?c}, dark.matches);
    apply();
    dark.addEventListener("change", apply);
    </#outputformat>
  </script>
  </#if>
  <#if scripts??>
    <#list scripts as script>
      <script src="${script}" type="text/javascript"></script>
    </#list>
  </#if>
  <script type="module" src="${url.resourcesPath}/js/passwordVisibility.js"></script>
  <script type="module">
    <#outputformat "JavaScript">
    import { startSessionPolling } from ${(url.resourcesPath + "/js/authChecker.js")?c};
    startSessionPolling(${url.ssoLoginInOtherTabsUrl?c});
    </#outputformat>
  </script>
  <#if authenticationSession??>
  <script type="module">
    <#outputformat "JavaScript">
    import { checkAuthSession } from ${(url.resourcesPath + "/js/authChecker.js")?c};
    checkAuthSession(${authenticationSession.authSessionIdHash?c});
    </#outputformat>
  </script>
  </#if>
</head>
<body id="keycloak-bg" class="tanba ${bodyClass}" data-page-id="login-${pageId}">
  <a class="tanba-skip" href="#tanba-main">${msg("tanbaSkip")}</a>
  <header class="tanba-header" id="kc-header">
    <div class="tanba-header-inner">
      <p class="tanba-brand" id="kc-header-wrapper">
        <svg class="tanba-mark" viewBox="0 0 64 64" width="40" height="40" aria-hidden="true" fill="none" stroke-linecap="round" stroke-linejoin="round"><circle cx="32" cy="32" r="29" stroke="var(--tanba-accent)" stroke-width="3"/><path d="M32 14v36M21 24c0 7 5 9 11 9s11-2 11-9M24 45c3-4 5-5 8-5s5 1 8 5" stroke="#fff" stroke-width="4.5"/></svg>
        <span>${tanba.portalName()}</span>
      </p>
      <#if realm.internationalizationEnabled && locale.supported?size gt 1>
        <nav class="tanba-languages" aria-label="${msg("tanbaLanguages")}">
          <ul>
            <#list ["kk", "ru", "en"] as tag>
              <#list locale.supported?filter(l -> l.languageTag == tag) as l>
                <li><a href="${l.url}" lang="${tag}" hreflang="${tag}"
                  <#if tag == locale.currentLanguageTag>aria-current="true"</#if>>${msg("tanbaLanguage_" + tag)}</a></li>
              </#list>
            </#list>
          </ul>
        </nav>
      </#if>
    </div>
  </header>
  <main id="tanba-main" class="tanba-main" tabindex="-1">
    <div class="tanba-card">
      <h1 id="kc-page-title">${heading}</h1>

      <#if auth?has_content && auth.showUsername() && !auth.showResetCredentials()>
        <#nested "show-username">
        <@username />
      </#if>

      <#if displayMessage && message?has_content && (message.type != 'warning' || !isAppInitiatedAction??)>
        <div class="tanba-alert tanba-alert-${message.type}" role="<#if message.type == 'error'>alert<#else>status</#if>">
          <span class="kc-feedback-text">${message.summary}</span>
        </div>
      </#if>

      <#nested "form">

      <#if auth?has_content && auth.showTryAnotherWayLink()>
        <form id="kc-select-try-another-way-form" action="${url.loginAction}" method="post">
          <button id="try-another-way" class="tanba-button tanba-button-quiet" name="tryAnotherWay" value="on">${msg("doTryAnotherWay")}</button>
        </form>
      </#if>

      <#nested "socialProviders">

      <#if displayInfo>
        <div id="kc-info" class="tanba-info"><#nested "info"></div>
      </#if>
    </div>
  </main>
  <@loginFooter.content/>
</body>
</html>
</#macro>
