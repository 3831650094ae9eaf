"""One realm as the provider serves it, and the surroundings all realms share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from eds_verifier.policy import KeyChoice, Purpose, VerificationPolicy
from eds_verifier.provider.client_keys import ClientKeys
from eds_verifier.provider.keys import RealmKeys
from eds_verifier.revocation.state import TrustState
from eds_verifier.service import Judgement
from eds_verifier.settings import VerifierSettings
from eds_verifier.store.database import Database
from policies.agreement import Agreements
from policies.model import PortalPolicy

CLIENT_ID = "keycloak"


class SignatureJudge(Protocol):
    """What judges a signature: `eds_verifier.service.SignatureService`."""

    def judge(
        self, cms: bytes, *, content: bytes | None, policy: VerificationPolicy, at: datetime
    ) -> Judgement: ...

    def state(self) -> TrustState: ...


@dataclass(frozen=True, slots=True)
class Realm:
    """A realm's own issuer, client, keys, trust and agreement; nothing is shared with another."""

    name: str
    issuer: str
    redirect_uri: str
    policy: PortalPolicy
    agreements: Agreements
    keys: RealmKeys
    client_keys: ClientKeys
    judge: SignatureJudge
    unsafe_judging_time: datetime | None

    @property
    def path(self) -> str:
        """Where the realm's endpoints start, on the verifier's origin."""
        return f"/r/{self.name}"

    @property
    def token_endpoint(self) -> str:
        """The token endpoint's address."""
        return f"{self.issuer}/token"

    @property
    def asks_for_signature(self) -> bool:
        """Whether the agreement is accepted by signature here."""
        return self.policy.agreement.consent == "signature"

    def key_for(self, purpose: Purpose) -> KeyChoice:
        """Which of a person's keys signs for `purpose`; an acceptance takes a SIGN key only."""
        return "sign" if purpose == "acceptance" else self.policy.eds.sign_in

    def verification_policy(self, purpose: Purpose) -> VerificationPolicy:
        """What a signature must satisfy for `purpose`."""
        eds = self.policy.eds
        return VerificationPolicy(
            purpose=purpose,
            key=self.key_for(purpose),
            numbers=eds.numbers,
            subjects=eds.subjects,
            revocation=eds.revocation,
            delta_crl=eds.delta_crl,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe about this realm, to be said on every page (`unsafe` in the messages)."""
        found = {
            "past": self.unsafe_judging_time is not None,
            "test_trust": self.judge.state().unsafe_test,
        }
        return tuple(name for name, unsafe in found.items() if unsafe)

    def outage_since(self) -> datetime | None:
        """Since when no verdict can be had because the authorities do not answer; None: it can."""
        state = self.judge.state()
        return state.down_since if state.status == "down" else None

    def judging_time(self, now: datetime) -> datetime:
        """The instant certificates and revocation are judged at: now, but in tests."""
        return self.unsafe_judging_time or now


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def _nothing(_point: str) -> None:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the provider works with: settings, store, clock, randomness.

    `reached` is called with a point's name as work passes it (`before_acceptance`,
    `after_acceptance`, `before_code`); tests make the process die there. It can
    only stop work, not change it.
    """

    settings: VerifierSettings
    database: Database
    realms: Mapping[str, Realm]
    random: Callable[[int], bytes] = field(repr=False)
    clock: Callable[[], datetime] = system_clock
    reached: Callable[[str], None] = _nothing

    @property
    def origin(self) -> str:
        """The verifier's origin, as browsers name it."""
        return self.settings.base_url
