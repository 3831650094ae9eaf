"""The demo CA: the NCA's certificate profile with invented people, in RSA and GOST-2015-512."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from stand.demo_ca import files
from stand.demo_ca.making import HOLDER_LIFE, make
from stand.demo_ca.model import Authority, Credential, DemoCa

__all__ = ["Authority", "Credential", "DemoCa", "create"]

_RENEW_BEFORE = timedelta(days=30)


def create(directory: Path, *, base_url: str, now: datetime) -> DemoCa:
    """The demo CA in `directory`, as it lies there or newly made; every call gives the same one.

    It is made anew, whole and at once, when none is there, when the one there was made for
    another `base_url` or other people, or when less than 30 days of it are left at `now` (which
    has a time zone). Raises DemoCaError: what lies there is damaged.
    """
    found = files.read(directory, base_url=base_url)
    if found is not None and found.made <= now < found.made + HOLDER_LIFE - _RENEW_BEFORE:
        return found
    fresh = directory.with_name(f".{directory.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    ca = make(directory, base_url=base_url, now=now.replace(microsecond=0))
    files.write(ca, fresh)
    if directory.exists():
        old = directory.with_name(f".{directory.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        directory.rename(old)
        fresh.rename(directory)
        shutil.rmtree(old)
    else:
        fresh.rename(directory)
    return ca
