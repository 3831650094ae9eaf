"""Demo portals: ordinary OIDC clients that show what a sign-in gives them."""
