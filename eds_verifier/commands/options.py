"""What the commands share: options, reading what a person named, trust by name, file or folder."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from eds_verifier.batch.request import read_instant
from eds_verifier.errors import TrustStoreError
from eds_verifier.trust import TrustStore, find_list, store_of
from eds_verifier.trust_given import SUFFIXES, read_given, together
from policies.trust import LISTS, load_trust_list

STDIN = Path("-")
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
INPUT = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
DEFAULT_TRUST = "nca-rk"

_NUMBER = re.compile(r"\d{6,}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Instant(click.ParamType[datetime]):
    """An instant of RFC 3339."""

    name = "RFC3339"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Read it; a usage error says what was expected."""
        if isinstance(value, datetime):
            return value
        try:
            return read_instant(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def output_format(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--format text|json`, as the parameter `output`."""
    return click.option(
        "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True
    )(command)


def trust_dir(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--trust-dir DIR`."""
    return click.option(
        "--trust-dir",
        type=FOLDER,
        default="var/trust",
        show_default=True,
        help="Folder of the authorities' certificates, and of lists that override ours.",
    )(command)


def read_input(path: Path, limit: int) -> bytes:
    """At most one octet more than `limit` of a file, or of stdin for `-`."""
    if path == STDIN:
        return sys.stdin.buffer.read(limit + 1)
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or "cannot be read") from None


def list_path(name: str, certificates_dir: Path) -> Path:
    """Where a trust list is: the file itself when it is named with .yaml, otherwise found."""
    path = Path(name)
    return path if path.suffix == ".yaml" else find_list(name, certificates_dir)


def load_named(
    names: Iterable[str], certificates_dir: Path, *, unsafe_allow_test_trust: bool
) -> TrustStore:
    """Everything the caller trusts: lists by name, list files, folders or files of certificates.

    A list goes before a folder of the same name. What a folder holds that is not trusted is said
    on stderr. Raises TrustStoreError, PolicyFileError.
    """
    stores = []
    for name in names:
        path = Path(name)
        if path.suffix == ".yaml":
            stores.append(_load_list(path, certificates_dir, unsafe_allow_test_trust))
        elif path.suffix.lower() in SUFFIXES:
            stores.append(_load_given(path))
        elif _is_list(name, certificates_dir):
            found = find_list(name, certificates_dir)
            stores.append(_load_list(found, certificates_dir, unsafe_allow_test_trust))
        elif path.is_dir():
            stores.append(_load_given(path))
        else:
            raise TrustStoreError(_nothing(name, certificates_dir))
    store = together(stores)
    if store.unsafe_test:
        click.secho(
            "warning: authorities of tests are trusted: this proves nothing about anybody",
            fg="red",
            err=True,
        )
    return store


def _load_given(path: Path) -> TrustStore:
    given = read_given(path)
    for note in given.ignored:
        click.echo(f"note: not trusted: {shown(note)}", err=True)
    return given.store


def _load_list(path: Path, certificates_dir: Path, allow_test: bool) -> TrustStore:  # noqa: FBT001 - private
    """`load_trust` with the hints of the command line."""
    trust_list = load_trust_list(path)
    if trust_list.unsafe_test and not allow_test:
        raise TrustStoreError(
            f"the trust list {trust_list.name} is for tests: anybody may hold its keys",
            hint="Add --unsafe-allow-test-trust.",
        )
    try:
        return store_of(trust_list, certificates_dir, unsafe_allow_test_trust=allow_test)
    except TrustStoreError as error:
        if not error.hint:
            raise
        hint = f"{error.hint.removesuffix('.')}, or give --trust-dir, if the certificates are"
        raise TrustStoreError(error.message, hint=f"{hint} elsewhere.") from None


def _nothing(name: str, certificates_dir: Path) -> str:
    lists = {path.stem for folder in (certificates_dir, LISTS) for path in folder.glob("*.yaml")}
    return (
        f"{name} is no folder, no file of certificates ({' '.join(sorted(SUFFIXES))}), "
        f"no list file (.yaml), and no list of that name ({', '.join(sorted(lists))})"
    )


def _is_list(name: str, certificates_dir: Path) -> bool:
    try:
        find_list(name, certificates_dir)
    except TrustStoreError:
        return False
    return True


def rfc3339(instant: datetime) -> str:
    """The instant in UTC, as `--at` takes it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def masked(text: str) -> str:
    """A name with every long number in it masked: an IIN may stand where none belongs."""
    return _NUMBER.sub(lambda number: "*" * len(number[0]), text)


def shown(text: str) -> str:
    """Text from a certificate or message as a terminal may show it: nothing that moves or hides."""
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in _UNSEEN else character
        for character in text
    )
