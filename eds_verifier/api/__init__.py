"""The REST interface: verdicts for portals that do not use the OpenID Provider."""
