"""The alarm for issuers named like the NCA: what a forger would write, and what others write."""

from __future__ import annotations

from pathlib import Path

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.trust import TrustStore, load_trust
from eds_verifier.trust_impersonation import has_forged_issuer, impersonates
from policies.trust import LISTS
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import authority, issue, name, pki, rsa_key

PKI = pki("rsa")
NOBODY = TrustStore("nobody", ())

FORGED = [
    "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) 2022",
    "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)",
    "Ұлттық куәландырушы орталық",
    "ҰЛТТЫҚ  КУӘЛАНДЫРУШЫ\u00a0ОРТАЛЫҚ 2027",
    "ҰЛТТЫҚ\u200bКУӘЛАНДЫРУШЫ\u200bОРТАЛЫҚ",
    "Ұ Л Т Т Ы Қ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ",
    "УЛТТЫК КУАЛАНДЫРУШЫ ОРТАЛЫК",
    "ҰЛТTЫҚ KУӘЛAHДЫPУШЫ OPTAЛЫҚ",
    "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ 0РТАЛЫҚ",
    "ҰЛТТЫ\u049a КУӘЛАНДЫРУШЫ ОРТАЛЫҚ".replace("\u049a", "К\u0329"),
    "ＰＫＩ．ＧＯＶ．ＫＺ",
    "ҰКО 3.0 (RSA TEST)",
    "НУЦ РК",
    "HУЦ PK",
    "Национальный удостоверяющий центр Республики Казахстан",
    "ТОО НАЦИОНАЛЬНЫЙ-УДОСТОВЕРЯЮЩИЙ-ЦЕНТР",
]

HONEST = [
    "Удостоверяющий центр Государственных органов",
    "BTSD CA",
    "ТОО «Наука и Центр»",
    "Tanba demo CA",
    "ҰКОЛА",
    "",
]


@pytest.mark.parametrize("text", FORGED)
@pytest.mark.parametrize("oid", [oids.COMMON_NAME, oids.ORGANIZATION, "1.2.3.4"])
def test_a_name_of_the_ncas_raises_the_alarm_however_it_is_spelt(text: str, oid: str) -> None:
    assert impersonates(name(((oid, text), ("2.5.4.6", "KZ"))), NOBODY)


@pytest.mark.parametrize("text", HONEST)
def test_other_names_raise_none(text: str) -> None:
    assert not impersonates(name(((oids.COMMON_NAME, text), ("2.5.4.6", "KZ"))), NOBODY)


def test_a_name_split_over_several_attributes_is_read_as_one() -> None:
    parts = tuple((oids.COMMON_NAME, p) for p in ("ҰЛТТЫҚ", "КУӘЛАНДЫРУШЫ", "ОРТАЛЫҚ"))
    assert impersonates(name(parts), NOBODY)


@pytest.mark.parametrize("text", ["НЕГІЗГІ (TESTS)", "негізгі tests", "ЖАҢА НЕГІЗГІ (TESTS) 2030"])
def test_a_name_of_a_listed_authority_raises_the_alarm(text: str) -> None:
    assert impersonates(name(((oids.COMMON_NAME, text),)), PKI.store)


@pytest.mark.parametrize("text", ["НЕГІЗГІ", "TESTS"])
def test_a_part_of_a_listed_authoritys_name_raises_none(text: str) -> None:
    assert not impersonates(name(((oids.COMMON_NAME, text),)), PKI.store)


@pytest.mark.parametrize(
    "octets", [b"", b"\x30", b"\x30\x80", b"\xff" * 100, der.seq(der.set_of(der.utf8("x")))]
)
def test_a_name_that_cannot_be_read_raises_none(octets: bytes) -> None:
    assert not impersonates(octets, PKI.store)


def test_a_forged_authority_is_told_from_the_listed_one_of_that_name() -> None:
    forged = authority(rsa_key("forger"), "ҰЛТТЫҚ (TESTS)")
    assert has_forged_issuer(issue(PKI.person(), forged).certificate, PKI.store)
    assert not has_forged_issuer(issue(PKI.person(), PKI.issuer).certificate, PKI.store)


def test_the_ncas_own_old_certificates_raise_none(shared_data: Path) -> None:
    files = shared_data / "nca-rk/prod"
    store = load_trust(LISTS / "nca-rk.yaml", files)
    for path in files.glob("*.cer"):
        assert not has_forged_issuer(Certificate.parse(path.read_bytes()), store), path.name


def test_the_test_contour_of_the_nca_raises_it_in_production(shared_data: Path) -> None:
    store = load_trust(LISTS / "nca-rk.yaml", shared_data / "nca-rk/prod")
    leaf = shared_data / "samples/certs/gost2015_individual_valid.cer"
    assert has_forged_issuer(Certificate.parse(leaf.read_bytes()), store)
