from __future__ import annotations

from dataclasses import replace

import pytest
from asn1crypto import core

from eds_verifier.asn1.ber import to_der
from eds_verifier.asn1.reading import load, octets
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import validate_path
from tests.unit.eds_verifier.factory import NOW, Extension, Pki, Signer, issue, pki

KINDS = ("rsa", "gost")


class Holder(core.Sequence):
    _fields = [("value", core.Any, {"optional": True})]  # noqa: RUF012 - asn1crypto's protocol


def header_end(der: bytes) -> int:
    """The last octet of the first element's length."""
    return der[1 + (der[1] & 0x7F if der[1] & 0x80 else 0)]


def inner(der: bytes) -> bytes:
    """What the first element holds."""
    return der[2 + (der[1] & 0x7F if der[1] & 0x80 else 0) :]


def stretched(setup: Pki, *, part: str) -> Signer:
    """A person's certificate in which that part's length ends in the octet 0x80."""
    for filler in range(300):
        note = Extension("1.2.398.99.1", b"\x04\x82" + filler.to_bytes(2, "big") + b"\0" * filler)
        person = setup.person()
        made = issue(replace(person, extensions=(*person.extensions, note)), setup.issuer)
        der = made.der if part == "certificate" else inner(made.der)
        if header_end(der) == 0x80:
            return made
    raise AssertionError("no filling gives that length")


@pytest.mark.parametrize("part", ["certificate", "tbs"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_whose_length_ends_in_80_is_read_as_it_is(kind: str, part: str) -> None:
    setup = pki(kind)
    made = stretched(setup, part=part)
    path = validate_path(Certificate.parse(made.der), setup.store, at=NOW)
    assert path.leaf.der == made.der
    assert inner(made.der).startswith(path.leaf.tbs)


@pytest.mark.parametrize(
    "element",
    [b"\x05\x00", b"\x04\x81\x80" + b"z" * 128, b"\x30\x81\x80\x04\x7e" + b"z" * 126, b"\x0c\x01a"],
)
def test_octets_are_the_ones_that_were_read(element: bytes) -> None:
    held = to_der(b"\x30" + (b"\x81" + bytes([len(element)])) + element)
    read = load(Holder, held)
    assert octets(read) == held
    assert octets(read["value"]) == element


def test_what_is_absent_has_no_octets() -> None:
    assert octets(load(Holder, b"\x30\x00")["value"]) == b""
