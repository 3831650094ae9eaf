"""The table of inputs made to cost as much as they can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.support import hostile_parts as parts
from benchmarks.support.hostile_parts import MIB
from tests.unit.eds_verifier import der


@dataclass(frozen=True, slots=True)
class Input:
    """`target`: what reads it (a target of `fuzz`); `build`: its octets."""

    name: str
    target: str
    build: Callable[[], bytes]


INPUTS: tuple[Input, ...] = (
    Input("deep, right lengths", "cms", lambda: parts.nested(0x30, 200_000)),
    Input("deep, indefinite, open", "cms", lambda: b"\x30\x80" * (MIB // 2)),
    Input("deep, indefinite, closed", "cms", lambda: b"\x30\x80" * 250_000 + b"\0\0" * 250_000),
    Input("deep octet strings", "cms", lambda: parts.nested(0x24, 200_000)),
    Input("a MiB of empty sets", "cms", lambda: der.seq(b"\x31\x00" * (MIB // 2 - 8))),
    Input("empty sets as signers", "cms", lambda: parts.signed_data(b"\x31\x00" * 500_000)),
    Input(
        "empty digest algorithms",
        "cms",
        lambda: parts.signed_data(b"", digests=der.set_of(b"\x30\x00" * 500_000)),
    ),
    Input("content in single octets", "cms", parts.pieces),
    Input("an integer of a MiB", "cms", lambda: der.seq(der.tlv(2, b"\x7f" * (MIB - 16)))),
    Input("a serial of half a MiB", "cms", lambda: parts.sid_serial(MIB // 2)),
    Input(
        "an OID of one arc, a MiB", "cms", lambda: der.seq(parts.giant_oid(MIB - 16, one_arc=True))
    ),
    Input(
        "an OID of a million arcs", "cms", lambda: der.seq(parts.giant_oid(MIB - 16, one_arc=False))
    ),
    Input(
        "an attribute's OID of one arc",
        "cms",
        lambda: parts.with_attributes(
            der.seq(parts.giant_oid(900_000, one_arc=True), der.set_of(der.NULL))
        ),
    ),
    Input(
        "an attribute's OID of many arcs",
        "cms",
        lambda: parts.with_attributes(
            der.seq(parts.giant_oid(900_000, one_arc=False), der.set_of(der.NULL))
        ),
    ),
    Input("30,000 attributes", "cms", parts.many_attributes),
    Input("400,000 values of an attribute", "cms", parts.many_values),
    Input("an issuer of 60,000 names", "cms", parts.sid_with_names),
    Input("16 certificates", "cms", lambda: parts.many_certificates(16)),
    Input("1,000 certificates", "cms", lambda: parts.many_certificates(1_024)),
    Input("1,500 times one signer", "cms", lambda: parts.same_signer(1_500)),
    Input("16 signers, RSA", "cms", parts.signed_by("rsa", 16)),
    Input("16 signers, GOST", "cms", parts.signed_by("gost", 16)),
    Input("16 signers with two time stamps each", "cms", parts.time_stamped(16)),
    Input("16 names of combining marks", "cms", lambda: parts.marked("\u0323\u0301")(16)),
    Input("16 names that fold", "cms", lambda: parts.marked("\ufdfaẞ")(16)),
    Input("one name of combining marks", "cms", lambda: parts.marked("\u0323\u0301")(1)),
    Input("RSA of 16,384 bits", "cms", parts.huge_rsa(16_384)),
    Input("RSA of 8,192 bits, long exponent", "cms", parts.huge_rsa(8_192, (1 << 8_191) + 1)),
    Input("RSA of 3,072 bits, long exponent", "cms", parts.huge_rsa(3_072, (1 << 3_071) + 1)),
    Input("RSA of 400,000 bits", "certificate", parts.certificate_key),
    Input("4,000 policies", "cms", lambda: parts.policies(4_000)),
    Input("4,000 names", "cms", lambda: parts.alternative_names(4_000)),
    Input("4,000 extensions", "cms", parts.many_extensions),
    Input("7,000 usages", "cms", parts.usages),
    Input("a name of 24,000 marks", "cms", parts.long_name),
    Input("PEM of 100 MB", "cms", lambda: b"-----BEGIN CMS-----\n" + b"A" * 100_000_000),
    Input("PEM without an end", "cms", lambda: b"-----BEGIN CMS-----\n" + b"A" * (MIB - 30)),
    Input("a MiB of PEM beginnings", "cms", lambda: b"-----BEGIN CMS-----\n" * 52_000),
    Input("base64 of nothing but lines", "cms", lambda: b"\n" * (MIB - 8) + b"MA=="),
    Input(
        "base64 of deep elements", "cms", lambda: (b"MIAw" + b"gDCA" * (MIB // 4 - 8))[: MIB - 4]
    ),
    Input("a certificate of a MiB", "certificate", lambda: der.seq(b"\x31\x00" * (MIB // 2))),
    Input("a deep certificate", "certificate", lambda: parts.nested(0x30, 15_000)),
    Input("an OCSP response of empty answers", "ocsp", parts.ocsp_of_many),
    Input("a deep OCSP response", "ocsp", lambda: parts.nested(0x30, 15_000)),
    Input("an OCSP response of 64 MiB", "ocsp", lambda: der.seq(b"\x31\x00" * (32 * MIB))),
    Input("a CRL of 16 MiB of empty sets", "crl", parts.crl_of_sets),
    Input("a deep CRL", "crl", lambda: parts.nested(0x30, 2_000_000)),
    Input("a CRL of 300,000 entries", "crl", parts.crl_with_entries(300_000)),
)
"""The CRL of many entries is signed by its issuer: an authority may revoke that many."""
