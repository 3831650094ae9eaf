"""The token endpoint: a code, once, for an id_token (OpenID Connect Core 3.1.3, RFC 7636 4.6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import jwt

from eds_verifier.identity import CodeClaims
from eds_verifier.provider.client_auth import authenticate
from eds_verifier.provider.errors import OAuthError
from eds_verifier.provider.interaction import seconds
from eds_verifier.provider.logs import log
from eds_verifier.provider.realm import CLIENT_ID, Realm, Surroundings
from eds_verifier.provider.sealing import digest, unseal
from eds_verifier.provider.tokens import is_token, new_token
from eds_verifier.store import codes

ID_TOKEN_SECONDS = 60
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def read_pairs(body: bytes) -> list[tuple[str, str]]:
    """A form's parameters in order; OAuthError `invalid_request` when it is none."""
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=32,
            errors="strict",
        )
    except ValueError:
        raise OAuthError("invalid_request", "the body is not a form") from None


def read_form(body: bytes) -> dict[str, str]:
    """A form with each parameter once; OAuthError `invalid_request` otherwise."""
    form: dict[str, str] = {}
    for name, value in read_pairs(body):
        if name in form:
            raise OAuthError("invalid_request", "a parameter is repeated")
        form[name] = value
    return form


def redeem(form: Mapping[str, str], *, realm: Realm, around: Surroundings) -> dict[str, Any]:
    """The token answer for a request that holds; OAuthError for any other.

    The code is used up as soon as the client is known, whatever is wrong with the rest.
    """
    now = seconds(around.clock())
    authenticate(form, realm=realm, database=around.database, now=now)
    if form.get("grant_type") != "authorization_code":
        raise OAuthError("unsupported_grant_type", "only authorization_code is supported")
    value = form.get("code", "")
    if not is_token(value):
        raise OAuthError("invalid_grant", "the code is not acceptable")
    with around.database.write() as connection:
        code = codes.take(connection, code_hash=digest(value), realm=realm.name, now=now)
    if code is None or code.client_id != CLIENT_ID:
        raise OAuthError("invalid_grant", "the code is unknown, used or expired")
    if form.get("redirect_uri") != code.redirect_uri:
        raise OAuthError("invalid_grant", "redirect_uri is not the code's")
    if not _proves(form.get("code_verifier", ""), code.code_challenge):
        raise OAuthError("invalid_grant", "code_verifier does not fit")
    opened = unseal(code.sealed, secret=value, purpose=f"code/{realm.name}")
    claims = CodeClaims.model_validate_json(opened).id_token_claims(
        issuer=realm.issuer, audience=CLIENT_ID, issued_at=now, lifetime=ID_TOKEN_SECONDS
    )
    log("token_issued", realm=realm.name, reference=code.reference, sub=claims["sub"])
    return {
        "access_token": new_token(around.random),
        "token_type": "Bearer",
        "expires_in": ID_TOKEN_SECONDS,
        "scope": "openid",
        "id_token": jwt.encode(
            claims, realm.keys.signing_key, algorithm="RS256", headers={"kid": realm.keys.kid}
        ),
    }


def _proves(verifier: str, code_challenge: str) -> bool:
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    digest_ = hashlib.sha256(verifier.encode("ascii")).digest()
    computed = base64.urlsafe_b64encode(digest_).decode("ascii").rstrip("=")
    return hmac.compare_digest(computed, code_challenge)
