"""Finding and reading portals' policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from policies.base import read_model
from policies.errors import PolicyFileError
from policies.model import PortalPolicy

POLICY_FILE = "policy.yaml"


def load_portal(path: Path, *, environ: Mapping[str, str]) -> PortalPolicy:
    """Read one portal's policy: `path` is its folder or the policy.yaml in it.

    References are resolved from `environ`. Raises PolicyFileError, PolicyReferenceError.
    """
    file = path / POLICY_FILE if path.is_dir() else path
    policy = read_model(file, PortalPolicy, environ=environ)
    if policy.folder != Path():
        raise PolicyFileError(f"{file}: folder: is set by where the file stands; remove it")
    return policy.model_copy(update={"folder": file.parent})


def load_portals(paths: Iterable[Path], *, environ: Mapping[str, str]) -> tuple[PortalPolicy, ...]:
    """Read several; two for one realm are refused."""
    policies = tuple(load_portal(path, environ=environ) for path in paths)
    seen: dict[str, Path] = {}
    for policy in policies:
        if policy.realm in seen:
            raise PolicyFileError(
                f"{policy.folder} and {seen[policy.realm]} both declare the realm {policy.realm}",
                hint="Name each portal once.",
            )
        seen[policy.realm] = policy.folder
    return policies
