"""A real Keycloak on this machine: its distribution, one instance of it, its first minutes."""
