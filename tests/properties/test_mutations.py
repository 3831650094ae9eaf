"""A message that was changed is never somebody else's, and valid only when it still says the same.

The same means: the very same verdict, down to the SHA-256 of the certificate and the signed time.
"""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.mutate import mutated
from fuzz.tlv import Node, parse
from tests.properties.world import DOCUMENT, SIGN_IN, Kind, Who, good, judge, message

KINDS = st.sampled_from(get_args(Kind))
PEOPLE = st.sampled_from(get_args(Who))


def _is_harmless(changed: bytes, kind: Kind, *who: Who) -> bool:
    """Not valid under the sign-in rules, or the same verdict as one of the good messages.

    The rules for documents may report more, but never another subject.
    """
    known = [good(kind, one) for one in who]
    verdict = judge(changed, kind)
    document = judge(changed, kind, policy=DOCUMENT)
    assert document.subject is None or document.subject in [one.subject for one in known]
    return verdict.verdict != "valid" or verdict in known


@settings(max_examples=300, deadline=None)
@given(kind=KINDS, who=PEOPLE, position=st.integers(0, 1 << 20))
def test_a_flipped_bit_never_makes_another_subject(kind: Kind, who: Who, position: int) -> None:
    changed = bytearray(message(kind, who))
    position %= 8 * len(changed)
    changed[position // 8] ^= 1 << position % 8
    assert _is_harmless(bytes(changed), kind, who)


@settings(max_examples=300, deadline=None)
@given(kind=KINDS, who=PEOPLE, seed=st.integers(0, 1 << 62))
def test_a_changed_structure_never_makes_another_subject(kind: Kind, who: Who, seed: int) -> None:
    changed = mutated(message(kind, who), Random(seed), most=2)  # noqa: S311 - reproducible
    assert _is_harmless(changed, kind, who)


@settings(max_examples=100, deadline=None)
@given(kind=KINDS, end=st.integers(0, 1 << 20))
def test_a_message_cut_short_is_never_valid(kind: Kind, end: int) -> None:
    whole = message(kind)
    assert judge(whole[: end % len(whole)], kind).verdict == "invalid"


@settings(max_examples=100, deadline=None)
@given(kind=KINDS, tail=st.binary(min_size=1, max_size=40))
def test_nothing_may_follow_a_message(kind: Kind, tail: bytes) -> None:
    assert judge(message(kind) + tail, kind).verdict == "invalid"


@settings(max_examples=200, deadline=None)
@given(kind=KINDS, seed=st.integers(0, 1 << 62))
def test_parts_of_two_messages_never_make_a_third(kind: Kind, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - reproducible
    one, other = parse(message(kind, "person")), parse(message(kind, "director"))
    places = [node for root in one.nodes for node in root.walk()]
    sources = [node for root in other.nodes for node in root.walk()]
    for _ in range(random.randint(1, 3)):
        place = random.choice(places)
        alike = [node for node in sources if node.tag == place.tag]
        if alike:
            source = random.choice(alike)
            place.content, place.children, place.prefix = (
                source.content,
                source.children,
                source.prefix,
            )
    assert _is_harmless(one.encode(), kind, "person", "director")


UNSIGNED = {
    "SignedData.version",
    "SignedData.digestAlgorithms",
    "SignerInfo.version",
    "SignerInfo.sid",
}
"""The parts no signature covers: what they say may change and still mean the same.

Of `sid` only the issuer's name, whose letters are compared without their case (RFC 5280
section 7.1); the certificate is bound by its key.
"""


def _fields(data: bytes) -> dict[str, Node]:
    """The fields of the factory's message, by their names of RFC 5652."""
    (info,) = parse(data).nodes
    signed = _children(_children(info)[1])[0]
    version, digests, content, certificates, signers = _children(signed)
    signer = _children(signers)[0]
    names = ("version", "sid", "digestAlgorithm", "signedAttrs", "signatureAlgorithm", "signature")
    return {
        "SignedData.version": version,
        "SignedData.digestAlgorithms": digests,
        "SignedData.encapContentInfo": content,
        "SignedData.certificates": certificates,
        **{f"SignerInfo.{name}": node for name, node in zip(names, _children(signer), strict=True)},
    }


def _children(node: Node) -> list[Node]:
    assert node.children is not None
    return node.children


def _field_of_each_octet(data: bytes) -> list[str]:
    """For each octet the field it lies in; "" for the tags and lengths around the fields."""
    found = [""] * len(data)
    position = 0
    for name, node in _fields(data).items():
        octets = node.encode()
        start = data.index(octets, position)
        position = start + len(octets)
        found[start:position] = [name] * len(octets)
    return found


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_octet_of_a_message_counts_but_those_no_signature_covers(kind: Kind) -> None:
    """Bits of each octet are flipped; those that may change are known by their field."""
    data = message(kind)
    for position, field in enumerate(_field_of_each_octet(data)):
        for bit in {0, position % 8}:
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            verdict = judge(bytes(changed), kind)
            if verdict.verdict == "valid":
                assert verdict == good(kind)
                assert field in UNSIGNED, f"octet {position} ({field}) changes nothing"


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_certificate_beside_the_signers_changes_nothing(kind: Kind) -> None:
    """Bound to its key by the signature, the signer stays; what lies beside is not read."""
    forest = parse(message(kind))
    other = _children(_fields(message(kind, "director"))["SignedData.certificates"])[0]
    octets = _fields(message(kind))["SignedData.certificates"].encode()
    held = next(n for root in forest.nodes for n in root.walk() if n.encode() == octets)
    _children(held).append(other)
    assert judge(forest.encode(), kind, policy=SIGN_IN) == good(kind)
