"""The verifier on the NCA's own certificates, signatures, CRLs and OCSP answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AcceptAllAlgorithms,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.validate import async_validate_path

from eds_verifier.asn1.reading import load
from eds_verifier.asn1.unchanged import UnchangedCertificate
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.full import complete
from eds_verifier.path.signature import AcceptedSignatures
from eds_verifier.path.validate import validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl import read_crl, read_status
from eds_verifier.revocation.evidence import Evidence, OcspEvidence, Unusable
from eds_verifier.revocation.ocsp import read_answer
from eds_verifier.subject import read_holder
from eds_verifier.trust import TrustedAuthority, TrustStore, load_trust
from eds_verifier.trust_update import update
from eds_verifier.verdict import Refused
from eds_verifier.verify import verify
from policies.trust import LISTS, load_trust_list

AT = datetime(2026, 8, 12, tzinfo=UTC)
POLICY = VerificationPolicy(purpose="document", numbers="warn", delta_crl="optional")
NCA_RK = LISTS / "nca-rk.yaml"


def _authority(folder: Path, name: str, issuer: str | None) -> TrustedAuthority:
    certificate = Certificate.parse((folder / f"{name}.cer").read_bytes())
    role = "issuer" if issuer else "root"
    return TrustedAuthority(name, role, issuer, certificate, None, None, None)


@pytest.fixture(scope="module")
def test_contour(shared_data: Path) -> TrustStore:
    folder = shared_data / "nca-rk/test"
    root = _authority(folder, "root_test_gost_2022", None)
    issuer = _authority(folder, "nca_gost2022_test", root.name)
    return TrustStore("nca-test", (root, issuer))


@pytest.fixture(scope="module")
def production(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> TrustStore:
    folder = tmp_path_factory.mktemp("trust")
    update(load_trust_list(NCA_RK), folder, from_dir=shared_data / "nca-rk")
    return load_trust(NCA_RK, folder)


@pytest.fixture(scope="module")
def samples(shared_data: Path) -> Path:
    return shared_data / "samples"


def _certificate(path: Path) -> Certificate:
    return Certificate.parse(path.read_bytes())


@pytest.mark.parametrize("who", ["individual", "legal_entity"])
@pytest.mark.parametrize("form", ["attached", "detached"])
def test_gost_2015_signatures_of_the_test_contour_are_valid(
    samples: Path, test_contour: TrustStore, who: str, form: str
) -> None:
    document = (samples / f"cms/{who}_document.txt").read_bytes()
    verdict = verify(
        (samples / f"cms/{who}_{form}.der").read_bytes(),
        content=document,
        trust=test_contour,
        evidence=Evidence(crls=((samples / "crl/nca_gost2022_test_2026-08.crl").read_bytes(),)),
        policy=POLICY,
        at=AT,
    )
    assert (verdict.verdict, str(verdict.reason)) == ("valid", "ok")
    assert verdict.subject is not None
    assert verdict.subject.subject_type == who
    assert (verdict.subject.surname, verdict.subject.given_name) == ("ТЕСТОВ", "ТЕСТ")
    assert "iin_check_digit" in verdict.warnings


def test_the_test_contour_is_not_trusted_in_production(
    samples: Path, production: TrustStore
) -> None:
    verdict = verify(
        (samples / "cms/individual_attached.der").read_bytes(),
        trust=production,
        evidence=Evidence(crls=((samples / "crl/nca_gost2022_test_2026-08.crl").read_bytes(),)),
        policy=POLICY,
        at=AT,
    )
    assert str(verdict.reason) == "untrusted_issuer"


@pytest.mark.parametrize(
    ("leaf", "issuer", "root"),
    [
        ("leaf_tsa_gost_2022", "nca_gost_2022", "root_gost_2022"),
        ("leaf_tsa_rsa_2022", "nca_rsa_2022", "root_rsa_2020"),
    ],
)
def test_the_production_chains_hold(
    shared_data: Path, production: TrustStore, leaf: str, issuer: str, root: str
) -> None:
    certificate = _certificate(shared_data / f"nca-rk/prod/{leaf}.cer")
    path = validate_path(certificate, production, at=AT)
    assert (path.issuer.name, path.root.name) == (issuer, root)
    with pytest.raises(Refused, match="not_a_person"):
        read_holder(certificate)


def test_the_trust_list_tells_the_certificates_validity(production: TrustStore) -> None:
    listed = {a.name: (a.not_before, a.not_after) for a in load_trust_list(NCA_RK).authorities}
    for authority in production.authorities:
        certificate = authority.certificate
        assert listed[authority.name] == (certificate.not_before, certificate.not_after)


HOLDERS = {
    "individual": ("individual", ""),
    "legal_head": ("legal_entity", "ceo"),
    "legal_signright": ("legal_entity", "signing_right"),
    "legal_employee": ("legal_entity", "employee"),
}
STATES = (
    ("individual_valid", "good"),
    ("individual_revoked", "suspended"),
    ("legal_head_valid", "good"),
    ("legal_head_revoked", "suspended"),
    ("legal_signright_valid", "good"),
    ("legal_signright_revoked", "suspended"),
    ("legal_employee_valid", "revoked"),  # since its publication as a valid one
    ("legal_employee_revoked", "suspended"),
)


@pytest.mark.parametrize(("name", "status"), STATES)
def test_real_certificates_tell_who_they_are_and_whether_they_are_revoked(
    samples: Path, test_contour: TrustStore, name: str, status: str
) -> None:
    leaf = _certificate(samples / f"certs/gost2015_{name}.cer")
    issuer = validate_path(leaf, test_contour, at=AT).issuer.certificate
    holder = read_holder(leaf)
    assert (holder.subject_type, holder.role) == HOLDERS[name.rpartition("_")[0]]
    crls = ((samples / "crl/nca_gost2022_test_2026-08.crl").read_bytes(),)
    assert read_status(crls, leaf, issuer, policy=POLICY, at=AT).status == status


@pytest.mark.parametrize("name", ["legal_infosystem", "legal_treasury"])
def test_real_systems_are_no_persons(samples: Path, name: str) -> None:
    with pytest.raises(Refused, match="not_a_person"):
        read_holder(_certificate(samples / f"certs/gost2015_{name}_valid.cer"))


def test_a_base_crl_and_its_delta_of_the_nca_fit(samples: Path, test_contour: TrustStore) -> None:
    issuer = test_contour.issuers()[0].certificate
    crls = tuple(
        (samples / f"crl/nca_gost2022_{kind}test_2025-04.crl").read_bytes() for kind in ("", "d_")
    )
    required = POLICY.model_copy(update={"delta_crl": "required"})
    leaf = _certificate(samples / "certs/gost2015_individual_valid.cer")
    at = datetime(2025, 4, 29, 6, tzinfo=UTC)
    status = read_status(crls, leaf, issuer, policy=required, at=at)
    assert status.status == "good"
    assert status.delta_this_update is not None
    with pytest.raises(Unusable, match="too old"):
        read_status(crls, leaf, issuer, policy=required, at=at + timedelta(days=2))


@pytest.mark.parametrize("name", ["individual_valid", "individual_revoked", "legal_head_revoked"])
def test_our_crl_reading_agrees_with_pyhanko(
    samples: Path, test_contour: TrustStore, name: str
) -> None:
    """A second implementation judges the same certificate by the same CRL."""
    data = (samples / "crl/nca_gost2022_test_2026-08.crl").read_bytes()
    leaf = _certificate(samples / f"certs/gost2015_{name}.cer")
    issuer = test_contour.issuers()[0]
    root, middle, end = (
        load(UnchangedCertificate, one.der)
        for one in (test_contour.root_of(issuer).certificate, issuer.certificate, leaf)
    )
    rules = RevocationCheckingPolicy(
        ee_certificate_rule=RevocationCheckingRule.CRL_REQUIRED,
        intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK,
    )
    context = ValidationContext(
        trust_roots=[root],
        other_certs=[middle],
        moment=AT,
        crls=[data],
        revinfo_policy=CertRevTrustPolicy(rules),
        algorithm_usage_policy=AcceptAllAlgorithms(),
        signature_validator=AcceptedSignatures(),
    )
    path = ValidationPath(CertTrustAnchor(root), interm=[middle], leaf=end)
    try:
        complete(async_validate_path(context, path))
        theirs = "good"
    except RevokedError as error:
        held = error.reason.native == "certificate_hold"
        theirs = "suspended" if held else "revoked"
    ours = read_status((data,), leaf, issuer.certificate, policy=POLICY, at=AT).status
    assert ours == theirs


def test_the_large_crl_has_all_its_entries(samples: Path, test_contour: TrustStore) -> None:
    data = (samples / "crl/nca_gost2022_test_2026-08.crl").read_bytes()
    assert len(read_crl(data, test_contour.issuers()[0].certificate.der).entries) == 195


@pytest.mark.parametrize(
    ("name", "serial", "produced", "status"),
    [
        (
            "ocsp_response_ceo_2015_revoked",
            0x3A90343E720594C55204B19CB9A402422EF0E622,
            datetime(2022, 9, 2, 16, 59, 28, tzinfo=UTC),
            "suspended",
        ),
        (
            "ocsp_response_individual_2015",
            0x0FF06211DC82BEB00253FFA000F1DE84ABEF454F,
            datetime(2022, 9, 2, 16, 58, 34, tzinfo=UTC),
            "not_issued",
        ),
    ],
)
def test_real_ocsp_answers_are_understood(
    shared_data: Path, name: str, serial: int, produced: datetime, status: str
) -> None:
    response = (shared_data / f"samples/ocsp/{name}.bin").read_bytes()
    issuer = _certificate(shared_data / "nca-rk/test/nca_gost2022_test.cer")
    valid = _certificate(shared_data / "samples/certs/gost2015_individual_valid.cer")
    leaf = _with_serial(valid, serial)
    evidence = OcspEvidence(response, None)
    assert read_answer(evidence, leaf, issuer, policy=POLICY, at=produced).status == status
    for refused, about, at, detail in (
        (evidence, leaf, produced + timedelta(hours=1), "too old"),
        (OcspEvidence(response, bytes(16)), leaf, produced, "nonce is wrong"),
        (evidence, valid, produced, "not about this certificate"),
    ):
        with pytest.raises(Unusable, match=detail):
            read_answer(refused, about, issuer, policy=POLICY, at=at)


def test_a_real_rsa_ocsp_answer_is_understood(shared_data: Path) -> None:
    """Its responder's certificate carries an ocsp-nocheck extension with an empty value."""
    response = (shared_data / "samples/ocsp/ocsp_response_individual_sign_2004.bin").read_bytes()
    issuer = _certificate(shared_data / "nca-rk/test/nca_rsa_test_2019.cer")
    valid = _certificate(shared_data / "samples/certs/gost2015_individual_valid.cer")
    leaf = _with_serial(valid, 0x4279390A141F5353A62947B61ED65E81741467D1)
    at = datetime(2022, 9, 2, 16, 54, tzinfo=UTC)
    evidence = OcspEvidence(response, None)
    assert read_answer(evidence, leaf, issuer, policy=POLICY, at=at).status == "good"


def _with_serial(certificate: Certificate, serial: int) -> Certificate:
    """The samples' leaves are not published: only their serial numbers are needed."""
    return replace(certificate, serial=serial)


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("ocsp_response_individual_2015", "nca_rsa_2022"),
        ("ocsp_response_individual_2015", "nca_gost_2022"),
        ("ocsp_response_individual_sign_2004", "nca_rsa_2022"),
    ],
)
def test_an_ocsp_answer_of_another_authority_is_not_relied_on(
    samples: Path, production: TrustStore, name: str, issuer: str
) -> None:
    authority = next(a for a in production.authorities if a.name == issuer)
    leaf = _certificate(samples / "certs/gost2015_individual_valid.cer")
    evidence = OcspEvidence((samples / f"ocsp/{name}.bin").read_bytes(), None)
    with pytest.raises(Unusable, match="not certified by"):
        read_answer(
            evidence, leaf, authority.certificate, policy=POLICY,
            at=datetime(2022, 9, 2, 17, tzinfo=UTC),
        )  # fmt: skip


@pytest.mark.parametrize("name", ["gost2004_legal_attached", "rsa2048_individual_attached_2004"])
def test_old_signatures_are_refused(samples: Path, production: TrustStore, name: str) -> None:
    verdict = verify(
        (samples / f"cms/{name}.der").read_bytes(),
        trust=production, evidence=Evidence(), policy=POLICY, at=AT,
    )  # fmt: skip
    assert (verdict.verdict, verdict.subject) == ("invalid", None)
