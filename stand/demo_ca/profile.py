"""What stands in the demo CA's certificates: the NCA's profile with the stand's addresses.

Names and extensions follow the certificates the NCA issues since 2022. Rules only, no keys.
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import core, x509

from stand.demo_ca import people
from stand.signing.asn1 import Extension, Extensions

_POLICY_OF_ROOTS = "1.2.398.3.1.2"
_POLICY = "1.2.398.3.3.2"
_KEY_STORAGE = "1.2.398.3.3.5"
_IN_A_FILE = "1.2.398.3.3.5.1.1"
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
_EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
_INDIVIDUAL = "1.2.398.3.3.4.1.1"
_LEGAL_ENTITY = "1.2.398.3.3.4.1.2"
_PRINTABLE = {"countryName", "serialNumber"}
_OIDS = {
    "CN": "2.5.4.3",
    "surname": "2.5.4.4",
    "serialNumber": "2.5.4.5",
    "countryName": "2.5.4.6",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "givenName": "2.5.4.42",
    "UID": "0.9.2342.19200300.100.1.1",
}

ROLE_USAGES: dict[people.Role, tuple[str, ...]] = {
    "": (_INDIVIDUAL,),
    "ceo": (_LEGAL_ENTITY, "1.2.398.3.3.4.1.2.1"),
    "signing_right": (_LEGAL_ENTITY, "1.2.398.3.3.4.1.2.2"),
    "employee": (_LEGAL_ENTITY, "1.2.398.3.3.4.1.2.5"),
    "information_system": (_LEGAL_ENTITY, "1.2.398.3.3.4.1.2.6"),
}
"""Extended key usages that say for whom the holder acts and as what."""

KEY_USAGES: dict[tuple[people.Algorithm, people.Use], set[str]] = {
    ("gost", "sign"): {"digital_signature", "non_repudiation", "key_agreement"},
    ("rsa", "sign"): {"digital_signature", "non_repudiation"},
    ("rsa", "auth"): {"digital_signature", "key_encipherment"},
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one authority's revocation and certificate are served, under the stand's `base`."""

    base: str
    authority: str

    @property
    def ocsp(self) -> str:
        return f"{self.base}/ocsp/"

    @property
    def certificate(self) -> str:
        return f"{self.base}/cert/{self.authority}.cer"

    @property
    def crl(self) -> str:
        return f"{self.base}/crl/{self.authority}.crl"

    @property
    def delta_crl(self) -> str:
        return f"{self.base}/crl/{self.authority}_d.crl"

    @property
    def practice_statement(self) -> str:
        return f"{self.base}/cps"


# -- names -------------------------------------------------------------------------------------


def authority_name(algorithm: people.Algorithm, *, root: bool) -> x509.Name:
    """The demo CA's own name; says twice that it is none of the NCA's."""
    title = "НЕГІЗГІ ОРТАЛЫҚ" if root else "КУӘЛАНДЫРУШЫ ОРТАЛЫҚ"
    return _name({"CN": f"ТАНБА ДЕМО {title} ({algorithm.upper()}) DEMO", "countryName": "KZ"})


def responder_name(algorithm: people.Algorithm) -> x509.Name:
    organisation = f"ТАНБА ДЕМО ({algorithm.upper()})"
    return _name({"CN": "OCSP RESPONDER DEMO", "countryName": "KZ", "O": organisation})


def subject_name(holding: people.Holding, algorithm: people.Algorithm) -> x509.Name:
    """The holder's name. The order of its parts differs between RSA and GOST, as the NCA's."""
    organisation = (
        {"O": holding.organisation.name, "OU": f"BIN{holding.organisation.bin}"}
        if holding.organisation
        else {}
    )
    person = holding.person
    if person is None:
        system = {"UID": people.SYSTEM_UID, "CN": people.SYSTEM_NAME, "countryName": "KZ"}
        return _name(system | organisation)
    parts = {
        "CN": person.common_name,
        "surname": person.surname,
        "serialNumber": f"IIN{person.iin}",
        "countryName": "KZ",
        **organisation,
        "givenName": person.patronymic,
    }
    order = parts if algorithm == "gost" else dict(reversed(parts.items()))
    return _name({part: value for part, value in order.items() if value})


def _name(parts: dict[str, str]) -> x509.Name:
    def value(part: str, text: str) -> x509.DirectoryString:
        if part in _PRINTABLE:
            return x509.DirectoryString("printable_string", core.PrintableString(text))
        return x509.DirectoryString("utf8_string", core.UTF8String(text))

    rdns = [
        x509.RelativeDistinguishedName(
            [x509.NameTypeAndValue({"type": _OIDS[part], "value": value(part, text)})]
        )
        for part, text in parts.items()
    ]
    return x509.Name("", x509.RDNSequence(rdns))


# -- extensions --------------------------------------------------------------------------------


def key_identifier(public_key_bits: bytes) -> bytes:
    """SHA-1 of the key with the top bit set: its rest is the serial number, as at the NCA."""
    digest = hashlib.sha1(public_key_bits, usedforsecurity=False).digest()
    return bytes([digest[0] | 0x80]) + digest[1:]


def serial_number(identifier: bytes) -> int:
    return int.from_bytes(bytes([identifier[0] & 0x7F]) + identifier[1:], "big")


def authority_extensions(
    own_id: bytes, issuer_id: bytes, issuer: Addresses, *, root: bool
) -> Extensions:
    """A root's, or an issuing CA's under a root."""
    constraints = {"ca": True} if root else {"ca": True, "path_len_constraint": 0}
    policy = _POLICY_OF_ROOTS if root else _POLICY
    extensions = [
        _extension("2.5.29.19", x509.BasicConstraints(constraints), critical=True),
        _extension("2.5.29.15", x509.KeyUsage({"key_cert_sign", "crl_sign"}), critical=True),
        _extension("2.5.29.14", core.OctetString(own_id)),
        _extension("2.5.29.35", x509.AuthorityKeyIdentifier({"key_identifier": issuer_id})),
        _policies(policy, issuer),
    ]
    if not root:
        extensions.append(_extension("2.5.29.31", _points(issuer.crl)))
        extensions.append(_extension("1.3.6.1.5.5.7.1.1", _access(issuer, ocsp=False)))
    return Extensions(extensions)


def holder_extensions(
    holding: people.Holding,
    kind: tuple[people.Algorithm, people.Use],
    *,
    ids: tuple[bytes, bytes],
    issuer: Addresses,
) -> Extensions:
    """A user's certificate. `ids`: its own key identifier, its issuer's."""
    purpose = [_CLIENT_AUTH if kind[1] == "auth" else _EMAIL_PROTECTION]
    if holding.role == "information_system":
        purpose = []
    usages = purpose + list(ROLE_USAGES[holding.role])
    return Extensions(
        [
            _policies(_POLICY, issuer),
            _extension("1.3.6.1.5.5.7.1.1", _access(issuer, ocsp=True)),
            _extension("2.5.29.31", _points(issuer.crl)),
            _extension("2.5.29.46", _points(issuer.delta_crl)),
            _extension("2.5.29.37", x509.ExtKeyUsageSyntax(usages)),
            _extension("2.5.29.15", x509.KeyUsage(KEY_USAGES[kind]), critical=True),
            _extension("2.5.29.14", core.OctetString(ids[0])),
            _extension("2.5.29.35", x509.AuthorityKeyIdentifier({"key_identifier": ids[1]})),
            _key_storage(),
        ]
    )


def responder_extensions(own_id: bytes, issuer_id: bytes) -> Extensions:
    """A delegated OCSP responder's (RFC 6960 4.2.2.2), whose own revocation is not asked."""
    return Extensions(
        [
            _extension("2.5.29.15", x509.KeyUsage({"digital_signature"})),
            _extension("1.3.6.1.5.5.7.48.1.5", core.Null()),
            _extension("2.5.29.37", x509.ExtKeyUsageSyntax([_OCSP_SIGNING])),
            _extension("2.5.29.14", core.OctetString(own_id)),
            _extension("2.5.29.35", x509.AuthorityKeyIdentifier({"key_identifier": issuer_id})),
            _key_storage(),
        ]
    )


def _extension(oid: str, value: core.Asn1Value, *, critical: bool = False) -> Extension:
    return Extension({"extn_id": oid, "critical": critical, "extn_value": value.dump()})


def _policies(policy: str, issuer: Addresses) -> Extension:
    qualifier = {
        "policy_qualifier_id": "certification_practice_statement",
        "qualifier": core.IA5String(issuer.practice_statement),
    }
    information = {"policy_identifier": policy, "policy_qualifiers": [qualifier]}
    return _extension("2.5.29.32", x509.CertificatePolicies([information]))


def _points(url: str) -> x509.CRLDistributionPoints:
    names = x509.GeneralNames([_location(url)])
    point = {"distribution_point": x509.DistributionPointName("full_name", names)}
    return x509.CRLDistributionPoints([point])


def _access(issuer: Addresses, *, ocsp: bool) -> x509.AuthorityInfoAccessSyntax:
    rows: Iterable[tuple[str, str]] = [("ca_issuers", issuer.certificate)]
    if ocsp:
        rows = [("ocsp", issuer.ocsp), *rows]
    return x509.AuthorityInfoAccessSyntax(
        [{"access_method": method, "access_location": _location(url)} for method, url in rows]
    )


def _location(url: str) -> x509.GeneralName:
    # Written as it stands: asn1crypto's URI class would add a slash and drop default ports.
    return x509.GeneralName.load(core.IA5String(url).retag({"implicit": 6}).dump())  # type: ignore[no-any-return]


def _key_storage() -> Extension:
    return _extension(
        _KEY_STORAGE,
        core.SequenceOf([core.ObjectIdentifier(_IN_A_FILE)], spec=core.ObjectIdentifier),
    )
