"""The SMTP side: takes letters from this machine and never passes one on."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from stand.mail.box import Mailbox

_LARGEST = 10 * 1024 * 1024


class _Catcher:
    """aiosmtpd's handler."""

    def __init__(self, box: Mailbox) -> None:
        self._box = box

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content: Any = envelope.content
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self._box.add(
            bytes(data),
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
        )
        return "250 OK"


def protocol(box: Mailbox) -> asyncio.Protocol:
    """One SMTP conversation; made for every connection."""
    return SMTP(
        _Catcher(box),
        data_size_limit=_LARGEST,
        enable_SMTPUTF8=True,
        hostname="localhost",
        ident="Tanba mail catcher",
        loop=asyncio.get_running_loop(),
    )
