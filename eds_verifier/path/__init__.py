"""Certificates and the path from one to a pinned authority (RFC 5280)."""
