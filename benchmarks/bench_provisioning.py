"""`tanba plan` and `tanba apply` on a real Keycloak: seconds from process start, requests, memory.

The peer in the same run is python-keycloak, object by object (`support/one_by_one.py`); the limits
are ratios to it. It does less: no plan, no lock, no look afterwards. The ceilings in seconds are
told as reached or not. For comparison, from another run on such a machine: keycloak-config-cli
6.5.0 made that realm in 23.8 s, looked at it in 12.9 s, and changed one field of it in 14.8 s by
780 requests.

    python -m benchmarks.bench_provisioning
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from keycloak import KeycloakAdmin

from benchmarks.support import one_by_one
from benchmarks.support.realms import (
    ENVIRON,
    LARGE,
    SMALL,
    as_keycloak,
    realm,
    write_policy,
)
from benchmarks.support.report import Report
from tests.keycloak.own_keycloak import (
    BOOTSTRAP,
    Counted,
    OwnKeycloak,
    counting_proxy,
    own_keycloak,
)

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
CREATE_SECONDS, PLAN_SECONDS, FIELD_SECONDS = 10.0, 1.5, 1.7
PLAN_REQUESTS = 15
LARGE_MIB = 300
DIFFERENT = 2
PLAIN = as_keycloak(realm(SMALL))
RATIOS = {"create": 2.5, "unchanged plan": 1.0, "one field": 1.5}
"""At most this many times what a peer takes."""


@dataclass(frozen=True, slots=True)
class Run:
    """One command: seconds from process start to its end, and the most memory it held."""

    seconds: float
    mib: float


class Tanba:
    """The command as a pipeline runs it, with the identity that may create realms and groups."""

    def __init__(self, server: OwnKeycloak, folder: Path) -> None:
        self._folder = folder
        self._environ = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "TANBA_KEYCLOAK_URL": server.url,
            "TANBA_KEYCLOAK_CLIENT_ID": BOOTSTRAP,
            "TANBA_KEYCLOAK_CLIENT_SECRET": server.bootstrap_secret.get_secret_value(),
            **ENVIRON,
        }

    def __call__(self, *arguments: str, code: int = 0, url: str | None = None) -> Run:
        """Run it; AssertionError when it ends otherwise than expected."""
        environ = self._environ | ({"TANBA_KEYCLOAK_URL": url} if url else {})
        with tempfile.TemporaryFile() as said:
            began = time.perf_counter()
            child = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-c", "from cli import main; main()", *arguments],
                cwd=self._folder,
                env=environ,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - began
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != code:
                said.seek(0)
                tail = said.read().decode(errors="replace")[-800:]
                raise AssertionError(f"{arguments} ended with {child.returncode}: {tail}")
        return Run(seconds, usage.ru_maxrss / 1024)


def quickest(runs: Iterable[Run]) -> Run:
    """The run that was least disturbed."""
    return min(runs, key=lambda run: run.seconds)


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call took, on the clock on the wall."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def measure_small(report: Report, server: OwnKeycloak, tanba: Tanba, folder: Path) -> None:
    """Creating, looking, and changing one field, each beside a peer."""
    made, policies = [], []
    theirs = []
    for number in range(ROUNDS):  # in turns: what else this machine does meets both
        name = f"peer-{number}"
        create = partial(one_by_one.create, _peer(server, name), name, PLAIN)
        theirs.append(seconds_of(create))
        policies.append(write_policy(folder, f"bench-{number}", realm(SMALL)))
        made.append(tanba("apply", "--yes", str(policies[-1])))
    created = quickest(made)
    report.ceiling("create", created.seconds, CREATE_SECONDS, "s")
    _ratio(report, "create", created.seconds, min(theirs), "python-keycloak")
    measure_plan(report, server, tanba, policies[0])
    measure_field(report, server, tanba, policies[0])


def measure_plan(report: Report, server: OwnKeycloak, tanba: Tanba, policy: Path) -> None:
    """Looking at a realm that is as declared."""
    peer = _peer(server, "peer-0")
    looked, seen = [], []
    for _ in range(ROUNDS):
        looked.append(seconds_of(lambda: _none(one_by_one.differences(peer, "peer-0", PLAIN))))
        seen.append(tanba("plan", str(policy)))
    planned = quickest(seen)
    report.ceiling("unchanged plan", planned.seconds, PLAN_SECONDS, "s")
    _ratio(report, "unchanged plan", planned.seconds, min(looked), "python-keycloak")
    with counting_proxy(server.url) as counted:
        tanba("plan", str(policy), url=counted.url)
        _exactly(report, "unchanged plan: requests", counted, reads=PLAN_REQUESTS, writes=0)


def measure_field(report: Report, server: OwnKeycloak, tanba: Tanba, policy: Path) -> None:
    """Changing one field."""
    folder, name = policy.parent.parent, policy.parent.name
    changed = []
    for number in range(ROUNDS):
        write_policy(folder, name, realm(SMALL, seconds=310 + number))
        changed.append(tanba("apply", "--yes", str(policy)))
    one = quickest(changed)
    report.ceiling("one field changed", one.seconds, FIELD_SECONDS, "s")
    write_policy(folder, name, realm(SMALL, seconds=400))
    with counting_proxy(server.url) as counted:
        tanba("apply", "--yes", str(policy), url=counted.url)
        _exactly(report, "one field changed: writes", counted, reads=None, writes=1)


def measure_large(report: Report, tanba: Tanba, folder: Path) -> None:
    """Memory where there are many objects."""
    policy = write_policy(folder, "large", realm(LARGE))
    made = tanba("apply", "--yes", str(policy))
    report.say(f"{LARGE} created", f"{made.seconds:.1f} s, {made.mib:.0f} MiB", value=made.seconds)
    seen = quickest([tanba("plan", str(policy)) for _ in range(ROUNDS)])
    report.say(f"{LARGE} unchanged plan", f"{seen.seconds:.2f} s", value=seen.seconds)
    write_policy(folder, "large", realm(LARGE, seconds=301))
    different = tanba("plan", str(policy), code=DIFFERENT)
    most = max(made.mib, seen.mib, different.mib)
    report.bound(
        f"{LARGE} memory",
        f"{most:.0f} MiB at most, in a plan or an apply",
        broken=most >= LARGE_MIB,
        why=f"limit {LARGE_MIB} MiB",
        value=most,
    )


def _exactly(
    report: Report, name: str, counted: Counted, *, reads: int | None, writes: int
) -> None:
    """Requests are counted, not timed: they must be right on any machine."""
    said = f"{len(counted.reads)} reads, {len(counted.writes)} writes, {len(counted.own)} own"
    too_many = reads is not None and len(counted.reads) > reads
    report.bound(
        name,
        said,
        broken=too_many or len(counted.writes) != writes,
        why=f"reads at most {reads}, writes {writes}",
        reads=len(counted.reads),
        writes=len(counted.writes),
        own=len(counted.own),
    )


def _ratio(report: Report, name: str, ours: float, theirs: float, peer: str) -> None:
    report.say(f"{name}: {peer}", f"{theirs:.1f} s", value=theirs)
    report.limit(f"{name}: ratio", ours / theirs, RATIOS[name], peer)


def _peer(server: OwnKeycloak, name: str) -> KeycloakAdmin:
    secret = server.bootstrap_secret.get_secret_value()
    return one_by_one.admin_of(server.url, realm=name, client_id=BOOTSTRAP, secret=secret)


def _none(differences: int) -> None:
    if differences:
        raise AssertionError(f"the peer sees {differences} differences in what it made itself")


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    report = Report("provisioning", f"Provisioning a realm of {SMALL} clients/roles/groups")
    report.begin()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with own_keycloak(folder / "server") as server:
            tanba = Tanba(server, folder)
            measure_small(report, server, tanba, folder)
            measure_large(report, tanba, folder)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
