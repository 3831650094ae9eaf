"""What one stand is: which ports, which folders, which portals. Nothing here is secret.

A stand is described completely by `StandSettings`; its secrets live in files under `home`,
readable by the owner alone. The same value travels to the services' child as JSON.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from stand.errors import StandSettingsError

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65535
FORMAT = 1
"""Version of the JSON that `save` writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """TCP ports of one stand, all on the loopback address."""

    keycloak: int = 8080
    keycloak_management: int = 9000
    verifier: int = 8090
    ca: int = 8091
    """OCSP, CRL and CA files of the demo CA."""
    ncalayer_page: int = 8092
    """The page that picks who signs."""
    mail_page: int = 8025
    smtp: int = 1025
    ncalayer_wss: int = 13579
    ncalayer_ws: int = 13580
    portals: tuple[int, ...] = (8101, 8102)
    """In the order of `StandSettings.policies`."""

    def named(self) -> dict[str, int]:
        """Every port under a name a person understands, portals as `portal 1`, `portal 2`, …"""
        single = {
            item.name.replace("_", " "): getattr(self, item.name)
            for item in fields(self)
            if item.name != "portals"
        }
        return single | {f"portal {n}": port for n, port in enumerate(self.portals, start=1)}

    def shifted(self, by: int) -> Ports:
        """The same ports, all moved by `by`.

        Raises:
            StandSettingsError: a port would leave 1–65535.
        """
        moved = {
            item.name: getattr(self, item.name) + by
            for item in fields(self)
            if item.name != "portals"
        }
        ports = Ports(**moved, portals=tuple(port + by for port in self.portals))
        for name, port in ports.named().items():
            if not 0 < port <= HIGHEST_PORT:
                raise StandSettingsError(
                    f"port shift {by} puts {name} at {port}, which is no TCP port",
                    hint="choose TANBA_STAND_PORT_SHIFT so that every port stays in 1-65535",
                )
        return ports

    @classmethod
    def free(cls, *, portals: int = 2) -> Ports:
        """Ports nobody listens on now, for tests: different for every call while it runs."""
        names = [item.name for item in fields(cls) if item.name != "portals"]
        with ExitStack() as held:
            numbers = []
            for _ in range(len(names) + portals):
                probe = held.enter_context(socket.socket())
                probe.bind((LOOPBACK, 0))
                numbers.append(int(probe.getsockname()[1]))
        single = dict(zip(names, numbers, strict=False))
        return cls(**single, portals=tuple(numbers[len(names) :]))


@dataclass(frozen=True, slots=True, kw_only=True)
class RealmOverride:
    """How the stand's verifier treats one realm differently from its policy."""

    trust: str = "demo"
    """Name of a trust list, instead of the policy's."""
    unsafe_judging_time: datetime | None = None
    """Tests only: the instant certificates are judged at, instead of now. Has a time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandSettings:
    """One stand. `root` is the repository, `home` the stand's own folder (0700)."""

    root: Path
    home: Path
    ports: Ports = field(default_factory=Ports)
    policies: tuple[Path, ...] = ()
    """Folders of the portals' policies; their order gives each its port."""
    shared_data: Path | None = None
    """Real certificates and signatures, where they are at hand."""
    overrides: Mapping[str, RealmOverride] = field(default_factory=dict)
    """By realm; a realm that is not named here gets `RealmOverride()`: the demo CA, now."""

    @classmethod
    def of_repository(cls, root: Path, environ: Mapping[str, str]) -> StandSettings:
        """The stand of a checkout, with every portal in it.

        `TANBA_STAND_HOME` and `TANBA_STAND_PORT_SHIFT` make a second one beside `var/stand`.

        Raises:
            StandSettingsError: the shift is no whole number, or there is no portal policy.
        """
        shift = environ.get("TANBA_STAND_PORT_SHIFT", "0")
        try:
            by = int(shift)
        except ValueError:
            raise StandSettingsError(
                f"TANBA_STAND_PORT_SHIFT is {shift!r}, not a whole number",
                hint="set it to a number such as 10000, or unset it",
            ) from None
        folders = root / "policies" / "portals"
        policies = tuple(sorted(path.parent for path in folders.glob("*/policy.yaml")))
        if not policies:
            raise StandSettingsError(
                f"no portal policy under {folders}",
                hint="run this inside a checkout of Tanba",
            )
        # The first seed comes first: the order decides which portal has which port.
        policies = tuple(sorted(policies, key=lambda path: path.name != "grain-receipts"))
        first = Ports().portals[0]
        ports = replace(Ports(), portals=tuple(first + n for n in range(len(policies))))
        shared = root.parent / "shared" / "data"
        return cls(
            root=root,
            home=Path(environ.get("TANBA_STAND_HOME") or root / "var" / "stand").absolute(),
            ports=ports.shifted(by),
            policies=policies,
            shared_data=shared if shared.is_dir() else None,
        )

    # -- addresses -----------------------------------------------------------------------------

    @property
    def keycloak_url(self) -> str:
        return f"http://localhost:{self.ports.keycloak}"

    @property
    def keycloak_management_url(self) -> str:
        return f"http://localhost:{self.ports.keycloak_management}"

    @property
    def verifier_url(self) -> str:
        return f"http://localhost:{self.ports.verifier}"

    @property
    def ca_url(self) -> str:
        return f"http://localhost:{self.ports.ca}"

    @property
    def ncalayer_page_url(self) -> str:
        return f"http://localhost:{self.ports.ncalayer_page}"

    @property
    def mail_page_url(self) -> str:
        return f"http://localhost:{self.ports.mail_page}"

    @property
    def ncalayer_wss_url(self) -> str:
        return f"wss://127.0.0.1:{self.ports.ncalayer_wss}"

    @property
    def ncalayer_ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.ports.ncalayer_ws}"

    @property
    def portal_urls(self) -> tuple[str, ...]:
        """In the order of `policies`."""
        return tuple(f"http://localhost:{port}" for port in self.ports.portals)

    def realm_url(self, realm: str) -> str:
        return f"{self.keycloak_url}/realms/{realm}"

    # -- folders and files ---------------------------------------------------------------------

    @property
    def keycloak_distribution(self) -> Path:
        """Where the fetched, built Keycloak is kept; shared by every stand of this checkout."""
        return self.root / "var" / "keycloak"

    @property
    def theme_dir(self) -> Path:
        return self.root / "keycloak-theme"

    @property
    def keycloak_home(self) -> Path:
        """This stand's own Keycloak: its database, configuration and temporary files."""
        return self.home / "keycloak"

    @property
    def demo_ca_dir(self) -> Path:
        return self.home / "demo-ca"

    @property
    def verifier_dir(self) -> Path:
        return self.home / "verifier"

    @property
    def services_dir(self) -> Path:
        """Where the services' child keeps what it must keep (letters, cookie keys)."""
        return self.home / "services"

    @property
    def logs_dir(self) -> Path:
        return self.home / "logs"

    @property
    def secrets_dir(self) -> Path:
        return self.home / "secrets"

    @property
    def env_file(self) -> Path:
        """What policies refer to as `${env:…}` and how to reach this Keycloak; 0600."""
        return self.home / "stand.env"

    @property
    def settings_file(self) -> Path:
        return self.home / "settings.json"

    # -- travelling ----------------------------------------------------------------------------

    def override(self, realm: str) -> RealmOverride:
        return self.overrides.get(realm, RealmOverride())

    def save(self, path: Path) -> None:
        """Write as JSON that `load` reads back to an equal value."""
        body = {"format": FORMAT} | asdict(self)
        path.write_text(json.dumps(body, default=_plain, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> StandSettings:
        """Read what `save` wrote.

        Raises:
            StandSettingsError: no such file, or not written by `save` of this version.
        """
        try:
            return _settings(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StandSettingsError(
                f"{path} does not hold a stand's settings ({type(error).__name__})",
                hint="start the stand with `tanba up`, which writes it",
            ) from error


def _settings(body: dict[str, Any]) -> StandSettings:
    if body.pop("format") != FORMAT:
        raise ValueError("another format")
    ports = body.pop("ports")
    ports["portals"] = tuple(ports["portals"])
    overrides = {
        realm: RealmOverride(
            trust=item["trust"], unsafe_judging_time=_instant(item["unsafe_judging_time"])
        )
        for realm, item in body.pop("overrides").items()
    }
    shared_data = body.pop("shared_data")
    return StandSettings(
        root=Path(body.pop("root")),
        home=Path(body.pop("home")),
        ports=Ports(**ports),
        policies=tuple(map(Path, body.pop("policies"))),
        shared_data=Path(shared_data) if shared_data else None,
        overrides=overrides,
        **body,
    )


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not travel as JSON")


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
