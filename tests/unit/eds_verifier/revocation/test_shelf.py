"""The CRLs held: proven, never older, never the other kind, and there again after a restart."""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from eds_verifier.revocation.crl_reading import HeldCrl
from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.revocation.shelf import CacheFolderError, CrlShelf, Place
from tests.unit.eds_verifier.factory import DAY, NOW, crl, gost_key
from tests.unit.eds_verifier.revocation.world import HOUR, ISSUER, PKI

BASE = Place(ISSUER, "http://ca.test/base.crl", is_delta=False)
DELTA = Place(ISSUER, "http://ca.test/delta.crl", is_delta=True)
OLD = crl(PKI.issuer, this_update=NOW - DAY, number=13)
GOOD = crl(PKI.issuer, [(5, None)])
NEW = crl(PKI.issuer, [(5, None), (6, None)], this_update=NOW, number=15)


@pytest.fixture(params=["memory", "folder"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "crls" if request.param == "folder" else None


BAD: tuple[tuple[str, bytes, Cause], ...] = (
    ("a forged one", crl(PKI.issuer, key=gost_key("attacker")), Cause.SIGNATURE),
    ("an older one", OLD, Cause.OLDER),
    ("one of the same instant with a lower number", crl(PKI.issuer, number=13), Cause.OLDER),
    ("one cut short", GOOD[:-5], Cause.UNREADABLE),
    ("another authority's", crl(PKI.root), Cause.NOT_AUTHORISED),
    ("the authority's own delta", crl(PKI.issuer, base_number=1, this_update=NOW), Cause.DELTA),
)


@pytest.mark.parametrize(("bad", "cause"), [pytest.param(b, c, id=i) for i, b, c in BAD])
def test_the_one_held_is_never_replaced_by(bad: bytes, cause: Cause, folder: Path | None) -> None:
    shelf = CrlShelf(folder)
    shelf.put(BASE, GOOD)
    with pytest.raises(Unusable) as unusable:
        shelf.put(BASE, bad)
    assert unusable.value.cause is cause
    held = shelf.get(BASE)
    assert held is not None
    assert held.octets() == GOOD
    if folder is not None:
        assert [path.read_bytes() for path in folder.iterdir()] == [GOOD]


def test_a_base_where_a_delta_belongs_is_not_held() -> None:
    with pytest.raises(Unusable, match="base CRL came from the other's address"):
        CrlShelf().put(DELTA, GOOD)


def test_a_newer_one_takes_the_place_and_the_octets_of_the_old_stay_with_who_used_them(
    folder: Path | None,
) -> None:
    shelf = CrlShelf(folder)
    used = shelf.put(BASE, GOOD)
    assert shelf.put(BASE, NEW).crl.number == 15
    assert used.octets() == GOOD
    held = shelf.get(BASE)
    assert held is not None
    assert (held.octets(), len(held.crl.entries)) == (NEW, 2)


def test_the_same_octets_are_not_proven_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = CrlShelf()
    held = shelf.put(BASE, GOOD)
    assert shelf.put(BASE, bytes(bytearray(GOOD))) is held


def test_crls_survive_a_restart_and_are_proven_again(tmp_path: Path) -> None:
    CrlShelf(tmp_path).put(BASE, GOOD)
    CrlShelf(tmp_path).put(DELTA, crl(PKI.issuer, base_number=14))
    again = CrlShelf(tmp_path)
    for place, number in ((BASE, None), (DELTA, 14)):
        held = again.get(place)
        assert held is not None
        assert held.crl.base_number == number
    assert again.get(Place(ISSUER, "http://other.test/base.crl", is_delta=False)) is None


@pytest.mark.parametrize(
    "octets",
    [b"", b"junk", GOOD[:-1], BAD[0][1], crl(PKI.root)],
    ids=["empty", "junk", "cut short", "forged", "another authority's"],
)
def test_what_somebody_put_into_the_folder_is_not_held(
    octets: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / BASE.file_name).write_bytes(octets)
    shelf = CrlShelf(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert shelf.get(BASE) is None
    assert "is not used" in caplog.text
    assert shelf.put(BASE, GOOD).octets() == GOOD


def test_an_older_one_put_back_into_the_folder_does_not_replace_what_is_held(
    tmp_path: Path,
) -> None:
    shelf = CrlShelf(tmp_path)
    shelf.put(BASE, NEW)
    (tmp_path / BASE.file_name).write_bytes(OLD)
    held = shelf.get(BASE)
    assert held is not None
    assert held.crl.number == 15


def test_octets_changed_on_disk_are_no_evidence(tmp_path: Path) -> None:
    held = CrlShelf(tmp_path).put(BASE, GOOD)
    (path,) = tmp_path.iterdir()
    with path.open("r+b") as file:
        file.seek(40)
        file.write(b"\xff\xff")
    with pytest.raises(OSError, match="changed on disk"):
        held.octets()


def test_nothing_half_written_is_left_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = CrlShelf(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with caplog.at_level(logging.WARNING):
        held = shelf.put(BASE, GOOD)
    assert held.octets() == GOOD
    assert "in memory, not on disk" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheFolderError):
        CrlShelf(tmp_path / "file")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere.crl"
    elsewhere.write_bytes(GOOD)
    path.symlink_to(elsewhere)


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("put", [a_pipe, a_device, a_link, a_folder])
def test_what_is_no_file_in_the_folder_is_neither_waited_for_nor_followed(
    put: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "crls"
    shelf = CrlShelf(folder)
    put(folder / BASE.file_name)
    found: list[HeldCrl | None] = []
    thread = threading.Thread(target=lambda: found.append(shelf.get(BASE)), daemon=True)
    with caplog.at_level(logging.WARNING):
        thread.start()
        thread.join(10)
    assert found == [None]
    assert "a kept CRL cannot be read" in caplog.text
    assert shelf.put(BASE, GOOD).octets() == GOOD


def test_octets_that_grew_on_disk_are_not_read_into_memory(tmp_path: Path) -> None:
    held = CrlShelf(tmp_path).put(BASE, GOOD)
    (path,) = tmp_path.iterdir()
    os.truncate(path, 1 << 40)
    with pytest.raises(OSError, match="changed on disk"):
        held.octets()


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o702])
def test_a_folder_others_may_write_to_is_refused_with_what_to_do(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(CacheFolderError, match="others may write") as refused:
        CrlShelf(tmp_path)
    assert "chmod go-w" in str(refused.value.hint)
    tmp_path.chmod(0o755)
    CrlShelf(tmp_path)


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(CacheFolderError, match="belongs to another user"):
        CrlShelf(tmp_path)


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "killed.part").write_bytes(GOOD[:100])
    with (tmp_path / "writing.part").open("wb") as writing:
        fcntl.flock(writing, fcntl.LOCK_EX)
        CrlShelf(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["writing.part"]
    CrlShelf(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_named_like_a_left_over_does_not_hang_the_start(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.part")
    (tmp_path / "link.part").symlink_to("/dev/zero")
    with pytest.raises(CacheFolderError, match=r"(pipe|link)\.part: "):
        CrlShelf(tmp_path)


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    shelf = CrlShelf(tmp_path / "made" / "here")
    shelf.put(BASE, GOOD)
    assert (tmp_path / "made" / "here").stat().st_mode & 0o077 == 0


def test_many_threads_putting_leave_the_newest(folder: Path | None) -> None:
    shelf = CrlShelf(folder)
    crls = [
        crl(PKI.issuer, this_update=NOW - HOUR + step * HOUR / 10, number=step)
        for step in range(10)
    ]

    refused: list[Cause] = []

    def put(data: bytes) -> None:
        try:
            shelf.put(BASE, data)
        except Unusable as unusable:
            refused.append(unusable.cause)

    threads = [threading.Thread(target=put, args=(data,)) for data in (*crls, *crls[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = shelf.get(BASE)
    assert held is not None
    assert (held.crl.number, held.octets()) == (9, crls[-1])
    assert set(refused) <= {Cause.OLDER}
    if folder is not None:
        assert [path.read_bytes() for path in folder.iterdir()] == [crls[-1]]
