"""The letters' page, and its interface for tests.

    GET    /api/letters?to=…    newest first
    DELETE /api/letters?to=…

A letter's HTML is shown in a frame that may run no script, send no form and load nothing from
elsewhere; its links open a new tab.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from stand.mail import texts
from stand.mail.box import Letter, Mailbox, split_links
from stand.services.web import LoopbackOnly, environment, language, page, statics, words

_PAGES = Path(__file__).resolve().parent / "pages"
_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def page_app(box: Mailbox) -> Starlette:
    """The application over one mailbox."""
    pages = _Pages(box)
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/letters/{id}", pages.letter),
            Route("/letters/{id}/html", pages.html),
            Route("/clear", pages.clear, methods=["POST"]),
            Route("/api/letters", pages.listing),
            Route("/api/letters", pages.delete, methods=["DELETE"]),
            *statics([_PAGES / "static"]),
        ],
        middleware=[Middleware(LoopbackOnly)],
    )


class _Pages:
    def __init__(self, box: Mailbox) -> None:
        self.box = box
        self.templates = environment(_PAGES)

    async def index(self, request: Request) -> Response:
        return self._page(request, "letters.html", {"letters": self.box.letters()})

    async def letter(self, request: Request) -> Response:
        letter = self._find(request)
        values = {"letter": letter, "pieces": split_links(letter.text)}
        return self._page(request, "letter.html", values)

    async def html(self, request: Request) -> Response:
        # The frame's own policy is what holds: the letter is shown as it is.
        return HTMLResponse(
            f'<base target="_blank">{self._find(request).html}',
            headers={"content-security-policy": _FRAME_POLICY},
        )

    async def clear(self, _request: Request) -> Response:
        self.box.clear()
        return RedirectResponse("/", status_code=303)

    async def listing(self, request: Request) -> Response:
        letters = self.box.letters(to=request.query_params.get("to", ""))
        return JSONResponse([_json(letter) for letter in letters])

    async def delete(self, request: Request) -> Response:
        return JSONResponse({"deleted": self.box.clear(to=request.query_params.get("to", ""))})

    def _find(self, request: Request) -> Letter:
        letter = self.box.letter(request.path_params["id"])
        if letter is None:
            raise HTTPException(404)
        return letter

    def _page(self, request: Request, name: str, values: dict[str, Any]) -> Response:
        spoken = language(request)
        common = {"lang": spoken, "t": words(texts.TEXTS[spoken])}
        return page(self.templates, name, common | values)


def _json(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "received": letter.received.isoformat(),
        "from": letter.sender,
        "to": letter.recipients,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "links": letter.links,
    }
