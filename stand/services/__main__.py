"""`python -m stand.services <settings.json>`: prints `ready` when everything listens."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from policies.errors import TanbaError
from policies.loader import load_portals
from stand.demo_ca import create, nca_test
from stand.demo_ca.server import CaState, ca_app
from stand.mail.box import Mailbox
from stand.mail.server import page_app as mail_app
from stand.mail.smtp import protocol as smtp_protocol
from stand.ncalayer.desk import Desk
from stand.ncalayer.keyring import keyring
from stand.ncalayer.server import page_app as ncalayer_app
from stand.ncalayer.server import socket_app
from stand.portal.server import PortalSite, portal_app
from stand.services import tls
from stand.services.running import Line, Service, Web, serve
from stand.settings import StandSettings


def _now() -> datetime:
    return datetime.now(UTC)


def services(settings: StandSettings, environ: Mapping[str, str]) -> list[Service]:
    """Everything that listens, by the stand's settings. Raises TanbaError."""
    ports, shared = settings.ports, settings.shared_data
    ca = create(settings.demo_ca_dir, base_url=settings.ca_url, now=_now())
    trusted = nca_test.publish(ca.trust_dir, shared_data=shared, base_url=settings.ca_url)
    sample = nca_test.crl_file(shared) if shared is not None and trusted is not None else None
    desk = Desk(keyring(ca, shared_data=shared, now=_now()), _now)
    box = Mailbox(settings.services_dir / "mail", _now)
    wss = tls.context(*tls.self_made(settings.services_dir, now=_now()))
    portals = load_portals(settings.policies, environ=environ)
    return [
        Web("the demo CA", ports.ca, ca_app(CaState(ca, _now), nca_test_crl=sample)),
        Web("the NCALayer page", ports.ncalayer_page, ncalayer_app(desk)),
        Web("NCALayer over wss", ports.ncalayer_wss, socket_app(desk), tls=wss),
        Web("NCALayer over ws", ports.ncalayer_ws, socket_app(desk)),
        Line("the mail catcher", ports.smtp, lambda: smtp_protocol(box)),
        Web("the letters' page", ports.mail_page, mail_app(box)),
        *(
            Web(f"the portal {policy.realm}", port, portal_app(PortalSite.of(policy, settings)))
            for policy, port in zip(portals, ports.portals, strict=True)
        ),
    ]


def main(arguments: list[str]) -> int:
    """Exit code 0 after SIGTERM, 1 with a sentence on stderr."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m stand.services <settings.json>\n")
        return 1
    try:
        found = services(StandSettings.load(Path(arguments[0])), os.environ)
        asyncio.run(serve(found, on_ready=_say_ready))
    except TanbaError as error:
        sys.stderr.write(f"error: {error.message}\n")
        return error.exit_code
    return 0


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
