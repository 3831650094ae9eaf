"""Bringing the pinned certificates: from the authorities' addresses, or found in a folder.

Where they come from does not matter, only that each one's SHA-256 is the pinned one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eds_verifier.errors import TrustUpdateError
from eds_verifier.path.certificate import MAX_CERTIFICATE
from eds_verifier.revocation.fetch import FetchFailed, fetch
from eds_verifier.trust import read_authority
from policies.trust import Authority, TrustList

_PEM = re.compile(
    rb"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", re.DOTALL
)
_MAX_FILES = 5_000
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Updated:
    """One authority's certificate as it was brought. `changed`: the file was not there before."""

    name: str
    path: Path
    source: str
    changed: bool


def update(
    trust_list: TrustList,
    target: Path,
    *,
    from_dir: Path | None = None,
    get: Callable[[str], bytes] | None = None,
) -> tuple[Updated, ...]:
    """Bring every certificate of the list into `target` as `<authority>.cer`.

    Nothing is written before all of them are there and proven; each file is replaced atomically.
    Raises TrustUpdateError naming the authority and every place that failed.
    """
    if from_dir is None:
        fetched = [(a, *_fetch(a, get or _get)) for a in trust_list.authorities]
    else:
        found = _search(from_dir, {a.sha256 for a in trust_list.authorities})
        fetched = [(a, *_found(a, found, from_dir)) for a in trust_list.authorities]
    for authority, der, _ in fetched:
        read_authority(der, authority.name)
    return tuple(_write(authority, der, source, target) for authority, der, source in fetched)


def der_of(data: bytes) -> bytes:
    """The DER of a certificate file, which may be PEM."""
    match = _PEM.search(data)
    if match is None:
        return data
    try:
        return base64.b64decode(b"".join(match[1].split()), validate=True)
    except (binascii.Error, ValueError):
        return data


def _get(url: str) -> bytes:
    return fetch(
        url,
        max_bytes=MAX_CERTIFICATE,
        seconds=_SECONDS,
        what="the address",
        use_environment_proxy=True,
    )


def _fetch(authority: Authority, get: Callable[[str], bytes]) -> tuple[bytes, str]:
    failures = []
    for url in authority.urls:
        try:
            der = der_of(get(url))
        except FetchFailed as failed:
            failures.append(f"{url}: {failed.detail}")
            continue
        if hashlib.sha256(der).hexdigest() == authority.sha256:
            return der, url
        failures.append(f"{url}: another certificate is there, its SHA-256 is not the pinned one")
    raise TrustUpdateError(
        f"{authority.name}: {'; '.join(failures) or 'the trust list gives no address'}",
        hint="Download it by other means and run `tanba eds trust update --from FOLDER`.",
    )


def _search(folder: Path, wanted: set[str]) -> dict[str, tuple[bytes, Path]]:
    if not folder.is_dir():
        raise TrustUpdateError(f"{folder}: there is no such folder")
    found: dict[str, tuple[bytes, Path]] = {}
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                der = der_of(file.read(MAX_CERTIFICATE + 1))
        except OSError:
            continue  # what cannot be read is not found; the error below names what is missing
        digest = hashlib.sha256(der).hexdigest()
        if digest in wanted:
            found[digest] = der, path
    return found


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _MAX_FILES:
                raise TrustUpdateError(
                    f"{folder}: more than {_MAX_FILES} files; name a smaller one"
                )
            yield Path(root, name)


def _found(
    authority: Authority, found: dict[str, tuple[bytes, Path]], folder: Path
) -> tuple[bytes, str]:
    if authority.sha256 not in found:
        raise TrustUpdateError(
            f"{authority.name}: no file in {folder} has the pinned SHA-256 {authority.sha256}",
            hint="Download it from " + (" or ".join(authority.urls) or "its authority") + ".",
        )
    der, path = found[authority.sha256]
    return der, str(path)


def _write(authority: Authority, der: bytes, source: str, target: Path) -> Updated:
    path = target / f"{authority.name}.cer"
    try:
        if path.is_file() and path.read_bytes() == der:
            return Updated(authority.name, path, source, changed=False)
        target.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target, prefix=f".{authority.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(der)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TrustUpdateError(f"{path}: {error.strerror}") from None
    return Updated(authority.name, path, source, changed=True)
