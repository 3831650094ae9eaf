"""The portal's OIDC client (Authlib): sign-in with PKCE, the tokens' claims, sign-out.

Claims are shown only from tokens whose signature, issuer, audience or authorized party and times
were checked.
"""

# mypy: allow-untyped-calls
# (Authlib has no types)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from stand.errors import StandError
from stand.portal.site import PortalSite
from stand.portal.store import Shelf

_SKEW_SECONDS = 10
_STATES = 1000


class SignInError(StandError):
    """Keycloak refused, or its answer could not be accepted. `code`-like `error` is OAuth's."""

    code = "sign_in"

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description or error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in gave. Tokens stay on the server."""

    id_claims: Mapping[str, Any] = field(repr=False)
    access_claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False)


class PortalClient:
    """One portal's conversations with its realm."""

    def __init__(self, site: PortalSite) -> None:
        self.site = site
        self._client = OAuth(cache=Shelf(_STATES)).register(
            "keycloak",
            client_id=site.client_id,
            client_secret=site.client_secret.get_secret_value(),
            server_metadata_url=f"{site.issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
        )

    async def begin(self, request: Request, *, language: str, **extra: str) -> Response:
        """Send the browser to Keycloak. `extra`: further parameters, such as `prompt`.

        Raises SignInError: Keycloak does not answer.
        """
        redirect_uri = self.site.url + self.site.redirect_path
        try:
            response: Response = await self._client.authorize_redirect(
                request, redirect_uri, ui_locales=language, **extra
            )
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        return response

    async def finish(self, request: Request) -> SignedIn:
        """Take Keycloak's answer at the redirect address.

        Raises SignInError: it refused, does not answer, or the answer is not to be trusted.
        """
        named = request.query_params.get("iss")
        if named is not None and named != self.site.issuer:  # RFC 9207: another server's answer
            raise SignInError("issuer_mismatch", "the answer came from another server")
        try:
            token = await self._client.authorize_access_token(request)
            keys = await self._client.fetch_jwk_set()
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        except AuthlibBaseError as error:
            raise SignInError(str(error.error), str(error.description or "")) from error
        except JoseError as error:
            raise SignInError("invalid_id_token", str(error)) from error
        id_claims = token.get("userinfo")
        if not id_claims or "id_token" not in token:
            raise SignInError("no_id_token", "Keycloak sent no ID token")
        return SignedIn(dict(id_claims), self._access(token, keys), token["id_token"])

    def _access(self, token: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
        try:
            found = jwt.PyJWKSet.from_dict(dict(keys))
            access = str(token["access_token"])
            key = found[jwt.get_unverified_header(access)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                access,
                key,
                algorithms=["RS256", "ES256", "PS256"],
                issuer=self.site.issuer,
                leeway=_SKEW_SECONDS,
                options={"verify_aud": False, "require": ["exp", "iat", "azp"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise SignInError("invalid_access_token", type(error).__name__) from error
        # Its audience is an API, so what must be this portal is the party it was issued to.
        if claims["azp"] != self.site.client_id:
            raise SignInError("invalid_access_token", "it was issued to another client")
        return claims

    async def sign_out_url(self, id_token: str, *, language: str) -> str:
        """Where RP-initiated logout begins (OpenID Connect RP-Initiated Logout 1.0)."""
        try:
            metadata = await self._client.load_server_metadata()
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        parameters = {
            "id_token_hint": id_token,
            "client_id": self.site.client_id,
            "post_logout_redirect_uri": self.site.url + self.site.post_logout_path,
            "ui_locales": language,
        }
        return f"{metadata['end_session_endpoint']}?{urlencode(parameters)}"


def _unreachable(error: httpx.HTTPError) -> SignInError:
    return SignInError("unreachable", f"Keycloak does not answer ({type(error).__name__})")
