"""One Keycloak of a stand: its folder, its command line, when it is ready.

The folder borrows `lib` from the shared distribution and the themes from the checkout; database,
configuration and temporary files are its own. Production mode (`start --optimized`), on the
loopback address only, without a cluster transport.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import requests

from stand.errors import ServiceError
from stand.files import private_folder
from stand.keycloak.distribution import java_environment
from stand.processes import Child
from stand.settings import LOOPBACK, StandSettings

READY_SECONDS = 180
"""Ten seconds are usual; a first start on a busy machine creates the database too."""

HEAP = "-Xms256m -Xmx768m"
QUICK_START = "-XX:TieredStopAtLevel=1"
"""A stand starts often and serves few: compile lightly, be ready in half the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeycloakInstance:
    """How to run one Keycloak. `distribution` is a built one, shared and never written to."""

    distribution: Path
    home: Path
    themes: Path
    java: Path
    port: int
    management_port: int

    @classmethod
    def of(cls, settings: StandSettings, *, distribution: Path, java: Path) -> KeycloakInstance:
        return cls(
            distribution=distribution,
            home=settings.keycloak_home,
            themes=settings.theme_dir,
            java=java,
            port=settings.ports.keycloak,
            management_port=settings.ports.keycloak_management,
        )

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def prepare(self) -> None:
        """Lay the folder out anew around its data. Call it while nothing runs in it."""
        private_folder(self.home)
        for name in ("bin", "conf"):
            shutil.rmtree(self.home / name, ignore_errors=True)
            shutil.copytree(self.distribution / name, self.home / name)
        shutil.copy2(self.distribution / "version.txt", self.home / "version.txt")
        _link(self.home / "lib", self.distribution / "lib")
        _link(self.home / "themes", self.themes)
        (self.home / "providers").mkdir(exist_ok=True)
        private_folder(self.home / "data")
        # Compiled themes and compressed resources of an earlier start or another checkout state.
        shutil.rmtree(self.home / "data" / "tmp", ignore_errors=True)

    def forget(self) -> None:
        """Remove the database: the next start is a first one."""
        shutil.rmtree(self.home / "data", ignore_errors=True)

    def command(self) -> list[str]:
        options = [
            "start",
            "--optimized",
            "--http-enabled=true",
            f"--hostname={self.url}",
            f"--http-host={LOOPBACK}",
            f"--http-port={self.port}",
            f"--http-management-port={self.management_port}",
            "--cache=local",
            # Polling for readiness would fill the log with "not yet".
            "--log-level=info,io.smallrye.health:off",
        ]
        return [str(self.home / "bin" / "kc.sh"), *options]

    def environment(
        self, environ: Mapping[str, str], *, extra: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """`extra` holds what only this start is told, secrets of the first boot among it."""
        own = {"JAVA_OPTS_KC_HEAP": HEAP, "JAVA_OPTS_APPEND": QUICK_START}
        return java_environment(environ, self.java) | own | dict(extra or {})

    def ready(self) -> bool:
        """Whether it says it is ready, on the management port."""
        address = f"http://{LOOPBACK}:{self.management_port}/health/ready"
        return answers(address)


def answers(address: str) -> bool:
    """Whether `address` answers 200 now."""
    try:
        return requests.get(address, timeout=5).status_code == HTTPStatus.OK
    except requests.RequestException:
        return False


def wait_until(
    happened: Callable[[], bool], *, child: Child, seconds: float, every: float = 0.2
) -> None:
    """Wait until `happened()`.

    Raises:
        ServiceError: `child` ended, or it took longer than `seconds`.
    """
    limit = time.monotonic() + seconds
    while not happened():
        child.require_alive()
        if time.monotonic() > limit:
            raise ServiceError(
                f"{child.name} is not ready after {seconds:.0f} s",
                hint=f"its output is in {child.log}",
            )
        time.sleep(every)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() or link.exists():
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)
        else:
            link.unlink()
    link.symlink_to(target.resolve(), target_is_directory=True)
