"""Makes Keycloak what the policies declare."""
