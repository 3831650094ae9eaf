"""The anchor's own constraints count under the NCA's profile (RFC 5937), not under RFC 5280's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA, RFC5280, PathInputs, Profile
from eds_verifier.path.validate import validate_path
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der, factory
from tests.unit.eds_verifier.factory import DAY, NOW, Extension, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.chains import Draft, authority, basic, certify, person

KZ = factory.name((("2.5.4.6", "KZ"),))
RU = factory.name((("2.5.4.6", "RU"),))
LEAF_POLICY = "1.2.398.3.3.2"
ROOT = authority(chains.ROOT_NAME, rsa_key("root"))
NO_ANY_POLICY = Extension(chains.INHIBIT_ANY_POLICY, der.integer(0), critical=True)
NO_MAPPING = Extension(
    chains.POLICY_CONSTRAINTS, der.seq(b"\x81" + der.integer(0)[1:]), critical=True
)
ANY = "2.5.29.32.0"


def mapped(issuers: str, subjects: str) -> Extension:
    return Extension(chains.POLICY_MAPPINGS, der.seq(der.seq(der.oid(issuers), der.oid(subjects))))


def judge(
    root: Draft,
    profile: Profile,
    *,
    leaf: tuple[Extension, ...] = (),
    issuer: tuple[Extension, ...] = (),
    middle: bool = False,
) -> str:
    top = certify(root)
    above, extra = top, []
    if middle:
        above = certify(authority("MIDDLE", rsa_key("middle"), top), top)
        extra.append(above)
    made = certify(authority(chains.CA_NAME, rsa_key("ca"), above).with_(*issuer), above)
    signer = certify(person(made).with_(*leaf), made)
    try:
        validate_path(
            signer.certificate,
            chains.store_of([top], extra=[*extra, made]),
            at=NOW,
            profile=profile,
            kept=KeptPaths(),
        )
    except Refused as refused:
        return {"untrusted_issuer": "refused"}[str(refused.reason)]
    return "taken"


EMAIL = Extension(oids.SUBJECT_ALT_NAME, der.seq(der.tlv(0x81, b"a@example.kz")))
EXPLICIT = chains.require_explicit_policy()
LIMITED: tuple[tuple[str, Draft, dict[str, tuple[Extension, ...]], str], ...] = (
    ("names that fit", ROOT.with_(chains.name_constraints(permitted=KZ)), {}, "taken"),
    ("other names", ROOT.with_(chains.name_constraints(permitted=RU)), {}, "refused"),
    ("names left out", ROOT.with_(chains.name_constraints(excluded=KZ)), {}, "refused"),
    ("others left out", ROOT.with_(chains.name_constraints(excluded=RU)), {}, "taken"),
    ("names, e-mail free", ROOT.with_(chains.name_constraints(permitted=KZ)), {"leaf": (EMAIL,)},
     "taken"),
    ("names out, e-mail free", ROOT.with_(chains.name_constraints(excluded=RU)),
     {"leaf": (EMAIL,)}, "taken"),
    ("explicit policy, none", ROOT.with_(EXPLICIT), {}, "refused"),
    ("explicit policy, one", ROOT.with_(EXPLICIT), {"issuer": (chains.policies(LEAF_POLICY),)},
     "taken"),
    ("explicit other policy", ROOT.with_(EXPLICIT, chains.policies("1.2.3")),
     {"issuer": (chains.policies(LEAF_POLICY),)}, "refused"),
    ("explicit own policy", ROOT.with_(EXPLICIT, chains.policies(LEAF_POLICY)),
     {"issuer": (chains.policies(LEAF_POLICY),)}, "taken"),
    ("another policy alone", ROOT.with_(chains.policies("1.2.398.3.1.2")), {}, "taken"),
    ("any policy", ROOT.with_(EXPLICIT), {"issuer": (chains.policies(ANY),)}, "taken"),
    ("any policy inhibited", ROOT.with_(EXPLICIT, NO_ANY_POLICY),
     {"issuer": (chains.policies(ANY),)}, "refused"),
    ("mapping", ROOT.with_(EXPLICIT),
     {"issuer": (chains.policies("1.2.3"), mapped("1.2.3", LEAF_POLICY))}, "taken"),
    ("mapping inhibited", ROOT.with_(
        Extension(chains.POLICY_CONSTRAINTS,
                  der.seq(b"\x80" + der.integer(0)[1:], b"\x81" + der.integer(0)[1:]))),
     {"issuer": (chains.policies("1.2.3"), mapped("1.2.3", LEAF_POLICY))}, "refused"),
    ("no mapping asked", ROOT.with_(NO_MAPPING), {}, "taken"),
    ("expired", replace(ROOT, not_after=NOW - DAY), {}, "refused"),
    ("not valid yet", replace(ROOT, not_before=NOW + DAY), {}, "refused"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("root", "more", "verdict"),
    [pytest.param(root, more, verdict, id=name) for name, root, more, verdict in LIMITED],
)
def test_an_anchors_constraints_count(
    root: Draft, more: dict[str, tuple[Extension, ...]], verdict: str
) -> None:
    assert judge(root, NCA, **more) == verdict  # type: ignore[arg-type]  # keywords of one kind
    assert judge(root, RFC5280, **more) == "taken"  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("length", "middle", "verdict"),
    [(0, False, "refused"), (1, False, "taken"), (1, True, "refused"), (2, True, "taken")],
)
def test_an_anchors_path_length_counts(length: int, *, middle: bool, verdict: str) -> None:
    root = ROOT.with_(basic(path_length=length))
    assert judge(root, NCA, middle=middle) == verdict
    assert judge(root, RFC5280, middle=middle) == "taken"


@pytest.mark.parametrize("profile", [NCA, RFC5280], ids=lambda profile: str(profile.name))
@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        (PathInputs(), "taken"),
        (PathInputs(explicit_policy="required"), "refused"),
        (PathInputs(policies=frozenset({"1.2.3"})), "taken"),
    ],
)
def test_what_is_demanded_of_a_path_counts_with_or_without_an_anchors_constraints(
    profile: Profile, inputs: PathInputs, verdict: str
) -> None:
    """The authorities here state no policy."""
    demanding = replace(profile, inputs=inputs)
    assert judge(ROOT, demanding) == verdict
    assert judge(ROOT.with_(chains.policies("1.2.398.3.1.2")), demanding) == verdict
