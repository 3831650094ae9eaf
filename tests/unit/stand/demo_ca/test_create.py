"""Making the demo CA: once, whole, private, and again when it must be."""

from __future__ import annotations

import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from eds_verifier.trust import load_trust
from policies.trust import load_trust_list
from stand.demo_ca import DemoCa, create, files, nca_test, people
from stand.demo_ca.files import P12_PASSWORD, DemoCaError

BASE_URL = "http://localhost:8091"
PERSONS = tuple(dict.fromkeys(h.person for h in people.HOLDINGS if h.person))


def certificates(ca: DemoCa) -> list[bytes]:
    return [one.signer.certificate for one in ca.credentials]


def check_digit(number: str) -> int:
    """The rule of IIN and BIN, written out anew: the verifier's is not used to test the table."""
    digits = [int(digit) for digit in number[:11]]
    total = sum(digit * weight for digit, weight in zip(digits, range(1, 12), strict=True)) % 11
    if total == 10:
        weights = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
        total = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return total


def test_a_second_call_gives_the_same_ca(demo_ca: DemoCa, made: datetime) -> None:
    again = create(demo_ca.directory, base_url=BASE_URL, now=made + timedelta(days=300))
    assert certificates(again) == certificates(demo_ca)
    assert again.made == demo_ca.made


@pytest.fixture
def copy(demo_ca: DemoCa, tmp_path: Path) -> Path:
    return shutil.copytree(demo_ca.directory, tmp_path / "ca")


@pytest.mark.parametrize(
    ("base_url", "later"),
    [
        ("http://localhost:9999", timedelta(0)),
        (BASE_URL, timedelta(days=336)),
        (BASE_URL, timedelta(days=-1)),
    ],
    ids=["another address", "near expiry", "made in the future"],
)
def test_it_is_made_anew_when_it_must_be(
    copy: Path, demo_ca: DemoCa, made: datetime, base_url: str, later: timedelta
) -> None:
    again = create(copy, base_url=base_url, now=made + later)
    assert not set(certificates(again)) & set(certificates(demo_ca))
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_other_people_make_it_anew(
    copy: Path, demo_ca: DemoCa, made: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "HOLDINGS", people.HOLDINGS[:1])
    assert len(create(copy, base_url=BASE_URL, now=made).credentials) == 2


def test_what_an_interrupted_making_left_is_not_trusted(
    copy: Path, demo_ca: DemoCa, made: datetime
) -> None:
    left = copy.with_name(f".{copy.name}.new")
    copy.rename(left)
    (left / "trust" / "demo_gost.cer").write_bytes(b"half")
    again = create(copy, base_url=BASE_URL, now=made)
    assert not left.exists()
    assert not set(certificates(again)) & set(certificates(demo_ca))


@pytest.mark.parametrize("lost", ["authorities/demo_gost.key", "people/aizhan-rsa-auth.cer"])
def test_a_missing_file_is_said_not_guessed(copy: Path, made: datetime, lost: str) -> None:
    (copy / lost).unlink()
    with pytest.raises(DemoCaError, match="damaged"):
        create(copy, base_url=BASE_URL, now=made)


def test_nothing_of_it_is_readable_by_others(demo_ca: DemoCa) -> None:
    for path in [demo_ca.directory, *demo_ca.directory.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path.name


def test_its_trust_list_loads_and_pins_its_certificates(demo_ca: DemoCa) -> None:
    trust = load_trust(demo_ca.trust_dir / "demo.yaml", demo_ca.trust_dir)
    assert {one.name for one in trust.authorities} == {
        "demo_root_gost",
        "demo_gost",
        "demo_root_rsa",
        "demo_rsa",
    }
    for issuer in trust.issuers():
        assert issuer.ocsp == f"{BASE_URL}/ocsp/"
        assert issuer.crl == f"{BASE_URL}/crl/{issuer.name}.crl"
        assert issuer.delta_crl == f"{BASE_URL}/crl/{issuer.name}_d.crl"


def test_an_rsa_persons_p12_opens_with_the_published_password(demo_ca: DemoCa) -> None:
    data = (demo_ca.directory / "people" / "aizhan-rsa-auth.p12").read_bytes()
    key, certificate, chain = pkcs12.load_key_and_certificates(data, P12_PASSWORD.encode())
    assert key is not None
    assert certificate is not None
    assert len(chain) == 2


@pytest.mark.parametrize("person", PERSONS, ids=lambda p: p.id)
def test_iins_are_well_formed(person: people.Person) -> None:
    datetime.strptime(person.iin[:6], "%y%m%d")  # noqa: DTZ007 - a date of birth
    assert person.iin[6] in "3456"
    female = person.given_name in {"АЙЖАН", "ГҮЛМИРА", "МӘДИНА", "СӘУЛЕ"}
    assert (int(person.iin[6]) % 2 == 0) is female
    assert int(person.iin[11]) == check_digit(person.iin)


@pytest.mark.parametrize("organisation", [people.ASTYQ, people.SAULET, people.QURYLYS])
def test_bins_are_well_formed_and_names_say_demo(organisation: people.Organisation) -> None:
    assert organisation.bin[4] == "4"
    assert int(organisation.bin[11]) == check_digit(organisation.bin)
    assert "ТАНБА ДЕМО" in organisation.name


def test_the_table_holds_everybody_the_stand_promises() -> None:
    by_status = {holding.status for holding in people.HOLDINGS}
    assert by_status == {"good", "expired", "revoked", "suspended"}
    roles = {holding.role for holding in people.HOLDINGS}
    assert roles == {"", "ceo", "signing_right", "employee", "information_system"}
    madina = {
        h.organisation.bin for h in people.HOLDINGS if h.person == people.MADINA and h.organisation
    }
    assert len(madina) == 2


def test_the_ncas_test_list_is_published_only_with_the_real_data(
    tmp_path: Path, shared_data: Path
) -> None:
    assert nca_test.publish(tmp_path, shared_data=None, base_url=BASE_URL) is None
    assert not list(tmp_path.iterdir())
    nca_test.publish(tmp_path, shared_data=shared_data, base_url=BASE_URL)
    trusted = load_trust_list(tmp_path / "nca-test.yaml")
    trust = load_trust(tmp_path / "nca-test.yaml", tmp_path, unsafe_allow_test_trust=True)
    assert [one.ocsp for one in trusted.authorities] == [None, None]
    assert trust.issuers()[0].crl == f"{BASE_URL}{nca_test.CRL_PATH}"


def test_a_record_that_is_not_json_is_said(tmp_path: Path, made: datetime) -> None:
    (tmp_path / "ca.json").write_text("{", encoding="utf-8")
    with pytest.raises(DemoCaError, match=r"ca\.json"):
        files.read(tmp_path, base_url=BASE_URL)


@pytest.mark.parametrize("holding", people.HOLDINGS, ids=lambda holding: holding.id)
def test_the_document_names_everybody_as_they_are(holding: people.Holding) -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "demo-people.md").read_text("utf-8")
    (row, *_) = [line for line in page.splitlines() if line.startswith(f"| `{holding.id}` |")]
    assert holding.person is None or holding.person.iin in row
    assert holding.role == "information_system" or f"`{holding.role}`" in row or not holding.role
    known: people.Person | people.Organisation | None
    for known in (holding.person, holding.organisation):
        if isinstance(known, people.Person):
            assert known.common_name in page
        elif known is not None:
            assert known.bin in page
            assert known.name in page
