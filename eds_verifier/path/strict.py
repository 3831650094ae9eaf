"""What a certificate must be beyond a valid path: cheap rules, checked before any arithmetic."""

from __future__ import annotations

from collections.abc import Callable

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.verdict import Reason, Refused

_CA_USAGES = {"key_cert_sign", "crl_sign"}
_MAX_SERIAL_BITS = 160

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


def _has_version_3(leaf: Certificate) -> bool:
    return leaf.version == "v3"


def _has_positive_serial(leaf: Certificate) -> bool:
    return leaf.serial > 0 and leaf.serial.bit_length() <= _MAX_SERIAL_BITS


def _has_known_critical_extensions(leaf: Certificate) -> bool:
    return all(
        oid in CRITICAL_KNOWN for oid, extension in leaf.extensions.items() if extension.critical
    )


def _is_no_authority(leaf: Certificate) -> bool:
    return not leaf.is_ca and not leaf.key_usage & _CA_USAGES


def _has_key_usage(leaf: Certificate) -> bool:
    return bool(leaf.key_usage)


def _has_extended_key_usage(leaf: Certificate) -> bool:
    return bool(leaf.extended_key_usage)


def _has_key_identifiers(leaf: Certificate) -> bool:
    return leaf.authority_key_id is not None


RULES: tuple[tuple[Callable[[Certificate], bool], str], ...] = (
    (_has_version_3, "the certificate is not of version 3"),
    (_has_positive_serial, "the serial number is not positive, or is longer than 20 octets"),
    (_has_known_critical_extensions, "a critical extension is not understood"),
    (_is_no_authority, "the certificate is an authority's, not a signer's"),
    (_has_key_usage, "the certificate says nothing of its key usage"),
    (_has_extended_key_usage, "the certificate says nothing of its holder (extendedKeyUsage)"),
    (_has_key_identifiers, "the certificate does not name its issuer's key"),
)


def check_leaf(leaf: Certificate) -> None:
    """Refuse (certificate_invalid) an end certificate that breaks one of RULES."""
    for holds, otherwise in RULES:
        if not holds(leaf):
            raise Refused(Reason.CERTIFICATE_INVALID, otherwise)
