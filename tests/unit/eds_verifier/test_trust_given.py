"""Trust the caller gives: folders and files of certificates, bare anchors, several lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eds_verifier.errors import TrustStoreError
from eds_verifier.trust_given import anchors, ders_of, read_given, together
from tests.unit.eds_verifier.factory import authority, issue, pki, rsa_key
from tests.unit.eds_verifier.trusted_list import FILES, OLD_ISSUER, OLD_ROOT, pem

PKI = pki("rsa")
PERSON = issue(PKI.person(), PKI.issuer)


def _roles(path: Path) -> dict[str, tuple[str, str | None]]:
    return {a.name: (a.role, a.issuer) for a in read_given(path).store.authorities}


def test_of_a_folder_roots_are_anchors_and_issuers_stand_under_them(tmp_path: Path) -> None:
    (tmp_path / "r.cer").write_bytes(PKI.root.der)
    (tmp_path / "i.PEM").write_bytes(pem(PKI.issuer.der))
    (tmp_path / "orphan.crt").write_bytes(OLD_ISSUER.der)
    assert _roles(tmp_path) == {
        "r": ("root", None),
        "i": ("issuer", "r"),
        "orphan": ("root", None),
    }


def test_the_folder_one_stands_in_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r.cer").write_bytes(PKI.root.der)
    monkeypatch.chdir(tmp_path)
    assert read_given(Path()).store.name == tmp_path.name


def test_an_issuer_whose_root_only_bears_the_right_name_is_not_put_under_it(
    tmp_path: Path,
) -> None:
    impostor = authority(rsa_key("impostor"), "НЕГІЗГІ (TESTS)")
    (tmp_path / "impostor.cer").write_bytes(impostor.der)
    (tmp_path / "i.cer").write_bytes(PKI.issuer.der)
    assert _roles(tmp_path) == {"impostor": ("root", None), "i": ("root", None)}


def test_end_certificates_and_unreadable_files_are_told_and_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "root.cer").write_bytes(PKI.root.der)
    (tmp_path / "person.cer").write_bytes(PERSON.der)
    (tmp_path / "noise.der").write_bytes(b"\x30\x80" * 50)
    (tmp_path / "readme.txt").write_bytes(PKI.issuer.der)
    given = read_given(tmp_path)
    assert [a.name for a in given.store.authorities] == ["root"]
    assert sorted(note.partition(":")[0] for note in given.ignored) == ["noise.der", "person.cer"]


def test_a_file_of_several_certificates_is_read_whole(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(pem(PKI.issuer.der) + b"text between\n" + pem(PKI.root.der))
    assert _roles(bundle) == {"bundle#2": ("root", None), "bundle": ("issuer", "bundle#2")}


@pytest.mark.parametrize("content", [None, b"", b"x", pem(PERSON.der), b"\0" * 5_000_000])
def test_a_folder_without_an_authority_trusts_nobody(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x.cer").write_bytes(content)
    with pytest.raises(TrustStoreError):
        read_given(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrustStoreError, match=r"gone\.cer: No such file"):
        read_given(tmp_path / "gone.cer")


def test_bare_authorities_are_anchors_each_once_and_people_are_not() -> None:
    given = (PKI.issuer, PKI.root, PKI.issuer, PERSON)
    store = anchors("line", [signer.certificate for signer in given])
    assert [(a.role, a.certificate.sha256) for a in store.authorities] == [
        ("root", PKI.issuer.certificate.sha256),
        ("root", PKI.root.certificate.sha256),
    ]
    assert all(a.ocsp is a.crl is a.delta_crl is None for a in store.authorities)


def test_pem_and_der_are_told_apart() -> None:
    assert ders_of(PERSON.der) == (PERSON.der,)
    assert ders_of(pem(PERSON.der).replace(b"\n", b"\r\n")) == (PERSON.der,)
    assert ders_of(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----") != (b"",)


def test_of_several_lists_each_issuer_keeps_its_own_root(tmp_path: Path) -> None:
    """Two lists name their authorities alike; one more has a root the first has too."""
    stores = []
    for name, root, issuer in (("a", PKI.root, PKI.issuer), ("b", OLD_ROOT, OLD_ISSUER)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "root.cer").write_bytes(root.der)
        (folder / "issuer.cer").write_bytes(issuer.der)
        stores.append(read_given(folder).store)
    store = together([*stores, stores[0]])
    assert store.name == "a+b+a"
    assert [a.name for a in store.authorities] == ["root", "issuer", "2/root", "2/issuer"]
    for trusted in store.issuers():
        found = store.root_of(trusted).certificate
        assert found.der == FILES["root" if trusted.name == "issuer" else "old_root"]


def test_an_issuer_listed_twice_under_roots_of_two_names_has_one(tmp_path: Path) -> None:
    first = PKI.store
    renamed = replace(
        first,
        authorities=(
            replace(first.authorities[0], name="other"),
            replace(first.authorities[1], name="second", issuer="other"),
        ),
    )
    only_root = replace(first, authorities=first.authorities[:1])
    store = together([only_root, renamed])
    assert [(a.name, a.issuer) for a in store.authorities] == [
        ("root", None),
        ("2/second", "root"),
    ]


def test_one_store_stays_itself() -> None:
    store = PKI.store
    assert together([store]) is store
