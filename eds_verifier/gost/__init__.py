"""GOST R 34.10-2015 signatures with Streebog, as the NCA of Kazakhstan lays them out."""

from __future__ import annotations

from eds_verifier.gost.curve import TC26_512_A, Curve, Point, multiply
from eds_verifier.gost.signature import GostKeyError, PublicKey, digest_number, verify
from eds_verifier.gost.streebog import streebog

__all__ = [
    "TC26_512_A",
    "Curve",
    "GostKeyError",
    "Point",
    "PublicKey",
    "digest_number",
    "multiply",
    "streebog",
    "verify",
]
