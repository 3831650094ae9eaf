"""Instants as people in Kazakhstan read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

ALMATY = ZoneInfo("Asia/Almaty")


def local_time(instant: datetime | None, *, now: datetime) -> str:
    """`14:05`, or `22.11.2026 14:05` for another day than `now`'s; empty for None."""
    if instant is None:
        return ""
    local, today = instant.astimezone(ALMATY), now.astimezone(ALMATY)
    return local.strftime("%H:%M" if local.date() == today.date() else "%d.%m.%Y %H:%M")
