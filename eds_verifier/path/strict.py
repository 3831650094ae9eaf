"""What a certificate must be beyond RFC 5280's path validation: the NCA's profile, as tables.

Cheap rules, checked before any arithmetic. What can be said only of a certificate and the one that
certified it is in `issuers`; of a whole path, in `fits_purposes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate

_CA_USAGES = {"key_cert_sign", "crl_sign"}
_MAX_SERIAL_BITS = 8 * 20 - 1
"""Of 20 octets: an INTEGER's highest bit is its sign."""
_ANY_PURPOSE = "2.5.29.37.0"

CRITICAL_KNOWN = frozenset(
    {
        oids.BASIC_CONSTRAINTS,
        oids.KEY_USAGE,
        oids.EXTENDED_KEY_USAGE,
        oids.CERTIFICATE_POLICIES,
        oids.SUBJECT_ALT_NAME,
    }
)
"""Extensions of an end certificate that are understood here; another critical one refuses."""

NAME_CONSTRAINTS = "2.5.29.30"
POLICY_MAPPINGS = "2.5.29.33"
POLICY_CONSTRAINTS = "2.5.29.36"
INHIBIT_ANY_POLICY = "2.5.29.54"
CONSTRAINING = frozenset(
    {NAME_CONSTRAINTS, POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY}
)
"""Extensions by which an authority limits the names or policies of all it certifies."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of one certificate, and the sentence that says that it does not."""

    holds: Callable[[Certificate], bool]
    otherwise: str


def first_broken(rules: Iterable[Rule], certificate: Certificate) -> str | None:
    """What the first rule that does not hold says; None when all do."""
    for rule in rules:
        if not rule.holds(certificate):
            return rule.otherwise
    return None


def _has_version_3(certificate: Certificate) -> bool:
    return certificate.version == "v3"


def _has_positive_serial(certificate: Certificate) -> bool:
    return certificate.serial > 0 and certificate.serial.bit_length() <= _MAX_SERIAL_BITS


def _knows_critical(*known: frozenset[str]) -> Callable[[Certificate], bool]:
    everything = frozenset().union(*known)

    def holds(certificate: Certificate) -> bool:
        return all(
            oid in everything
            for oid, extension in certificate.extensions.items()
            if extension.critical
        )

    return holds


def _is_no_authority(certificate: Certificate) -> bool:
    return not certificate.is_ca and not certificate.key_usage & _CA_USAGES


def _is_authority(certificate: Certificate) -> bool:
    return certificate.is_ca


def _has_key_usage(certificate: Certificate) -> bool:
    return bool(certificate.key_usage)


def _may_certify(certificate: Certificate) -> bool:
    return "key_cert_sign" in certificate.key_usage


def _names_its_key(certificate: Certificate) -> bool:
    return bool(certificate.subject_key_id)


def _names_issuers_key(certificate: Certificate) -> bool:
    return bool(certificate.authority_key_id)


def _names_issuers_key_or_is_self_issued(certificate: Certificate) -> bool:
    return _names_issuers_key(certificate) or certificate.issuer_der == certificate.subject_der


_VERSION = Rule(_has_version_3, "is not of version 3")
_SERIAL = Rule(
    _has_positive_serial, "has a serial number that is not positive, or is longer than 20 octets"
)
_ISSUERS_KEY = Rule(_names_issuers_key, "does not name its issuer's key")
_AUTHORITY = (
    _VERSION,
    _SERIAL,
    Rule(
        _knows_critical(CRITICAL_KNOWN, CONSTRAINING),
        "has a critical extension that is not understood",
    ),
    Rule(_is_authority, "is not an authority's"),
    Rule(_may_certify, "may not be used to certify (keyUsage)"),
    Rule(_names_its_key, "does not name its own key"),
)

END_RULES: tuple[Rule, ...] = (
    _VERSION,
    _SERIAL,
    Rule(_knows_critical(CRITICAL_KNOWN), "has a critical extension that is not understood"),
    Rule(_is_no_authority, "is an authority's, not a signer's"),
    Rule(_has_key_usage, "says nothing of its key usage"),
    _ISSUERS_KEY,
)
"""Of the certificate at the end of the path, a signer's."""

AUTHORITY_RULES: tuple[Rule, ...] = (*_AUTHORITY, _ISSUERS_KEY)
"""Of every authority between it and the anchor."""

ANCHOR_RULES: tuple[Rule, ...] = (
    *_AUTHORITY,
    Rule(_names_issuers_key_or_is_self_issued, "does not name its issuer's key"),
)
"""Of the anchor; one that certified itself needs to name nobody else's key."""


def fits_purposes(end: Certificate, authority: Certificate) -> bool:
    """Whether an authority limited to purposes (extendedKeyUsage) may stand above `end`.

    The NCA's authorities are not limited; another's may certify for its own purposes only.
    """
    extension = authority.extensions.get(oids.EXTENDED_KEY_USAGE)
    if extension is None or _ANY_PURPOSE in authority.extended_key_usage:
        return True
    purposes = end.extended_key_usage
    return bool(purposes) and purposes <= authority.extended_key_usage
