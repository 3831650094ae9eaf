"""The verifier's settings file: where it listens, what it keeps, which realms it serves.

Described key by key in `docs/verifier-deployment.md`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, model_validator

from policies.base import Frozen, read_model
from policies.model import Address


def _is_origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError("an origin only: https://host or https://host:port")
    return value


def _is_listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("expected host:port, such as 127.0.0.1:8090")
    return value


def _is_loopback_host(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_local_socket(value: str, scheme: str) -> str:
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError:
        port = None
    rest = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme != scheme or not _is_loopback_host(parts.hostname) or port is None or rest:
        raise ValueError(f"NCALayer is on the person's own machine: {scheme}://127.0.0.1:port")
    return f"{scheme}://{parts.netloc}"


class RealmSettings(Frozen):
    """One realm that is served."""

    policy: Path = Field(description="The portal's policy folder.")
    keycloak: Address = Field(description="The realm's address: https://host/realms/name.")
    trust: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]{1,64}$", description="Instead of the policy's list."
    )
    unsafe_judging_time: AwareDatetime | None = Field(
        default=None,
        description="Tests only: certificates and revocation are judged at this instant.",
    )


class VerifierSettings(Frozen):
    """Everything one verifier process is told."""

    version: Literal[1] = Field(description="The format of this file: 1.")
    base_url: Annotated[Address, AfterValidator(_is_origin)] = Field(
        description="The origin browsers and Keycloak reach the verifier at."
    )
    listen: Annotated[str, AfterValidator(_is_listen)] = Field(default="127.0.0.1:8090")
    store: SecretStr = Field(description="SQLAlchemy address: sqlite:////abs or postgresql+…://.")
    keys: Path = Field(description="Folder of the realms' keys; back it up like a CA's keys.")
    trust: Path = Field(description="Folder of CA certificates, and lists that override ours.")
    ncalayer: Annotated[str, AfterValidator(lambda v: _is_local_socket(v, "wss"))] = Field(
        default="wss://127.0.0.1:13579"
    )
    unsafe_plain_ncalayer: (
        Annotated[str, AfterValidator(lambda v: _is_local_socket(v, "ws"))] | None
    ) = Field(default=None, description="The stand only: plain ws:// to loopback.")
    realms: tuple[RealmSettings, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.unsafe_plain_ncalayer is not None and not self.is_loopback:
            raise ValueError(
                "unsafe_plain_ncalayer is for a stand: it needs a base_url on this machine"
            )
        if not self.is_loopback and any(realm.unsafe_judging_time for realm in self.realms):
            raise ValueError(
                "unsafe_judging_time is for tests: it needs a base_url on this machine"
            )
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether the verifier is reached on this very machine only."""
        return _is_loopback_host(urlsplit(self.base_url).hostname)

    @property
    def signing_socket(self) -> str:
        """The address the page opens to reach NCALayer."""
        return self.unsafe_plain_ncalayer or self.ncalayer

    @property
    def listen_host(self) -> str:
        """The address that is bound."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        """The port that is bound."""
        return int(self.listen.rpartition(":")[2])


def load_settings(path: Path, *, environ: Mapping[str, str]) -> VerifierSettings:
    """Read a settings file; relative paths in it start at its folder.

    Raises PolicyFileError naming every mistake by line and column, PolicyReferenceError for a
    reference that leads nowhere.
    """
    settings = read_model(path, VerifierSettings, environ=environ)
    folder = path.resolve().parent
    return settings.model_copy(
        update={
            "keys": folder / settings.keys,
            "trust": folder / settings.trust,
            "realms": tuple(
                realm.model_copy(update={"policy": folder / realm.policy})
                for realm in settings.realms
            ),
        }
    )
