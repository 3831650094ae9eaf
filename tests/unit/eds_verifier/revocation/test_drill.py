"""The drill: the NCA's OCSP is cut, then its CRLs, then both, then all comes back. Over real HTTP.

At each step: what the verdict is and rests on, what the state says, what the metrics count.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from eds_verifier.metrics import Metrics, metrics_response
from eds_verifier.policy import VerificationPolicy
from eds_verifier.provider.health import trust_report
from eds_verifier.revocation import gather, ocsp_supply
from eds_verifier.revocation.crl_supply import REFETCH_SECONDS
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.revocation.source import FAILURES, PAUSE_SECONDS
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.service import SignatureService
from eds_verifier.verdict import Verdict
from tests.unit.eds_verifier.factory import NOW, PERSON, Message, crl, issue, ocsp_response
from tests.unit.eds_verifier.revocation.world import (
    PKI,
    RESPONDER,
    Clocks,
    nonce_of,
    read_request,
    reply,
    store,
    tcp_server,
)

CLIENT = issue(PKI.person(), PKI.issuer)
CMS = Message(CLIENT).encode()
SIGN_IN = VerificationPolicy(purpose="sign_in", ocsp_max_age=timedelta(seconds=1))
ACCEPTANCE = SIGN_IN.model_copy(update={"purpose": "acceptance", "key": "sign"})
HOUR = 3_600.0


@dataclass
class Nca:
    """OCSP and CRLs of one authority behind one port; each can be cut on its own."""

    clocks: Clocks
    cut: set[str] = field(default_factory=set)
    how: str = "refuse"
    asked: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def serve(self, connection: socket.socket) -> None:
        target, body = read_request(connection)
        what = "ocsp" if target == "/ocsp" else "crl"
        self.asked.append(target)
        if what in self.cut:
            if self.how == "hang":
                self.release.wait(10)
            elif self.how == "503":
                reply(connection, b"busy", 503)
            return
        reply(connection, self._answer(target, body))

    def _answer(self, target: str, body: bytes) -> bytes:
        at = self.clocks.now().replace(microsecond=0)
        if target == "/ocsp":
            return ocsp_response(
                CLIENT, PKI.issuer, RESPONDER, nonce=nonce_of(body), this_update=at
            )
        return crl(PKI.issuer, base_number=14 if target == "/delta.crl" else None, this_update=at)


class Drill:
    """The verifier and the NCA, and what is seen of them from outside."""

    def __init__(self, url: str, nca: Nca, folder: Path) -> None:
        self.nca = nca
        self.clocks = nca.clocks
        self.metrics = Metrics()
        self.trust = store(ocsp=f"{url}/ocsp", crl=f"{url}/base.crl", delta_crl=f"{url}/delta.crl")
        self.folder = folder
        self.service = self.start()

    def start(self) -> SignatureService:
        return SignatureService(
            self.trust,
            HttpEvidenceFetcher(),
            metrics=self.metrics,
            cache_dir=self.folder,
            crls="kept_ready",
            around=self.clocks.around(observer=self.metrics),
        )

    def judge(self, policy: VerificationPolicy = SIGN_IN) -> Verdict:
        self.clocks.seconds += 2  # an answer does not serve twice here
        return self.service.judge(CMS, policy=policy, at=self.clocks.now()).verdict

    def source(self) -> str:
        verdict = self.judge()
        return str(verdict.revocation.source if verdict.revocation else verdict.reason)

    def down(self) -> set[str]:
        issuer = self.service.state().authorities[1]
        return {one.kind for one in issuer.sources if one.status == "down"}

    def gauges(self) -> dict[str, float]:
        lines = bytes(metrics_response(self.metrics).body).decode().splitlines()
        return {
            line.split('source="')[1].split('"')[0]: float(line.split()[-1])
            for line in lines
            if line.startswith("tanba_eds_source_up{")
        }

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def settle(self) -> None:
        """Wait until nothing is fetched in the background."""
        deadline = time.monotonic() + 5
        while any(t.name == "eds-revocation" and t.is_alive() for t in threading.enumerate()):
            assert time.monotonic() < deadline
            time.sleep(0.002)


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    nca = Nca(Clocks())
    with tcp_server(nca.serve) as url:
        yield Drill(url, nca, tmp_path / "crls")
        nca.release.set()


@pytest.mark.parametrize("how", ["refuse", "503"])
def test_the_nca_goes_down_piece_by_piece_and_comes_back(  # noqa: PLR0915 - one drill, step by step
    drill: Drill, how: str
) -> None:
    nca, clocks = drill.nca, drill.clocks
    nca.how = how

    # All is well.
    assert drill.source() == "ocsp"
    assert (drill.service.state().status, drill.down()) == ("answering", set())
    assert drill.judge(ACCEPTANCE).existence_proof == "ocsp_nonce"

    drill.settle()
    assert {one.entries for one in drill.service.state().authorities[1].sources} == {None, 0}

    # OCSP is cut: CRLs answer, and the state says since when.
    nca.cut = {"ocsp"}
    clocks.seconds += 60
    cut_at = clocks.now()
    assert drill.source() == "crl"
    assert (drill.service.state().status, drill.down()) == ("degraded", {"ocsp"})
    (ocsp, *_) = drill.service.state().authorities[1].sources
    assert ocsp.down_since is not None
    assert ocsp.last_success is not None
    assert ocsp.last_success < cut_at <= ocsp.down_since
    assert drill.gauges() == {"ocsp": 0, "crl": 1, "delta_crl": 1}
    accepted = drill.judge(ACCEPTANCE)
    assert (accepted.verdict, accepted.existence_proof) == ("valid", "none")

    # OCSP is back, the CRLs are cut: nobody notices but whoever fetches one.
    nca.cut = {"crl"}
    clocks.seconds += PAUSE_SECONDS
    assert drill.source() == "ocsp"
    assert drill.service.state().status == "answering"
    assert drill.judge(ACCEPTANCE).existence_proof == "ocsp_nonce"

    # Both are cut: the CRLs held serve for as long as the policy says, and no longer.
    nca.cut = {"ocsp", "crl"}
    clocks.seconds += 20 * HOUR
    assert drill.source() == "crl"
    drill.settle()
    assert (drill.service.state().status, drill.down() >= {"ocsp"}) == ("degraded", True)
    clocks.seconds += 5 * HOUR
    refused = drill.judge()
    assert (refused.verdict, str(refused.reason)) == ("indeterminate", "revocation_unavailable")
    assert drill.judge(ACCEPTANCE).verdict == "indeterminate"
    state = drill.service.state()
    assert state.status == "down"
    assert drill.down() >= {"ocsp", "delta_crl"}
    assert state.down_since is not None
    assert cut_at < state.down_since <= clocks.now()
    assert drill.gauges()["ocsp"] == drill.gauges()["delta_crl"] == 0
    report = trust_report({"portal": drill.service})
    assert (report["revocation"], report["down_since"]) == ("down", state.down_since.isoformat())

    # All comes back: people sign in after one pause at most, the CRLs are asked for a minute later.
    nca.cut = set()
    clocks.seconds += PAUSE_SECONDS
    assert drill.source() == "ocsp"
    assert drill.service.state().status == "degraded"
    clocks.seconds += REFETCH_SECONDS
    assert drill.source() == "ocsp"
    drill.settle()
    assert (drill.service.state().status, drill.service.state().down_since) == ("answering", None)
    nca.cut = {"ocsp"}
    clocks.seconds += PAUSE_SECONDS + 60
    assert drill.source() == "crl"
    assert drill.down() == {"ocsp"}
    nca.cut = set()
    clocks.seconds += PAUSE_SECONDS
    assert drill.source() == "ocsp"
    assert (drill.service.state().status, drill.down()) == ("answering", set())
    assert drill.gauges() == {"ocsp": 1, "crl": 1, "delta_crl": 1}
    valid = drill.count("tanba_eds_verdicts_total", purpose="sign_in", verdict="valid", reason="ok")
    lost = drill.count(
        "tanba_eds_verdicts_total",
        purpose="sign_in",
        verdict="indeterminate",
        reason="revocation_unavailable",
    )
    assert (valid, lost) == (8, 1)


def test_a_restart_while_the_nca_is_down_serves_from_the_crls_kept(drill: Drill) -> None:
    drill.nca.cut = {"ocsp"}
    assert drill.source() == "crl"
    drill.nca.cut = {"ocsp", "crl"}
    drill.clocks.seconds += 10 * HOUR
    drill.service = drill.start()
    assert drill.source() == "crl"
    accepted = drill.service.judge(CMS, policy=ACCEPTANCE, at=drill.clocks.now())
    assert accepted.verdict.verdict == "valid"
    assert sorted(accepted.crls) == sorted(path.read_bytes() for path in drill.folder.iterdir())
    drill.clocks.seconds += 20 * HOUR
    drill.service = drill.start()
    assert drill.source() == "revocation_unavailable"


def test_without_a_folder_nothing_survives_a_restart(drill: Drill) -> None:
    drill.nca.cut = {"ocsp"}
    assert drill.source() == "crl"
    drill.nca.cut = {"ocsp", "crl"}
    drill.service = SignatureService(
        drill.trust, HttpEvidenceFetcher(), around=drill.clocks.around()
    )
    assert drill.source() == "revocation_unavailable"


def test_everybody_fails_over_quickly_from_a_responder_that_hangs(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On real clocks: who comes after the first few does not wait at all."""
    monkeypatch.setattr(ocsp_supply, "OCSP_SECONDS", 0.2)
    drill.nca.how, drill.nca.cut = "hang", {"ocsp"}
    service = SignatureService(
        drill.trust,
        HttpEvidenceFetcher(),
        around=RevocationSurroundings(now=drill.clocks.now, random=lambda: 0.0),
    )
    seconds: list[float] = []
    for _ in range(12):
        started = time.monotonic()
        verdict = service.judge(CMS, policy=SIGN_IN, at=drill.clocks.now()).verdict
        seconds.append(time.monotonic() - started)
        assert verdict.revocation is not None
        assert verdict.revocation.source == "crl"
    assert max(seconds[4:]) < 0.2
    assert drill.nca.asked.count("/ocsp") == FAILURES


def test_with_both_hanging_a_verdict_comes_within_the_deadline(
    drill: Drill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocsp_supply, "OCSP_SECONDS", 0.3)
    monkeypatch.setattr(gather, "OCSP_PHASE_SECONDS", 0.5)
    monkeypatch.setattr(gather, "TOTAL_SECONDS", 1.0)
    drill.nca.how, drill.nca.cut = "hang", {"ocsp", "crl"}
    service = SignatureService(
        drill.trust, HttpEvidenceFetcher(), around=RevocationSurroundings(now=drill.clocks.now)
    )
    started = time.monotonic()
    verdict = service.judge(CMS, policy=SIGN_IN, at=NOW).verdict
    assert time.monotonic() - started < 2.0
    assert verdict.verdict == "indeterminate"
    drill.nca.release.set()


def test_what_is_told_and_counted_holds_nothing_of_anybody(drill: Drill) -> None:
    drill.judge()
    drill.nca.cut = {"ocsp", "crl"}
    drill.clocks.seconds += 30 * HOUR
    drill.judge()
    told = (
        drill.service.state().model_dump_json()
        + bytes(metrics_response(drill.metrics).body).decode()
    )
    iin = next(text for _, text in PERSON if text.startswith("IIN"))
    for secret in (iin, iin.removeprefix("IIN"), f"{CLIENT.serial:x}", "127.0.0.1", "ӘЛИЕВ"):
        assert secret not in told
    assert 'authority="issuer"' in told
