"""A distribution is whole and built, or it is not there."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stand.errors import BuildError, ChecksumError, DiskSpaceError
from stand.fetch import Supply
from stand.keycloak.distribution import ensure_distribution, java_environment
from stand.keycloak.releases import RELEASES, STAND, Release
from stand.progress import Reporter, Silent

VERSION, ARCHIVE = STAND.version, STAND.archive
BUILDS = '#!/bin/sh\nhome=$(dirname $0)/..\necho "$@" > $home/built\nenv > $home/env\n'
FAILS = "#!/bin/sh\necho starting\necho 'ERROR: no such option'\nexit 2\n"


def archive(
    folder: Path, script: str, *, inside: str | None = None, release: Release = STAND
) -> Supply:
    """A zip laid out like Keycloak's, whose kc.sh is `script`."""
    inside = inside or f"keycloak-{release}"
    path = folder / "made.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        entry = zipfile.ZipInfo(f"{inside}/bin/kc.sh")
        entry.external_attr = 0o100755 << 16
        zipped.writestr(entry, script)
        zipped.writestr(f"{inside}/version.txt", f"Keycloak - Version {release}\n")
    content = path.read_bytes()
    path.unlink()
    return supply(content, release)


def supply(content: bytes, release: Release = STAND) -> Supply:
    def download(work: Path, _release: Release, _: Reporter) -> Path:
        (work / "x.zip").write_bytes(content)
        return work / "x.zip"

    return Supply(
        replace(release, sha512=hashlib.sha512(content).hexdigest()), download, lambda _: 10**12
    )


def no_download(work: Path, _release: Release, _: Reporter) -> Path:
    raise AssertionError("nothing was to be downloaded")


def ensure(cache: Path, supply: Supply, environ: dict[str, str] | None = None) -> Path:
    java = cache / "java"
    return ensure_distribution(
        cache,
        Silent(),
        java=java,
        environ={"PATH": os.environ["PATH"]} | (environ or {}),
        supply=supply,
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "keycloak"


def names(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if path.name != "lock")


def test_what_was_fetched_is_unpacked_built_and_used_again(cache: Path, tmp_path: Path) -> None:
    home = ensure(cache, archive(tmp_path, BUILDS))
    assert (home / "built").read_text() == "build --db=dev-file --health-enabled=true\n"
    assert names(cache) == [home.name, ARCHIVE]
    assert ensure(cache, Supply(download=no_download)) == home


def test_two_releases_live_beside_each_other(cache: Path, tmp_path: Path) -> None:
    newest = ensure(cache, archive(tmp_path, BUILDS))
    oldest = ensure(cache, archive(tmp_path, BUILDS, release=RELEASES[0]))
    assert oldest.name.startswith(RELEASES[0].version)
    assert names(cache) == sorted([newest.name, oldest.name, ARCHIVE, RELEASES[0].archive])


def test_one_release_under_anothers_name_is_refused(cache: Path, tmp_path: Path) -> None:
    other = archive(tmp_path, BUILDS, inside=f"keycloak-{RELEASES[0]}")
    with pytest.raises(BuildError, match=f"has no keycloak-{VERSION}/bin/kc.sh"):
        ensure(cache, other)


def test_the_folder_is_its_owners_alone(cache: Path, tmp_path: Path) -> None:
    ensure(cache, archive(tmp_path, BUILDS))
    assert cache.stat().st_mode & 0o777 == 0o700


def test_the_build_sees_no_secret_and_no_setting_of_the_caller(cache: Path, tmp_path: Path) -> None:
    planted = {"KC_DB": "postgres", "JAVA_OPTS": "-Dx", "SOMEBODYS_SECRET": "planted"}
    home = ensure(cache, archive(tmp_path, BUILDS), planted)
    seen = (home / "env").read_text()
    assert not [name for name in planted if f"{name}=" in seen]


def test_a_build_that_fails_leaves_only_the_checked_archive(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="exit code 2: ERROR: no such option"):
        ensure(cache, archive(tmp_path, FAILS))
    assert names(cache) == [ARCHIVE]


def test_an_interrupted_build_leaves_only_the_checked_archive(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("stand.keycloak.distribution._build", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ensure(cache, archive(tmp_path, BUILDS))
    assert names(cache) == [ARCHIVE]


def test_what_a_killed_run_left_is_swept_and_not_trusted(cache: Path, tmp_path: Path) -> None:
    left = cache / ".unfinished-x" / f"keycloak-{VERSION}" / "bin"
    left.mkdir(parents=True)
    (left / "kc.sh").write_text("half")
    home = ensure(cache, archive(tmp_path, BUILDS))
    assert names(cache) == [home.name, ARCHIVE]


def test_a_wrong_checksum_leaves_nothing(cache: Path, tmp_path: Path) -> None:
    good = archive(tmp_path, BUILDS)
    with pytest.raises(ChecksumError):
        ensure(cache, replace(good, release=STAND))
    assert names(cache) == []


def test_a_disk_too_small_to_unpack_on_is_said(cache: Path, tmp_path: Path) -> None:
    good = archive(tmp_path, BUILDS)
    with pytest.raises(DiskSpaceError, match="unpacking Keycloak needs 450 MB"):
        ensure(cache, replace(good, free=lambda _: 300_000_000))
    assert names(cache) == [ARCHIVE]


@pytest.mark.parametrize("inside", ["../outside", "/outside", f"keycloak-{VERSION}/../.."])
def test_a_path_that_leads_out_of_the_archive_is_refused(
    cache: Path, tmp_path: Path, inside: str
) -> None:
    with pytest.raises(BuildError, match="leads out"):
        ensure(cache, archive(tmp_path, BUILDS, inside=inside))
    assert names(cache) == [ARCHIVE]


def test_what_is_no_zip_is_refused(cache: Path) -> None:
    with pytest.raises(BuildError, match="is not a zip archive"):
        ensure(cache, supply(b"hello"))


def own_home(folder: Path, version: str = VERSION) -> Path:
    for name in ("bin", "lib", "data", "providers"):
        (folder / name).mkdir(parents=True)
    (folder / "bin" / "kc.sh").write_text(BUILDS)
    (folder / "bin" / "kc.sh").chmod(0o755)
    (folder / "lib" / "quarkus-run.jar").write_text("jar")
    (folder / "data" / "database").write_text("theirs")
    (folder / "version.txt").write_text(f"Keycloak - Version {version}\n")
    return folder


def test_an_own_keycloak_is_copied_without_its_data_and_never_written_to(
    cache: Path, tmp_path: Path
) -> None:
    own = own_home(tmp_path / "own")
    before = sorted(str(path) for path in own.rglob("*"))
    home = ensure(cache, Supply(download=no_download), {"KEYCLOAK_HOME": str(own)})
    assert (home / "built").exists()
    assert not (home / "data").exists()
    assert sorted(str(path) for path in own.rglob("*")) == before


def test_an_own_keycloak_that_was_replaced_is_copied_again(cache: Path, tmp_path: Path) -> None:
    own = own_home(tmp_path / "own")
    environ = {"KEYCLOAK_HOME": str(own)}
    first = ensure(cache, Supply(download=no_download), environ)
    os.utime(own / "lib" / "quarkus-run.jar", (1, 1))
    assert ensure(cache, Supply(download=no_download), environ) != first


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda folder: folder, "holds no Keycloak"),
        (lambda folder: own_home(folder, "26.4.0"), "holds “Keycloak - Version 26.4.0”"),
    ],
)
def test_an_own_keycloak_that_will_not_do_is_refused(
    cache: Path, tmp_path: Path, make: Callable[[Path], Path], why: str
) -> None:
    with pytest.raises(BuildError, match=why):
        ensure(cache, Supply(download=no_download), {"KEYCLOAK_HOME": str(make(tmp_path / "own"))})


def test_the_java_chosen_is_first_on_the_search_path(tmp_path: Path) -> None:
    found = java_environment({"PATH": "/usr/bin", "KC_DB": "x"}, tmp_path)
    assert found == {"JAVA_HOME": str(tmp_path), "PATH": f"{tmp_path / 'bin'}{os.pathsep}/usr/bin"}
