"""Fuzzing of what reads hostile octets: messages, certificates, OCSP responses, CRLs."""
