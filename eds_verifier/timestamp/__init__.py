"""Time stamps over signatures (RFC 3161, CAdES-T)."""
