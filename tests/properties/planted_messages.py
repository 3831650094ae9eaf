"""Messages, good and broken in every place, that are full of one person's particulars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from eds_verifier.asn1 import oids
from tests.properties.planted_person import BIN, DIRECTOR, IIN, NAME, NAMES, NONCE, SECRET
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    AUTH,
    CEO,
    DAY,
    INDIVIDUAL,
    NOW,
    Extension,
    Message,
    Signer,
    attribute,
    authority,
    issue,
    pki,
    rsa_key,
)

CONTENT = f"nonce {NONCE.hex()} secret {SECRET}".encode()
PKI = pki("rsa")


def person(**changes: Any) -> Signer:
    return issue(replace(PKI.person(), subject=NAME, **changes), PKI.issuer)


@cache
def director() -> Signer:
    return issue(replace(PKI.director(), subject=DIRECTOR), PKI.issuer)


def _named(*pairs: tuple[str, str]) -> Signer:
    """The person with attributes replaced, or put first when they are not there."""
    replaced = dict(pairs)
    kept = tuple((oid, replaced.pop(oid, text)) for oid, text in DIRECTOR)
    return issue(replace(PKI.director(), subject=(*replaced.items(), *kept)), PKI.issuer)


def message(signer: Signer, **changes: Any) -> bytes:
    return Message(signer, **{"content": CONTENT, **changes}).encode()


def _stranger() -> Signer:
    """Certified by somebody who is called like the person."""
    own = authority(rsa_key("stranger"), f"{NAMES[0]} {IIN}")
    return issue(replace(PKI.person(), subject=NAME), own)


MESSAGES: dict[str, Callable[[], bytes]] = {
    "valid": lambda: message(person()),
    "valid, of a director": lambda: message(director()),
    "detached": lambda: message(director(), attached=False),
    "two signers": lambda: message(director(), signers=2),
    "expired": lambda: message(person(not_after=NOW - DAY)),
    "not yet valid": lambda: message(person(not_before=NOW + DAY)),
    "of a stranger": lambda: message(_stranger()),
    "signature broken": lambda: message(director(), signature=b"\1" * 256),
    "no attributes": lambda: message(director(), attributes=()),
    "an odd attribute": lambda: message(
        director(), attributes=(attribute("1.2.3", der.utf8(IIN + BIN)),)
    ),
    "key uses contradict": lambda: message(
        issue(replace(PKI.director(), subject=DIRECTOR).with_(AUTH), PKI.issuer)
    ),
    "a person with a BIN": lambda: message(
        issue(replace(PKI.director(), subject=DIRECTOR).with_(INDIVIDUAL), PKI.issuer)
    ),
    "an organisation without": lambda: message(
        issue(replace(PKI.director(), subject=NAME).with_(CEO), PKI.issuer)
    ),
    "IIN that is wrong": lambda: message(_named((oids.SERIAL_NUMBER, f"IIN{IIN[:-1]}3"))),
    "IIN without its prefix": lambda: message(_named((oids.SERIAL_NUMBER, IIN))),
    "IIN with spaces": lambda: message(_named((oids.SERIAL_NUMBER, f"IIN {IIN}"))),
    "IIN in the name": lambda: message(_named((oids.COMMON_NAME, f"{NAMES[0]} IIN{IIN}"))),
    "BIN that is wrong": lambda: message(_named((oids.ORGANIZATIONAL_UNIT, f"BIN{BIN[:-1]}1"))),
    "two BINs": lambda: message(_named(("2.5.4.11", f"BIN{BIN}"), ("2.5.4.15", f"BIN{BIN}"))),
    "control characters": lambda: message(_named((oids.SURNAME, f"{NAMES[0]}\x07\u202e"))),
    "an extension of numbers": lambda: message(
        person(
            extensions=(*PKI.person().extensions, Extension("1.2.9", der.utf8(IIN), critical=True))
        )
    ),
    "certificate cut": lambda: message(
        director(), certificates=(director().der[:-40] + IIN.encode() * 4,)
    ),
    "message cut": lambda: message(director())[:-30],
    "no message": f"IIN{IIN} {NAMES[0]} {SECRET}".encode,
    "PEM of something": f"-----BEGIN {IIN}-----\n{SECRET}".encode,
    "a trailer": lambda: message(director(), trailer=IIN.encode()),
}
