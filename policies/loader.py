"""Finding and reading portals' policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from policies.base import REFERENCE, judge, plain
from policies.errors import PolicyError, PolicyFileError, PolicyReferenceError
from policies.extends import read_extended
from policies.model import PortalPolicy
from policies.yaml_tree import Document, Node, Place

POLICY_FILE = "policy.yaml"


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
    return load_with_origins(path, environ=environ)[0]


def load_with_origins(
    path: Path, *, environ: Mapping[str, str]
) -> tuple[PortalPolicy, dict[tuple[str | int, ...], Place]]:
    """As load_portal; with it, the place that each declared value comes from, by its path."""
    file = file_of(path)
    document = read_extended(file)
    policy = judge(document, PortalPolicy, environ=environ)
    if policy.folder != Path():
        raise PolicyFileError(f"{file}: folder: is set by where the file stands; remove it")
    return policy.model_copy(update={"folder": file.parent}), _origins(document)


def load_portals(paths: Iterable[Path], *, environ: Mapping[str, str]) -> tuple[PortalPolicy, ...]:
    """Read several; the mistakes of all are named at once. Two for one realm are refused."""
    policies: list[PortalPolicy] = []
    refused: list[PolicyError] = []
    for path in paths:
        try:
            policies.append(load_portal(path, environ=environ))
        except PolicyError as error:
            refused.append(error)
    if refused:
        raise _as_one(refused)
    seen: dict[str, Path] = {}
    for policy in policies:
        if policy.realm in seen:
            raise PolicyFileError(
                f"{policy.folder} and {seen[policy.realm]} both declare the realm {policy.realm}",
                hint="Name each portal once.",
            )
        seen[policy.realm] = policy.folder
    return tuple(policies)


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
    """The policy file that `path` names: itself, or the one in the folder."""
    return path / POLICY_FILE if path.is_dir() else path


def _as_one(errors: list[PolicyError]) -> PolicyError:
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
