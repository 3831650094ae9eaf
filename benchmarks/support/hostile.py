"""Inputs made to cost as much as they can, and what each costs the verifier.

    python -m benchmarks.support.hostile [NAME]…     # a JSON line for each

Each is judged in a process of its own, forked from this one: seconds of its processor time, and
how far its memory rose above what held the input.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from benchmarks.support.hostile_inputs import INPUTS, Input
from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.verdict import Reason, Refused
from eds_verifier.verify import verify
from fuzz.seeds import NONCE, person
from fuzz.targets import DOCUMENT, POLICY
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import CONTENT, NOW, Message, crl, pki

SECONDS = 1.0
MEBIBYTES = 100.0
_GIVE_UP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """What one input cost. `ended`: how; `answered` unless it was stopped or raised."""

    name: str
    octets: int
    seconds: float
    mebibytes: float
    ended: str

    @property
    def is_bounded(self) -> bool:
        """Within SECONDS and MEBIBYTES, with an answer."""
        return self.ended == "answered" and self.seconds <= SECONDS and self.mebibytes < MEBIBYTES


def _cms(data: bytes) -> None:
    """As a document and as a sign-in, one after the other; by its own kind's authorities."""
    kind = "gost" if _GOST in data[:_LOOK] else "rsa"
    for policy, content in ((DOCUMENT, None), (POLICY, CONTENT)):
        verdict = verify(
            data,
            content=content,
            trust=pki(kind).store,
            evidence=_evidence(kind),
            policy=policy,
            at=NOW,
        )
        if verdict.reason == Reason.INTERNAL_ERROR:
            raise AssertionError("internal_error")


@cache
def _evidence(kind: str) -> Evidence:
    return Evidence(crls=(crl(pki(kind).issuer),))


def _certificate(data: bytes) -> None:
    with suppress(Refused):
        Certificate.parse(data)


def _revocation(evidence: Evidence) -> None:
    verify(
        Message(person("rsa")).encode(),
        trust=pki("rsa").store,
        evidence=evidence,
        policy=POLICY,
        at=NOW,
    )


READERS: dict[str, Callable[[bytes], None]] = {
    "cms": _cms,
    "certificate": _certificate,
    "ocsp": lambda data: _revocation(Evidence(ocsp=(OcspEvidence(data, NONCE),))),
    "crl": lambda data: _revocation(Evidence(crls=(data,))),
}
"""What reads an input of each kind."""

_GOST, _LOOK = der.oid(oids.GOST_2015_512_SIGNATURE), 4_096


def _peak_mebibytes() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the kernel tells no VmHWM")


def _judge(one: Input) -> Cost:
    """In the child: build, then measure the judging alone."""
    data = one.build()
    resource.setrlimit(resource.RLIMIT_CPU, (_GIVE_UP_SECONDS, _GIVE_UP_SECONDS))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before, started = _peak_mebibytes(), time.process_time()
    ended = "answered"
    try:
        READERS[one.target](data)
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
        ended = f"raised {type(error).__name__}"
    seconds = time.process_time() - started
    return Cost(one.name, len(data), round(seconds, 3), round(_peak_mebibytes() - before, 1), ended)


def _in_child(one: Input) -> Cost:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(asdict(_judge(one))).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        said = stream.read()
    os.waitpid(child, 0)
    if not said:
        return Cost(one.name, 0, float(_GIVE_UP_SECONDS), 0.0, "stopped: no answer in time")
    return Cost(**json.loads(said))


def costs(names: Iterable[str] = ()) -> Iterator[Cost]:
    """What each input costs; all of them when none is named."""
    wanted = set(names)
    for read in READERS.values():  # keys are made and modules imported before forking
        read(b"0")
    for one in INPUTS:
        if not wanted or one.name in wanted:
            yield _in_child(one)


def main() -> None:
    """Print each cost as a JSON line."""
    for cost in costs(sys.argv[1:]):
        sys.stdout.write(json.dumps(asdict(cost)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
