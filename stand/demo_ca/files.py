"""The demo CA on disk.

    ca.json           what was issued to whom, and for which address; no keys
    trust/            demo.yaml and <authority>.cer: what a verifier needs
    authorities/      keys of roots, issuers and OCSP responders, and responders' certificates
    people/           <credential>.cer and .key (PKCS#8 PEM), for RSA also .p12

Folders are 0700 and files 0600.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from ruamel.yaml import YAML

from policies.trust import Authority as TrustedAuthority
from policies.trust import TrustList
from stand.demo_ca import people, profile
from stand.demo_ca.model import (
    TRUST,
    Authority,
    Credential,
    DemoCa,
    credential_id,
    validity,
)
from stand.errors import StandError
from stand.signing.cms import Signer
from stand.signing.keys import RsaKey, SigningKey, load_pkcs8

FORMAT = 1
P12_PASSWORD = "Qwerty12"  # noqa: S105 - published in the documents, as the NCA's for test keys
LIST_NAME = "demo"

_PEM = re.compile(rb"-----BEGIN PRIVATE KEY-----\s(.*?)-----END PRIVATE KEY-----", re.DOTALL)


class DemoCaError(StandError):
    """The demo CA's files cannot be used."""

    code = "demo_ca"


def record(base_url: str) -> dict[str, Any]:
    """What a demo CA on disk must have been made from to be used again."""
    table = repr(people.HOLDINGS).encode("utf-8")
    return {
        "format": FORMAT,
        "base_url": base_url,
        "people": hashlib.sha256(table).hexdigest(),
    }


def write(ca: DemoCa, directory: Path) -> None:
    """Write everything into `directory`, which is made and must not exist."""
    _private_folder(directory)
    for name in (TRUST, "authorities", "people"):
        _private_folder(directory / name)
    for authority in ca.authorities:
        write_private(directory / TRUST / f"{authority.name}.cer", authority.certificate)
        _write_key(directory / "authorities" / f"{authority.name}.key", authority.key)
        if authority.responder is not None:
            path = directory / "authorities" / f"{authority.name}_ocsp.cer"
            write_private(path, authority.responder.certificate)
            _write_key(path.with_suffix(".key"), authority.responder.key)
    for credential in ca.credentials:
        _write_credential(directory / "people", credential)
    write_trust_list(directory / TRUST, trust_list(ca))
    body = record(ca.base_url) | {"made": ca.made.isoformat()}
    write_private(directory / "ca.json", json.dumps(body, indent=1).encode() + b"\n")


def read(directory: Path, *, base_url: str) -> DemoCa | None:
    """The demo CA in `directory`; None when there is none made for `base_url` and these people.

    Raises DemoCaError: there is one, but a file of it is missing or damaged.
    """
    try:
        body = json.loads((directory / "ca.json").read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise _damaged(directory / "ca.json") from error
    made = body.pop("made", None) if isinstance(body, dict) else None
    if body != record(base_url) or made is None:
        return None
    try:
        return _read(directory, base_url, datetime.fromisoformat(made))
    except (OSError, ValueError) as error:
        raise _damaged(directory) from error


def _read(directory: Path, base_url: str, made: datetime) -> DemoCa:
    kept = directory / "authorities"

    def authority(algorithm: people.Algorithm, kind: Literal["root", "issuer"]) -> Authority:
        root = f"demo_root_{algorithm}"
        name = root if kind == "root" else f"demo_{algorithm}"
        certificate = (directory / TRUST / f"{name}.cer").read_bytes()
        key = _read_key(kept / f"{name}.key")
        if kind == "root":
            return Authority(name, algorithm, certificate, key)
        own = Signer(_read_key(kept / f"{name}_ocsp.key"), (kept / f"{name}_ocsp.cer").read_bytes())
        return Authority(name, algorithm, certificate, key, issuer=root, responder=own)

    authorities: list[Authority] = []
    credentials: list[Credential] = []
    algorithms: Iterable[people.Algorithm] = ("gost", "rsa")
    for algorithm in algorithms:
        root, issuer = authority(algorithm, "root"), authority(algorithm, "issuer")
        authorities += [root, issuer]
        chain = (issuer.certificate, root.certificate)
        credentials += [
            _read_credential(directory / "people", holding, (algorithm, use), chain)
            for holding in people.HOLDINGS
            for key_algorithm, use in holding.keys
            if key_algorithm == algorithm
        ]
    return DemoCa(directory, base_url, made, tuple(authorities), tuple(credentials))


def _read_credential(
    folder: Path,
    holding: people.Holding,
    kind: tuple[people.Algorithm, people.Use],
    chain: tuple[bytes, ...],
) -> Credential:
    stem = credential_id(holding, *kind)
    key = _read_key(folder / f"{stem}.key")
    signer = Signer(key, (folder / f"{stem}.cer").read_bytes(), chain)
    return Credential(holding, *kind, signer=signer)


def trust_list(ca: DemoCa) -> TrustList:
    """The list a verifier trusts the demo CA by; every address is the stand's."""

    def entry(authority: Authority) -> TrustedAuthority:
        where = profile.Addresses(ca.base_url, authority.name)
        start, end = validity(authority.certificate)
        issuing = authority.issuer is not None
        return TrustedAuthority(
            name=authority.name,
            role="issuer" if issuing else "root",
            sha256=hashlib.sha256(authority.certificate).hexdigest(),
            issuer=authority.issuer,
            urls=(where.certificate,),
            ocsp=where.ocsp if issuing else None,
            crl=where.crl,
            delta_crl=where.delta_crl if issuing else None,
            not_before=start,
            not_after=end,
        )

    return TrustList(version=1, name=LIST_NAME, authorities=tuple(map(entry, ca.authorities)))


def write_trust_list(folder: Path, trusted: TrustList) -> None:
    """Write `<name>.yaml`, whole or not at all."""
    path = folder / f"{trusted.name}.yaml"
    partial = path.with_suffix(".part")
    write_private(partial, b"")
    with partial.open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(trusted.model_dump(mode="json", exclude_none=True), stream)
    partial.replace(path)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(data)


def _private_folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True)
    path.chmod(0o700)


def _write_key(path: Path, key: SigningKey) -> None:
    text = base64.encodebytes(key.pkcs8())
    write_private(path, b"-----BEGIN PRIVATE KEY-----\n" + text + b"-----END PRIVATE KEY-----\n")


def _read_key(path: Path) -> SigningKey:
    found = _PEM.search(path.read_bytes())
    if not found:
        raise _damaged(path)
    return load_pkcs8(base64.b64decode(found[1]))


def _write_credential(folder: Path, credential: Credential) -> None:
    key, certificate = credential.signer.key, credential.signer.certificate
    write_private(folder / f"{credential.id}.cer", certificate)
    _write_key(folder / f"{credential.id}.key", key)
    if isinstance(key, RsaKey):
        container = pkcs12.serialize_key_and_certificates(
            credential.id.encode(),
            key.key,
            x509.load_der_x509_certificate(certificate),
            [x509.load_der_x509_certificate(one) for one in credential.signer.chain],
            BestAvailableEncryption(P12_PASSWORD.encode()),
        )
        write_private(folder / f"{credential.id}.p12", container)


def _damaged(path: Path) -> DemoCaError:
    return DemoCaError(
        f"{path} is damaged", hint=f"delete the folder {path.parent} and start again"
    )
