"""What the stand's parts are told by environment variables, and the secrets among it.

Secrets are made once per stand, each in a file of its own under `secrets/` (0600). `stand.env`
repeats what policies refer to, so that `tanba` can be used against the stand from a shell.
"""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from policies.errors import PolicyError
from policies.extends import read_extended
from policies.loader import file_of
from provisioning.bootstrap import PROVISIONER_CLIENT_ID
from stand.errors import StandSettingsError
from stand.files import private_folder, write_private
from stand.settings import StandSettings

PROVISIONER_SECRET = "provisioner"  # noqa: S105 - a file's name


def realm_of(policy: Path) -> str:
    """The realm a portal's policy, or what it extends, declares; references are not resolved.

    Raises:
        StandSettingsError: there is no such policy, or it names no realm.
    """
    try:
        realm = read_extended(file_of(policy)).root.value["realm"].value
    except (PolicyError, KeyError, TypeError) as error:
        raise StandSettingsError(
            f"{policy} declares no realm", hint="check it with `tanba policy validate`"
        ) from error
    if not isinstance(realm, str):
        raise StandSettingsError(f"{policy} declares a realm that is no name")
    return realm


def realms_of(settings: StandSettings) -> tuple[str, ...]:
    """In the order of the policies."""
    return tuple(realm_of(policy) for policy in settings.policies)


def secret(settings: StandSettings, name: str) -> SecretStr:
    """The secret of that name, made at the first call (256 random bits)."""
    path = private_folder(settings.secrets_dir) / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return SecretStr(path.read_text(encoding="utf-8"))


def variables(settings: StandSettings) -> dict[str, str]:
    """Every variable that the stand's policies and `tanba` read. Holds secrets."""
    found = {
        "TANBA_KEYCLOAK_URL": settings.keycloak_url,
        "TANBA_KEYCLOAK_CLIENT_ID": PROVISIONER_CLIENT_ID,
        "TANBA_KEYCLOAK_CLIENT_SECRET_FILE": str(settings.secrets_dir / PROVISIONER_SECRET),
        "TANBA_VERIFIER_URL": settings.verifier_url,
        "TANBA_SMTP_HOST": "127.0.0.1",
        "TANBA_SMTP_PORT": str(settings.ports.smtp),
    }
    secret(settings, PROVISIONER_SECRET)
    for realm, url in zip(realms_of(settings), settings.portal_urls, strict=True):
        prefix = realm.upper().replace("-", "_")
        found[f"{prefix}_URL"] = url
        found[f"{prefix}_SECRET"] = secret(settings, realm).get_secret_value()
    return found


def write_env_file(settings: StandSettings, values: Mapping[str, str]) -> None:
    """Write `stand.env`: for `set -a; . var/stand/stand.env`."""
    lines = [f"{name}={shlex.quote(value)}" for name, value in sorted(values.items())]
    write_private(settings.env_file, "\n".join(lines) + "\n")


def for_child(environ: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The environment of a Python child: where things are, and the stand's variables."""
    kept = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "VIRTUAL_ENV")
    found = {name: environ[name] for name in kept if name in environ}
    found.setdefault("PATH", os.defpath)
    # A child's last words must reach its log even when it is killed.
    return found | {"PYTHONUNBUFFERED": "1"} | dict(values)
