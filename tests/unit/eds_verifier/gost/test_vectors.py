"""The signatures RFC 7091 prints (RFC 5832 prints the first one too), in the NCA's layout."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from eds_verifier.gost import Curve, PublicKey, multiply, verify
from tests.unit.eds_verifier.gost.keys import CHOICES, RFC_7091_256, RFC_7091_512, backend, pair


@dataclass(frozen=True)
class Example:
    """The numbers of one example: private key, public key, digest, nonce, signature."""

    curve: Curve
    d: int
    x: int
    y: int
    e: int
    k: int
    r: int
    s: int

    @property
    def key(self) -> PublicKey:
        """The public key, through its octets."""
        return PublicKey.parse(PublicKey(self.curve, (self.x, self.y)).octets(), curve=self.curve)

    @property
    def digest(self) -> bytes:
        """The octets whose number is e."""
        return self.e.to_bytes(self.curve.octets, "little")


SECTION_7_1 = Example(
    RFC_7091_256,
    d=0x7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28,
    x=0x7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B,
    y=0x26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA,
    e=0x2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5,
    k=0x77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3,
    r=0x41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493,
    s=0x01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40,
)


def _wide(*halves: str) -> int:
    return int("".join(halves), 16)


SECTION_7_2 = Example(
    RFC_7091_512,
    d=_wide(
        "0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020",
        "72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4",
    ),
    x=_wide(
        "115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD",
        "5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1",
    ),
    y=_wide(
        "37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61",
        "EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC",
    ),
    e=_wide(
        "3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C591",
        "7184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C",
    ),
    k=_wide(
        "0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F3658",
        "86748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
    ),
    r=_wide(
        "2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD3",
        "5492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36",
    ),
    s=_wide(
        "1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5",
        "823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A",
    ),
)
EXAMPLES = [pytest.param(SECTION_7_1, id="7.1"), pytest.param(SECTION_7_2, id="7.2")]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_published_signature_holds(choice: str, example: Example) -> None:
    signature = pair(example.curve, example.r, example.s)
    assert verify(example.key, example.digest, signature, backend=backend(choice))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("bit", [0, 1, 100, 248])
def test_one_other_bit_anywhere_and_it_does_not_hold(
    choice: str, example: Example, bit: int
) -> None:
    one, curve, using = 1 << bit, example.curve, backend(choice)
    digest = (example.e ^ one).to_bytes(curve.octets, "little")
    assert not verify(example.key, digest, pair(curve, example.r, example.s), backend=using)
    for r, s in ((example.r ^ one, example.s), (example.r, example.s ^ one)):
        assert not verify(example.key, example.digest, pair(curve, r, s), backend=using)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_numbers_on_the_way_are_the_published_ones(example: Example) -> None:
    q = example.curve.q
    assert multiply(example.curve, example.d) == (example.x, example.y)
    c = multiply(example.curve, example.k)
    assert c is not None
    assert c[0] % q == example.r
    assert (example.r * example.d + example.k * example.e) % q == example.s
