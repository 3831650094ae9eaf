"""Inputs made to cost as much as they can, and what each costs the verifier.

    python -m benchmarks.support.hostile [NAME]…     # a JSON line for each

Each is judged in a process of its own, forked from this one: seconds of its processor time, and
how far its memory rose above what held the input.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.verdict import Reason, Refused
from eds_verifier.verify import verify
from fuzz import resign
from fuzz.seeds import NONCE, ocsp_responder, person
from fuzz.targets import DOCUMENT, POLICY
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
)

SECONDS = 1.0
MEBIBYTES = 100.0
MIB = 1 << 20
_GIVE_UP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Input:
    """`target`: what reads it (a target of `fuzz`); `build`: its octets."""

    name: str
    target: str
    build: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one input cost. `ended`: how; `answered` unless it was stopped or raised."""

    name: str
    octets: int
    seconds: float
    mebibytes: float
    ended: str

    @property
    def is_bounded(self) -> bool:
        """Within SECONDS and MEBIBYTES, with an answer."""
        return self.ended == "answered" and self.seconds <= SECONDS and self.mebibytes < MEBIBYTES


def _nested(tag: int, levels: int) -> bytes:
    """Elements one in another, with right lengths."""
    headers: list[bytes] = []
    size = 0
    for _ in range(levels):
        headers.append(bytes((tag, size)) if size < 128 else _long(tag, size))
        size += len(headers[-1])
    return b"".join(reversed(headers))


def _long(tag: int, size: int) -> bytes:
    count = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | count)) + size.to_bytes(count, "big")


def _signed_data(signer_infos: bytes, *, certificates: bytes = b"", digests: bytes = b"") -> bytes:
    signed = der.seq(
        der.integer(1),
        digests or der.set_of(der.algorithm(oids.SHA256)),
        der.seq(der.oid(oids.ID_DATA), der.explicit(0, der.octets(CONTENT))),
        der.tlv(0xA0, certificates or person("rsa").der),
        der.set_of(signer_infos),
    )
    return der.seq(der.oid(oids.ID_SIGNED_DATA), der.explicit(0, signed))


def _giant_oid(octets: int, *, one_arc: bool) -> bytes:
    arcs = b"\x81" * (octets - 1) + b"\x01" if one_arc else b"\x01" * octets
    return der.tlv(6, b"\x2a" + arcs)


def _with_attributes(*extra: bytes) -> bytes:
    message = Message(person("rsa"))
    return replace(message, attributes=(*message.default_attributes(), *extra)).encode()


def _many_attributes() -> bytes:
    return _with_attributes(*(attribute(f"1.2.840.113549.{n}", der.NULL) for n in range(30_000)))


def _many_values() -> bytes:
    return _with_attributes(attribute("1.2.840.113549.7", *[der.NULL] * 400_000))


def _sid_with_names() -> bytes:
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
    return _signed_data(info)


def _sid_serial(octets: int) -> bytes:
    info = der.seq(
        der.integer(1),
        der.seq(der.seq(), der.tlv(2, b"\x7f" * octets)),
        der.algorithm(oids.SHA256),
        der.tlv(0xA0, b"".join(Message(person("rsa")).default_attributes())),
        der.algorithm(oids.RSA_SHA256),
        der.octets(b"\x01" * 256),
    )
    return _signed_data(info)


class _OddKey(RsaKey):
    """A key that says what it likes; its signatures are as long as its modulus, and wrong."""

    def __init__(self, info: bytes) -> None:
        self.info = info

    def sign(self, data: bytes) -> bytes:  # noqa: ARG002 - nothing is signed
        return b"\x01" * (len(self.info) - 30)


def _rsa_info(modulus_bits: int, exponent: int) -> bytes:
    modulus = (1 << modulus_bits) - 1
    key = der.seq(der.integer(modulus), der.integer(exponent))
    return der.seq(der.algorithm(oids.RSA), der.bits(key))


def _huge_rsa(modulus_bits: int, exponent: int = 65537) -> Callable[[], bytes]:
    def build() -> bytes:
        key = _OddKey(_rsa_info(modulus_bits, exponent))
        return Message(issue(replace(pki("rsa").person(), key=key), pki("rsa").issuer)).encode()

    return build


def _person_with(*extra: Extension) -> Signer:
    draft = pki("rsa").person()
    return issue(replace(draft, extensions=(*draft.extensions, *extra)), pki("rsa").issuer)


def _policies(count: int) -> bytes:
    """certificatePolicies of `count` policies: what made validators build huge trees."""
    values = der.seq(*(der.seq(der.oid(f"1.2.398.9.{n}")) for n in range(count)))
    return Message(_person_with(Extension(oids.CERTIFICATE_POLICIES, values))).encode()


def _names(count: int) -> bytes:
    """A certificate with a subjectAltName of `count` names."""
    values = der.seq(*[der.tlv(0x82, b"a.example")] * count)
    return Message(_person_with(Extension(oids.SUBJECT_ALT_NAME, values))).encode()


def _many_extensions() -> bytes:
    extra = [Extension(f"1.2.398.9.{n}", der.NULL) for n in range(4_000)]
    return Message(_person_with(*extra)).encode()


def _usages() -> bytes:
    draft = pki("rsa").person()
    usages = der.seq(*(der.oid(f"1.2.398.9.{n}") for n in range(7_000)))
    signer = issue(draft.with_(replace(INDIVIDUAL, value=usages)), pki("rsa").issuer)
    return Message(signer).encode()


def _long_name() -> bytes:
    """Combining marks without end: normalising them is where the time could go."""
    draft = pki("rsa").person()
    text = "А" + "\u0301\u0323" * 12_000
    subject = tuple((o, text if o == oids.COMMON_NAME else v) for o, v in draft.subject)
    return Message(issue(replace(draft, subject=subject), pki("rsa").issuer)).encode()


def _signers(kind: str, count: int) -> Callable[[], bytes]:
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
        return _signed_data(infos, certificates=certificates, digests=digest)

    return build


def _marked(text: str) -> Callable[[int], bytes]:
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
        return _signed_data(infos, certificates=certificates)

    return build


def _same_signer(count: int) -> bytes:
    return Message(person("rsa"), signers=count).encode()


def _many_certificates(count: int) -> bytes:
    held = tuple(
        issue(replace(pki("rsa").person(), serial=10 + n), pki("rsa").issuer).der
        for n in range(min(count, 64))
    )
    return Message(person("rsa"), certificates=held * (count // len(held))).encode()


def _pieces() -> bytes:
    """Content in pieces of one octet."""
    pieces = der.tlv(0x24, der.octets(b"x") * 340_000)
    signed = der.seq(
        der.integer(1),
        der.set_of(),
        der.seq(der.oid(oids.ID_DATA), der.explicit(0, pieces)),
        der.set_of(),
    )
    return der.seq(der.oid(oids.ID_SIGNED_DATA), der.explicit(0, signed))


def _ocsp_of_many() -> bytes:
    """As many answers as fit, all alike."""
    leaf, issuer = person("rsa"), pki("rsa").issuer
    forest = parse(ocsp_response(leaf, issuer, ocsp_responder("rsa"), nonce=NONCE))
    nodes = [node for root in forest.nodes for node in root.walk()]
    single = next(node for node in nodes if _is_single_response(node))
    octets = single.encode()
    parent = next(node for node in nodes if node.children and single in node.children)
    parent.children = [parse(octets).nodes[0] for _ in range(60_000 // len(octets))]
    return resign.ocsp(forest.encode())


def _is_single_response(node: Node) -> bool:
    tags = [child.tag for child in node.children or ()]
    return tags[:1] == [0x30] and tags[1:2] in ([0x80], [0xA1])


def _crl_with_entries(count: int) -> Callable[[], bytes]:
    return lambda: crl(pki("rsa").issuer, ((1_000_000 + n, 1) for n in range(count)))


def _crl_of_sets() -> bytes:
    return der.seq(
        der.tlv(0x30, b"\x31\x00" * (8 * MIB)), der.algorithm(oids.RSA_SHA256), der.bits(b"")
    )


def _certificate_key() -> bytes:
    draft = Draft(_OddKey(_rsa_info(400_000, 3)), pki("rsa").person().subject, (INDIVIDUAL,))
    return issue(draft, pki("rsa").issuer).der


INPUTS: tuple[Input, ...] = (
    Input("deep, right lengths", "cms", lambda: _nested(0x30, 200_000)),
    Input("deep, indefinite, open", "cms", lambda: b"\x30\x80" * (MIB // 2)),
    Input("deep, indefinite, closed", "cms", lambda: b"\x30\x80" * 250_000 + b"\0\0" * 250_000),
    Input("deep octet strings", "cms", lambda: _nested(0x24, 200_000)),
    Input("a MiB of empty sets", "cms", lambda: der.seq(b"\x31\x00" * (MIB // 2 - 8))),
    Input("empty sets as signers", "cms", lambda: _signed_data(b"\x31\x00" * 500_000)),
    Input(
        "empty digest algorithms",
        "cms",
        lambda: _signed_data(b"", digests=der.set_of(b"\x30\x00" * 500_000)),
    ),
    Input("content in single octets", "cms", _pieces),
    Input("an integer of a MiB", "cms", lambda: der.seq(der.tlv(2, b"\x7f" * (MIB - 16)))),
    Input("a serial of half a MiB", "cms", lambda: _sid_serial(MIB // 2)),
    Input("an OID of one arc, a MiB", "cms", lambda: der.seq(_giant_oid(MIB - 16, one_arc=True))),
    Input("an OID of a million arcs", "cms", lambda: der.seq(_giant_oid(MIB - 16, one_arc=False))),
    Input(
        "an attribute's OID of one arc",
        "cms",
        lambda: _with_attributes(der.seq(_giant_oid(900_000, one_arc=True), der.set_of(der.NULL))),
    ),
    Input(
        "an attribute's OID of many arcs",
        "cms",
        lambda: _with_attributes(der.seq(_giant_oid(900_000, one_arc=False), der.set_of(der.NULL))),
    ),
    Input("30,000 attributes", "cms", _many_attributes),
    Input("400,000 values of an attribute", "cms", _many_values),
    Input("an issuer of 60,000 names", "cms", _sid_with_names),
    Input("16 certificates", "cms", lambda: _many_certificates(16)),
    Input("1,000 certificates", "cms", lambda: _many_certificates(1_024)),
    Input("1,500 times one signer", "cms", lambda: _same_signer(1_500)),
    Input("16 signers, RSA", "cms", _signers("rsa", 16)),
    Input("16 signers, GOST", "cms", _signers("gost", 16)),
    Input("16 names of combining marks", "cms", lambda: _marked("\u0323\u0301")(16)),
    Input("16 names that fold", "cms", lambda: _marked("\ufdfaẞ")(16)),
    Input("one name of combining marks", "cms", lambda: _marked("\u0323\u0301")(1)),
    Input("RSA of 16,384 bits", "cms", _huge_rsa(16_384)),
    Input("RSA of 8,192 bits, long exponent", "cms", _huge_rsa(8_192, (1 << 8_191) + 1)),
    Input("RSA of 3,072 bits, long exponent", "cms", _huge_rsa(3_072, (1 << 3_071) + 1)),
    Input("RSA of 400,000 bits", "certificate", _certificate_key),
    Input("4,000 policies", "cms", lambda: _policies(4_000)),
    Input("4,000 names", "cms", lambda: _names(4_000)),
    Input("4,000 extensions", "cms", _many_extensions),
    Input("7,000 usages", "cms", _usages),
    Input("a name of 24,000 marks", "cms", _long_name),
    Input("PEM of 100 MB", "cms", lambda: b"-----BEGIN CMS-----\n" + b"A" * 100_000_000),
    Input("PEM without an end", "cms", lambda: b"-----BEGIN CMS-----\n" + b"A" * (MIB - 30)),
    Input("a MiB of PEM beginnings", "cms", lambda: b"-----BEGIN CMS-----\n" * 52_000),
    Input("base64 of nothing but lines", "cms", lambda: b"\n" * (MIB - 8) + b"MA=="),
    Input(
        "base64 of deep elements", "cms", lambda: (b"MIAw" + b"gDCA" * (MIB // 4 - 8))[: MIB - 4]
    ),
    Input("a certificate of a MiB", "certificate", lambda: der.seq(b"\x31\x00" * (MIB // 2))),
    Input("a deep certificate", "certificate", lambda: _nested(0x30, 15_000)),
    Input("an OCSP response of empty answers", "ocsp", _ocsp_of_many),
    Input("a deep OCSP response", "ocsp", lambda: _nested(0x30, 15_000)),
    Input("an OCSP response of 64 MiB", "ocsp", lambda: der.seq(b"\x31\x00" * (32 * MIB))),
    Input("a CRL of 16 MiB of empty sets", "crl", _crl_of_sets),
    Input("a deep CRL", "crl", lambda: _nested(0x30, 2_000_000)),
    Input("a CRL of 300,000 entries", "crl", _crl_with_entries(300_000)),
)
"""The CRL of many entries is signed by its issuer: an authority may revoke that many."""


def _cms(data: bytes) -> None:
    """As a document and as a sign-in, one after the other; by its own kind's authorities."""
    kind = "gost" if _GOST in data[:_LOOK] else "rsa"
    for policy, content in ((DOCUMENT, None), (POLICY, CONTENT)):
        verdict = verify(
            data,
            content=content,
            trust=pki(kind).store,
            evidence=_evidence(kind),
            policy=policy,
            at=NOW,
        )
        if verdict.reason == Reason.INTERNAL_ERROR:
            raise AssertionError("internal_error")


@cache
def _evidence(kind: str) -> Evidence:
    return Evidence(crls=(crl(pki(kind).issuer),))


def _certificate(data: bytes) -> None:
    with suppress(Refused):
        Certificate.parse(data)


def _revocation(evidence: Evidence) -> None:
    verify(
        Message(person("rsa")).encode(),
        trust=pki("rsa").store,
        evidence=evidence,
        policy=POLICY,
        at=NOW,
    )


READERS: dict[str, Callable[[bytes], None]] = {
    "cms": _cms,
    "certificate": _certificate,
    "ocsp": lambda data: _revocation(Evidence(ocsp=(OcspEvidence(data, NONCE),))),
    "crl": lambda data: _revocation(Evidence(crls=(data,))),
}
"""What reads an input of each kind."""

_GOST, _LOOK = der.oid(oids.GOST_2015_512_SIGNATURE), 4_096


def _peak_mebibytes() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the kernel tells no VmHWM")


def _judge(one: Input) -> Cost:
    """In the child: build, then measure the judging alone."""
    data = one.build()
    resource.setrlimit(resource.RLIMIT_CPU, (_GIVE_UP_SECONDS, _GIVE_UP_SECONDS))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before, started = _peak_mebibytes(), time.process_time()
    ended = "answered"
    try:
        READERS[one.target](data)
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
        ended = f"raised {type(error).__name__}"
    seconds = time.process_time() - started
    return Cost(one.name, len(data), round(seconds, 3), round(_peak_mebibytes() - before, 1), ended)


def _in_child(one: Input) -> Cost:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(asdict(_judge(one))).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        said = stream.read()
    os.waitpid(child, 0)
    if not said:
        return Cost(one.name, 0, float(_GIVE_UP_SECONDS), 0.0, "stopped: no answer in time")
    return Cost(**json.loads(said))


def costs(names: Iterable[str] = ()) -> Iterator[Cost]:
    """What each input costs; all of them when none is named."""
    wanted = set(names)
    for read in READERS.values():  # keys are made and modules imported before forking
        read(b"0")
    for one in INPUTS:
        if not wanted or one.name in wanted:
            yield _in_child(one)


def main() -> None:
    """Print each cost as a JSON line."""
    for cost in costs(sys.argv[1:]):
        sys.stdout.write(json.dumps(asdict(cost)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
