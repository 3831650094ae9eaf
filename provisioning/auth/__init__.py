"""Who the tool is to Keycloak: each way of being somebody, and the bearer tokens it is given."""
