"""The short way: a leaf under an issuer whose path was validated in full and is kept.

RFC 5280 section 6.1 asks of the last certificate of a path: its signature, its validity, its
issuer's name, the policies and names its issuers allow, and that its critical extensions are
understood. Under a path without constraints the policies and names need no asking; everything
about the issuers is what it was for the leaf before, until one of them expires. So a kept path is
a fact about certificates, known by their SHA-256, and nothing in it depends on who asks. Whether
one of them is revoked is judged with each verdict, apart from this.

A leaf with anything out of the ordinary takes the full way, whatever is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import boxed
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.profile import NOTHING_DEMANDED, Profile
from eds_verifier.path.strict import CONSTRAINING, CRITICAL_KNOWN
from eds_verifier.verdict import Refused

MAX_KEPT = 1024
MAX_POLICIES = 16
_CPS = "1.3.6.1.5.5.7.2.1"
_EMAIL_ADDRESS = bytes.fromhex("06092a864886f70d010901")
"""The DER of the OID 1.2.840.113549.1.9.1."""
_WHAT = "an extension"

Key = tuple[Profile, tuple[str, ...]]


@asn1.sequence
class _Qualifier:
    """A PolicyQualifierInfo that is a CPS address, the only kind the NCA writes."""

    qualifier: ObjectIdentifier
    address: asn1.IA5String


@asn1.sequence
class _Policy:
    policy: ObjectIdentifier
    qualifiers: list[_Qualifier] | None


@asn1.sequence
class _Policies:
    policies: list[_Policy]


@asn1.sequence
class _Access:
    """An AccessDescription whose location is an address, the only kind the NCA writes."""

    method: ObjectIdentifier
    address: Annotated[asn1.IA5String, asn1.Implicit(6)]


@asn1.sequence
class _Accesses:
    accesses: list[_Access]


@asn1.sequence
class _List:
    items: list[asn1.TLV]


def _has_plain_accesses(value: bytes) -> bool:
    return bool(boxed(_Accesses, value, what=_WHAT).accesses)


def _reads_as_list(value: bytes) -> bool:
    return bool(boxed(_List, value, what=_WHAT).items)


def _has_plain_policies(value: bytes) -> bool:
    policies = boxed(_Policies, value, what=_WHAT).policies
    return 0 < len(policies) <= MAX_POLICIES and all(
        qualifier.qualifier.dotted_string == _CPS
        for policy in policies
        for qualifier in policy.qualifiers or ()
    )


def _was_read(_: bytes) -> bool:
    return True


_PLAIN: dict[str, Callable[[bytes], bool]] = {
    # `Certificate.parse` read these, and `strict.END_RULES` judge them.
    oids.BASIC_CONSTRAINTS: _was_read,
    oids.KEY_USAGE: _was_read,
    oids.EXTENDED_KEY_USAGE: _was_read,
    oids.SUBJECT_KEY_IDENTIFIER: _was_read,
    oids.AUTHORITY_KEY_IDENTIFIER: _was_read,
    oids.NCA_KEY_STORAGE: _was_read,
    # These say nothing to a path without constraints, but must be what they claim.
    oids.CERTIFICATE_POLICIES: _has_plain_policies,
    "2.5.29.31": _reads_as_list,  # cRLDistributionPoints
    "2.5.29.46": _reads_as_list,  # freshestCRL
    "1.3.6.1.5.5.7.1.1": _has_plain_accesses,  # authorityInfoAccess
}
"""Extensions a leaf may have on the short way, and what must be true of each."""


def is_plain(leaf: Certificate) -> bool:
    """Whether nothing in a leaf needs more than the short way looks at.

    An e-mail address in the subject is a name of its own kind (RFC 5280 section 4.2.1.10),
    whatever string type it has; any other subject must be readable.
    """
    try:
        _ = leaf.subject_values
        return _EMAIL_ADDRESS not in leaf.subject_der and all(
            oid in _PLAIN
            and (oid in CRITICAL_KNOWN or not extension.critical)
            and _PLAIN[oid](extension.value)
            for oid, extension in leaf.extensions.items()
        )
    except Refused:
        return False


def may_be_kept(authorities: Sequence[Certificate], profile: Profile) -> bool:
    """Whether a leaf under these, direct issuer to anchor, may take the short way at all."""
    return profile.inputs == NOTHING_DEMANDED and not any(
        CONSTRAINING & authority.extensions.keys() for authority in authorities
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """From when until when every certificate of a path is valid, ends included."""

    not_before: datetime
    not_after: datetime


class KeptPaths:
    """Paths above a leaf that held in full, the most recently used ones. Safe for many threads."""

    def __init__(self, size: int = MAX_KEPT) -> None:
        self._size = size
        self._windows: OrderedDict[Key, _Window] = OrderedDict()
        self._lock = Lock()

    def holds(self, authorities: Sequence[Certificate], *, at: datetime, profile: Profile) -> bool:
        """Whether this very path is kept and all of it is valid at `at`."""
        key = _key(authorities, profile)
        with self._lock:
            window = self._windows.get(key)
            if window is None:
                return False
            self._windows.move_to_end(key)
        return window.not_before <= at <= window.not_after

    def keep(self, authorities: Sequence[Certificate], *, profile: Profile) -> None:
        """Keep a path that held in full for a leaf; one that may not be kept is left."""
        if not may_be_kept(authorities, profile):
            return
        window = _Window(
            max(authority.not_before for authority in authorities),
            min(authority.not_after for authority in authorities),
        )
        with self._lock:
            self._windows[_key(authorities, profile)] = window
            while len(self._windows) > self._size:
                self._windows.popitem(last=False)

    def __len__(self) -> int:
        return len(self._windows)


def _key(authorities: Sequence[Certificate], profile: Profile) -> Key:
    return profile, tuple(authority.sha256 for authority in authorities)
