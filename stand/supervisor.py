"""The stand as a whole: everything up in the right order, nothing left behind.

    with Stand(settings) as stand:
        ...

Two stands of one checkout share the built Keycloak and nothing else.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from stand import environment, ports, record, verifier
from stand.errors import ServiceError, StandSettingsError
from stand.fetch import Supply
from stand.files import locked, private_folder, require_space
from stand.java import find_java
from stand.keycloak.distribution import ensure_distribution
from stand.keycloak.first_boot import BootstrapIdentity, hand_over, is_provisioned
from stand.keycloak.instance import READY_SECONDS, KeycloakInstance, answers, wait_until
from stand.processes import Child, Children, Identity, end_left_over
from stand.progress import Reporter, Silent
from stand.settings import StandSettings

SPACE_TO_RUN = 200_000_000
"""Bytes a database, logs and temporary files may grow to."""

_PART_SECONDS = 60
_APPLY_SECONDS = 300
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stand:
    """One stand. `start` either leaves everything running or nothing."""

    def __init__(
        self,
        settings: StandSettings,
        *,
        reporter: Reporter | None = None,
        environ: Mapping[str, str] | None = None,
        supply: Supply | None = None,
    ) -> None:
        """`environ` is the caller's; its `KEYCLOAK_HOME` and `JAVA_HOME` count."""
        self.settings = settings
        self.variables: Mapping[str, str] = {}
        self._reporter = reporter or Silent()
        self._environ = dict(os.environ if environ is None else environ)
        self._supply = supply or Supply()
        self._children = Children(settings.logs_dir)
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Bring everything up; returns when every part answers and the realms are as declared.

        Call it from the main thread: children are bound to the thread that starts them.

        Raises:
            AlreadyRunningError, PortInUseError, JavaError, DiskSpaceError, FetchError,
            ChecksumError, BuildError, ServiceError, ProvisioningError: nothing is left running.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every part. May be called at any time, and again."""
        with uninterrupted():
            self._children.end()
            self._held.close()

    def declare_ready(self) -> None:
        """Note for other processes that this stand is up, and its addresses are said."""
        self._record(ready=True)

    def wait(self) -> None:
        """Return never; raises ServiceError when a part has ended by itself."""
        while True:
            self._children.require_alive()
            time.sleep(1)

    def _start(self) -> None:
        settings = self.settings
        private_folder(settings.keycloak_distribution.parent)
        private_folder(settings.home)
        private_folder(settings.logs_dir)
        busy = "this stand is up already"
        self._held.enter_context(locked(settings.home / "lock", wait=False, busy=busy))
        self._end_left_over()
        ports.require_free(settings.ports)
        require_space(settings.home, SPACE_TO_RUN, what="running the stand", free=self._supply.free)
        self._held.callback(record_file(settings).unlink, missing_ok=True)
        self._record(ready=False)
        java = find_java(self._environ)
        distribution = ensure_distribution(
            settings.keycloak_distribution,
            self._reporter,
            java=java,
            environ=self._environ,
            supply=self._supply,
        )
        self._start_parts(KeycloakInstance.of(settings, distribution=distribution, java=java))

    def _start_parts(self, keycloak: KeycloakInstance) -> None:
        settings, step = self.settings, self._reporter.step
        bootstrap = self._first_boot(keycloak)
        self.variables = environment.variables(settings)
        environment.write_env_file(settings, self.variables)
        settings.save(settings.settings_file)
        server = self._start_keycloak(keycloak, bootstrap)
        with step("Issue the demo people's certificates"):
            # Its imports take a while; meanwhile Keycloak is starting.
            from stand import demo_ca  # noqa: PLC0415

            demo_ca.create(settings.demo_ca_dir, base_url=settings.ca_url, now=datetime.now(UTC))
        with step("Start mail, CA, NCALayer and portals"):
            self._start_services()
        with step("Start the verifier"):
            self._start_verifier()
        with step("Start Keycloak"):
            wait_until(keycloak.ready, child=server, seconds=READY_SECONDS)
        if bootstrap is not None:
            with step("Hand Keycloak over to the provisioner"):
                self._hand_over(bootstrap)
        with step("Apply the portals' policies"):
            self._apply()

    def _first_boot(self, keycloak: KeycloakInstance) -> BootstrapIdentity | None:
        """The identity of a first boot, on an empty database; None when it is done already."""
        settings = self.settings
        marker = settings.home / "provisioned"
        if not is_provisioned(marker):
            keycloak.forget()
            return BootstrapIdentity.new()
        made = set(marker.read_text(encoding="utf-8").split())
        new = sorted(set(environment.realms_of(settings)) - made)
        anew = f"stop the stand, remove {settings.home} and start it again: it is made anew"
        if new:
            raise StandSettingsError(
                f"this stand was made before there was a policy for {', '.join(new)}", hint=anew
            )
        if not (settings.secrets_dir / environment.PROVISIONER_SECRET).is_file():
            raise StandSettingsError("this stand's secrets are gone", hint=anew)
        return None

    def _start_keycloak(
        self, keycloak: KeycloakInstance, bootstrap: BootstrapIdentity | None
    ) -> Child:
        keycloak.prepare()
        extra = bootstrap.environment() if bootstrap else None
        env = keycloak.environment(self._environ, extra=extra)
        return self._child("keycloak", keycloak.command(), env=env)

    def _start_services(self) -> None:
        private_folder(self.settings.services_dir)
        command = [sys.executable, "-m", "stand.services", str(self.settings.settings_file)]
        child = self._child("services", command)
        wait_until(lambda: _said_ready(child.log), child=child, seconds=_PART_SECONDS)

    def _start_verifier(self) -> None:
        child = self._child("verifier", verifier.write_settings(self.settings))
        alive = f"{self.settings.verifier_url}/health/live"
        wait_until(lambda: answers(alive), child=child, seconds=_PART_SECONDS)

    def _hand_over(self, bootstrap: BootstrapIdentity) -> None:
        settings = self.settings
        hand_over(
            settings.keycloak_url,
            bootstrap,
            realms=environment.realms_of(settings),
            provisioner_secret=environment.secret(settings, environment.PROVISIONER_SECRET),
            marker=settings.home / "provisioned",
        )

    def _apply(self) -> None:
        """Run the very command an admin runs; a stand that is as declared is not written to."""
        policies = [str(path) for path in self.settings.policies]
        child = self._child("apply", verifier.tanba("apply", "--yes", *policies))
        limit = time.monotonic() + _APPLY_SECONDS
        while child.process.poll() is None:
            if time.monotonic() > limit:
                raise ServiceError(
                    f"applying the policies takes more than {_APPLY_SECONDS} s",
                    hint=f"its output is in {child.log}",
                )
            time.sleep(0.1)
        if child.process.returncode != 0:
            child.require_alive()
        self._children.forget(child)

    def _child(self, name: str, command: list[str], env: Mapping[str, str] | None = None) -> Child:
        own = environment.for_child(self._environ, self.variables)
        child = self._children.start(name, command, env=env or own, cwd=self.settings.root)
        self._record(ready=False)
        return child

    def _record(self, *, ready: bool) -> None:
        own = Identity.of("stand", os.getpid())
        record.Record(own, self._children.identities(), ready).save(record_file(self.settings))

    def _end_left_over(self) -> None:
        """We hold the lock: whoever wrote a record that is still there is dead."""
        left = record.load(record_file(self.settings))
        if left is not None:
            end_left_over(left.children)


def record_file(settings: StandSettings) -> Path:
    """Where a running stand's processes are recorded."""
    return settings.home / "running.json"


def _said_ready(log: Path) -> bool:
    return "ready" in log.read_text(encoding="utf-8", errors="replace").splitlines()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore Ctrl-C and SIGTERM: what is being ended is ended in full, within seconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPPING}
    try:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
