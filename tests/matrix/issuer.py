"""An OpenID Provider that says of a person what it is told to say.

The verifier proves before it speaks and so cannot be made to leave a claim out, to speak of another
person or to sign with a wrong key. What Keycloak does then is asked by this one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY_BITS = 2048


@dataclass(slots=True)
class SigningKey:
    """An RSA key under a name."""

    kid: str
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, _KEY_BITS), repr=False
    )

    def public(self) -> dict[str, Any]:
        """As a member of a JWK set."""
        found = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**found, "kid": self.kid, "use": "sig", "alg": "RS256"}


@dataclass(slots=True)
class Issuer:
    """`claims` is what the next sign-in answers; `asked` and `proofs` what Keycloak sent."""

    url: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    signing: SigningKey = field(default_factory=lambda: SigningKey("first"))
    published: list[SigningKey] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    proofs: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, tuple[dict[str, str], Mapping[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.published = [self.signing]

    def rotate(self, kid: str, *, publish: bool = True) -> None:
        """Sign with a new key from now on."""
        self.signing = SigningKey(kid)
        if publish:
            self.published.append(self.signing)

    def authorize(self, asked: dict[str, str]) -> str:
        """Note the request and answer it at once: where the browser goes next."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = (asked, self.claims)
        answer = {"code": code, "state": asked["state"], "iss": self.url}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def redeem(self, form: dict[str, str]) -> dict[str, Any]:
        """The token answer for a code. Raises KeyError and ValueError for anything else."""
        self.proofs.append(form)
        asked, claims = self._codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            raise ValueError("code_verifier")
        now = int(time.time())
        times = {"iat": now, "exp": now + 60, "auth_time": now}
        names = {"iss": self.url, "aud": asked["client_id"], "nonce": asked.get("nonce")}
        id_token = jwt.encode(
            {**names, **times, **claims},
            self.signing.private,
            algorithm="RS256",
            headers={"kid": self.signing.kid},
        )
        token = secrets.token_urlsafe(16)
        return {"access_token": token, "token_type": "Bearer", "id_token": id_token}


@contextmanager
def running_issuer(realm: str) -> Iterator[Issuer]:
    """Serve one realm's issuer on a free port of the loopback address."""
    issuer = Issuer()
    path = f"/r/{realm}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path == f"{path}/authorize":
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", issuer.authorize(dict(parse_qsl(asked.query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif asked.path == f"{path}/jwks":
                self._json({"keys": [key.public() for key in issuer.published]})
            else:
                self._json({}, HTTPStatus.NOT_FOUND)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                self._json(issuer.redeem(dict(parse_qsl(body.decode()))))
            except (KeyError, ValueError):
                self._json({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)

        def _json(self, body: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    issuer.url = f"http://localhost:{httpd.server_port}{path}"
    try:
        yield issuer
    finally:
        httpd.shutdown()
        httpd.server_close()
