"""The verifier's settings file: where it listens, what it keeps, what it serves: realms, REST.

Described key by key in `docs/verifier-deployment.md`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from eds_verifier.policy import Purpose
from policies.base import Frozen, Secret, read_model
from policies.model import Address

KeyPurpose = Purpose | Literal["metrics"]
"""What an API key may be used for: judging for a purpose, or reading the metrics."""

KEY_FORMAT = r"tanba_[A-Za-z0-9_-]{43}"
"""A key as `eds_verifier.api.keys.new_key` makes it: 256 random bits in base64url."""


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
    unsafe_allow_test_trust: bool = Field(
        default=False,
        description="Take a trust list of test authorities, whose keys anybody may hold.",
    )
    unsafe_judging_time: AwareDatetime | None = Field(
        default=None,
        description="Tests only: certificates and revocation are judged at this instant.",
    )


class ApiKeySettings(Frozen):
    """One key of the REST interface: its SHA-256, or the key itself by reference."""

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="Whose key it is; it stands in the log."
    )
    sha256: str | None = Field(default=None, description="SHA-256 of the key, lower-case hex.")
    key: Secret | None = Field(default=None, description="The key itself, by reference only.")
    purposes: tuple[KeyPurpose, ...] = Field(min_length=1)
    requests_per_minute: int = Field(default=600, ge=1, le=600_000)
    concurrency: int = Field(default=4, ge=1, le=256, description="Requests at one time.")

    @field_validator("sha256")
    @classmethod
    def _is_hash(cls, value: str | None) -> str | None:
        if value is not None and re.fullmatch(KEY_FORMAT, value):
            raise ValueError(
                "this is a key, not its hash: put the line sha256 of `tanba eds key new` here,"
                " and make a new key, since this one stood in a file"
            )
        if value is not None and re.fullmatch(r"[0-9a-f]{64}", value) is None:
            raise ValueError("not a SHA-256: 64 digits of lower-case hex")
        return value

    @field_validator("key")
    @classmethod
    def _is_strong(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and re.fullmatch(KEY_FORMAT, value.get_secret_value()) is None:
            raise ValueError("not a key that Tanba made; a weak one could be guessed from its hash")
        return value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.sha256 is None) == (self.key is None):
            raise ValueError(f"{self.id}: give either sha256 or key")
        return self

    @property
    def digest(self) -> bytes:
        """SHA-256 of the key."""
        if self.key is not None:
            return hashlib.sha256(self.key.get_secret_value().encode("ascii")).digest()
        return bytes.fromhex(self.sha256 or "")


class ApiLimits(Frozen):
    """What one process takes upon itself; what is beyond is refused, never queued for long."""

    body_bytes: int = Field(default=4_194_304, ge=1024, le=33_554_432)
    body_seconds: float = Field(default=10, gt=0, le=120, description="For the whole body.")
    cms_bytes: int = Field(
        default=1_500_000, ge=1024, le=25_165_824, description="Of a signature as it arrives."
    )
    workers: int = Field(default=8, ge=1, le=64, description="Requests judged at one time.")
    queue: int = Field(default=32, ge=0, le=1024, description="Requests waiting beside those.")


class ApiSettings(Frozen):
    """The REST interface. Without this section there is none."""

    enabled: bool = True
    trust: str = Field(
        default="nca-rk", pattern=r"^[a-z0-9-]{1,64}$", description="The trust list it judges by."
    )
    unsafe_allow_test_trust: bool = Field(
        default=False,
        description="Take a trust list of test authorities, whose keys anybody may hold.",
    )
    ncanode: bool = Field(default=False, description="Serve NCANode's addresses too.")
    keys: tuple[ApiKeySettings, ...] = Field(min_length=1)
    limits: ApiLimits = ApiLimits()

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        if len({key.id for key in self.keys}) != len(self.keys):
            raise ValueError("two keys have one id")
        if len({key.digest for key in self.keys}) != len(self.keys):
            raise ValueError("one key stands under two ids")
        return self


class VerifierSettings(Frozen):
    """Everything one verifier process is told: the realms it serves, the REST interface, or both.

    Without realms `base_url` may, and `store` and `keys` must be left out: they are empty then.
    """

    version: Literal[1] = Field(description="The format of this file: 1.")
    base_url: Annotated[Address, AfterValidator(_is_origin)] = Field(
        default="", description="The origin browsers and Keycloak reach the verifier at."
    )
    listen: Annotated[str, AfterValidator(_is_listen)] = Field(default="127.0.0.1:8090")
    store: SecretStr = Field(
        default=SecretStr(""), description="SQLAlchemy address: sqlite:////abs or postgresql+…://."
    )
    keys: Path = Field(
        default=Path(), description="Folder of the realms' keys; back it up like a CA's keys."
    )
    trust: Path = Field(description="Folder of CA certificates, and lists that override ours.")
    crl_cache: Path | None = Field(
        default=None, description="Folder where CRLs survive a restart; for the verifier alone."
    )
    ncalayer: Annotated[str, AfterValidator(lambda v: _is_local_socket(v, "wss"))] = Field(
        default="wss://127.0.0.1:13579"
    )
    unsafe_plain_ncalayer: (
        Annotated[str, AfterValidator(lambda v: _is_local_socket(v, "ws"))] | None
    ) = Field(default=None, description="The stand only: plain ws:// to loopback.")
    realms: tuple[RealmSettings, ...] = ()
    api: ApiSettings | None = Field(default=None, description="The REST interface; off unless set.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = self.model_fields_set
        if self.realms:
            missing = [name for name in ("base_url", "store", "keys") if name not in given]
            if missing:
                raise ValueError(f"realms need {', '.join(missing)}")
        elif not self.serves_api:
            raise ValueError("there is nothing to serve: neither realms nor an enabled api")
        elif unused := [name for name in ("store", "keys") if name in given]:
            raise ValueError(f"without realms nothing is kept: leave out {', '.join(unused)}")
        return self

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        # `base_url` only says where it is to be reached; `listen` is where it can be.
        is_here = self.is_loopback and _is_loopback_host(self.listen_host)
        if self.unsafe_plain_ncalayer is not None and not is_here:
            raise ValueError(
                "unsafe_plain_ncalayer is for a stand: it needs base_url and listen on this machine"
            )
        if not is_here and any(realm.unsafe_judging_time for realm in self.realms):
            raise ValueError(
                "unsafe_judging_time is for tests: it needs base_url and listen on this machine"
            )
        return self

    def cache_of(self, trust: str) -> Path | None:
        """Where the CRLs of one trust list are kept."""
        return self.crl_cache / trust if self.crl_cache is not None else None

    @property
    def is_loopback(self) -> bool:
        """Whether the verifier is reached on this very machine only."""
        return _is_loopback_host(urlsplit(self.base_url).hostname)

    @property
    def serves_api(self) -> bool:
        """Whether the REST interface is on."""
        return self.api is not None and self.api.enabled

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
            **({"keys": folder / settings.keys} if settings.realms else {}),
            "trust": folder / settings.trust,
            **({"crl_cache": folder / settings.crl_cache} if settings.crl_cache else {}),
            "realms": tuple(
                realm.model_copy(update={"policy": folder / realm.policy})
                for realm in settings.realms
            ),
        }
    )
