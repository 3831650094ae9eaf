"""Revocation: OCSP (RFC 6960), CRLs (RFC 5280), and fetching them."""
