"""Finding and reading policies: portals', and those of plain realms."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from policies.base import judge, plain
from policies.errors import PolicyError, PolicyFileError, PolicyReferenceError
from policies.extends import bases_of, read_extended
from policies.model import PORTAL_KEYS, PortalPolicy
from policies.model_realm import RealmPolicy
from policies.references import REFERENCE
from policies.yaml_tree import Document, Node, Place

POLICY_FILE = "policy.yaml"
MISNAMED = "policy.yml"

Policy = PortalPolicy | RealmPolicy
_Policy = TypeVar("_Policy", PortalPolicy, RealmPolicy, PortalPolicy | RealmPolicy)


@dataclass(frozen=True, slots=True)
class Reference:
    """A value given by reference: where it is in the policy, as written, and where it stands.

    `text` is `${env:NAME}` or `${file:PATH}` with what is around it. A file's path is relative to
    the folder of `place.file`, which is a base where the value was inherited.
    """

    path: tuple[str | int, ...]
    text: str
    place: Place


def load_portal(path: Path, *, environ: Mapping[str, str]) -> PortalPolicy:
    """Read one portal's policy: `path` is its folder or the policy.yaml in it.

    References are resolved from `environ`. Raises PolicyFileError, PolicyReferenceError.
    """
    return _judged(file_of(path), PortalPolicy, environ)[0]


def load_policy(path: Path, *, environ: Mapping[str, str]) -> Policy:
    """Read one policy, a portal's or a plain realm's. Raises as load_portal does."""
    return load_with_origins(path, environ=environ)[0]


def load_with_origins(
    path: Path, *, environ: Mapping[str, str]
) -> tuple[Policy, dict[tuple[str | int, ...], Place]]:
    """As load_policy; with it, the place that each declared value comes from, by its path."""
    file = file_of(path)
    document = read_extended(file)
    model = PortalPolicy if is_portal(document.root.value) else RealmPolicy
    return _judged(file, model, environ, document)


def load_portals(paths: Iterable[Path], *, environ: Mapping[str, str]) -> tuple[PortalPolicy, ...]:
    """Read several portals; mistakes of all are named at once. Two for one realm are refused.

    A file without a realm that another of them extends is no policy, and passed over.
    """
    return _all(paths, lambda path: load_portal(path, environ=environ))


def load_policies(paths: Iterable[Path], *, environ: Mapping[str, str]) -> tuple[Policy, ...]:
    """Read several policies, portals' and plain realms'; refused as by load_portals."""
    return _all(paths, lambda path: load_policy(path, environ=environ))


def is_portal(keys: Iterable[str]) -> bool:
    """Whether a policy with these top-level keys is a portal's: it has a key of portals alone.

    So a portal's policy that lost its `portal` is told so, and not that its keys are unknown.
    """
    return not PORTAL_KEYS.isdisjoint(keys)


def _judged(
    file: Path,
    model: type[_Policy],
    environ: Mapping[str, str],
    document: Document | None = None,
) -> tuple[_Policy, dict[tuple[str | int, ...], Place]]:
    read = document or read_extended(file)
    policy = judge(read, model, environ=environ)
    if policy.folder != Path():
        raise PolicyFileError(f"{file}: folder: is set by where the file stands; remove it")
    places = _origins(read)
    return policy.placed(file.parent, places), places


def _all(paths: Iterable[Path], load: Callable[[Path], _Policy]) -> tuple[_Policy, ...]:
    policies: list[_Policy] = []
    refused: dict[Path, PolicyError] = {}
    given = tuple(paths)
    for path in given:
        try:
            policies.append(load(path))
        except PolicyError as error:
            refused[path] = error
    mistakes = [error for path, error in refused.items() if not _is_part(path, given)]
    if mistakes:
        raise as_one(mistakes)
    seen: dict[str, Path] = {}
    for policy in policies:
        if policy.realm in seen:
            raise PolicyFileError(
                f"{policy.folder} and {seen[policy.realm]} both declare the realm {policy.realm}",
                hint="Name each realm once.",
            )
        seen[policy.realm] = policy.folder
    return tuple(policies)


def _is_part(path: Path, given: Iterable[Path]) -> bool:
    """Whether the file is but a part of the others: extended by one of them, and of no realm.

    So `policies/portals/*` may be named although what its portals share lies among them.
    """
    if path.is_dir() or "realm" in _keys(path):
        return False
    here = Path(os.path.realpath(path))
    return any(here in _bases(other) for other in given if other != path)


def _keys(path: Path) -> frozenset[str]:
    try:
        return frozenset(read_extended(path).root.value)
    except PolicyError:
        return frozenset()


def _bases(path: Path) -> frozenset[Path]:
    try:
        return bases_of(file_of(path))
    except PolicyError:
        return frozenset()


def references(path: Path) -> tuple[Reference, ...]:
    """Every value that a policy, or what it extends, gives by reference; none is resolved."""
    found: list[Reference] = []

    def collect(text: str, node: Node, at: tuple[str | int, ...]) -> str:
        if REFERENCE.search(text):
            found.append(Reference(at, text, node.place))
        return text

    plain(read_extended(file_of(path)).root, collect)
    return tuple(found)


def file_of(path: Path) -> Path:
    """The policy file that `path` names: itself, or the one in the folder.

    Raises PolicyFileError for a folder in which it is called otherwise.
    """
    if not path.is_dir():
        return path
    file, misnamed = path / POLICY_FILE, path / MISNAMED
    if misnamed.is_file() and not file.exists():
        raise PolicyFileError(f"{misnamed}: is to be called {POLICY_FILE}", hint="Rename it.")
    return file


def as_one(errors: list[PolicyError]) -> PolicyError:
    """Several errors as one that says what all of them say; `errors` holds at least one."""
    if len(errors) == 1:
        return errors[0]
    message = "\n".join(dict.fromkeys("\n".join(e.message for e in errors).splitlines()))
    hint = next((error.hint for error in errors if error.hint), "")
    if all(isinstance(error, PolicyReferenceError) for error in errors):
        return PolicyReferenceError(message, hint=hint)
    return PolicyFileError(message, hint=hint)


def _origins(document: Document) -> dict[tuple[str | int, ...], Place]:
    found: dict[tuple[str | int, ...], Place] = {}

    def visit(node: Node, path: tuple[str | int, ...]) -> None:
        found[path] = node.key or node.place
        if isinstance(node.value, dict):
            for name, child in node.value.items():
                visit(child, (*path, name))
        elif isinstance(node.value, list):
            for index, child in enumerate(node.value):
                visit(child, (*path, index))

    visit(document.root, ())
    return found
