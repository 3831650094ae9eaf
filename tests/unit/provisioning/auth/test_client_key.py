"""Signed token requests: what the assertion says, and keys that are refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from provisioning.auth.client_key import ClientKey, public_jwk, thumbprint
from provisioning.auth.files import PrivateKey
from provisioning.errors import ConnectionSettingsError
from tests.conftest import ROOT
from tests.unit.provisioning.auth.factory import write_key

AUDIENCE = "https://id.example/realms/master"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS: list[tuple[PrivateKey, str]] = [
    (RSA, "RS256"),
    (ec.generate_private_key(ec.SECP256R1()), "ES256"),
    (ec.generate_private_key(ec.SECP384R1()), "ES384"),
    (ec.generate_private_key(ec.SECP521R1()), "ES512"),
]
# RFC 7638 3.1: the example key and its thumbprint.
RFC_PUBLIC = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2"
    "QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6W"
    "eZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
}
RFC_THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(("key", "algorithm"), KEYS, ids=[name for _, name in KEYS])
def test_the_assertion_is_ours_for_the_issuer_alone_and_short_lived(
    key: PrivateKey, algorithm: str, tmp_path: Path
) -> None:
    path = write_key(tmp_path / "key.pem", key)
    way = ClientKey.load(path, client_id="tool", audience=AUDIENCE)
    form = way.form(at=1_000_000.9)
    assertion = form["client_assertion"]
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "tool",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    header = jwt.get_unverified_header(assertion)
    assert (header["alg"], header["kid"]) == (algorithm, public_jwk(key)["kid"])
    claims = jwt.decode(
        assertion,
        key.public_key(),
        algorithms=[algorithm],
        audience=AUDIENCE,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims | {"jti": ""} == {
        "iss": "tool",
        "sub": "tool",
        "aud": AUDIENCE,
        "iat": 1_000_000,
        "exp": 1_000_060,
        "jti": "",
    }
    again = jwt.decode(
        way.form(at=1_000_000.9)["client_assertion"], options={"verify_signature": False}
    )
    assert len(claims["jti"]) >= 22
    assert again["jti"] != claims["jti"]


def test_the_kid_is_the_rfc_7638_thumbprint() -> None:
    assert thumbprint(RFC_PUBLIC) == RFC_THUMBPRINT
    for key, _ in KEYS:
        jwk = public_jwk(key)
        required = {name: value for name, value in jwk.items() if name not in {"kid", "alg", "use"}}
        assert jwk["kid"] == thumbprint(required)
        assert "d" not in jwk


def test_the_key_shows_in_no_repr(tmp_path: Path) -> None:
    way = ClientKey.load(write_key(tmp_path / "k", RSA), client_id="tool", audience=AUDIENCE)
    assert "key=" not in repr(way)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = write_key(tmp_path / "key.pem", RSA, mode=mode)
    with pytest.raises(ConnectionSettingsError, match="others can reach"):
        ClientKey.load(path, client_id="tool", audience=AUDIENCE)


def bad_keys() -> dict[str, tuple[bytes, str]]:
    """Contents of a key file, and the words that refuse them."""
    pkcs8 = PrivateFormat.PKCS8
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - refused
    return {
        "encrypted": (
            RSA.private_bytes(Encoding.PEM, pkcs8, BestAvailableEncryption(b"planted")),
            "is encrypted",
        ),
        "a public key": (
            RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "no PEM private key",
        ),
        "text": (b"planted", "no PEM private key"),
        "nothing": (b"", "is empty"),
        "RSA of 1024 bits": (small.private_bytes(Encoding.PEM, pkcs8, NoEncryption()), "neither"),
        "Ed25519": (
            ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, pkcs8, NoEncryption()),
            "neither",
        ),
        "another curve": (
            ec.generate_private_key(ec.SECP256K1()).private_bytes(
                Encoding.PEM, pkcs8, NoEncryption()
            ),
            "is on the curve secp256k1",
        ),
    }


@pytest.mark.parametrize(("octets", "words"), bad_keys().values(), ids=bad_keys())
def test_a_key_that_cannot_serve_is_refused(tmp_path: Path, octets: bytes, words: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(ConnectionSettingsError, match=words):
        ClientKey.load(path, client_id="tool", audience=AUDIENCE)


def test_the_public_key_is_printed_for_keycloak_and_the_private_one_is_not(tmp_path: Path) -> None:
    path = write_key(tmp_path / "key.pem", RSA, mode=0o400)
    command = [sys.executable, "-m", "provisioning.auth.client_key", str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(run.stdout) == {"keys": [public_jwk(RSA)]}
    path.chmod(0o644)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert "others can reach" in run.stderr
