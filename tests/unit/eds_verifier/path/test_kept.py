"""Kept paths: when one is used, when it is not, and that they are bounded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path import validate
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.full import check_path
from eds_verifier.path.kept import MAX_POLICIES, KeptPaths, is_plain, may_be_kept
from eds_verifier.path.profile import NCA, PathInputs
from eds_verifier.path.validate import validate_path
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import DAY, NOW, Extension, extended, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.both_ways import CountingPaths
from tests.unit.eds_verifier.path.chains import Chain, authority, certify, person


@pytest.fixture(scope="module")
def chain() -> Chain:
    return chains.chain()


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> list[Certificate]:
    """The leaves that took the full way."""
    taken: list[Certificate] = []

    def counted(end: Certificate, *args: object, **keywords: object) -> None:
        taken.append(end)
        check_path(end, *args, **keywords)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(validate, "check_path", counted)
    return taken


def leaves(chain: Chain, count: int) -> list[Certificate]:
    return [
        certify(replace(person(chain.issuer), serial=100 + number), chain.issuer).certificate
        for number in range(count)
    ]


def authorities(chain: Chain) -> list[Certificate]:
    return [made.certificate for made in (chain.issuer, chain.middle, chain.root)]


def test_one_leaf_goes_the_full_way_for_all_after_it(chain: Chain, full: list[Certificate]) -> None:
    kept, trust = KeptPaths(), chain.store()
    many = leaves(chain, 5)
    for leaf in many:
        validate_path(leaf, trust, at=NOW, kept=kept)
    assert full == many[:1]


def test_a_leaf_that_does_not_hold_keeps_nothing(chain: Chain, full: list[Certificate]) -> None:
    kept, trust = KeptPaths(), chain.store()
    critical = Extension(oids.SUBJECT_ALT_NAME, b"\x30\x05\x02", critical=True)
    broken = certify(person(chain.issuer).with_(critical), chain.issuer).certificate
    with pytest.raises(Refused):
        validate_path(broken, trust, at=NOW, kept=kept)
    assert (full, len(kept)) == ([broken], 0)


@pytest.mark.parametrize("days", [-899, 899])
def test_a_path_is_used_while_all_of_it_is_valid(chain: Chain, days: int) -> None:
    kept = KeptPaths()
    kept.keep(authorities(chain), profile=NCA)
    assert kept.holds(authorities(chain), at=NOW + days * DAY, profile=NCA)
    outside = NOW + days * DAY + (2 * DAY if days > 0 else -2 * DAY)
    assert not kept.holds(authorities(chain), at=outside, profile=NCA)


def test_the_window_is_the_narrowest_of_all_authorities() -> None:
    root = certify(authority("R", rsa_key("root")))
    middle = certify(
        replace(authority("M", rsa_key("middle"), root), not_before=NOW, not_after=NOW + DAY), root
    )
    issuer = certify(authority("I", rsa_key("ca"), middle), middle)
    path = [made.certificate for made in (issuer, middle, root)]
    kept = KeptPaths()
    kept.keep(path, profile=NCA)
    second = DAY / 86_400
    moments = (NOW - second, NOW, NOW + DAY, NOW + DAY + second)
    assert [kept.holds(path, at=at, profile=NCA) for at in moments] == [False, True, True, False]


def test_a_path_is_its_certificates_and_its_profile(chain: Chain) -> None:
    kept = KeptPaths()
    path = authorities(chain)
    kept.keep(path, profile=NCA)
    renewed = certify(replace(chain.issuer.draft, serial=8), chain.middle).certificate
    assert kept.holds(path, at=NOW, profile=NCA)
    assert not kept.holds(path, at=NOW, profile=replace(NCA))
    assert not kept.holds([renewed, *path[1:]], at=NOW, profile=NCA)
    assert not kept.holds(path[:2], at=NOW, profile=NCA)
    assert not kept.holds(path[1:], at=NOW, profile=NCA)


def test_a_kept_path_is_no_trust(chain: Chain) -> None:
    """Kept under one store; the next one, or the same without its root, does not trust it."""
    kept = CountingPaths()
    leaf = leaves(chain, 1)[0]
    validate_path(leaf, chain.store(), at=NOW, kept=kept)
    another = certify(authority(chains.ROOT_NAME, rsa_key("root2")))
    for trust in (TrustStore("empty", ()), chains.store_of([another], extra=[chain.issuer])):
        with pytest.raises(Refused, match="untrusted_issuer"):
            validate_path(leaf, trust, at=NOW, kept=kept)
    assert kept.hits == 0


def test_the_signature_is_checked_under_a_kept_path(chain: Chain) -> None:
    kept, trust = KeptPaths(), chain.store()
    honest = certify(person(chain.issuer), chain.issuer)
    validate_path(honest.certificate, trust, at=NOW, kept=kept)
    data = bytearray(honest.der)
    data[-1] ^= 1
    with pytest.raises(Refused, match="untrusted_issuer"):
        validate_path(Certificate.parse(bytes(data)), trust, at=NOW, kept=kept)


def test_an_authoritys_purposes_count_under_a_kept_path(chain: Chain) -> None:
    purposes = extended(oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL)
    limited = certify(chain.issuer.draft.with_(purposes), chain.middle)
    trust = chains.store_of([chain.root], extra=[chain.middle, limited])
    kept = CountingPaths()
    validate_path(certify(person(limited), limited).certificate, trust, at=NOW, kept=kept)
    draft = person(limited).with_(extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY))
    with pytest.raises(Refused, match="other purposes"):
        validate_path(certify(draft, limited).certificate, trust, at=NOW, kept=kept)
    assert kept.hits == 1


@pytest.mark.parametrize("days", [-31, 336])
def test_the_leafs_validity_is_checked_under_a_kept_path(chain: Chain, days: int) -> None:
    kept, trust = KeptPaths(), chain.store()
    leaf = leaves(chain, 1)[0]
    validate_path(leaf, trust, at=NOW, kept=kept)
    with pytest.raises(Refused, match="not_yet_valid" if days < 0 else "expired"):
        validate_path(leaf, trust, at=NOW + days * DAY, kept=kept)


@pytest.mark.parametrize(
    "extension",
    [
        chains.name_constraints(permitted=chains.named("x")),
        chains.require_explicit_policy(9),
        Extension(chains.INHIBIT_ANY_POLICY, der.integer(9)),
        Extension(chains.POLICY_MAPPINGS, der.seq(der.seq(der.oid("1.2.3"), der.oid("1.2.4")))),
    ],
    ids=["names", "policies", "any policy", "mappings"],
)
@pytest.mark.parametrize("place", range(3))
def test_a_constraint_anywhere_keeps_a_path_from_being_kept(
    chain: Chain, extension: Extension, place: int
) -> None:
    made = [chain.issuer, chain.middle, chain.root]
    made[place] = certify(made[place].draft.with_(extension))
    constrained = [one.certificate for one in made]
    assert may_be_kept(authorities(chain), NCA)
    assert not may_be_kept(constrained, NCA)
    kept = KeptPaths()
    kept.keep(constrained, profile=NCA)
    assert len(kept) == 0


@pytest.mark.parametrize(
    "inputs",
    [
        PathInputs(policies=frozenset({"1.2.3"})),
        PathInputs(explicit_policy="required"),
        PathInputs(policy_mapping="inhibited"),
        PathInputs(any_policy="inhibited"),
    ],
)
def test_a_path_of_which_something_is_demanded_is_not_kept(
    chain: Chain, inputs: PathInputs
) -> None:
    assert not may_be_kept(authorities(chain), replace(NCA, inputs=inputs))


ACCESS = "1.3.6.1.5.5.7.1.1"
UNUSUAL = {
    "an alternative name": Extension(oids.SUBJECT_ALT_NAME, der.seq(der.tlv(0x81, b"a@b.kz"))),
    "an extension not known": Extension("1.2.3.4", der.NULL),
    "policy constraints": replace(chains.require_explicit_policy(), critical=False),
    "many policies": chains.policies(*(f"1.2.{n}" for n in range(MAX_POLICIES + 1))),
    "no policies": chains.policies(),
    "a notice": Extension(
        oids.CERTIFICATE_POLICIES,
        der.seq(
            der.seq(
                der.oid("1.2.3"),
                der.seq(der.seq(der.oid("1.3.6.1.5.5.7.2.2"), der.seq(der.utf8("x")))),
            )
        ),
    ),
    "an access that is no address": Extension(
        ACCESS, der.seq(der.seq(der.oid("1.3.6.1.5.5.7.48.1"), der.tlv(0xA4, chains.named("x"))))
    ),
    "no access": Extension(ACCESS, der.seq()),
    "distribution points that are none": Extension("2.5.29.31", der.NULL),
}


@pytest.mark.parametrize("unusual", UNUSUAL.values(), ids=UNUSUAL)
def test_an_unusual_leaf_takes_the_full_way(
    chain: Chain, full: list[Certificate], unusual: Extension
) -> None:
    kept, trust = KeptPaths(), chain.store()
    validate_path(leaves(chain, 1)[0], trust, at=NOW, kept=kept)
    leaf = certify(person(chain.issuer).with_(unusual), chain.issuer).certificate
    assert not is_plain(leaf)
    with suppress(Refused):
        validate_path(leaf, trust, at=NOW, kept=kept)
    assert full[1:] == [leaf]


def test_a_critical_extension_the_library_alone_knows_takes_the_full_way(chain: Chain) -> None:
    access = der.seq(der.seq(der.oid("1.3.6.1.5.5.7.48.1"), der.tlv(0x86, b"http://x")))
    plain, critical = (Extension(ACCESS, access, critical=flag) for flag in (False, True))
    for extension, expected in ((plain, True), (critical, False)):
        leaf = certify(person(chain.issuer).with_(extension), chain.issuer).certificate
        assert is_plain(leaf) is expected


@pytest.mark.parametrize("value", [der.tlv(0x16, b"a@example.kz"), der.integer(5)])
def test_an_e_mail_address_in_the_subject_takes_the_full_way(chain: Chain, value: bytes) -> None:
    subject = der.seq(der.set_of(der.seq(der.oid("1.2.840.113549.1.9.1"), value)))
    leaf = certify(replace(person(chain.issuer), subject=subject), chain.issuer).certificate
    assert not is_plain(leaf)


def test_the_real_leaves_take_the_short_way(shared_data: Path) -> None:
    """Else nothing would be gained by it."""
    real = [
        Certificate.parse(path.read_bytes())
        for pattern in ("samples/certs/gost2015_*.cer", "nca-rk/prod/leaf_*.cer")
        for path in sorted(shared_data.glob(pattern))
    ]
    assert len(real) >= 15
    assert [leaf.sha256 for leaf in real if not is_plain(leaf)] == []


def test_the_least_used_paths_are_forgotten_first(chain: Chain) -> None:
    kept = KeptPaths(size=2)
    path = authorities(chain)
    first, second, third = path, path[1:], path[2:]
    for one in (first, second):
        kept.keep(one, profile=NCA)
    assert kept.holds(first, at=NOW, profile=NCA)
    kept.keep(third, profile=NCA)
    assert len(kept) == 2
    held = [kept.holds(one, at=NOW, profile=NCA) for one in (first, second, third)]
    assert held == [True, False, True]


def test_many_threads_may_ask_at_once(chain: Chain) -> None:
    kept, trust = KeptPaths(size=1), chain.store()
    many = leaves(chain, 8) * 8
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda leaf: validate_path(leaf, trust, at=NOW, kept=kept), many))
    assert [path.leaf for path in paths] == many
