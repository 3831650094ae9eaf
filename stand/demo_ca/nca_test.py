"""The NCA's own test contour, where its published certificates and CRL are at hand.

The files are copied into the stand's folder, never into the project. Trusted only by realms that
the stand is told to judge by the list `nca-test`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from policies.trust import Authority, TrustList
from stand.demo_ca.files import write_private, write_trust_list
from stand.demo_ca.model import validity

LIST_NAME = "nca-test"
CRL_PATH = "/nca-test/nca_gost2022_test.crl"
"""Where the stand serves the sample CRL, under its CA address."""

_ROOT, _ISSUER = "root_test_gost_2022", "nca_gost2022_test"
_CERTIFICATES = "nca-rk/test"
_CRL = "samples/crl/nca_gost2022_test_2026-08.crl"


def crl_file(shared_data: Path) -> Path:
    return shared_data / _CRL


def publish(trust_dir: Path, *, shared_data: Path | None, base_url: str) -> TrustList | None:
    """Put `nca-test.yaml` and its certificates into `trust_dir`.

    None, and nothing written, where the real data is not at hand.
    """
    if shared_data is None or not crl_file(shared_data).is_file():
        return None
    found = {
        name: (shared_data / _CERTIFICATES / f"{name}.cer").read_bytes()
        for name in (_ROOT, _ISSUER)
    }
    for name, certificate in found.items():
        write_private(trust_dir / f"{name}.cer", certificate)

    def entry(name: str) -> Authority:
        start, end = validity(found[name])
        issuing = name == _ISSUER
        return Authority(
            name=name,
            role="issuer" if issuing else "root",
            sha256=hashlib.sha256(found[name]).hexdigest(),
            issuer=_ROOT if issuing else None,
            crl=f"{base_url}{CRL_PATH}" if issuing else None,
            not_before=start,
            not_after=end,
        )

    trusted = TrustList(
        version=1,
        name=LIST_NAME,
        unsafe_test=True,
        authorities=(entry(_ROOT), entry(_ISSUER)),
    )
    write_trust_list(trust_dir, trusted)
    return trusted
