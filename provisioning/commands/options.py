"""What the commands of provisioning share: options, the connection, policies, files."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from policies.loader import load_policies
from provisioning.connection import Connection, ConnectionSettings
from provisioning.desired import build
from provisioning.errors import ProvisioningError
from provisioning.resources import Desired

Command = TypeVar("Command", bound=Callable[..., Any])

PLAN_SUFFIX = ".json"
POLICY_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


def output_format(*names: str) -> Callable[[Command], Command]:
    """The option `--format`, given to the command as `output`; text unless asked for."""
    return click.option(
        "--format", "output", type=click.Choice(names), default="text", show_default=True
    )


def server_options(command: Command) -> Command:
    """Which Keycloak; secrets come from the environment alone, never from flags."""
    options = (
        click.option("--keycloak-url", "url", help="Instead of TANBA_KEYCLOAK_URL."),
        click.option("--auth-realm", help="Instead of TANBA_KEYCLOAK_AUTH_REALM (master)."),
        click.option("--client-id", help="Instead of TANBA_KEYCLOAK_CLIENT_ID."),
    )
    return functools.reduce(lambda decorated, option: option(decorated), options, command)


def connect(server: dict[str, str | None]) -> Connection:
    """The connection that the options and the environment name."""
    return Connection(ConnectionSettings.from_environment(os.environ, **server))


def declared(paths: Iterable[Path]) -> list[Desired]:
    """What the policies declare at this moment, one for each realm.

    Raises click.UsageError for a plan among them.
    """
    now, given = datetime.now(UTC), tuple(paths)
    for path in given:
        if is_plan(path):
            raise click.UsageError(f"{path} is no policy; a plan is for `tanba apply {path}`")
    return [build(policy, at=now) for policy in load_policies(given, environ=os.environ)]


def is_plan(path: Path) -> bool:
    """Whether a path names a plan rather than a policy: by its ending alone."""
    return path.suffix == PLAN_SUFFIX


def recorded(path: Path) -> str:
    """A policy's place as a plan names it: relative, when it is under the working folder."""
    absolute, here = Path(os.path.normpath(path.absolute())), Path.cwd()
    inside = absolute.is_relative_to(here)
    return (absolute.relative_to(here) if inside else absolute).as_posix()


class OutputFileError(ProvisioningError):
    """A file that was asked for cannot be written."""

    code = "output_file"


def replace_file(file: Path, text: str) -> None:
    """The whole file or the one that was there: never half a plan; its folder is made if needed.

    Raises OutputFileError.
    """
    try:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputFileError(
            f"{file} cannot be written: {error.strerror}",
            hint="Name a file in a folder that you may write to.",
        ) from None
