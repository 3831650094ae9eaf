"""One realm on a real Keycloak that is brought from policy to policy by the commands themselves."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli import tanba
from policies.errors import TanbaError
from provisioning.errors import ObjectNotFoundError
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak
from tests.properties.drawing import SECRETS
from tests.properties.policies_at_random import as_policy
from tests.properties.typed_at_random import Policy

NAME = "at-random"
_SECRET_PATHS = re.compile(r"(^|\.)(secret|clientSecret)$")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    stdout: str
    stderr: str


class RandomRealm:
    """The realm, its policies' folder and the folder of its runs."""

    def __init__(self, server: OwnKeycloak, folder: Path) -> None:
        self._server, self._folder = server, folder
        self._environ = {
            "TANBA_KEYCLOAK_URL": server.url,
            "TANBA_KEYCLOAK_CLIENT_ID": BOOTSTRAP,
            "TANBA_KEYCLOAK_CLIENT_SECRET": server.bootstrap_secret.get_secret_value(),
            "TANBA_RUNS": str(folder / "runs"),
            **SECRETS,
        }

    def forget(self) -> None:
        """Delete the realm, if it is there."""
        try:
            self._server.bootstrap().request("DELETE", f"/realms/{NAME}")
        except ObjectNotFoundError:
            return

    def policy(self, name: str, declared: Policy) -> Path:
        """A policy's file that declares it."""
        file = self._folder / f"{name}.yaml"
        file.write_text(as_policy(NAME, declared), encoding="utf-8")
        return file

    def run(self, *arguments: str) -> Said:
        """One command; nothing it says may hold a secret."""
        with _environment(self._environ):
            result = CliRunner().invoke(tanba, arguments, standalone_mode=False)
        said = Said(_code(result.exception, result.return_value), result.stdout, result.stderr)
        shown = f"{said.stdout}{said.stderr}{result.exception!r}"
        assert not [secret for secret in SECRETS.values() if secret in shown]
        if said.code == 1:
            raise AssertionError(f"{arguments[0]}: {result.exception}\n{shown}")
        return said

    def apply(self, policy: Path) -> str | None:
        """The run's id; None when there was nothing to write."""
        said = self.run("apply", "--yes", "--unsafe-allow-loss", str(policy))
        assert said.code == 0, said
        return _run_of(said)

    def roll_back(self, run: str) -> None:
        """Take a run back."""
        said = self.run("rollback", "--yes", "--unsafe-allow-loss", run)
        assert said.code == 0, said

    def adopt(self) -> Path:
        """The policy that the realm as it is makes; what it refers to is set from now on."""
        file = self._folder / "adopted.yaml"
        file.unlink(missing_ok=True)
        assert self.run("adopt", NAME, "-o", str(file)).code == 0
        names = re.findall(r"\$\{env:(\w+)\}", file.read_text(encoding="utf-8"))
        self._environ |= dict.fromkeys(names, "given again") | SECRETS
        return file

    def differences(self, policy: Path) -> list[Mapping[str, Any]]:
        """What `plan` finds: one for each value, or for each object that is too few or too many."""
        said = self.run("plan", "--format", "json", str(policy))
        (realm,) = json.loads(said.stdout)["realms"]
        found: list[Mapping[str, Any]] = [
            {"action": change["action"], "kind": change["kind"], "name": change["name"], **one}
            for change in realm["changes"]
            for one in change["differences"] or [{}]
        ]
        assert said.code == (2 if found or realm["creates_realm"] else 0)
        return found


def without_secrets(differences: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without the values that a rollback says it cannot bring back."""
    return [one for one in differences if not _SECRET_PATHS.search(str(one.get("path", "")))]


def holds(realm: RandomRealm, first: Policy, second: Policy) -> None:
    """The property: apply one and another, and the realm is as the other declares; take that back.

    Raises AssertionError with the plan that should have been empty.
    """
    one, other = realm.policy("first", first), realm.policy("second", second)
    realm.apply(one)
    _nothing(realm.differences(one), "after the first")
    run = realm.apply(other)
    _nothing(realm.differences(other), "after the second")
    if realm.apply(other) is not None:
        raise AssertionError("the second was written twice")
    if run is not None:
        realm.roll_back(run)
    _nothing(without_secrets(realm.differences(one)), "after the way back")


def _nothing(differences: list[Mapping[str, Any]], when: str) -> None:
    if differences:
        raise AssertionError(f"{when}: {json.dumps(differences, ensure_ascii=False, indent=1)}")


def _run_of(said: Said) -> str | None:
    found = re.search(r"^run ([^\s:]+)", said.stderr, re.MULTILINE)
    return found[1] if found else None


def _code(error: BaseException | None, returned: object) -> int:
    if isinstance(error, TanbaError):
        return error.exit_code
    if error is not None and not isinstance(error, SystemExit):
        raise error
    return returned if isinstance(returned, int) else 0


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
