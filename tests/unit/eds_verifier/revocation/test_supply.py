"""Getting evidence: one question for all, retries, the circuit, renewal, and what is not shared."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from eds_verifier.path.validate import validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl_supply import CRL_ATTEMPTS, REFETCH_SECONDS, RENEWAL_SECONDS
from eds_verifier.revocation.evidence import Cause, Evidence
from eds_verifier.revocation.fetch import FetchFailed
from eds_verifier.revocation.gather import OCSP_PHASE_SECONDS, TOTAL_SECONDS, Gatherer
from eds_verifier.revocation.ocsp_supply import OCSP_ATTEMPTS
from eds_verifier.revocation.source import FAILURES, PAUSE_SECONDS
from eds_verifier.service import SignatureService, acceptance_nonce
from eds_verifier.trust import TrustStore
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    DAY,
    NOW,
    Message,
    authority,
    crl,
    gost_key,
    issue,
    ocsp_response,
    responder,
    revoked_status,
    trusted,
)
from tests.unit.eds_verifier.revocation.world import (
    ACCEPTANCE,
    CMS,
    HOUR,
    PERSON,
    PKI,
    POLICY,
    RESPONDER,
    WITH_DELTA,
    Authority,
    Clocks,
    nonce_of,
    store,
)

CRL_ONLY = POLICY.model_copy(update={"revocation": "crl"})
OCSP_ONLY = POLICY.model_copy(update={"revocation": "ocsp"})
TRY_LATER = der.seq(der.enumerated(3))


class World:
    """A service on a network of one authority, with clocks that stand still."""

    def __init__(self, trust: TrustStore | None = None, **changes: object) -> None:
        self.clocks = Clocks()
        self.authority = Authority(at=self.now, **changes)  # type: ignore[arg-type]  # its fields
        self.service = SignatureService(
            trust or PKI.store, self.authority, around=self.clocks.around()
        )

    def now(self) -> datetime:
        return self.clocks.now()

    def judge(self, policy: VerificationPolicy = POLICY, at: datetime | None = None) -> str:
        verdict = self.service.judge(CMS, policy=policy, at=at or self.now()).verdict
        source = verdict.revocation.source if verdict.revocation else verdict.reason
        return str(source)

    def source(self, kind: str) -> object:
        sources = self.service.state().authorities[1].sources
        return next(one for one in sources if one.kind == kind)

    def settle(self) -> None:
        """Wait until nothing is fetched in the background."""
        deadline = time.monotonic() + 5
        while any(t.name == "eds-revocation" and t.is_alive() for t in threading.enumerate()):
            assert time.monotonic() < deadline
            time.sleep(0.002)


def test_an_answer_serves_a_second_sign_in_for_as_long_as_the_policy_says() -> None:
    world = World()
    for _ in range(3):
        assert world.judge() == "ocsp"
    assert world.authority.count("ocsp") == 1
    world.clocks.seconds += 599
    assert world.judge(POLICY.model_copy(update={"purpose": "step_up"})) == "ocsp"
    assert world.authority.count("ocsp") == 1
    world.clocks.seconds += 1
    assert world.judge() == "ocsp"
    assert world.authority.count("ocsp") == 2


def test_a_stricter_policy_is_not_served_what_an_easier_one_got() -> None:
    world = World()
    world.judge()
    world.clocks.seconds += 61
    strict = POLICY.model_copy(update={"ocsp_max_age": timedelta(minutes=1)})
    assert world.judge(strict) == "ocsp"
    assert world.authority.count("ocsp") == 2


def test_an_acceptance_is_never_served_an_answer_to_anything_else() -> None:
    nonces: list[bytes] = []
    world = World()
    ask = world.authority.ocsp

    def listening(url: str, request: bytes, *, seconds: float) -> bytes:
        nonces.append(nonce_of(request))
        return ask(url, request, seconds=seconds)

    world.authority.ocsp = listening  # type: ignore[method-assign]  # to hear the nonces
    world.judge()
    for _ in range(2):
        judged = world.service.judge(CMS, policy=ACCEPTANCE, at=world.now())
        assert judged.verdict.existence_proof == "ocsp_nonce"
    assert nonces[1:] == [acceptance_nonce(CMS)] * 2


@pytest.mark.parametrize(
    ("status", "asked"),
    [(revoked_status(NOW - DAY, 1), 1), (revoked_status(NOW - DAY, 6), 3)],
    ids=["revoked stays so", "a hold may be lifted"],
)
def test_what_may_change_at_any_moment_is_asked_anew(status: bytes, asked: int) -> None:
    world = World(status=status)
    for _ in range(3):
        world.judge()
    assert world.authority.count("ocsp") == asked


def test_a_lifted_hold_is_believed_at_once_and_a_new_hold_when_the_answer_is_old() -> None:
    world = World(status=revoked_status(NOW - DAY, 6))
    assert world.judge() == "suspended"
    world.authority.status = b"\x80\x00"
    assert world.judge() == "ocsp"
    world.authority.status = revoked_status(NOW, 6)
    assert world.judge() == "ocsp"
    world.clocks.seconds += 600
    assert world.judge() == "suspended"


def test_a_hold_an_acceptance_learnt_of_is_known_to_the_next_sign_in() -> None:
    world = World()
    assert world.judge() == "ocsp"
    world.authority.status = revoked_status(NOW, 6)
    assert world.judge(ACCEPTANCE) == "suspended"
    assert world.judge() == "suspended"


def crowd(work: Callable[[], None], size: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def held_until(gate: threading.Event) -> Callable[[str], None]:
    return lambda _: (gate.wait(10), None)[1]


def gathering(
    authority_: Authority, policy: VerificationPolicy, size: int
) -> tuple[list[Evidence], Callable[[], None]]:
    """What `size` threads got, and the starting of them all."""
    gate = threading.Event()
    authority_.during = held_until(gate)
    gatherer = Gatherer(authority_)
    path = validate_path(PERSON.certificate, PKI.store, at=NOW)
    got: list[Evidence] = []

    def one() -> None:
        nonce = iter((bytes(range(16)),) * 10).__next__
        got.append(gatherer.gather(path, nonces=nonce, policy=policy, at=NOW))

    def start() -> None:
        threading.Timer(0.5, gate.set).start()
        crowd(one, size)

    return got, start


def test_two_hundred_threads_make_one_download_of_a_crl() -> None:
    authority_ = Authority()
    got, start = gathering(authority_, CRL_ONLY, 200)
    start()
    assert (authority_.count("base"), authority_.count("delta")) == (1, 1)
    assert {len(one.held) for one in got} == {2}
    assert len({id(one.held[0].crl) for one in got}) == 1
    assert len(got) == 200


def test_two_hundred_threads_make_one_question_about_one_certificate() -> None:
    authority_ = Authority()
    got, start = gathering(authority_, POLICY, 200)
    start()
    assert authority_.count("ocsp") == 1
    assert len({one.ocsp[0].response for one in got}) == 1
    assert len(got) == 200


def test_acceptances_at_one_time_ask_each_for_itself() -> None:
    authority_ = Authority()
    got, start = gathering(authority_, ACCEPTANCE, 20)
    start()
    assert (authority_.count("ocsp"), len(got)) == (20, 20)


def test_a_failed_download_is_everybodys_and_is_not_repeated_for_each() -> None:
    authority_ = Authority(crl_up=False)
    got, start = gathering(authority_, CRL_ONLY, 50)
    start()
    assert authority_.count("base") <= CRL_ATTEMPTS * 2
    assert all(not one.held and one.notes for one in got)
    assert len(got) == 50


def test_one_bad_answer_in_a_shared_flight_poisons_nobody() -> None:
    """The first answer is about another certificate: everybody finds out, and asks again."""
    lies = iter([True])

    def lie(octets: bytes) -> bytes:
        if next(lies, False):
            return ocsp_response(
                PERSON, PKI.issuer, RESPONDER, serial=PERSON.serial + 1, nonce=bytes(range(16))
            )
        return octets

    authority_ = Authority(lie=lie)
    got, start = gathering(authority_, POLICY, 50)
    start()
    path = validate_path(PERSON.certificate, PKI.store, at=NOW)
    assert {len(one.ocsp) for one in got} == {1}
    assert authority_.count("ocsp") >= 2
    assert path.leaf.serial == PERSON.serial
    assert len({one.ocsp[0].response for one in got}) <= authority_.count("ocsp") - 1


def test_a_forged_answer_in_a_shared_flight_is_nobodys_answer() -> None:
    authority_ = Authority(by=issue(PKI.person(), PKI.issuer))
    got, start = gathering(authority_, OCSP_ONLY, 50)
    start()
    assert {one.ocsp for one in got} == {()}
    assert all("not certified for OCSPSigning" in " ".join(one.notes) for one in got)


def test_try_later_is_tried_later_with_growing_pauses() -> None:
    replies = iter([TRY_LATER, TRY_LATER])
    world = World(lie=lambda octets: next(replies, octets))
    assert world.judge() == "ocsp"
    assert world.authority.count("ocsp") == OCSP_ATTEMPTS == 3
    assert world.clocks.slept == sorted(world.clocks.slept)
    assert len(world.clocks.slept) == 2


def test_a_question_that_is_refused_is_not_asked_again() -> None:
    world = World(lie=lambda _: der.seq(der.enumerated(6)))
    assert world.judge(OCSP_ONLY) == "revocation_unavailable"
    assert world.authority.count("ocsp") == 1
    assert world.service.state().status == "answering"


def test_a_responder_that_does_not_know_one_certificate_stays_in_use() -> None:
    world = World(status=b"\x82\x00")
    for _ in range(FAILURES + 3):
        assert world.judge() == "crl"
    assert world.authority.count("ocsp") == FAILURES + 3


def test_everything_ends_within_the_total_deadline() -> None:
    clocks = Clocks()

    class Silent(Authority):
        def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
            clocks.seconds += seconds
            raise FetchFailed("OCSP did not answer in time", Cause.TIMEOUT)

        def crl(self, url: str, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
            self._note("base", seconds)
            raise FetchFailed("no", Cause.UNREACHABLE)

    for policy, phase in ((POLICY, OCSP_PHASE_SECONDS), (OCSP_ONLY, TOTAL_SECONDS)):
        started = clocks.seconds
        # Inline: on these clocks nobody else makes the time pass.
        service = SignatureService(
            PKI.store, Silent(), around=clocks.around(spawn=lambda work: work())
        )
        assert service.judge(CMS, policy=policy, at=NOW).verdict.verdict == "indeterminate"
        assert clocks.seconds - started <= phase + 10


def test_a_responder_that_hangs_is_left_after_the_deadline_of_whoever_waits() -> None:
    gate = threading.Event()
    authority_ = Authority(during=held_until(gate))
    gatherer = Gatherer(authority_)
    path = validate_path(PERSON.certificate, PKI.store, at=NOW)
    started = time.monotonic()
    evidence = gatherer.gather(
        path,
        nonces=lambda: bytes(16),
        policy=POLICY,
        at=NOW,
        deadline=time.monotonic() + 0.4,
    )
    assert time.monotonic() - started < 2
    assert (evidence.ocsp, evidence.held) == ((), ())
    gate.set()


def test_after_repeated_failures_people_fail_over_at_once_and_one_of_them_probes() -> None:
    world = World(ocsp_up=False)
    while world.authority.count("ocsp") < FAILURES:
        assert world.judge() == "crl"
    asked, slept = world.authority.count("ocsp"), len(world.clocks.slept)
    for _ in range(20):
        assert world.judge() == "crl"
    assert world.authority.count("ocsp") == asked
    assert len(world.clocks.slept) == slept
    world.clocks.seconds += PAUSE_SECONDS
    for _ in range(20):
        assert world.judge() == "crl"
    assert world.authority.count("ocsp") == asked + 1
    world.authority.ocsp_up = True
    world.clocks.seconds += PAUSE_SECONDS
    assert world.judge() == "ocsp"
    assert world.judge(ACCEPTANCE) == "ocsp"


def test_forged_answers_open_the_circuit_too() -> None:
    world = World(by=issue(PKI.person(), PKI.issuer))
    for _ in range(10):
        assert world.judge() == "crl"
    assert world.authority.count("ocsp") == FAILURES


def test_crls_are_fetched_once_and_used_while_they_suffice() -> None:
    world = World()
    for _ in range(5):
        assert world.judge(replace_delta("required")) == "crl"
    world.settle()
    assert (world.authority.count("base"), world.authority.count("delta")) == (1, 1)


def replace_delta(delta: str) -> VerificationPolicy:
    return CRL_ONLY.model_copy(update={"delta_crl": delta})


def test_a_crl_is_renewed_in_good_time_while_nobody_waits() -> None:
    gate = threading.Event()
    world = World(store_without_delta())
    assert world.judge(CRL_ONLY) == "crl"
    world.clocks.seconds += 13 * 3_600
    world.authority.during = held_until(gate)
    for _ in range(5):
        assert world.judge(CRL_ONLY) == "crl"
    gate.set()
    world.settle()
    assert world.authority.count("base") == 2
    assert world.source("crl").age_seconds == 0  # type: ignore[attr-defined]  # a SourceState


def store_without_delta() -> TrustStore:
    return store(delta_crl=None)


def test_a_renewal_that_fails_leaves_the_one_held_in_use_until_its_limit() -> None:
    world = World(store_without_delta())
    assert world.judge(CRL_ONLY) == "crl"
    world.authority.crl_up = False
    for hours in (13, 20, 23.9):
        world.clocks.seconds = 1_000 + hours * 3_600
        assert world.judge(CRL_ONLY) == "crl"
        world.settle()
    world.clocks.seconds = 1_000 + 24.2 * 3_600
    assert world.judge(CRL_ONLY) == "revocation_unavailable"
    world.authority.crl_up = True
    world.authority.during = lambda _: time.sleep(0.1)
    world.clocks.seconds += PAUSE_SECONDS
    assert world.judge(CRL_ONLY) == "crl"


def test_a_failing_renewal_is_not_repeated_for_every_sign_in() -> None:
    world = World(store_without_delta())
    world.judge(CRL_ONLY)
    world.authority.crl_up = False
    world.clocks.seconds += 13 * 3_600
    for _ in range(30):
        world.judge(CRL_ONLY)
        world.settle()
    assert world.authority.count("base") == 1 + CRL_ATTEMPTS


def test_only_the_delta_is_fetched_when_it_is_all_that_is_old() -> None:
    world = World(base=lambda _: crl(PKI.issuer, this_update=NOW - DAY))
    policy = replace_delta("required")
    assert world.judge(policy) == "crl"
    world.clocks.seconds += 25 * 3_600
    for _ in range(2):
        assert world.judge(policy) == "crl"
        world.settle()
    assert (world.authority.count("base"), world.authority.count("delta")) == (1, 2)


def test_a_new_base_is_fetched_when_the_delta_no_longer_fits_the_one_held() -> None:
    world = World(base=lambda _: crl(PKI.issuer, this_update=NOW - DAY, number=14))
    policy = replace_delta("required")
    assert world.judge(policy) == "crl"
    world.authority.base = lambda at: crl(PKI.issuer, this_update=at, number=15)
    world.authority.delta = lambda at: crl(PKI.issuer, base_number=15, this_update=at)
    world.clocks.seconds += 25 * 3_600
    assert world.judge(policy) == "crl"
    assert (world.authority.count("base"), world.authority.count("delta")) == (2, 2)


def test_a_stale_crl_at_its_source_is_not_downloaded_for_every_sign_in() -> None:
    world = World(store_without_delta(), base=lambda _: crl(PKI.issuer, this_update=NOW - 3 * DAY))
    for _ in range(10):
        assert world.judge(CRL_ONLY) == "revocation_unavailable"
    assert world.authority.count("base") == 1
    world.clocks.seconds += REFETCH_SECONDS
    world.judge(CRL_ONLY)
    assert world.authority.count("base") == 2


def test_an_older_crl_replayed_over_the_one_held_does_not_take_its_place() -> None:
    revoking = crl(PKI.issuer, [(PERSON.serial, 1)], this_update=NOW)
    world = World(store_without_delta(), base=lambda _: revoking)
    assert world.judge(CRL_ONLY) == "revoked"
    world.authority.base = lambda _: crl(PKI.issuer, this_update=NOW - HOUR)
    world.clocks.seconds += 13 * 3_600
    assert world.judge(CRL_ONLY) == "revoked"
    world.settle()
    assert world.judge(CRL_ONLY) == "revoked"
    assert world.source("crl").cause is Cause.OLDER  # type: ignore[attr-defined]  # a SourceState


@pytest.mark.parametrize("policy", [POLICY, WITH_DELTA, ACCEPTANCE])
def test_with_revocation_left_out_nobody_is_asked(policy: VerificationPolicy) -> None:
    world = World()
    unsafe = policy.model_copy(update={"revocation": "unsafe_off"})
    verdict = world.service.judge(CMS, policy=unsafe, at=NOW).verdict
    assert verdict.verdict == "valid"
    assert "revocation_not_checked" in verdict.warnings
    assert world.authority.asked == []


def test_an_issuer_nobody_pinned_is_asked_about_at_its_anchor() -> None:
    between = authority(gost_key("between"), "АРАЛЫҚ (TESTS)", PKI.root)
    client = issue(PKI.person(), between)
    root = replace(trusted("root", "root", None, PKI.root), ocsp="http://root.test/ocsp")
    trust = TrustStore("given", (root,), extra=(between.certificate,))
    by = responder(PKI.root, gost_key("root responder"))
    asked: list[str] = []

    class Root(Authority):
        def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
            asked.append(url)
            return ocsp_response(
                between, PKI.root, by, nonce=nonce_of(request), status=revoked_status(NOW, 2)
            )

    service = SignatureService(trust, Root())
    verdict = service.judge(Message(client).encode(), policy=POLICY, at=NOW).verdict
    assert (asked, str(verdict.reason)) == (["http://root.test/ocsp"], "revoked")


def test_crls_are_kept_ready_where_a_server_wants_them() -> None:
    world = World()
    world.service = SignatureService(
        PKI.store, world.authority, around=world.clocks.around(), crls="kept_ready"
    )
    for _ in range(5):
        assert world.judge() == "ocsp"
        world.settle()
    assert (world.authority.count("base"), world.authority.count("delta")) == (1, 1)
    world.authority.ocsp_up = world.authority.crl_up = False
    world.clocks.seconds += 3_600
    assert world.judge() == "crl"
    assert world.authority.count("base") == 1


def test_a_crl_that_failed_is_asked_for_again_while_ocsp_answers() -> None:
    world = World(ocsp_up=False, crl_up=False)
    assert world.judge() == "revocation_unavailable"
    world.authority.ocsp_up = world.authority.crl_up = True
    world.clocks.seconds += REFETCH_SECONDS
    assert world.judge() == "ocsp"
    world.settle()
    assert world.service.state().status == "answering"


def test_who_does_not_probe_does_not_wait_for_who_does() -> None:
    world = World(store_without_delta(), crl_up=False)
    for _ in range(FAILURES):
        world.judge(CRL_ONLY)
    world.clocks.seconds += PAUSE_SECONDS
    gate = threading.Event()
    world.authority.during = held_until(gate)
    prober = threading.Thread(target=lambda: world.judge(CRL_ONLY))
    asked = world.authority.count("base")
    prober.start()
    while world.authority.count("base") == asked:
        time.sleep(0.002)
    started = time.monotonic()
    assert world.judge(CRL_ONLY) == "revocation_unavailable"
    assert time.monotonic() - started < 1
    gate.set()
    prober.join(10)


def test_a_newer_crl_is_not_sought_about_a_certificate_that_has_expired() -> None:
    expired = issue(replace(PKI.person(), not_after=NOW - DAY), PKI.issuer)
    path = validate_path(expired.certificate, PKI.store, at=NOW - 2 * DAY)
    authority_ = Authority()
    clocks = Clocks()
    gatherer = Gatherer(authority_, around=clocks.around())
    policy = CRL_ONLY.model_copy(update={"purpose": "document"})
    for _ in range(5):
        gatherer.gather(path, nonces=lambda: bytes(16), policy=policy, at=NOW)
        clocks.seconds += REFETCH_SECONDS + 1
    assert authority_.count("base") == 1


def kept_ready(made: datetime, lasts: timedelta, *, delta_up: bool) -> World:
    """A server whose authority signed a base at `made` and publishes nothing newer."""
    world = World(
        base=lambda _: crl(PKI.issuer, this_update=made, next_update=made + lasts),
    )
    fetch = world.authority.crl

    def fetched(url: str, *, seconds: float) -> bytes:
        octets = fetch(url, seconds=seconds)
        if url.endswith("delta.crl") and not delta_up:
            raise FetchFailed("the CRL answered with HTTP status 404", Cause.HTTP_STATUS)
        return octets

    world.authority.crl = fetched  # type: ignore[method-assign]  # one address of two is blocked
    world.service = SignatureService(
        PKI.store if not delta_up else store_without_delta(),
        world.authority,
        around=world.clocks.around(spawn=lambda work: work()),
        crls="kept_ready",
    )
    return world


def judged_for(world: World, hours: int, policy: VerificationPolicy) -> int:
    """How often the base was downloaded while somebody signed in every minute."""
    before = world.authority.count("base")
    for _ in range(hours * 60):
        world.judge(policy)
        world.clocks.seconds += 60
    return world.authority.count("base") - before


def test_a_crl_nobody_renewed_yet_is_not_downloaded_every_minute() -> None:
    world = kept_ready(NOW - 13 * HOUR, DAY, delta_up=True)
    assert judged_for(world, 2, POLICY) == 3
    assert judged_for(world, 9, POLICY) <= 9 * 3600 / RENEWAL_SECONDS


def test_a_crl_long_overdue_is_asked_for_ever_less_often() -> None:
    world = kept_ready(NOW - 3 * DAY, DAY, delta_up=True)
    assert judged_for(world, 10, POLICY) <= 3


def test_what_is_newer_than_half_gone_is_fetched_after_the_pause() -> None:
    world = kept_ready(NOW - 13 * HOUR, DAY, delta_up=True)
    judged_for(world, 1, POLICY)
    world.authority.base = lambda at: crl(PKI.issuer, this_update=at, next_update=at + DAY)
    assert judged_for(world, 1, POLICY) == 1
    assert judged_for(world, 10, POLICY) == 0


def test_an_older_crl_replayed_is_not_downloaded_every_minute_either() -> None:
    world = kept_ready(NOW - 13 * HOUR, DAY, delta_up=True)
    world.judge()
    world.authority.base = lambda _: crl(PKI.issuer, this_update=NOW - 20 * HOUR)
    assert judged_for(world, 2, POLICY) <= 2 * 3600 / RENEWAL_SECONDS * CRL_ATTEMPTS


@pytest.mark.parametrize("ocsp_up", [True, False])
def test_a_base_is_not_downloaded_again_because_its_delta_is_missing(*, ocsp_up: bool) -> None:
    world = kept_ready(NOW - 13 * HOUR, 180 * DAY, delta_up=False)
    world.authority.ocsp_up = ocsp_up
    policy = POLICY.model_copy(update={"delta_crl": "when_published"})
    assert judged_for(world, 2, policy) == 1
    assert world.authority.count("delta") > 1
