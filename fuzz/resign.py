"""Signing anew what was mutated, so that a mutation is read and not only refused by a signature."""

from __future__ import annotations

from eds_verifier.asn1 import oids
from fuzz.seeds import ocsp_responder, person
from fuzz.tlv import Forest, Node, parse
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import Key, pki

_SIGNED_ATTRIBUTES, _SET, _OCTET_STRING, _BIT_STRING, _SEQUENCE = 0xA0, 0x31, 0x04, 0x03, 0x30
_RSA = der.oid(oids.RSA_SHA256)


def signed_object(data: bytes) -> bytes:
    """A certificate or CRL, signed by the factory's RSA issuer."""
    forest = parse(data)
    if forest.nodes:
        _sign_outer(forest.nodes[0], pki("rsa").issuer.key)
    return forest.encode()


def ocsp(data: bytes) -> bytes:
    """An OCSP response, signed by the factory's RSA responder."""
    forest = parse(data)
    for node in _walk(forest):
        if node.tag == _OCTET_STRING and node.children and node.children[0].tag == _SEQUENCE:
            _sign_outer(node.children[0], ocsp_responder("rsa").key)
            break
    return forest.encode()


def cms(data: bytes) -> bytes:
    """A message: its certificates by the RSA issuer, its signed attributes by the RSA person.

    The person's own key stays where the certificate still holds it.
    """
    forest = parse(data)
    for node in _walk(forest):
        if _is_certificate(node.children or []):
            _sign_outer(node, pki("rsa").issuer.key)
    _sign_attributes(forest)
    return forest.encode()


def signers(data: bytes) -> bytes:
    """A message as somebody can make it who has a certificate of their own, and no authority's key.

    The signed attributes are signed by the RSA person; certificates stay as they are.
    """
    forest = parse(data)
    _sign_attributes(forest)
    return forest.encode()


def _sign_attributes(forest: Forest) -> None:
    for node in _walk(forest):
        children = node.children or []
        if _is_signer_info(children):
            attributes = next(c for c in children if c.tag == _SIGNED_ATTRIBUTES)
            signature = next(c for c in reversed(children) if c.tag == _OCTET_STRING)
            signature.children = None
            signature.content = person("rsa").key.sign(b"\x31" + attributes.encode()[1:])


def _walk(forest: Forest) -> list[Node]:
    return [node for root in forest.nodes for node in root.walk()]


def _is_certificate(children: list[Node]) -> bool:
    tags = [child.tag for child in children]
    return tags == [_SEQUENCE, _SEQUENCE, _BIT_STRING] and len(children[0].children or ()) >= 6


def _is_signer_info(children: list[Node]) -> bool:
    tags = [child.tag for child in children]
    return _SIGNED_ATTRIBUTES in tags and _OCTET_STRING in tags and tags[0] == 0x02


def _sign_outer(node: Node, key: Key) -> None:
    """SEQUENCE { what is signed, algorithm, BIT STRING }: the bit string anew."""
    children = node.children or []
    if len(children) < 3 or children[2].tag != _BIT_STRING:
        return
    children[2].children = None
    children[2].content = b"\0" + key.sign(children[0].encode())
