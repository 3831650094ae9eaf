"""What `apply` tells while it writes, as data; showing it is the command's."""

from __future__ import annotations

from dataclasses import dataclass

from provisioning.plan import Change


@dataclass(frozen=True, slots=True)
class Progress:
    """What has just been carried out: change number `done` of `total`."""

    realm: str
    change: Change
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """An answer was lost; the realm is read anew before anything else is written."""

    realm: str
    why: str
