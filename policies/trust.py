"""The list of certification authorities that are trusted: names, fingerprints, addresses.

It is data about certificates, never the certificates: those are fetched and compared with the
fingerprint. Revocation is asked at the addresses given here, never at ones a certificate names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from policies.base import Frozen, read_model

LISTS = Path(__file__).resolve().parent / "trust"
Generation = Literal["current", "old"]
_HTTP = r"^https?://[^\s]+$"


class Authority(Frozen):
    """One trusted certification authority."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$", description="Also its file: `<name>.cer`.")
    role: Literal["root", "issuer"] = Field(description="A root is an anchor; an issuer is not.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the DER certificate.")
    issuer: str | None = Field(default=None, description="The authority that certified it.")
    urls: tuple[str, ...] = Field(default=(), description="Official addresses of the certificate.")
    ocsp: str | None = Field(default=None, pattern=_HTTP, description="OCSP for what it issues.")
    crl: str | None = Field(default=None, pattern=_HTTP, description="Its base CRL.")
    delta_crl: str | None = Field(default=None, pattern=_HTTP, description="Its delta CRL.")
    generation: Generation = Field(
        default="current", description="What an old one issued counts for documents, no sign-in."
    )
    not_before: AwareDatetime
    not_after: AwareDatetime


class TrustList(Frozen):
    """A named set of authorities; an empty one trusts nobody and is refused."""

    version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    unsafe_test: bool = Field(
        default=False,
        description="For tests: anybody may hold these authorities' keys.",
    )
    authorities: tuple[Authority, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        names = [authority.name for authority in self.authorities]
        if len(set(names)) != len(names):
            raise ValueError("two authorities have one name")
        roots = {a.name: a for a in self.authorities if a.role == "root"}
        if not roots:
            raise ValueError("there is no root: nothing could be trusted")
        for authority in self.authorities:
            if authority.role == "root":
                if authority.issuer is not None:
                    raise ValueError(f"{authority.name}: a root has no issuer")
                continue
            root = roots.get(authority.issuer or "")
            if root is None:
                raise ValueError(f"{authority.name}: its issuer is not a root of this list")
            if (root.generation, authority.generation) == ("old", "current"):
                raise ValueError(
                    f"{authority.name}: it is current, its root is of an old generation"
                )
        return self


def load_trust_list(path: Path) -> TrustList:
    """Read a trust list; PolicyFileError names what is wrong and where."""
    return read_model(path, TrustList)
