"""What is told of the authorities: how they answer, since when not, and when they expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from eds_verifier.provider.health import trust_report
from eds_verifier.revocation.evidence import Cause
from eds_verifier.revocation.shelf import CrlShelf, Place
from eds_verifier.revocation.source import SourceKind, Sources
from eds_verifier.revocation.state import TrustState, state_of, worst_of
from eds_verifier.trust import TrustStore
from tests.unit.eds_verifier.factory import DAY, NOW, crl
from tests.unit.eds_verifier.revocation.world import HOUR, ISSUER, PKI, Clocks, store

BASE = Place(ISSUER, "http://ca.test/base.crl", is_delta=False)
DELTA = Place(ISSUER, "http://ca.test/delta.crl", is_delta=True)


class Story:
    """What happened, and what is told of it."""

    def __init__(self, trust: TrustStore = PKI.store) -> None:
        self.clocks = Clocks()
        self.sources = Sources(self.clocks.monotonic, self.clocks.now)
        self.shelf = CrlShelf()
        self.trust = trust

    def hold(self, age: timedelta = HOUR) -> None:
        at = NOW - age
        self.shelf.put(BASE, crl(PKI.issuer, [(1, None)], this_update=at))
        self.shelf.put(DELTA, crl(PKI.issuer, base_number=14, this_update=at))

    def happens(self, kind: SourceKind, cause: Cause | None) -> None:
        source = self.sources.of(ISSUER.certificate.sha256, kind)
        self.clocks.seconds += 60
        source.succeeded() if cause is None else source.failed(cause)

    def told(self) -> TrustState:
        return state_of(self.trust, self.sources, self.shelf, now=self.clocks.now())


TIMEOUT = Cause.TIMEOUT
STORIES: tuple[tuple[str, list[tuple[SourceKind, Cause | None]], bool, str], ...] = (
    ("nobody was asked", [], False, "answering"),
    ("OCSP answers", [("ocsp", None)], False, "answering"),
    ("OCSP came back", [("ocsp", TIMEOUT), ("ocsp", None)], False, "answering"),
    ("OCSP is down, CRLs are not asked yet", [("ocsp", TIMEOUT)], False, "degraded"),
    ("OCSP is down, CRLs answer",
     [("ocsp", TIMEOUT), ("crl", None), ("delta_crl", None)], True, "degraded"),
    ("OCSP answers, CRLs are down", [("ocsp", None), ("crl", TIMEOUT)], False, "degraded"),
    ("all are down, nothing is held", [("ocsp", TIMEOUT), ("crl", TIMEOUT)], False, "down"),
    ("all are down, what is held serves",
     [("ocsp", TIMEOUT), ("crl", TIMEOUT), ("delta_crl", TIMEOUT)], True, "degraded"),
    ("only the delta is down, and OCSP",
     [("ocsp", TIMEOUT), ("crl", None), ("delta_crl", TIMEOUT)], False, "down"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("events", "held", "status"), [pytest.param(e, h, s, id=i) for i, e, h, s in STORIES]
)
def test_the_status_says_whether_verdicts_can_be_had(
    events: list[tuple[SourceKind, Cause | None]],
    held: bool,  # noqa: FBT001 - a column of the table
    status: str,
) -> None:
    story = Story()
    if held:
        story.hold()
    for kind, cause in events:
        story.happens(kind, cause)
    told = story.told()
    assert told.status == status
    assert (told.down_since is not None) == (status == "down")


def test_what_is_held_no_longer_serves_after_a_day() -> None:
    story = Story()
    story.hold()
    story.happens("ocsp", TIMEOUT)
    story.happens("delta_crl", Cause.HTTP_STATUS)
    assert story.told().status == "degraded"
    story.clocks.seconds += 24 * 3_600
    assert story.told().status == "down"


def test_nothing_answers_since_the_last_way_was_lost() -> None:
    story = Story()
    story.happens("ocsp", TIMEOUT)
    story.happens("ocsp", TIMEOUT)
    story.happens("crl", Cause.SIGNATURE)
    lost = story.clocks.now()
    story.happens("crl", TIMEOUT)
    story.happens("delta_crl", TIMEOUT)
    assert story.told().down_since == lost


def test_a_crl_held_is_told_with_its_age() -> None:
    story = Story()
    story.hold(age=2 * HOUR)
    (ocsp, base, delta) = story.told().authorities[1].sources
    assert (ocsp.kind, ocsp.this_update, ocsp.age_seconds) == ("ocsp", None, None)
    assert (base.age_seconds, base.entries, delta.entries) == (7_200, 1, 0)
    assert base.status == "not_asked"


@pytest.mark.parametrize(("days", "soon"), [(91, False), (90, True), (1, True), (-1, True)])
def test_an_authority_that_expires_within_ninety_days_is_told(days: int, soon: bool) -> None:  # noqa: FBT001
    authority = PKI.store.authorities[1]
    now = authority.certificate.not_after - days * DAY
    clocks = Clocks()
    sources = Sources(clocks.monotonic, clocks.now)
    told = state_of(PKI.store, sources, CrlShelf(), now=now).authorities[1]
    assert (told.expires_soon, told.days_left) == (soon, days)


def test_an_authority_without_addresses_is_never_down() -> None:
    story = Story()
    root = story.told().authorities[0]
    assert (root.name, root.status, root.sources) == ("root", "answering", ())


def test_an_authority_with_crls_alone_is_down_with_them() -> None:
    story = Story(store(ocsp=None, delta_crl=None))
    story.happens("crl", TIMEOUT)
    assert story.told().status == "down"


def test_the_worst_of_all_is_told_and_since_when_the_first_is_down() -> None:
    early, late = NOW, NOW + HOUR
    state = Story().told()
    down = [state.model_copy(update={"status": "down", "down_since": at}) for at in (late, early)]
    assert worst_of([state, *down]) == ("down", early)
    assert worst_of([]) == ("answering", None)


class Judge:
    def __init__(self, state: TrustState) -> None:
        self._state = state

    def state(self) -> TrustState:
        return self._state


def report(**judges: Any) -> dict[str, Any]:
    return trust_report(judges)


def test_the_health_report_tells_of_every_realm() -> None:
    well, ill = Story(), Story()
    ill.happens("ocsp", TIMEOUT)
    told = report(grain=Judge(well.told()), architecture=Judge(ill.told()), silent=object())
    assert (told["revocation"], told["down_since"]) == ("degraded", None)
    assert set(told["realms"]) == {"grain", "architecture"}
    sources = told["realms"]["architecture"]["authorities"][1]["sources"]
    assert (sources[0]["status"], sources[0]["cause"]) == ("down", "timeout")
    assert sources[0]["down_since"].startswith("2026-08-12T00:01:00")


def test_the_health_report_shows_test_authorities_and_what_expires() -> None:
    root, issuer = PKI.store.authorities
    unsafe = replace(PKI.store, authorities=(root, replace(issuer, unsafe_test=True)))
    story = Story(unsafe)
    story.clocks.seconds += (issuer.certificate.not_after - NOW - 20 * DAY).total_seconds()
    told = report(portal=Judge(story.told()))
    assert told["unsafe_test"] == ["issuer"]
    assert told["realms"]["portal"]["unsafe_test"] is True
    assert told["expires_soon"]["issuer"] in {19, 20}
    assert report(portal=Judge(Story().told()))["unsafe_test"] == []


def test_without_a_realm_there_is_nothing_to_tell() -> None:
    assert report() == {
        "revocation": "answering",
        "down_since": None,
        "expires_soon": {},
        "unsafe_test": [],
        "realms": {},
    }
