<#-- A key nobody set is answered by Keycloak with the key itself: see the login theme's tanba.ftl. -->
<#function localized key fallback="">
  <#local value = msg(key)?trim>
  <#return (value == key)?then(fallback, value)>
</#function>
<#function portalName>
  <#return localized("tanbaPortalName", realmName)>
</#function>
