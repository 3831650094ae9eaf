"""The stand's verifier: its settings file and its command line."""

from __future__ import annotations

import io
import sys

from ruamel.yaml import YAML
from sqlalchemy import URL

from stand.demo_ca import nca_test
from stand.environment import realm_of
from stand.files import private_folder, write_private
from stand.settings import LOOPBACK, StandSettings


def write_settings(settings: StandSettings) -> list[str]:
    """Write `verifier.yaml`; the command that serves it.

    The stand's emulator speaks plain ws beside wss, because a fresh browser trusts no
    certificate of ours: that, and trust lists other than the policy's, are the stand's own.
    """
    folder = private_folder(settings.verifier_dir)
    store = URL.create("sqlite", database=str(folder / "verifier.sqlite"))
    realms = []
    for policy in settings.policies:
        realm = realm_of(policy)
        override = settings.override(realm)
        item: dict[str, object] = {
            "policy": str(policy),
            "keycloak": settings.realm_url(realm),
            "trust": override.trust,
            "unsafe_allow_test_trust": override.trust == nca_test.LIST_NAME,
        }
        if override.unsafe_judging_time is not None:
            item["unsafe_judging_time"] = override.unsafe_judging_time.isoformat()
        realms.append(item)
    tree = {
        "version": 1,
        "base_url": settings.verifier_url,
        "listen": f"{LOOPBACK}:{settings.ports.verifier}",
        "store": store.render_as_string(),
        "keys": str(private_folder(folder / "keys")),
        "trust": str(settings.demo_ca_dir / "trust"),
        "ncalayer": settings.ncalayer_wss_url,
        "unsafe_plain_ncalayer": settings.ncalayer_ws_url,
        "realms": realms,
    }
    text = io.StringIO()
    YAML().dump(tree, text)
    path = folder / "verifier.yaml"
    write_private(path, text.getvalue())
    return tanba("eds", "serve", "--settings", str(path))


def tanba(*arguments: str) -> list[str]:
    """The command line that runs `tanba` with this very interpreter."""
    return [sys.executable, "-c", "from cli import main; main()", *arguments]
