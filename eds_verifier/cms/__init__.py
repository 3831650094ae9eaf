"""Cryptographic Message Syntax (RFC 5652): the signed message."""
