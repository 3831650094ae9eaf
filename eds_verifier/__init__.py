"""Proves who signed: CMS, path, revocation, subject; and tells Keycloak as an OpenID Provider."""
