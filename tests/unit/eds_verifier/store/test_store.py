"""The store: what is taken is taken once, what is kept is whole, what is old is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from eds_verifier.store import acceptances, challenges, codes
from eds_verifier.store.acceptances import AcceptanceRecord, AcceptedAgreement, sha256
from eds_verifier.store.challenges import Challenge
from eds_verifier.store.codes import Code
from eds_verifier.store.database import Database, open_database
from eds_verifier.store.errors import EvidenceError, StoreError
from eds_verifier.store.purge import KEPT_SECONDS, purge
from eds_verifier.store.schema import evidence, meta, metadata

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'store.sqlite'}")


def code(value: str = "c", expires_at: int = 100) -> Code:
    return Code(
        code_hash=value,
        realm="one",
        client_id="keycloak",
        redirect_uri="https://keycloak.test",
        code_challenge="x",
        sealed=b"sealed",
        reference="ABCD-EFGH",
        expires_at=expires_at,
    )


def challenge(value: str = "c", interaction: str = "i") -> Challenge:
    return Challenge(value, "one", interaction, "sign_in", b"document", 100)


def record(name: str = "a", version: int = 1, language: str = "kk") -> AcceptanceRecord:
    return AcceptanceRecord(
        id=name,
        realm="one",
        issuer="https://verifier.test/r/one",
        sub="p-person",
        agreement=AcceptedAgreement.model_validate(
            {"version": version, "language": language, "form": 1, "sha256": "0" * 64}
        ),
        accepted_at=AT,
        judged_at=AT,
        bin="",
        role="",
        reference="ABCD-EFGH",
        document_sha256=sha256(b"document"),
        cms_sha256=sha256(b"cms"),
        chain_sha256=(sha256(b"leaf"), sha256(b"root")),
        ocsp_sha256=(sha256(b"ocsp"),),
        crl_sha256=(),
        verdict={"verdict": "valid"},
    )


BLOBS = (b"document", b"cms", b"leaf", b"root", b"ocsp")


def test_of_parallel_takers_of_a_code_one_gets_it(database: Database) -> None:
    with database.write() as connection:
        codes.add(connection, code())

    def take(_: int) -> Code | None:
        with database.write() as connection:
            return codes.take(connection, code_hash="c", realm="one", now=1)

    with ThreadPoolExecutor(16) as pool:
        taken = [found for found in pool.map(take, range(32)) if found is not None]
    assert taken == [code()]


def test_of_parallel_takers_of_a_challenge_one_gets_it(database: Database) -> None:
    with database.write() as connection:
        challenges.add(connection, challenge())

    def take(_: int) -> object:
        with database.write() as connection:
            return challenges.take(
                connection, id_hash="c", realm="one", interaction="i", kind="sign_in", now=1
            )

    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(take, range(32)))
    assert taken.count("used") == 31
    assert taken.count(challenge()) == 1


@pytest.mark.parametrize(
    ("realm", "interaction", "kind", "now", "expected"),
    [
        ("two", "i", "sign_in", 1, "unknown"),
        ("one", "j", "sign_in", 1, "unknown"),
        ("one", "i", "acceptance", 1, "unknown"),
        ("one", "i", "sign_in", 100, "expired"),
    ],
)
def test_a_challenge_is_for_its_realm_sign_in_kind_and_time_alone(  # noqa: PLR0917 - a table
    database: Database, realm: str, interaction: str, kind: challenges.Kind, now: int, expected: str
) -> None:
    with database.write() as connection:
        challenges.add(connection, challenge())
        found = challenges.take(
            connection, id_hash="c", realm=realm, interaction=interaction, kind=kind, now=now
        )
    assert found == expected


def test_an_assertion_id_is_spent_once_in_each_realm(database: Database) -> None:
    spend = [
        codes.spend_assertion_id(database, realm=realm, jti_hash="j", expires_at=100)
        for realm in ("one", "one", "two")
    ]
    assert spend == [True, False, True]


def test_an_acceptance_comes_back_whole(database: Database) -> None:
    with database.write() as connection:
        acceptances.add(connection, record("a"), BLOBS)
        acceptances.add(connection, record("b", language="ru"), BLOBS)
    with database.read() as connection:
        found, blobs = acceptances.load(connection, "a")
        assert found == record("a")
        assert blobs == {sha256(blob): blob for blob in BLOBS}
        assert connection.execute(select(func.count()).select_from(evidence)).scalar() == 5
        held = acceptances.signed_versions(connection, realm="one", sub="p-person")
        assert held[1].language == "ru"
        assert acceptances.signed_versions(connection, realm="two", sub="p-person") == {}
        assert acceptances.ids(connection, realm="one") == ("a", "b")


def test_an_acceptance_without_all_its_evidence_is_not_kept(database: Database) -> None:
    with pytest.raises(EvidenceError), database.write() as connection:
        acceptances.add(connection, record(), BLOBS[1:])
    with database.read() as connection:
        assert acceptances.ids(connection, realm="one") == ()


def test_changed_or_missing_evidence_is_noticed(database: Database) -> None:
    with database.write() as connection:
        acceptances.add(connection, record(), BLOBS)
        connection.execute(
            update(evidence).where(evidence.c.sha256 == sha256(b"cms")).values(data=b"other")
        )
    with pytest.raises(EvidenceError), database.read() as connection:
        acceptances.load(connection, "a")
    with database.write() as connection:
        connection.execute(delete(evidence).where(evidence.c.sha256 == sha256(b"cms")))
    with pytest.raises(EvidenceError), database.read() as connection:
        acceptances.load(connection, "a")


def test_what_has_expired_is_forgotten_and_acceptances_stay(database: Database) -> None:
    with database.write() as connection:
        for number in range(5):
            codes.add(connection, code(str(number), expires_at=number))
        codes.add(connection, code("living", expires_at=10_000))
        challenges.add(connection, challenge())
        acceptances.add(connection, record(), BLOBS)
    codes.spend_assertion_id(database, realm="one", jti_hash="j", expires_at=1)
    now = 101 + KEPT_SECONDS
    assert purge(database, now=now, at_most=3) == 3 + 1 + 1
    assert purge(database, now=now, at_most=3) == 2
    assert purge(database, now=now) == 0
    with database.read() as connection:
        assert codes.take(connection, code_hash="living", realm="one", now=1) is not None
        assert acceptances.ids(connection, realm="one") == ("a",)


def test_sqlite_commits_to_the_disk_and_is_for_its_owner_alone(
    tmp_path: Path, database: Database
) -> None:
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    for path in tmp_path.glob("store.sqlite*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_file_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.touch(mode=0o644)
    path.chmod(0o644)
    with pytest.raises(StoreError, match="others can read"):
        open_database(f"sqlite:///{path}")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///relative.sqlite",
        "sqlite:////nowhere/at/all/x",
        "what is this",
        "oracle9://x",
    ],
)
def test_an_address_that_cannot_be_used_is_one_clear_sentence(url: str) -> None:
    with pytest.raises(StoreError):
        open_database(url)


def test_a_store_of_another_version_is_refused(tmp_path: Path, database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(meta).values(value="2"))
    with pytest.raises(StoreError, match="of version 2"):
        open_database(f"sqlite:///{tmp_path / 'store.sqlite'}")


def test_a_store_that_cannot_be_written_is_not_ready(tmp_path: Path, database: Database) -> None:
    database.probe()
    with database.write() as connection:
        metadata.drop_all(connection)
    with pytest.raises(StoreError):
        database.probe()
    assert tmp_path.is_dir()
