"""The local stand: a real Keycloak and everything around it on one machine."""
