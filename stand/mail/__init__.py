"""A mail catcher: takes every letter the stand's Keycloak sends, and shows it."""
