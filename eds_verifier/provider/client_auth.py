"""Client authentication by `private_key_jwt` (RFC 7523 3; OpenID Connect Core 9), and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt

from eds_verifier.provider.client_keys import ClientKeysError
from eds_verifier.provider.errors import OAuthError
from eds_verifier.provider.realm import CLIENT_ID, Realm
from eds_verifier.provider.sealing import digest
from eds_verifier.store import codes
from eds_verifier.store.database import Database

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256",)
LONGEST_LIFE = 300
SKEW = 30
_LONGEST_ASSERTION = 8192
_LONGEST_JTI = 256


def authenticate(form: Mapping[str, str], *, realm: Realm, database: Database, now: int) -> None:
    """Prove that the caller is this realm's client; OAuthError `invalid_client` otherwise.

    The assertion's `jti` is spent even when the rest of the request then fails.
    """
    if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
        raise _refused("private_key_jwt is the only client authentication")
    if "client_secret" in form:
        raise _refused("a client secret is never used here")
    if form.get("client_id", CLIENT_ID) != CLIENT_ID:
        raise _refused("client_id is not this realm's client")
    claims = _verified(form["client_assertion"], realm=realm)
    check_claims(claims, realm=realm, now=now)
    spent = codes.spend_assertion_id(
        database, realm=realm.name, jti_hash=digest(claims["jti"]), expires_at=claims["exp"] + SKEW
    )
    if not spent:
        raise _refused("this client assertion was used before")


def _verified(assertion: str, *, realm: Realm) -> dict[str, Any]:
    if len(assertion) > _LONGEST_ASSERTION:
        raise _refused("the client assertion is too long")
    try:
        header = jwt.get_unverified_header(assertion)
        kid, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in ALGORITHMS or not isinstance(kid, str) or "crit" in header:
            raise _refused("the client assertion's header is not acceptable")
        key = realm.client_keys.find(kid)
        if key is None:
            raise _refused("the client assertion's kid is not one of the client's keys")
        claims: dict[str, Any] = jwt.decode(
            assertion,
            key,
            algorithms=list(ALGORITHMS),
            # Checked below, against the clock that is passed in.
            options={
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except ClientKeysError as error:
        raise OAuthError("temporarily_unavailable", error.message, status=503) from None
    except jwt.PyJWTError:
        raise _refused("the client assertion's signature does not hold") from None
    return claims


def check_claims(claims: Mapping[str, Any], *, realm: Realm, now: int) -> None:
    """RFC 7523 3, read strictly; the audience is one value, so it is good for nobody else."""
    if claims.get("iss") != CLIENT_ID or claims.get("sub") != CLIENT_ID:
        raise _refused("iss and sub must be the client's id")
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if audience not in (realm.issuer, realm.token_endpoint):
        raise _refused("aud is neither this issuer nor its token endpoint")
    expires = _instant(claims.get("exp"))
    if expires is None or not now - SKEW < expires <= now + LONGEST_LIFE + SKEW:
        raise _refused("exp must be present, ahead, and within five minutes")
    for name in ("iat", "nbf"):
        if name not in claims:
            continue
        instant = _instant(claims[name])
        if instant is None or instant > now + SKEW:
            raise _refused(f"{name} lies ahead")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise _refused("jti must be present")


def _instant(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _refused(description: str) -> OAuthError:
    return OAuthError("invalid_client", description, status=401)
