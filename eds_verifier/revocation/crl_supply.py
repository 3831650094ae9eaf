"""Having an authority's CRLs at hand: fetched once for all who ask, renewed in good time.

The CRLs held are used while they suffice. When half of their time is gone, whoever asks next has
them fetched anew, and does not wait. When they do not suffice, everybody waits for one fetch.
When a fetch brings nothing newer, the next that nobody waits for is left for a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl import completes, is_delta_needed, read_status
from eds_verifier.revocation.crl_reading import Crl, HeldCrl
from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.http import FetchFailed
from eds_verifier.revocation.shelf import CrlShelf, Place
from eds_verifier.revocation.single_flight import Flight, SingleFlight
from eds_verifier.revocation.source import RETRIED, Source, SourceKind, backoff
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.trust import TrustedAuthority

CRL_ATTEMPTS = 3
CRL_SECONDS = 60.0
"""How long a download and its reading may take; nobody has to wait for all of it."""
REFETCH_SECONDS = 60.0
"""A CRL that was fetched is not fetched again before: the authority publishes it far less often."""
RENEWAL_SECONDS = 900.0
"""Nor before this while nobody waits for it: an authority may publish later than half of the time.

A tenth of what is left is waited for where that is longer.
"""

_WORDS: dict[SourceKind, str] = {"crl": "CRL", "delta_crl": "delta CRL"}


def places_of(issuer: TrustedAuthority) -> tuple[Place, ...]:
    """Where the authority's base and delta are, as the trust list says."""
    places = []
    if issuer.crl is not None:
        places.append(Place(issuer, issuer.crl, is_delta=False))
    if issuer.delta_crl is not None:
        places.append(Place(issuer, issuer.delta_crl, is_delta=True))
    return tuple(places)


class CrlSupply:
    """Gets the CRLs that tell about a certificate, or says why there are none."""

    def __init__(
        self, fetch: EvidenceFetcher, shelf: CrlShelf, around: RevocationSurroundings
    ) -> None:
        self._fetch = fetch
        self._shelf = shelf
        self._around = around
        self._flights: SingleFlight[HeldCrl] = SingleFlight(around.spawn)
        self._lock = Lock()
        self._fetched: dict[str, float] = {}
        self._came: dict[str, float] = {}
        self._failed: dict[str, float] = {}
        self._down: dict[str, Place] = {}

    def obtain(  # noqa: PLR0913 - everything one question needs, each part named
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        *,
        policy: VerificationPolicy,
        at: datetime,
        deadline: float,
        notes: list[str],
    ) -> tuple[HeldCrl, ...]:
        """The CRLs held, fetched anew when they do not suffice; why not is added to `notes`."""
        places = places_of(issuer)
        if not places:
            notes.append(f"{issuer.name} has no CRL address")
        if self._suffice(places, certificate, policy, at):
            self._renew(places, policy, at)
            return self.held(places)
        first = self._wanted_first(places)
        self._fetch_all(first, deadline, notes)
        if not self._suffice(places, certificate, policy, at):
            rest = [place for place in places if place not in first]
            if not self._is_only_delta_wanting(places, policy, at):
                self._fetch_all(rest, deadline, notes)
        return self.held(places)

    def held(self, places: Iterable[Place]) -> tuple[HeldCrl, ...]:
        """What is on the shelf."""
        found = map(self._shelf.get, places)
        return tuple(one for one in found if one is not None)

    def _suffice(
        self,
        places: tuple[Place, ...],
        certificate: Certificate,
        policy: VerificationPolicy,
        at: datetime,
    ) -> bool:
        if not places:
            return False
        issuer = places[0].issuer
        try:
            read_status(
                (),
                certificate,
                issuer.certificate,
                policy=policy,
                at=at,
                held=(one.crl for one in self.held(places)),
                delta_published=issuer.delta_crl is not None,
            )
        except Unusable as unusable:
            # No newer CRL will say more of a certificate that has expired.
            return unusable.cause is Cause.EXPIRED
        return True

    def _is_only_delta_wanting(
        self, places: tuple[Place, ...], policy: VerificationPolicy, at: datetime
    ) -> bool:
        """Whether no other base would do either: a delta is needed, and is not to be had."""
        base, delta = self._held_pair(places)
        if base is None or base.next_update is None or at > base.next_update:
            return False
        return _is_for_delta(base, delta, places, policy)

    def _held_pair(self, places: tuple[Place, ...]) -> tuple[Crl | None, Crl | None]:
        """The base and the delta on the shelf."""
        found = ((place, self._shelf.get(place)) for place in places)
        held = {place.is_delta: one.crl for place, one in found if one is not None}
        return held.get(False), held.get(True)

    def _wanted_first(self, places: tuple[Place, ...]) -> list[Place]:
        """What is missing; else the delta: it is small, and may be all that is out of date."""
        missing = [place for place in places if self._shelf.get(place) is None]
        return missing or [place for place in places if place.is_delta] or list(places)

    def _fetch_all(self, places: list[Place], deadline: float, notes: list[str]) -> None:
        under_way = [(place, self._flights.under_way(place.key)) for place in places]
        flights = [(place, other, other or self._start(place)) for place, other in under_way]
        for place, other, flight in flights:
            named = f"{place.issuer.name} ({_WORDS[place.kind]})"
            if flight is None:
                notes.append(f"{named}: it was not fetched, having just failed or come")
                continue
            # What has kept others waiting in vain is waited for by the one alone who probes it.
            is_waited_for = other is None or self._source(place).is_asked_freely
            try:
                self._wait(place, flight, self._around.left(deadline) if is_waited_for else 0.0)
            except (FetchFailed, Unusable) as failed:
                notes.append(f"{named}: {failed.detail}")

    def _wait(self, place: Place, flight: Flight[HeldCrl], seconds: float) -> None:
        try:
            flight.wait(seconds)
        except FetchFailed as failed:
            if seconds > 0 and failed.cause is Cause.TIMEOUT and not flight.has_landed:
                self._source(place).failed(Cause.TIMEOUT)
            raise

    def _source(self, place: Place) -> Source:
        return self._around.sources.of(place.issuer.certificate.sha256, place.kind)

    def _start(self, place: Place) -> Flight[HeldCrl] | None:
        """A new fetch, or somebody's under way; None when it is too early to ask again."""
        if (
            self._is_too_early(place, self._fetched, REFETCH_SECONDS)
            or not self._source(place).may_ask()
        ):
            return None
        return self._flights.start(place.key, lambda: self._fetch_patiently(place))

    def _is_too_early(self, place: Place, since: dict[str, float], pause: float) -> bool:
        with self._lock:
            done = since.get(place.key)
        return done is not None and self._around.clock() < done + pause

    def _fetch_patiently(self, place: Place) -> HeldCrl:
        deadline = self._around.clock() + CRL_SECONDS
        attempt = 0
        while True:
            try:
                return self._fetch_one(place, deadline)
            except (FetchFailed, Unusable) as failed:
                attempt += 1
                pause = backoff(attempt, self._around.random)
                is_last = attempt == CRL_ATTEMPTS or failed.cause not in RETRIED
                if is_last or pause >= self._around.left(deadline):
                    with self._lock:
                        self._failed[place.key] = self._around.clock()
                        self._down[place.key] = place
                    raise
            self._around.sleep(pause)

    def _fetch_one(self, place: Place, deadline: float) -> HeldCrl:
        with self._around.recorded(place.issuer, place.kind):
            data = self._fetch.crl(place.url, seconds=self._around.left(deadline))
            try:
                held = self._shelf.put(
                    place, data, give_up=lambda: self._around.left(deadline) <= 0
                )
            except Unusable as unusable:
                if unusable.cause is Cause.OLDER:
                    with self._lock:
                        self._came[place.key] = self._around.clock()
                raise
        with self._lock:
            self._fetched[place.key] = self._came[place.key] = self._around.clock()
            self._down.pop(place.key, None)
        return held

    def tend(self, issuer: TrustedAuthority, *, policy: VerificationPolicy, at: datetime) -> None:
        """Have the authority's CRLs fetched before they are needed; nobody waits for it."""
        self._renew(places_of(issuer), policy, at)

    def probe(self) -> None:
        """Have those asked for again that failed last, whosever they are; nobody waits for it.

        Or an authority nobody of whose people signs in just now would be told of as down for long.
        """
        with self._lock:
            down = tuple(self._down.values())
        for place in down:
            self._start_behind(place, RENEWAL_SECONDS)

    def _renew(self, places: tuple[Place, ...], policy: VerificationPolicy, at: datetime) -> None:
        """Have fetched what is missing or will not suffice much longer."""
        base, delta = self._held_pair(places)
        for place in places:
            crl = delta if place.is_delta else base
            if crl is None:
                self._start_behind(place, REFETCH_SECONDS)
                continue
            is_for_delta = not place.is_delta and _is_for_delta(crl, delta, places, policy)
            serves = _serves(crl, policy, is_for_delta=is_for_delta)
            if serves is not None and at - crl.this_update > serves / 2:
                left = abs((crl.this_update + serves - at).total_seconds())
                self._start_behind(place, max(RENEWAL_SECONDS, left / 10))

    def _start_behind(self, place: Place, pause: float) -> None:
        """Fetch while nobody waits, unless it failed just now or came less than `pause` ago."""
        if not (
            self._is_too_early(place, self._failed, REFETCH_SECONDS)
            or self._is_too_early(place, self._came, pause)
        ):
            self._start(place)


def _is_for_delta(
    base: Crl, delta: Crl | None, places: tuple[Place, ...], policy: VerificationPolicy
) -> bool:
    """Whether a base is as good as a newer one: what must be fresh is the delta beside it.

    A base that the delta held does not complete is not: a newer base may go with that delta.
    """
    if delta is not None and delta.this_update >= base.this_update:
        return completes(delta, base)
    is_published = any(place.is_delta for place in places)
    return is_published and is_delta_needed(policy, delta_published=True)


def _serves(crl: Crl, policy: VerificationPolicy, *, is_for_delta: bool) -> timedelta | None:
    """How long a CRL may be used; a base with its delta serves until its nextUpdate."""
    limits = [] if is_for_delta else [policy.crl_max_age]
    if crl.next_update is not None:
        limits.append(crl.next_update - crl.this_update)
    return min(limits, default=None)
