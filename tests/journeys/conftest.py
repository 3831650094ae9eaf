"""What the journeys share: a stand, browsers with empty profiles, people on their way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stand.environment import realms_of
from stand.supervisor import Stand
from tests.conftest import ROOT
from tests.journeys.around import Journey, Letters, NcaLayer
from tests.journeys.browser import open_browser

SHOTS = ROOT / "var" / "screenshots"


@pytest.fixture
def journey(stand: Stand, tmp_path: Path) -> Iterator[Callable[..., Journey]]:
    """Opens a browser with an empty profile for one more person: `journey(realm, language=…)`."""
    settings = stand.settings
    portals = dict(zip(realms_of(settings), settings.portal_urls, strict=True))
    with ExitStack() as held:

        def begin(realm: str, *, language: str) -> Journey:
            profile = tmp_path / f"profile-{len(list(tmp_path.iterdir()))}"
            browser = held.enter_context(open_browser(profile, SHOTS, language))
            return Journey(
                browser=browser,
                ncalayer=NcaLayer(settings),
                letters=Letters(settings),
                portal=portals[realm],
                keycloak=settings.keycloak_url,
                verifier=settings.verifier_url,
            )

        yield begin
