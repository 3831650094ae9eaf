"""ASN.1 structures with open algorithm identifiers.

asn1crypto's own certificate and key classes look algorithms up in tables that do not know the
NCA's OIDs; these take any. Field order is RFC 5280's (certificates, CRLs) and RFC 5208's (keys).
"""

# ruff: noqa: RUF012 - asn1crypto completes these lists itself

from __future__ import annotations

from asn1crypto import core, x509

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
SHA256_WITH_RSA = "1.2.840.113549.1.1.11"
SHA256 = "2.16.840.1.101.3.4.2.1"
GOST_2015_512_KEY = "1.2.398.3.10.1.1.2.2"
GOST_2015_512_PARAMETERS = "1.2.398.3.10.1.1.2.2.1"
GOST_2015_512_SIGNATURE = "1.2.398.3.10.1.1.2.3.2"
STREEBOG_512 = "1.2.398.3.10.1.3.3"


SEQUENCE, CONTEXT_0 = 0x30, 0xA0
"""Identifier octets: what is put together of finished parts is joined octet by octet, since
asn1crypto would encode anew any part whose length ends in 0x80 (`eds_verifier.asn1.reading`)."""


class AlgorithmIdentifier(core.Sequence):
    """RFC 5280 4.1.1.2, parameters of any kind."""

    _fields = [
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


class GostKeyParameters(core.Sequence):
    """Curve and hash of an NCA GOST key."""

    _fields = [
        ("curve", core.ObjectIdentifier),
        ("digest", core.ObjectIdentifier),
    ]


class SubjectPublicKeyInfo(core.Sequence):
    """RFC 5280 4.1.2.7."""

    _fields = [
        ("algorithm", AlgorithmIdentifier),
        ("public_key", core.OctetBitString),
    ]


class PrivateKeyInfo(core.Sequence):
    """RFC 5208 section 5."""

    _fields = [
        ("version", core.Integer),
        ("algorithm", AlgorithmIdentifier),
        ("private_key", core.OctetString),
        ("attributes", core.Any, {"implicit": 0, "optional": True}),
    ]


class Extension(core.Sequence):
    """RFC 5280 4.1."""

    _fields = [
        ("extn_id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("extn_value", core.OctetString),
    ]


class Extensions(core.SequenceOf):
    """RFC 5280 4.1."""

    _child_spec = Extension


class TbsCertificate(core.Sequence):
    """RFC 5280 4.1, version 3, without unique identifiers."""

    _fields = [
        ("version", core.Integer, {"explicit": 0}),
        ("serial_number", core.Integer),
        ("signature", AlgorithmIdentifier),
        ("issuer", x509.Name),
        ("validity", x509.Validity),
        ("subject", x509.Name),
        ("subject_public_key_info", SubjectPublicKeyInfo),
        ("extensions", Extensions, {"explicit": 3}),
    ]


class RevokedCertificate(core.Sequence):
    """RFC 5280 5.1."""

    _fields = [
        ("user_certificate", core.Integer),
        ("revocation_date", x509.Time),
        ("crl_entry_extensions", Extensions, {"optional": True}),
    ]


class RevokedCertificates(core.SequenceOf):
    """RFC 5280 5.1."""

    _child_spec = RevokedCertificate


class TbsCertList(core.Sequence):
    """RFC 5280 5.1, version 2."""

    _fields = [
        ("version", core.Integer),
        ("signature", AlgorithmIdentifier),
        ("issuer", x509.Name),
        ("this_update", x509.Time),
        ("next_update", x509.Time),
        ("revoked_certificates", RevokedCertificates, {"optional": True}),
        ("crl_extensions", Extensions, {"explicit": 0}),
    ]
