"""A sign-in in one browser: opened by the authorization request, bound to it by a cookie."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from eds_verifier.identity import ProvenIdentity
from eds_verifier.provider.errors import PageError, ProviderError
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.provider.references import new_reference
from eds_verifier.provider.request import AuthorizationRequest
from eds_verifier.provider.sealing import digest, seal, unseal
from eds_verifier.provider.tokens import is_token, new_token
from eds_verifier.store import interactions
from eds_verifier.store.interactions import Interaction

COOKIE = "tanba_eds"
SIGNED_COOKIE = "tanba_eds_signed"
"""Replaces COOKIE for one sign-in once somebody has signed: a cookie that was planted in the
browser before, by a neighbouring host or over plain http, then opens nothing."""
LIFETIME_SECONDS = 30 * 60
OPEN_AT_MOST = 8
"""Open sign-ins (tabs) of one browser in one realm; the oldest gives way."""


def browser_secret(request: Request) -> str | None:
    """The secret in the browser's cookie, when it has the form of ours."""
    value = request.cookies.get(COOKIE)
    return value if is_token(value) else None


def set_browser_cookie(response: Response, secret: str, realm: Realm) -> None:
    """Bind the browser: for this realm's paths alone, unseen by scripts, not sent by other sites'
    posts. Secure always: browsers treat loopback as secure."""
    response.set_cookie(COOKIE, secret, path=realm.path, secure=True, httponly=True, samesite="lax")


def set_signed_cookie(response: Response, secret: str, path: str) -> None:
    """Bind the browser that sent the signature to what comes after it, for this sign-in alone."""
    response.set_cookie(
        SIGNED_COOKIE, secret, path=path, secure=True, httponly=True, samesite="lax"
    )


def open_interaction(
    asked: AuthorizationRequest, *, realm: Realm, around: Surroundings, secret: str
) -> str:
    """Keep a new interaction; returns its id, which is kept as a hash only."""
    interaction_id = new_token(around.random)
    now = int(around.clock().timestamp())
    interaction = Interaction(
        id_hash=digest(interaction_id),
        realm=realm.name,
        browser_hash=digest(secret),
        reference=new_reference(),
        language=asked.language,
        redirect_uri=asked.redirect_uri,
        state=asked.state,
        nonce=asked.nonce,
        code_challenge=asked.code_challenge,
        login_hint=asked.login_hint,
        stage="sign_in",
        sub="",
        sealed=None,
        created_at=now,
        expires_at=now + LIFETIME_SECONDS,
    )
    with around.database.write() as connection:
        interactions.add(connection, interaction, at_most=OPEN_AT_MOST)
    return interaction_id


def find_interaction(
    request: Request, *, realm: Realm, around: Surroundings
) -> tuple[Interaction, str]:
    """The request's interaction and the secret it is bound to; PageError `session_lost` when this
    browser, in this realm, has no such living sign-in."""
    cookies = (request.cookies.get(name) for name in (SIGNED_COOKIE, COOKIE))
    secrets = {digest(value): value for value in cookies if value is not None and is_token(value)}
    interaction_id = request.path_params["interaction"]
    if not secrets or not is_token(interaction_id):
        raise PageError("session_lost", "no cookie or no interaction id", status=404)
    with around.database.read() as connection:
        interaction = interactions.find(
            connection,
            id_hash=digest(interaction_id),
            realm=realm.name,
            browser_hashes=tuple(secrets),
            now=int(around.clock().timestamp()),
        )
    if interaction is None:
        raise PageError("session_lost", "this browser has no such sign-in", status=404)
    request.state.reference = interaction.reference
    return interaction, secrets[interaction.browser_hash]


def seal_identity(
    identity: ProvenIdentity, interaction: Interaction, *, secret: str, nonce: bytes
) -> bytes:
    """Close the identity with the browser's secret."""
    return seal(
        identity.model_dump_json().encode(),
        secret=secret,
        purpose=f"interaction/{interaction.realm}/{interaction.id_hash}",
        nonce=nonce,
    )


def open_identity(interaction: Interaction, *, secret: str) -> ProvenIdentity:
    """Who signed in here; ProviderError when nobody has."""
    if interaction.stage != "identified" or interaction.sealed is None:
        raise ProviderError("nobody has signed in here")
    data = unseal(
        interaction.sealed,
        secret=secret,
        purpose=f"interaction/{interaction.realm}/{interaction.id_hash}",
    )
    return ProvenIdentity.model_validate_json(data)


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970, as the store keeps times."""
    return int(moment.timestamp())
