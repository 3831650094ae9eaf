"""The NCA's own certificates: generations, contours, and roots of nearly one name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eds_verifier.cms.message import parse_message
from eds_verifier.path.build import Search
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA
from eds_verifier.path.validate import validate_path
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier.factory import DAY, NOW


def real(shared_data: Path, name: str) -> Certificate:
    return Certificate.parse((shared_data / f"nca-rk/{name}.cer").read_bytes())


def real_store(shared_data: Path, root: str, issuer: str) -> TrustStore:
    return TrustStore(
        "real",
        (
            TrustedAuthority("root", "root", None, real(shared_data, root)),
            TrustedAuthority("issuer", "issuer", "root", real(shared_data, issuer)),
        ),
    )


def test_the_generation_that_expired_in_2025_holds_no_more(shared_data: Path) -> None:
    """A person's certificate of 2018: with its authorities it held then, and nothing of it now."""
    message = parse_message((shared_data / "samples/cms/gost2004_legal_attached.der").read_bytes())
    leaf = next(
        certificate
        for certificate in map(Certificate.parse, message.certificates)
        if not certificate.is_ca
    )
    trust = real_store(shared_data, "prod/root_gost", "prod/nca_gost")
    then = leaf.not_before + DAY
    assert validate_path(leaf, trust, at=then, kept=KeptPaths()).pinned
    with pytest.raises(Refused, match="expired"):
        validate_path(leaf, trust, at=NOW, kept=KeptPaths())
    lasting = replace(leaf, not_after=NOW + DAY)
    with pytest.raises(Refused, match="untrusted_issuer"):
        validate_path(lasting, trust, at=datetime(2025, 7, 28, tzinfo=UTC), kept=KeptPaths())


def test_a_certificate_of_the_test_contour_is_nobodys_in_production(shared_data: Path) -> None:
    leaf = Certificate.parse(
        (shared_data / "samples/certs/gost2015_individual_valid.cer").read_bytes()
    )
    contour = real_store(shared_data, "test/root_test_gost_2022", "test/nca_gost2022_test")
    production = real_store(shared_data, "prod/root_gost_2022", "prod/nca_gost_2022")
    offered = tuple(a.certificate for a in contour.authorities)
    assert validate_path(leaf, contour, at=NOW, kept=KeptPaths()).pinned
    for trust in (production, replace(production, extra=offered)):
        with pytest.raises(Refused, match="untrusted_issuer"):
            validate_path(leaf, trust, at=NOW, kept=KeptPaths())


def test_the_roots_of_nearly_one_name_are_told_apart(shared_data: Path) -> None:
    """All the NCA's roots trusted at once: each authority is under its own alone."""
    names = [path.stem for path in sorted((shared_data / "nca-rk/prod").glob("*.cer"))]
    everyone = {name: real(shared_data, f"prod/{name}") for name in names}
    roots = {name: c for name, c in everyone.items() if c.subject_der == c.issuer_der}
    trust = TrustStore(
        "real", tuple(TrustedAuthority(name, "root", None, c) for name, c in roots.items())
    )
    found = {
        name: [path[0].name for path in Search(trust, NCA).paths(certificate)]
        for name, certificate in everyone.items()
        if certificate.is_ca and name not in roots
    }
    assert found == {
        "btsd_gost": ["root_gost_2020"],
        "nca_gost": ["root_gost"],
        "nca_gost_2022": ["root_gost_2022"],
        "nca_rsa": ["root_rsa"],
        "nca_rsa_2022": ["root_rsa_2020"],
        "ucgo_gost": ["root_gost_2020"],
    }
