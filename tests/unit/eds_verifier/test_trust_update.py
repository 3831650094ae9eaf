"""Bringing certificates: proven before anything is written, and the whole set or nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eds_verifier import trust_update
from eds_verifier.errors import TrustUpdateError
from eds_verifier.revocation.fetch import FetchFailed
from eds_verifier.trust import COMMITTED, found_in, store_of
from eds_verifier.trust_update import update
from tests.unit.eds_verifier.factory import issue
from tests.unit.eds_verifier.trusted_list import BOTH, FILES, LIST, PKI, official, pem

ROOT = Path(__file__).resolve().parents[3]


def test_certificates_are_fetched_proven_and_loaded(tmp_path: Path) -> None:
    done = update(LIST, tmp_path / "trust", get=official)
    assert [item.changed for item in done] == [True, True]
    store_of(LIST, tmp_path / "trust")
    assert sorted(path.name for path in (tmp_path / "trust").iterdir()) == [
        "issuer.cer",
        "root.cer",
    ]


def test_what_is_there_and_pinned_is_not_fetched_again(tmp_path: Path) -> None:
    update(LIST, tmp_path, get=official)

    def get(url: str) -> bytes:
        raise AssertionError(url)

    assert [item.state for item in update(LIST, tmp_path, get=get)] == ["unchanged"] * 2


def test_a_pem_file_and_the_second_address_will_do(tmp_path: Path) -> None:
    def get(url: str) -> bytes:
        if "ca.test" in url:
            raise FetchFailed("the address cannot be reached")
        return pem(official(url))

    assert all("mirror.test" in item.source for item in update(LIST, tmp_path, get=get))
    store_of(LIST, tmp_path)


def test_another_certificate_at_the_address_changes_nothing(tmp_path: Path) -> None:
    def get(url: str) -> bytes:
        return PKI.root.der if "root" in url else issue(PKI.person()).der

    with pytest.raises(TrustUpdateError, match=r"issuer: .*not the pinned one"):
        update(LIST, tmp_path, get=get)
    assert list(tmp_path.iterdir()) == []


def test_a_pinned_certificate_of_a_person_changes_nothing(tmp_path: Path) -> None:
    person = issue(PKI.person(), PKI.issuer).der
    issuer = LIST.authorities[1].model_copy(update={"sha256": hashlib.sha256(person).hexdigest()})
    wrong = LIST.model_copy(update={"authorities": (LIST.authorities[0], issuer)})
    with pytest.raises(Exception, match="not an authority's"):
        update(wrong, tmp_path, get=lambda url: PKI.root.der if "root" in url else person)
    assert list(tmp_path.iterdir()) == []


def test_certificates_are_found_in_a_folder_by_their_hash_not_their_name(tmp_path: Path) -> None:
    source = tmp_path / "downloads" / "deep"
    source.mkdir(parents=True)
    (source / "a.bin").write_bytes(pem(PKI.root.der) + pem(PKI.issuer.der))
    (source / "root.cer").write_bytes(b"another")
    os.mkfifo(source / "pipe.cer")
    update(LIST, tmp_path / "trust", from_dir=tmp_path / "downloads")
    assert (tmp_path / "trust/root.cer").read_bytes() == PKI.root.der
    (source / "a.bin").write_bytes(pem(PKI.root.der))
    with pytest.raises(TrustUpdateError, match="issuer: no file in"):
        update(LIST, tmp_path / "again", from_dir=tmp_path / "downloads")
    assert not (tmp_path / "again").exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrustUpdateError, match="no such folder"):
        update(LIST, tmp_path, from_dir=tmp_path / "nowhere")


def test_the_old_generation_may_stay_away_but_not_the_current_one(tmp_path: Path) -> None:
    def get(url: str) -> bytes:
        if "old" in url:
            raise FetchFailed("the address cannot be reached")
        return official(url)

    states = [item.state for item in update(BOTH, tmp_path, get=get)]
    assert states == ["written", "written", "not_found", "not_found"]
    assert len(store_of(BOTH, tmp_path).authorities) == 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "trust").write_text("a file")
    with pytest.raises(TrustUpdateError, match="trust: "):
        update(LIST, tmp_path / "trust", get=official)


class _Killed(BaseException):
    """The process ends here."""


def _steps(target: Path, patch: pytest.MonkeyPatch, die_at: int | None) -> int:
    """Run an update that ends before its `die_at`th change of the folder; how many there were."""
    count = 0

    def counted(name: str, owner: object) -> None:
        original = getattr(owner, name)

        def step(*arguments: object, **options: object) -> object:
            nonlocal count
            if count == die_at:
                raise _Killed
            count += 1
            return original(*arguments, **options)

        patch.setattr(owner, name, step)

    with patch.context() as inner:
        patch = inner
        for name in ("rename", "replace", "rmdir", "chmod"):
            counted(name, Path)
        counted("_write", trust_update)
        counted("_sync", trust_update)
        with contextlib.suppress(_Killed):
            update(BOTH, target, get=official)
    return count


def test_killed_anywhere_the_folder_says_the_old_set_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old: every file is another certificate than the pinned one. New: all are pinned."""

    def prepare(name: str) -> Path:
        target = tmp_path / name
        target.mkdir()
        for file in FILES:
            (target / f"{file}.cer").write_bytes(b"the old set")
        return target

    steps = _steps(prepare("whole"), monkeypatch, None)
    assert steps > 10
    seen = set()
    for die_at in range(steps):
        target = prepare(str(die_at))
        assert _steps(target, monkeypatch, die_at) == die_at
        new = [der == FILES[name] for name, der in found_in(BOTH, target).items()]
        assert len(set(new)) == 1, f"a mixed set after step {die_at}: {new}"
        seen.add(new[0])
        update(BOTH, target, get=official)
        assert {path.name for path in target.iterdir()} == {f"{name}.cer" for name in FILES}
        assert (target / "root.cer").read_bytes() == FILES["root"]
    assert seen == {False, True}


def test_a_killed_process_lets_go_of_the_folder(tmp_path: Path) -> None:
    """The next update waits for no lock of the dead, and tidies what it left."""
    script = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from eds_verifier import trust_update\n"
        "from tests.unit.eds_verifier.trusted_list import BOTH, official\n"
        "trust_update._move = lambda target, names: None\n"
        "def sync(folder, seen=[]):\n"
        "    seen.append(folder)\n"
        "    if len(seen) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "trust_update._sync = sync\n"
        f"trust_update.update(BOTH, Path({str(tmp_path)!r}), get=official)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, timeout=60, check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / COMMITTED).is_dir()
    # Keys are made anew by each process, so what it left is not what this one pins.
    update(BOTH, tmp_path, get=official)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.cer" for name in FILES}
    assert found_in(BOTH, tmp_path) == FILES


def test_a_link_where_the_committed_set_belongs_moves_nobodys_files(tmp_path: Path) -> None:
    elsewhere, target = tmp_path / "etc", tmp_path / "trust"
    (elsewhere / "conf.d").mkdir(parents=True)
    (elsewhere / "issuer.cer").write_text("another's")
    target.mkdir()
    (target / COMMITTED).symlink_to(elsewhere)
    with pytest.raises(TrustUpdateError, match="not the folder that an update makes"):
        update(LIST, target, get=official)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["conf.d", "issuer.cer"]
    assert [path.name for path in target.iterdir()] == [COMMITTED]


def a_file_of_another_name(committed: Path) -> None:
    (committed / "nca-rk.yaml").write_text("authorities: []")


def a_link_with_an_authoritys_name(committed: Path) -> None:
    (committed / "issuer.cer").symlink_to("/etc/passwd")


def a_folder_with_an_authoritys_name(committed: Path) -> None:
    (committed / "issuer.cer").mkdir()


def a_pipe_of_another_name(committed: Path) -> None:
    os.mkfifo(committed / "pipe")


@pytest.mark.parametrize(
    "put",
    [
        a_file_of_another_name,
        a_link_with_an_authoritys_name,
        a_folder_with_an_authoritys_name,
        a_pipe_of_another_name,
    ],
)
def test_nothing_but_the_lists_certificates_is_moved(
    put: Callable[[Path], None], tmp_path: Path
) -> None:
    committed = tmp_path / COMMITTED
    committed.mkdir()
    (committed / "root.cer").write_bytes(PKI.root.der)
    put(committed)
    with pytest.raises(TrustUpdateError, match="not a certificate of an authority"):
        update(LIST, tmp_path, get=official)
    assert [path.name for path in tmp_path.iterdir()] == [COMMITTED]


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
def test_a_folder_others_may_write_to_is_refused_before_anybody_is_asked(
    mode: int, tmp_path: Path
) -> None:
    def get(url: str) -> bytes:
        raise AssertionError(url)

    tmp_path.chmod(mode)
    with pytest.raises(TrustUpdateError, match="others may write") as refused:
        update(LIST, tmp_path, get=get)
    assert "chmod go-w" in str(refused.value.hint)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_an_update_makes_is_its_owners_to_write_to(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        update(LIST, tmp_path / "trust", get=official)
    finally:
        os.umask(before)
    assert (tmp_path / "trust").stat().st_mode & 0o777 == 0o755
    update(LIST, tmp_path / "trust", get=official)
