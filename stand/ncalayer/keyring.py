"""The keys the emulator can sign with, described by what their certificates say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from stand.demo_ca import DemoCa
from stand.demo_ca.people import Status, Use
from stand.demo_ca.profile import ROLE_USAGES
from stand.signing.cms import Signer
from stand.signing.pkcs12 import open_pkcs12

NCA_TEST_PASSWORD = "Qwerty12"  # noqa: S105 - published by the NCA with its test keys

Group = Literal["demo", "nca-test"]
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
_ROLES = {usages[-1]: role for role, usages in ROLE_USAGES.items() if role}


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """Which keys a request allows; empty values allow any.

    `usages`: extended key usage OIDs that must all be there; `use`: what the older module calls
    SIGNATURE or AUTHENTICATION; `files`: whether keys in files may be used at all.
    """

    usages: frozenset[str] = frozenset()
    iin: str = ""
    bin: str = ""
    serial_number: str = ""
    use: Use | None = None
    files: bool = True


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key. Numbers are empty where the certificate has none; `serial_number` is lower hex."""

    id: str
    group: Group
    signer: Signer = field(repr=False)
    name: str
    iin: str = field(repr=False)
    organisation: str
    bin: str
    role: str
    use: Use
    algorithm: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    status: Status
    usages: frozenset[str]

    def fits(self, wanted: KeyFilter) -> bool:
        pairs = (
            (wanted.iin, self.iin),
            (wanted.bin, self.bin),
            (wanted.serial_number.lower().lstrip("0"), self.serial_number),
            (wanted.use or "", self.use),
        )
        return (
            wanted.files
            and wanted.usages <= self.usages
            and all(not want or want == have for want, have in pairs)
        )


def keyring(ca: DemoCa, *, shared_data: Path | None, now: datetime) -> tuple[RingKey, ...]:
    """Every key: the demo CA's, then the NCA's published test keys where they are at hand."""
    demo = [_describe(one.id, "demo", one.signer, one.holding.status) for one in ca.credentials]
    return (*demo, *(_nca_test(shared_data, now) if shared_data else ()))


def _nca_test(shared_data: Path, now: datetime) -> Iterator[RingKey]:
    for path in sorted((shared_data / "samples" / "p12").glob("*.p12")):
        opened = open_pkcs12(path.read_bytes(), NCA_TEST_PASSWORD)
        signer = Signer(opened.key, opened.certificates[0], opened.certificates[1:])
        status: Status = "revoked" if "revoked" in path.stem else "good"
        key = _describe(f"nca-test-{path.stem}", "nca-test", signer, status)
        yield key if key.not_after > now else replace(key, status="expired")


def _describe(key_id: str, group: Group, signer: Signer, status: Status) -> RingKey:
    certificate = x509.load_der_x509_certificate(signer.certificate)
    usages = _usages(certificate)
    return RingKey(
        id=key_id,
        group=group,
        signer=signer,
        name=_name(certificate),
        iin=_value(certificate, NameOID.SERIAL_NUMBER).removeprefix("IIN"),
        organisation=_value(certificate, NameOID.ORGANIZATION_NAME),
        bin=_value(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME).removeprefix("BIN"),
        role=next((role for oid, role in _ROLES.items() if oid in usages), ""),
        use="auth" if _CLIENT_AUTH in usages else "sign",
        algorithm=signer.key.name,
        serial_number=format(certificate.serial_number, "x"),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        status=status,
        usages=usages,
    )


def _name(certificate: x509.Certificate) -> str:
    parts = (NameOID.COMMON_NAME, NameOID.GIVEN_NAME)  # the NCA puts the patronymic there
    return " ".join(filter(None, (_value(certificate, part) for part in parts)))


def _value(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found: Iterable[x509.NameAttribute[str | bytes]] = certificate.subject.get_attributes_for_oid(
        oid
    )
    return next((str(one.value) for one in found), "")


def _usages(certificate: x509.Certificate) -> frozenset[str]:
    extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    return frozenset(one.dotted_string for one in extension.value)
