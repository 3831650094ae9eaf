"""A service account by a signed JWT (RFC 7523 2.2, OpenID Connect Core 9, `private_key_jwt`).

The audience is the realm's issuer alone (Keycloak takes nothing else) and comes from our settings,
never from an answer of the server: whoever names the audience could carry the assertion elsewhere.

Run as `python -m provisioning.auth.client_key KEY.pem` it prints the public key as the JWK set that
Keycloak wants.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from provisioning.auth.files import PrivateKey, private_key
from provisioning.auth.way import Form
from provisioning.errors import ConnectionSettingsError

KEY_FILE = "TANBA_KEYCLOAK_CLIENT_KEY_FILE"
LIFETIME_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_THUMBPRINT_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A confidential client that signs its token requests; `audience` is the realm's issuer."""

    client_id: str
    audience: str
    key: PrivateKey = field(repr=False)
    algorithm: str
    kid: str

    repeatable: ClassVar[bool] = True
    advice: ClassVar[str] = (
        "Check that the client authenticates by signed JWT and knows this public key (python -m "
        "provisioning.auth.client_key prints it), that our clocks agree, and that the realm's "
        "issuer is what TANBA_KEYCLOAK_ISSUER says."
    )

    @classmethod
    def load(cls, path: Path, *, client_id: str, audience: str) -> ClientKey:
        """Read the key. Raises ConnectionSettingsError."""
        key = private_key(path, KEY_FILE)
        jwk = public_jwk(key)
        return cls(client_id, audience, key, str(jwk["alg"]), str(jwk["kid"]))

    @property
    def who(self) -> str:
        """The client id."""
        return self.client_id

    def form(self, *, at: float) -> Form:
        """Grant `client_credentials` with an assertion of its own: a `jti` counts once."""
        return {"grant_type": "client_credentials"} | self.client_fields(at=at)

    def client_fields(self, *, at: float) -> Form:
        """The client id and a new assertion."""
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.audience,
            "iat": int(at),
            "exp": int(at) + LIFETIME_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        assertion = jwt.encode(
            claims, self.key, algorithm=self.algorithm, headers={"kid": self.kid}
        )
        return {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }


def public_jwk(key: PrivateKey) -> dict[str, Any]:
    """The public key as a JWK (RFC 7517), `kid` its RFC 7638 thumbprint.

    Raises ConnectionSettingsError for a curve that JWTs have no name for.
    """
    if isinstance(key, RSAPrivateKey):
        jwk, algorithm = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "RS256"
    elif key.curve.name in _CURVES:
        jwk, algorithm = ECAlgorithm.to_jwk(key.public_key(), as_dict=True), _CURVES[key.curve.name]
    else:
        raise ConnectionSettingsError(
            f"the key that {KEY_FILE} names is on the curve {key.curve.name}",
            hint="Make one on P-256, P-384 or P-521, or an RSA key.",
        )
    public = {name: jwk[name] for name in _THUMBPRINT_MEMBERS[jwk["kty"]]}
    return public | {"kid": thumbprint(public), "alg": algorithm, "use": "sig"}


def thumbprint(public: dict[str, Any]) -> str:
    """RFC 7638 3, of the members that its 3.2 requires and no others."""
    text = json.dumps(public, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def main(arguments: list[str]) -> int:
    """Print the JWK set of the key file that is named; 1 where there is none to print."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m provisioning.auth.client_key KEY.pem\n")
        return 1
    try:
        jwk = public_jwk(private_key(Path(arguments[0]), KEY_FILE))
    except ConnectionSettingsError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        return 1
    sys.stdout.write(json.dumps({"keys": [jwk]}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
