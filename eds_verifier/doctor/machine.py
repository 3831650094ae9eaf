"""This machine: the arithmetic it verifies GOST with, and its idea of the time in Kazakhstan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from eds_verifier.doctor.findings import Finding
from eds_verifier.gost.backend import default_backend

_SINCE_2024 = datetime(2024, 6, 1, tzinfo=UTC)


def look_at_machine() -> Iterator[Finding]:
    """Findings about what is installed here."""
    name = default_backend().name
    if name == "python":
        yield Finding(
            subject="GOST arithmetic",
            state="warning",
            what="by Python alone: right, and several times slower than it could be",
            do="Install gmpy2 (pip) or libgcrypt and libcrypto (the system's packages).",
        )
    else:
        yield Finding(subject="GOST arithmetic", state="good", what=f"by {name}")
    yield time_zone(ZoneInfo("Asia/Almaty"))


def time_zone(almaty: ZoneInfo) -> Finding:
    """Kazakhstan is at UTC+5 since 2024-03-01; older data would shift every hour that is shown."""
    subject = "time zone data"
    if _SINCE_2024.astimezone(almaty).utcoffset() == timedelta(hours=5):
        return Finding(subject=subject, state="good", what="Asia/Almaty is UTC+5")
    return Finding(
        subject=subject,
        state="wrong",
        what="Asia/Almaty is not UTC+5: the data is older than 2024",
        do="Update tzdata (pip and the system's): agreements would come into force an hour off.",
    )
