"""The endpoints of one realm: reading the request, one step of the sign-in, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from eds_verifier.identity import ProvenIdentity
from eds_verifier.pages.states import SCRIPT_STATES
from eds_verifier.provider import views
from eds_verifier.provider.acceptance import accept, decline
from eds_verifier.provider.agreement import AgreementDue, agreement_state
from eds_verifier.provider.challenge import agreed_text, issue, take
from eds_verifier.provider.code import issue_code
from eds_verifier.provider.discovery import configuration, jwks
from eds_verifier.provider.errors import OAuthError, PageError, Problem
from eds_verifier.provider.http import (
    LARGEST_FORM,
    LARGEST_QUERY,
    read_body,
    read_page_json,
    redirect_back,
)
from eds_verifier.provider.interaction import (
    browser_secret,
    find_interaction,
    open_identity,
    open_interaction,
    seal_identity,
    set_browser_cookie,
    set_signed_cookie,
)
from eds_verifier.provider.logs import log
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.provider.request import read_request
from eds_verifier.provider.sealing import digest
from eds_verifier.provider.signature import decode_cms, judge_signature, require_person
from eds_verifier.provider.token import read_form, read_pairs, redeem
from eds_verifier.provider.tokens import is_token, new_token
from eds_verifier.store import interactions
from eds_verifier.store.interactions import Interaction

_SCRIPT_LOGGED = "reported by the page"


class Endpoints:
    """What the routes of every realm do. The realm is the path's; an unknown one is not found."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def realm(self, request: Request) -> Realm:
        """The realm named by the path; PageError 404 for any other."""
        realm = self._around.realms.get(request.path_params["realm"])
        if realm is None:
            raise PageError("unknown_client", "there is no such realm", status=404)
        return realm

    def issuer(self, request: Request) -> str:
        """The realm's issuer (RFC 9207's `iss`)."""
        return self.realm(request).issuer

    async def discovery(self, request: Request) -> Response:
        """`/.well-known/openid-configuration`."""
        return JSONResponse(configuration(self.realm(request)))

    async def jwks(self, request: Request) -> Response:
        """The public signing keys."""
        return JSONResponse(jwks(self.realm(request)))

    async def authorize(self, request: Request) -> Response:
        """Start a sign-in (OpenID Connect Core 3.1.2.1, GET and POST)."""
        realm = self.realm(request)
        if request.method == "POST":
            pairs = read_pairs(await read_body(request, at_most=LARGEST_FORM))
        else:
            if len(request.url.query) > LARGEST_QUERY:
                raise PageError("generic", "the request is too long", status=414)
            pairs = request.query_params.multi_items()
        asked = read_request(
            pairs, realm=realm, accept_language=request.headers.get("accept-language", "")
        )
        secret = browser_secret(request) or new_token(self._around.random)
        interaction_id = await run_in_threadpool(
            open_interaction, asked, realm=realm, around=self._around, secret=secret
        )
        answer = RedirectResponse(f"{realm.path}/sign-in/{interaction_id}", status_code=303)
        set_browser_cookie(answer, secret, realm)
        return answer

    async def page(self, request: Request) -> Response:
        """The sign-in's page, whatever its stage."""
        return await run_in_threadpool(self._page, request)

    def _page(self, request: Request) -> Response:
        realm, around = self.realm(request), self._around
        interaction, secret = find_interaction(request, realm=realm, around=around)
        chosen = request.query_params.get("lang", "")
        if chosen in realm.policy.languages and chosen != interaction.language:
            with around.database.write() as connection:
                interaction = interactions.speak(connection, interaction, chosen)
        if interaction.stage == "sign_in":
            return views.sign_in_page(request, interaction, realm=realm, around=around)
        if interaction.stage == "declined":
            return views.declined_page(request, interaction, realm=realm)
        if interaction.stage == "closed":
            raise PageError("session_lost", "the sign-in has ended", status=410)
        identity = open_identity(interaction, secret=secret)
        held = self._agreement(identity, realm)
        if not isinstance(held, AgreementDue):
            return RedirectResponse(f"{views.base_of(realm, request)}/finish", status_code=303)
        return views.agreement_page(
            request, interaction, held, identity=identity, realm=realm, around=around
        )

    async def challenge(self, request: Request) -> Response:
        """A fresh text to sign, for the stage the sign-in is at."""
        body = await read_page_json(request, origin=self._around.origin)
        return await run_in_threadpool(self._challenge, request, body)

    def _challenge(self, request: Request, body: Mapping[str, Any]) -> Response:
        realm, around = self.realm(request), self._around
        interaction, secret = find_interaction(request, realm=realm, around=around)
        if interaction.stage == "sign_in":
            issued = issue(interaction, realm=realm, around=around, text=None)
        else:
            identity, due = self._due(interaction, secret, realm)
            text = agreed_text(body, due)
            issued = issue(interaction, realm=realm, around=around, text=text, iin=identity.iin)
        return JSONResponse(issued.answer(language=interaction.language))

    async def signature(self, request: Request) -> Response:
        """The signed text: who signs in, or that they accept the agreement."""
        body = await read_page_json(request, origin=self._around.origin)
        return await run_in_threadpool(self._signature, request, body)

    def _signature(self, request: Request, body: Mapping[str, Any]) -> Response:
        realm, around = self.realm(request), self._around
        interaction, secret = find_interaction(request, realm=realm, around=around)
        challenge_id = body.get("challenge")
        if not is_token(challenge_id):
            raise Problem("challenge_used", "no challenge is named", status=409)
        cms = decode_cms(body.get("signature"))
        answer = JSONResponse({"next": views.base_of(realm, request)})
        if interaction.stage == "sign_in":
            fresh = self._sign_in(str(challenge_id), cms, interaction, realm)
            set_signed_cookie(answer, fresh, views.base_of(realm, request))
        else:
            identity, due = self._due(interaction, secret, realm)
            taken = take(str(challenge_id), interaction, kind="acceptance", around=around)
            signed = judge_signature(
                cms, taken, interaction=interaction, realm=realm, around=around
            )
            accept(
                signed,
                due,
                identity=identity,
                interaction=interaction,
                realm=realm,
                around=around,
            )
        return answer

    def _sign_in(
        self, challenge_id: str, cms: bytes, interaction: Interaction, realm: Realm
    ) -> str:
        """Note who signed; returns the secret that the browser needs from now on."""
        around = self._around
        taken = take(challenge_id, interaction, kind="sign_in", around=around)
        signed = judge_signature(cms, taken, interaction=interaction, realm=realm, around=around)
        if interaction.login_hint:
            require_person(signed, interaction.login_hint)
        identity = ProvenIdentity.from_verdict(
            signed.judgement.verdict, sub=signed.sub, at=around.clock()
        )
        fresh = new_token(around.random)
        sealed = seal_identity(identity, interaction, secret=fresh, nonce=around.random(12))
        with around.database.write() as connection:
            noted = interactions.identify(
                connection,
                interaction,
                sub=identity.sub,
                sealed=sealed,
                browser_hash=digest(fresh),
            )
            if not noted:
                raise Problem("session_lost", "the sign-in has moved on", status=409)
        log("identified", realm=realm.name, reference=interaction.reference, sub=identity.sub)
        return fresh

    async def decline(self, request: Request) -> Response:
        """The person declines the agreement: noted for the keeper, no code follows."""
        await read_page_json(request, origin=self._around.origin)
        return await run_in_threadpool(self._decline, request)

    def _decline(self, request: Request) -> Response:
        realm, around = self.realm(request), self._around
        interaction, secret = find_interaction(request, realm=realm, around=around)
        identity, due = self._due(interaction, secret, realm)
        decline(due, identity=identity, interaction=interaction, realm=realm, around=around)
        return JSONResponse({"next": views.base_of(realm, request)})

    async def trouble(self, request: Request) -> Response:
        """The page's script found something wrong on the person's machine: it goes to the log."""
        body = await read_page_json(request, origin=self._around.origin)
        realm = self.realm(request)
        interaction, _ = await run_in_threadpool(
            find_interaction, request, realm=realm, around=self._around
        )
        state = body.get("state")
        known = state if state in SCRIPT_STATES else "generic"
        log(
            "trouble",
            realm=realm.name,
            reference=interaction.reference,
            state=known,
            detail=_SCRIPT_LOGGED,
        )
        return JSONResponse({"reference": interaction.reference})

    async def finish(self, request: Request) -> Response:
        """Send the browser back to the client with a code."""
        return await run_in_threadpool(self._finish, request)

    def _finish(self, request: Request) -> Response:
        realm, around = self.realm(request), self._around
        interaction, secret = find_interaction(request, realm=realm, around=around)
        if interaction.stage != "identified":
            raise PageError("session_lost", "nothing to finish at this stage", status=409)
        identity = open_identity(interaction, secret=secret)
        code = issue_code(interaction, identity=identity, realm=realm, around=around)
        if isinstance(code, AgreementDue):
            return RedirectResponse(views.base_of(realm, request), status_code=303)
        parameters = {"code": code, "state": interaction.state, "iss": realm.issuer}
        return redirect_back(interaction.redirect_uri, parameters)

    async def back(self, request: Request) -> Response:
        """Give up: back to the client with `access_denied` (RFC 6749 4.1.2.1)."""
        return await run_in_threadpool(self._back, request)

    def _back(self, request: Request) -> Response:
        realm, around = self.realm(request), self._around
        interaction, _ = find_interaction(request, realm=realm, around=around)
        with around.database.write() as connection:
            ended = interactions.end(
                connection,
                interaction,
                stage="closed",
                expected=("sign_in", "identified", "declined"),
            )
        if not ended:
            raise PageError("session_lost", "the sign-in has ended", status=410)
        declined = interaction.stage == "declined"
        log("given_up", realm=realm.name, reference=interaction.reference, stage=interaction.stage)
        parameters = {
            "error": "access_denied",
            "error_description": "agreement declined" if declined else "cancelled by the person",
            "state": interaction.state,
            "iss": realm.issuer,
        }
        return redirect_back(interaction.redirect_uri, parameters)

    async def token(self, request: Request) -> Response:
        """The token endpoint (RFC 6749 3.2): a form, posted by the client itself."""
        realm = self._around.realms.get(request.path_params["realm"])
        if realm is None:
            raise OAuthError("invalid_request", "there is no such realm", status=404)
        kind = request.headers.get("content-type", "").split(";")[0].strip()
        if kind != "application/x-www-form-urlencoded":
            raise OAuthError("invalid_request", "the body is not a form")
        if "authorization" in request.headers:
            raise OAuthError("invalid_client", "private_key_jwt is the only way", status=401)
        form = read_form(await read_body(request, at_most=LARGEST_FORM))
        answer = await run_in_threadpool(redeem, form, realm=realm, around=self._around)
        return JSONResponse(answer, headers={"Pragma": "no-cache"})

    def _agreement(self, identity: ProvenIdentity, realm: Realm) -> object:
        with self._around.database.read() as connection:
            return agreement_state(
                connection, realm=realm, sub=identity.sub, at=self._around.clock()
            )

    def _due(
        self, interaction: Interaction, secret: str, realm: Realm
    ) -> tuple[ProvenIdentity, AgreementDue]:
        if interaction.stage != "identified":
            raise Problem("session_lost", "the sign-in has ended", status=409)
        identity = open_identity(interaction, secret=secret)
        held = self._agreement(identity, realm)
        if not isinstance(held, AgreementDue):
            raise Problem("challenge_used", "nothing is left to sign", status=409)
        return identity, held
