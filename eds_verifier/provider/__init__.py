"""The OpenID Provider that proves to Keycloak's broker who signed."""
