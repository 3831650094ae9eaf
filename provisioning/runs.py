"""The folder of runs: one folder each, readable by its owner alone, whole or not there.

`run.json` is on the disk before the first write to Keycloak; `outcome.json` comes when the run
ends. A run without an outcome was cut off, and can be rolled back all the same.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from provisioning.errors import ProvisioningError
from provisioning.resources import Live
from provisioning.runs_record import (
    RUN_ID,
    Heading,
    OutcomeRecord,
    RunRecord,
    RunUnreadableError,
    new_id,
    outcome_of,
    parsed_outcome,
    parsed_record,
    record_of,
)
from provisioning.state import State
from provisioning.survey import Surveyed

RECORD = "run.json"
OUTCOME = "outcome.json"

_OWNER_ONLY = 0o700
_OTHERS_MAY_WRITE = 0o022
_LONGEST = 64_000_000


class RunFolderError(ProvisioningError):
    """The folder of runs cannot be used, so nothing was written to Keycloak."""

    code = "run_folder"


class RunUnknownError(ProvisioningError):
    """There is no such run in the folder."""

    code = "run_unknown"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One run as it lies in its folder; `outcome` is None when it was cut off or still goes on."""

    record: RunRecord
    outcome: OutcomeRecord | None


class Run:
    """A run that has begun."""

    def __init__(self, folder: Path, heading: Heading, record: Mapping[str, Any]) -> None:
        self._folder = folder
        self._heading = heading
        self._record = record
        self.id = heading.run

    def seen_again(self, surveyed: Surveyed, state: State) -> None:
        """Record anew what is there: it was read again before the first write.

        Raises RunFolderError: then nothing may be done.
        """
        self._record = record_of(surveyed, state, self._heading)
        with _said(self._folder):
            _write(self._folder, RECORD, self._record)

    def applied(self, live: Live, *, at: datetime) -> None:
        """The realm holds what was declared; `live`: as read back. Raises RunFolderError."""
        self._finish(outcome_of(self._record, "applied", code=None, at=at, live=live))

    def failed(self, code: str, *, at: datetime) -> None:
        """It ended otherwise; `code` is the error's. Raises RunFolderError."""
        self._finish(outcome_of(self._record, "failed", code=code, at=at, live=None))

    def refused(self, code: str, *, at: datetime) -> None:
        """As `failed`, before anything was written."""
        self._finish(outcome_of(self._record, "refused", code=code, at=at, live=None))

    def _finish(self, outcome: Mapping[str, Any]) -> None:
        with _said(self._folder):
            _write(self._folder, OUTCOME, outcome)


class Runs:
    """The runs in one folder, which is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(
        self, surveyed: Surveyed, state: State, *, server: str, who: str, at: datetime
    ) -> Run:
        """Record what is about to be done. Raises RunFolderError: then nothing may be done."""
        heading = Heading(new_id(surveyed.live.realm, at), server, who, at)
        record = record_of(surveyed, state, heading)
        with _said(self.folder):
            self.folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            # Under a name that is no run's, until everything in it is on the disk.
            draft = Path(tempfile.mkdtemp(dir=self.folder, prefix=".begun-"))
            _write(draft, RECORD, record)
            draft.rename(self.folder / heading.run)
            _flush(self.folder)
        return Run(self.folder / heading.run, heading, record)

    def load(self, run: str) -> Recorded:
        """One run by its id. Raises RunUnknownError, RunUnreadableError, RunFolderError."""
        folder = self.folder / run
        with _said(self.folder):
            if RUN_ID.fullmatch(run) is None or not folder.is_dir():
                raise RunUnknownError(
                    f"there is no run {run!r} in {self.folder}",
                    hint="`tanba runs` lists those that are there.",
                )
            record = parsed_record(_read(folder / RECORD))
            if record.id != run:
                raise RunUnreadableError(f"the folder {run} holds another run")
            ended = folder / OUTCOME
            outcome = parsed_outcome(_read(ended)) if ended.exists() else None
        return Recorded(record, outcome)

    def ids(self) -> tuple[str, ...]:
        """Every run, the newest first. Raises RunFolderError."""
        with _said(self.folder):
            if not self.folder.is_dir():
                return ()
            names = [entry.name for entry in self.folder.iterdir() if entry.is_dir()]
        return tuple(sorted((n for n in names if RUN_ID.fullmatch(n)), reverse=True))


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """What the system refuses, as a sentence."""
    try:
        yield
    except OSError as error:
        raise RunFolderError(
            f"the folder of runs {folder} cannot be used: {error.strerror}",
            hint="Name another by --runs-dir or TANBA_RUNS.",
        ) from None


def _write(folder: Path, name: str, body: Mapping[str, Any]) -> None:
    """The whole file or none, on the disk when this returns."""
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    Path(draft).rename(folder / name)
    _flush(folder)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(file: Path) -> str:
    """A file that only its owner can have written. Raises OSError, RunUnreadableError."""
    # Without waiting: a pipe under the name would never open.
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LONGEST:
            raise RunUnreadableError(f"{file} is no file that Tanba wrote")
        if (status.st_mode | file.parent.stat().st_mode) & _OTHERS_MAY_WRITE:
            raise RunUnreadableError(
                f"others may write to {file}",
                hint="Make sure that nobody did, then: chmod -R go-w on the run's folder.",
            )
        data = stream.read()
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise RunUnreadableError(f"{file} is no text") from None
