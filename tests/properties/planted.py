"""A target with a fault, to see that fuzzing finds it."""

from __future__ import annotations

from fuzz import resign, seeds
from fuzz.targets import Target
from fuzz.tlv import parse


def _deep(data: bytes) -> None:
    """Breaks when an element is a sequence of more than twelve: no seed has one."""
    for root in parse(data).nodes:
        for node in root.walk():
            if node.tag == 0x30 and len(node.children or ()) > 12:
                raise RuntimeError("planted")


TARGET = Target(_deep, seeds.certificate_seeds, resign.signed_object)
