"""The realm's pages: what each shows, put together from the realm, the sign-in and its state."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from eds_verifier.identity import ProvenIdentity
from eds_verifier.pages.render import LANGUAGES, Frame, render
from eds_verifier.pages.times import ALMATY, local_time
from eds_verifier.provider.agreement import AgreementDue, shown_text
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.provider.request import choose_language
from eds_verifier.store.interactions import Interaction
from policies.agreement import TEXT_LANGUAGES


def base_of(realm: Realm, request: Request) -> str:
    """The path of this sign-in's page; its other addresses start with it."""
    return f"{realm.path}/sign-in/{request.path_params['interaction']}"


def _frame(
    realm: Realm, *, language: str, reference: str, languages: tuple[tuple[str, str], ...]
) -> Frame:
    return Frame(
        language=language,
        portal=realm.policy.names.get(language),
        languages=languages,
        instructions=realm.policy.links.instructions,
        support=realm.policy.links.support,
        reference=reference,
        unsafe=realm.warnings,
    )


def _frame_of(interaction: Interaction, *, realm: Realm, base: str) -> Frame:
    """The frame of a living sign-in: in its language, with its reference, to be switched."""
    return _frame(
        realm,
        language=interaction.language,
        reference=interaction.reference,
        languages=_switch(realm, base),
    )


def _switch(realm: Realm, address: str, **more: str) -> tuple[tuple[str, str], ...]:
    tail = "".join(f"&{name}={value}" for name, value in more.items())
    return tuple((code, f"{address}?lang={code}{tail}") for code in realm.policy.languages)


def sign_in_page(
    request: Request, interaction: Interaction, *, realm: Realm, around: Surroundings
) -> Response:
    """The page with the one big button."""
    base = base_of(realm, request)
    frame = _frame_of(interaction, realm=realm, base=base)
    return HTMLResponse(
        render(
            "sign_in.html",
            frame,
            base=base,
            socket=around.settings.signing_socket,
            origin=around.origin,
            key=realm.key_for("sign_in"),
            outage=local_time(realm.outage_since(), now=around.clock()),
        )
    )


def agreement_page(  # noqa: PLR0913 - what a page shows
    request: Request,
    interaction: Interaction,
    due: AgreementDue,
    *,
    identity: ProvenIdentity,
    realm: Realm,
    around: Surroundings,
) -> Response:
    """The text that is due, exactly as it is hashed, with Accept and sign, and Decline."""
    base = base_of(realm, request)
    language = interaction.language
    chosen = request.query_params.get("text", "")
    text = shown_text(due.version, page_language=language, chosen=chosen)
    has_own_text = language in due.version.texts
    frame = _frame_of(interaction, realm=realm, base=base)
    return HTMLResponse(
        render(
            "agreement.html",
            frame,
            base=base,
            socket=around.settings.signing_socket,
            text=text,
            text_languages=tuple(
                (code, f"{base}?lang={language}&text={code}") for code in TEXT_LANGUAGES
            ),
            summary="" if has_own_text else due.version.summaries.get(language, ""),
            effective=due.version.effective.astimezone(ALMATY).strftime("%d.%m.%Y %H:%M"),
            who=identity.name,
            organization=identity.organization,
        )
    )


def declined_page(request: Request, interaction: Interaction, *, realm: Realm) -> Response:
    """What declining meant, and the way back."""
    base = base_of(realm, request)
    frame = _frame_of(interaction, realm=realm, base=base)
    return HTMLResponse(render("declined.html", frame, base=base))


def error_page(
    request: Request, state: str, reference: str, status: int, *, realms: Mapping[str, Realm]
) -> Response:
    """A state on a page of its own, in the asked language; it needs no sign-in."""
    realm = realms.get(request.path_params.get("realm", ""))
    offered = realm.policy.languages if realm else LANGUAGES
    wanted = [
        request.query_params.get("lang", ""),
        *request.query_params.get("ui_locales", "").split(),
    ]
    language = choose_language(
        wanted, accept_language=request.headers.get("accept-language", ""), offered=offered
    )
    if realm is None:
        frame = Frame(
            language=language,
            portal="",
            languages=(),
            instructions="",
            support="",
            reference=reference,
            unsafe=(),
        )
    else:
        frame = _frame(realm, language=language, reference=reference, languages=())
    return HTMLResponse(render("error.html", frame, state=state), status_code=status)
