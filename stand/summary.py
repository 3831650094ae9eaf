"""The table that ends `tanba up`: where to go, who is there, what to click."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stand.environment import realm_of
from stand.settings import StandSettings


def summary(settings: StandSettings) -> RenderableType:
    """Addresses and the first clicks. Holds no secret."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for policy, url in zip(settings.policies, settings.portal_urls, strict=True):
        table.add_row(f"Portal {realm_of(policy)}", Text(url, style="bold cyan"))
    table.add_row("Who signs (NCALayer)", Text(settings.ncalayer_page_url, style="cyan"))
    table.add_row("Letters", Text(settings.mail_page_url, style="cyan"))
    table.add_row("Keycloak", Text(settings.keycloak_url, style="cyan"))
    table.add_row("Verifier", Text(settings.verifier_url, style="cyan"))
    steps = Text(
        "\n1. Open a portal and press its sign-in button, then ЭЦҚ.\n"
        "2. Press ЭЦҚ there too, and choose who signs on the NCALayer page, ҮЛГІБАЕВА АЙЖАН for "
        "one (docs/demo-people.md says who shows what).\n"
        "3. Read the agreement, accept and sign; give any e-mail address and a password.\n"
        "4. Open the letter on the letters' page: you are in the portal.\n"
        "\nCtrl-C or `make down` stops everything."
    )
    return Group(Text("\nThe stand is ready.\n", style="bold green"), table, steps)
