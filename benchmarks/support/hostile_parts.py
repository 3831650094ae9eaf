"""Parts of inputs made to cost much: what an attacker would write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eds_verifier.asn1 import oids
from fuzz import resign
from fuzz.seeds import NONCE, ocsp_responder, person
from fuzz.tlv import Node, parse
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    CONTENT,
    INDIVIDUAL,
    NOW,
    Draft,
    Extension,
    Message,
    RsaKey,
    Signer,
    attribute,
    crl,
    gost_key,
    issue,
    ocsp_response,
    pki,
    rsa_key,
    time_stamp,
    time_stamper,
)

MIB = 1 << 20


def nested(tag: int, levels: int) -> bytes:
    """Elements one in another, with right lengths."""
    headers: list[bytes] = []
    size = 0
    for _ in range(levels):
        headers.append(bytes((tag, size)) if size < 128 else long_header(tag, size))
        size += len(headers[-1])
    return b"".join(reversed(headers))


def long_header(tag: int, size: int) -> bytes:
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big")


def signed_data(signer_infos: bytes, *, certificates: bytes = b"", digests: bytes = b"") -> bytes:
    signed = der.seq(
        der.integer(1),
        digests or der.set_of(der.algorithm(oids.SHA256)),
        der.seq(der.oid(oids.ID_DATA), der.explicit(0, der.octets(CONTENT))),
        der.tlv(0xA0, certificates or person("rsa").der),
        der.set_of(signer_infos),
    )
    return der.seq(der.oid(oids.ID_SIGNED_DATA), der.explicit(0, signed))


def giant_oid(octets: int, *, one_arc: bool) -> bytes:
    arcs = b"\x81" * (octets - 1) + b"\x01" if one_arc else b"\x01" * octets
    return der.tlv(6, b"\x2a" + arcs)


def with_attributes(*extra: bytes) -> bytes:
    message = Message(person("rsa"))
    return replace(message, attributes=(*message.default_attributes(), *extra)).encode()


def many_attributes() -> bytes:
    return with_attributes(*(attribute(f"1.2.840.113549.{n}", der.NULL) for n in range(30_000)))


def many_values() -> bytes:
    return with_attributes(attribute("1.2.840.113549.7", *[der.NULL] * 400_000))


def sid_with_names() -> bytes:
    """A signer identifier whose issuer is a name of a hundred thousand parts."""
    pair = der.set_of(der.seq(der.oid(oids.COMMON_NAME), der.utf8("А")))
    info = der.seq(
        der.integer(1),
        der.seq(der.seq(pair * 60_000), der.integer(1)),
        der.algorithm(oids.SHA256),
        der.tlv(0xA0, b"".join(Message(person("rsa")).default_attributes())),
        der.algorithm(oids.RSA_SHA256),
        der.octets(b"\x01" * 256),
    )
    return signed_data(info)


def sid_serial(octets: int) -> bytes:
    info = der.seq(
        der.integer(1),
        der.seq(der.seq(), der.tlv(2, b"\x7f" * octets)),
        der.algorithm(oids.SHA256),
        der.tlv(0xA0, b"".join(Message(person("rsa")).default_attributes())),
        der.algorithm(oids.RSA_SHA256),
        der.octets(b"\x01" * 256),
    )
    return signed_data(info)


class OddKey(RsaKey):
    """A key that says what it likes; its signatures are as long as its modulus, and wrong."""

    def __init__(self, info: bytes) -> None:
        self.info = info

    def sign(self, data: bytes) -> bytes:  # noqa: ARG002 - nothing is signed
        return b"\x01" * (len(self.info) - 30)


def rsa_info(modulus_bits: int, exponent: int) -> bytes:
    modulus = (1 << modulus_bits) - 1
    key = der.seq(der.integer(modulus), der.integer(exponent))
    return der.seq(der.algorithm(oids.RSA), der.bits(key))


def huge_rsa(modulus_bits: int, exponent: int = 65537) -> Callable[[], bytes]:
    def build() -> bytes:
        key = OddKey(rsa_info(modulus_bits, exponent))
        return Message(issue(replace(pki("rsa").person(), key=key), pki("rsa").issuer)).encode()

    return build


def person_with(*extra: Extension) -> Signer:
    draft = pki("rsa").person()
    return issue(replace(draft, extensions=(*draft.extensions, *extra)), pki("rsa").issuer)


def policies(count: int) -> bytes:
    """certificatePolicies of `count` policies: what made validators build huge trees."""
    values = der.seq(*(der.seq(der.oid(f"1.2.398.9.{n}")) for n in range(count)))
    return Message(person_with(Extension(oids.CERTIFICATE_POLICIES, values))).encode()


def alternative_names(count: int) -> bytes:
    """A certificate with a subjectAltName of `count` names."""
    values = der.seq(*[der.tlv(0x82, b"a.example")] * count)
    return Message(person_with(Extension(oids.SUBJECT_ALT_NAME, values))).encode()


def many_extensions() -> bytes:
    extra = [Extension(f"1.2.398.9.{n}", der.NULL) for n in range(4_000)]
    return Message(person_with(*extra)).encode()


def usages() -> bytes:
    draft = pki("rsa").person()
    usages = der.seq(*(der.oid(f"1.2.398.9.{n}") for n in range(7_000)))
    signer = issue(draft.with_(replace(INDIVIDUAL, value=usages)), pki("rsa").issuer)
    return Message(signer).encode()


def long_name() -> bytes:
    """Combining marks without end: normalising them is where the time could go."""
    draft = pki("rsa").person()
    text = "А" + "\u0301\u0323" * 12_000
    subject = tuple((o, text if o == oids.COMMON_NAME else v) for o, v in draft.subject)
    return Message(issue(replace(draft, subject=subject), pki("rsa").issuer)).encode()


def signed_by(kind: str, count: int) -> Callable[[], bytes]:
    """A document that `count` people signed, each with a certificate of their own."""

    def build() -> bytes:
        setup = pki(kind)
        infos, certificates = b"", b""
        for number in range(count):
            key = gost_key(f"signer {number}") if kind == "gost" else rsa_key("person")
            draft = replace(setup.person(), key=key, serial=1_000 + number)
            signer = issue(draft, setup.issuer)
            infos += Message(signer).signer_info()
            certificates += signer.der
        digest = der.set_of(der.algorithm(setup.key("person").digest_oid))
        return signed_data(infos, certificates=certificates, digests=digest)

    return build


def time_stamped(count: int) -> Callable[[], bytes]:
    """A document that `count` people signed by GOST, each signature stamped twice."""

    def build() -> bytes:
        setup = pki("gost")
        stamper = time_stamper(setup.issuer, gost_key("tsa"))
        infos, certificates = b"", b""
        for number in range(count):
            draft = replace(setup.person(), key=gost_key(f"signer {number}"), serial=1_000 + number)
            message = Message(signer := issue(draft, setup.issuer))
            signed = der.tlv(0x31, b"".join(message.default_attributes()))
            signature = signer.key.sign(signed)
            stamp = time_stamp(signature, stamper, NOW)
            stamped = replace(message, signature=signature, unsigned=(stamp, stamp))
            infos += stamped.signer_info()
            certificates += signer.der
        digest = der.set_of(der.algorithm(oids.STREEBOG_512))
        return signed_data(infos, certificates=certificates, digests=digest)

    return build


def marked(text: str) -> Callable[[int], bytes]:
    """A document of `count` signers who certified themselves, under names slow to compare.

    No signer identifier is written as its certificate writes the name; serials are alike.
    """

    def build(count: int) -> bytes:
        infos, certificates = b"", b""
        size = min(28_000, 960_000 // count // 3)
        for number in range(count):
            marks = text * (size // len(text.encode()))
            subject = ((oids.COMMON_NAME, f"А{number}{marks}"),)
            draft = replace(pki("rsa").person(), key=rsa_key("person"), subject=subject, serial=77)
            signer = issue(draft)
            certificates += signer.der
            named = replace(signer, issuer=((oids.COMMON_NAME, f"а{number}{marks}"),))
            infos += Message(named).signer_info()
        return signed_data(infos, certificates=certificates)

    return build


def same_signer(count: int) -> bytes:
    return Message(person("rsa"), signers=count).encode()


def many_certificates(count: int) -> bytes:
    held = tuple(
        issue(replace(pki("rsa").person(), serial=10 + n), pki("rsa").issuer).der
        for n in range(min(count, 64))
    )
    return Message(person("rsa"), certificates=held * (count // len(held))).encode()


def pieces() -> bytes:
    """Content in pieces of one octet."""
    pieces = der.tlv(0x24, der.octets(b"x") * 340_000)
    signed = der.seq(
        der.integer(1),
        der.set_of(),
        der.seq(der.oid(oids.ID_DATA), der.explicit(0, pieces)),
        der.set_of(),
    )
    return der.seq(der.oid(oids.ID_SIGNED_DATA), der.explicit(0, signed))


def ocsp_of_many() -> bytes:
    """As many answers as fit, all alike."""
    leaf, issuer = person("rsa"), pki("rsa").issuer
    forest = parse(ocsp_response(leaf, issuer, ocsp_responder("rsa"), nonce=NONCE))
    nodes = [node for root in forest.nodes for node in root.walk()]
    single = next(node for node in nodes if is_single_response(node))
    octets = single.encode()
    parent = next(node for node in nodes if node.children and single in node.children)
    parent.children = [parse(octets).nodes[0] for _ in range(60_000 // len(octets))]
    return resign.ocsp(forest.encode())


def is_single_response(node: Node) -> bool:
    tags = [child.tag for child in node.children or ()]
    return tags[:1] == [0x30] and tags[1:2] in ([0x80], [0xA1])


def crl_with_entries(count: int) -> Callable[[], bytes]:
    return lambda: crl(pki("rsa").issuer, ((1_000_000 + n, 1) for n in range(count)))


def crl_of_sets() -> bytes:
    return der.seq(
        der.tlv(0x30, b"\x31\x00" * (8 * MIB)), der.algorithm(oids.RSA_SHA256), der.bits(b"")
    )


def certificate_key() -> bytes:
    draft = Draft(OddKey(rsa_info(400_000, 3)), pki("rsa").person().subject, (INDIVIDUAL,))
    return issue(draft, pki("rsa").issuer).der
