"""The trust store: only pinned certificates, each generation for its purposes, tests by name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from eds_verifier.errors import TrustStoreError
from eds_verifier.policy import Purpose
from eds_verifier.trust import (
    GENERATIONS,
    TrustedAuthority,
    TrustStore,
    find_list,
    found_in,
    load_trust,
    state_of,
    store_of,
)
from eds_verifier.trust_update import update
from policies.trust import LISTS
from tests.unit.eds_verifier.factory import issue
from tests.unit.eds_verifier.trusted_list import BOTH, FILES, LIST, PKI, TESTS_ONLY, official


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trust folder with both generations."""
    update(BOTH, tmp_path, get=official)
    return tmp_path


def test_a_store_has_the_lists_authorities(folder: Path) -> None:
    store = store_of(LIST, folder)
    assert [authority.name for authority in store.issuers()] == ["issuer"]
    assert store.root_of(store.issuers()[0]).name == "root"
    assert [authority.name for authority in store.roots()] == ["root"]


@pytest.mark.parametrize(
    ("purpose", "names"),
    [
        ("sign_in", ["root", "issuer"]),
        ("acceptance", ["root", "issuer"]),
        ("step_up", ["root", "issuer"]),
        ("document", ["root", "issuer", "old_root", "old_issuer"]),
    ],
)
def test_the_old_generation_counts_for_documents_only(
    folder: Path, purpose: Purpose, names: list[str]
) -> None:
    store = store_of(BOTH, folder)
    assert [a.name for a in store.for_purpose(purpose).authorities] == names
    assert store.for_purpose(purpose) is store.for_purpose(purpose)


def test_every_purpose_says_which_generations_count() -> None:
    assert set(GENERATIONS) == set(get_args(Purpose))


def test_a_purpose_without_a_row_trusts_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(GENERATIONS, "step_up")
    assert store_of(BOTH, folder).for_purpose("step_up").authorities == ()


def test_narrowing_keeps_the_intermediates_the_caller_gave(folder: Path) -> None:
    extra = (issue(PKI.person(), PKI.issuer).certificate,)
    store = replace(store_of(BOTH, folder), extra=extra)
    assert store.for_purpose("sign_in").extra == extra


def test_the_fingerprint_stands_for_what_is_trusted_and_nothing_else(folder: Path) -> None:
    store = store_of(BOTH, folder)
    same = replace(store, extra=(issue(PKI.person(), PKI.issuer).certificate,))
    assert store.fingerprint == same.fingerprint
    others = [
        store.for_purpose("sign_in"),
        replace(store, authorities=store.authorities[:3]),
        replace(store, authorities=(replace(store.authorities[0], role="issuer"),)),
        replace(store, authorities=(replace(store.authorities[0], ocsp="http://x"),)),
    ]
    assert len({store.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_an_old_certificate_that_is_not_there_is_left_out(folder: Path) -> None:
    (folder / "old_issuer.cer").unlink()
    assert [a.name for a in store_of(BOTH, folder).authorities] == ["root", "issuer", "old_root"]


def test_an_old_certificate_that_is_another_one_is_refused(folder: Path) -> None:
    (folder / "old_issuer.cer").write_bytes(FILES["issuer"])
    with pytest.raises(TrustStoreError, match="not the certificate"):
        store_of(BOTH, folder)


def test_a_list_of_test_authorities_is_taken_only_when_that_is_said(folder: Path) -> None:
    with pytest.raises(TrustStoreError, match="anybody may hold"):
        store_of(TESTS_ONLY, folder)
    store = store_of(TESTS_ONLY, folder, unsafe_allow_test_trust=True)
    assert store.unsafe_test
    assert store.for_purpose("sign_in").unsafe_test
    assert not store_of(LIST, folder, unsafe_allow_test_trust=True).unsafe_test


def test_the_ncas_test_contour_is_refused_unless_allowed(shared_data: Path) -> None:
    files = shared_data / "nca-rk/test"
    listed = LISTS / "nca-rk-test.yaml"
    with pytest.raises(TrustStoreError, match="nca-rk-test is for tests"):
        load_trust(listed, files)
    assert load_trust(listed, files, unsafe_allow_test_trust=True).unsafe_test


def test_the_nca_of_both_generations_is_loaded(shared_data: Path) -> None:
    store = load_trust(LISTS / "nca-rk.yaml", shared_data / "nca-rk/prod")
    assert not store.unsafe_test
    old = {a.name for a in store.authorities if a.generation == "old"}
    assert old == {"root_rsa", "nca_rsa", "root_gost", "nca_gost", "root_gost_2020"}
    current = store.for_purpose("sign_in")
    assert {a.name for a in current.authorities} == {
        "root_gost_2022", "nca_gost_2022", "root_rsa_2020", "nca_rsa_2022",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "state", "message"),
    [
        (None, "missing", "No such file"),
        (issue(PKI.person()).der, "different", "not the certificate"),
        (b"", "different", "not the certificate"),
    ],
)
def test_an_unpinned_or_missing_certificate_is_not_loaded(
    folder: Path, content: bytes | None, state: str, message: str
) -> None:
    (folder / "issuer.cer").unlink()
    if content is not None:
        (folder / "issuer.cer").write_bytes(content)
    assert state_of(LIST.authorities[1], found_in(LIST, folder)["issuer"]) == state
    with pytest.raises(TrustStoreError, match=message) as error:
        store_of(LIST, folder)
    assert "tanba eds trust update" in error.value.hint


def test_a_pinned_certificate_must_be_an_authoritys(folder: Path) -> None:
    person = issue(PKI.person(), PKI.issuer).der
    issuer = LIST.authorities[1].model_copy(update={"sha256": hashlib.sha256(person).hexdigest()})
    wrong = LIST.model_copy(update={"authorities": (LIST.authorities[0], issuer)})
    (folder / "issuer.cer").write_bytes(person)
    with pytest.raises(TrustStoreError, match="not an authority's"):
        store_of(wrong, folder)


@pytest.mark.parametrize("name", ["nowhere", "../nca-rk", "/etc/passwd", ""])
def test_a_list_is_found_by_name_only(tmp_path: Path, name: str) -> None:
    with pytest.raises(TrustStoreError, match="no trust list"):
        find_list(name, tmp_path)


def test_a_list_in_the_folder_overrides_ours(tmp_path: Path) -> None:
    assert find_list("nca-rk", tmp_path).parent != tmp_path
    (tmp_path / "nca-rk.yaml").write_text("", encoding="utf-8")
    assert find_list("nca-rk", tmp_path).parent == tmp_path


def test_a_store_shows_no_person_in_its_repr(folder: Path) -> None:
    person = issue(PKI.person(), PKI.issuer).certificate
    authority = TrustedAuthority("x", "root", None, person)
    assert "850101300005" not in repr(TrustStore("x", (authority,), extra=(person,)))
