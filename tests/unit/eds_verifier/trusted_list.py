"""A trust list of a root, an issuer, and both of an old generation, with their certificates."""

from __future__ import annotations

import base64
import hashlib

from policies.trust import Authority, TrustList
from tests.unit.eds_verifier.factory import authority, pki, rsa_key

PKI = pki("rsa")
OLD_ROOT = authority(rsa_key("old root"), "НЕГІЗГІ (OLD)")
OLD_ISSUER = authority(rsa_key("old issuer"), "ҰЛТТЫҚ (OLD)", OLD_ROOT)
FILES = {
    "root": PKI.root.der,
    "issuer": PKI.issuer.der,
    "old_root": OLD_ROOT.der,
    "old_issuer": OLD_ISSUER.der,
}


def entry(name: str, **changes: object) -> Authority:
    certificate = {
        "root": PKI.root,
        "issuer": PKI.issuer,
        "old_root": OLD_ROOT,
        "old_issuer": OLD_ISSUER,
    }[name].certificate
    fields: dict[str, object] = {
        "name": name,
        "role": name.removeprefix("old_"),
        "issuer": {"issuer": "root", "old_issuer": "old_root"}.get(name),
        "generation": "old" if name.startswith("old") else "current",
        "sha256": hashlib.sha256(FILES[name]).hexdigest(),
        "urls": (f"http://ca.test/{name}.cer", f"http://mirror.test/{name}.cer"),
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
    }
    return Authority.model_validate(fields | changes)


LIST = TrustList(version=1, name="tests", authorities=(entry("root"), entry("issuer")))
BOTH = TrustList(version=1, name="tests", authorities=tuple(map(entry, FILES)))
TESTS_ONLY = LIST.model_copy(update={"unsafe_test": True})


def official(url: str) -> bytes:
    """What the authorities' addresses answer."""
    return FILES[url.rpartition("/")[2].removesuffix(".cer")]


def pem(der: bytes) -> bytes:
    body = base64.encodebytes(der)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"
