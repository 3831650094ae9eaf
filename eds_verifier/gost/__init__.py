"""GOST signatures and hashes as the NCA of Kazakhstan lays them out.

GOST R 34.10-2015 with Streebog, GOST 34.310-2004 with GOST R 34.11-94.
"""

from __future__ import annotations

from eds_verifier.gost.backend import BackendError, default_backend, multiply
from eds_verifier.gost.curve import CRYPTOPRO_A, TC26_256_A, TC26_512_A, Curve, Point
from eds_verifier.gost.gostr3411 import gostr3411_94
from eds_verifier.gost.signature import GostKeyError, PublicKey, digest_number, verify
from eds_verifier.gost.streebog import streebog

__all__ = [
    "CRYPTOPRO_A",
    "TC26_256_A",
    "TC26_512_A",
    "BackendError",
    "Curve",
    "GostKeyError",
    "Point",
    "PublicKey",
    "default_backend",
    "digest_number",
    "gostr3411_94",
    "multiply",
    "streebog",
    "verify",
]
