"""Lines of a batch that hold, to be broken one thing at a time."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from eds_verifier.trust import TrustStore
from tests.unit.eds_verifier.factory import NOW, Message, Signer, crl, issue, pki

PKI = pki("rsa")
PERSON = issue(PKI.person(), PKI.issuer)
DIRECTOR = issue(PKI.director(), PKI.issuer)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


STORE = TrustStore("configured", tuple(replace(a, delta_crl=None) for a in PKI.store.authorities))
"""A configured list whose issuer publishes no delta CRL."""

CRL = b64(crl(PKI.issuer))
TRUST = [b64(PKI.root.der), b64(PKI.issuer.der)]


def request(signer: Signer = PERSON, **changes: Any) -> dict[str, Any]:
    """A request that is answered as valid; a change to `...` leaves the field out."""
    fields: dict[str, Any] = {
        "id": "one",
        "cms": b64(Message(signer).encode()),
        "trust": TRUST,
        "crl": [CRL],
        "at": NOW.isoformat(),
    }
    fields |= changes
    return {name: value for name, value in fields.items() if value is not ...}


def line(signer: Signer = PERSON, **changes: Any) -> bytes:
    return json.dumps(request(signer, **changes)).encode()
