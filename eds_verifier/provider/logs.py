"""One JSON object per line on stderr. Only the fields listed here can be written.

Nobody's IIN, name or signature, and no secret, is among them: a field that is not in the table
is a programming error, and a traceback is written as places in the code, without its messages.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOGGER = logging.getLogger("eds_verifier.provider")

FIELDS = frozenset(
    {
        "realm",
        "reference",
        "stage",
        "state",
        "status",
        "reason",
        "verdict",
        "detail",
        "sub",
        "error",
        "kind",
        "source",
        "milliseconds",
        "agreement",
        "acceptance",
        "kid",
        "judged_at",
        "rows",
        "where",
        "language",
        "address",
    }
)
"""`sub` is the opaque `p-…`; `reference` is what a person reads to support."""


def log(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one event. A field outside FIELDS raises ValueError."""
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"not a field that may be logged: {sorted(unknown)}")
    LOGGER.log(level, event, extra={"fields": fields})


def log_crash(error: BaseException, **fields: Any) -> None:
    """Write where an unforeseen error came from: its type and places, never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.name}:{frame.lineno}" for frame in frames[-8:]]
    log("crash", level=logging.ERROR, error=type(error).__name__, where=where, **fields)


class JsonLines(logging.Formatter):
    """A log record as one JSON object with `time`, `level`, `logger`, `event` and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure_logging() -> None:
    """Send everything to stderr as JSON lines; once, at the process's edge."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
