"""`validate_path`: what it answers, who can make a ValidatedPath, in which order it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier.factory import DAY, NOW, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.chains import Chain, Made, authority, certify, person


@pytest.fixture(scope="module")
def chain() -> Chain:
    return chains.chain()


def prove(leaf: Made, trust: TrustStore) -> ValidatedPath:
    return validate_path(leaf.certificate, trust, at=NOW, kept=KeptPaths())


def test_a_path_tells_its_certificates_from_leaf_to_anchor(chain: Chain) -> None:
    leaf = certify(person(chain.issuer), chain.issuer)
    path = prove(leaf, chains.store_of([chain.root], [chain.middle, chain.issuer]))
    made = (leaf, chain.issuer, chain.middle, chain.root)
    assert path.certificates == tuple(one.certificate for one in made)
    assert path.leaf == leaf.certificate
    assert (path.issuer.name, path.root.name, path.pinned) == ("issuer1", "root0", True)


@pytest.mark.parametrize("way", ["full", "short"])
def test_a_certificate_is_valid_at_the_ends_of_its_validity_and_not_beyond(
    chain: Chain, way: str
) -> None:
    leaf = certify(person(chain.issuer), chain.issuer)
    kept = KeptPaths(size=0 if way == "full" else 9)
    second = DAY / 86_400
    start, end = leaf.draft.not_before, leaf.draft.not_after
    for at in (start, end):
        validate_path(leaf.certificate, chain.store(), at=at, kept=kept)
    for at, reason in ((start - second, "not_yet_valid"), (end + second, "expired")):
        with pytest.raises(Refused, match=reason):
            validate_path(leaf.certificate, chain.store(), at=at, kept=kept)


def test_an_issuer_nobody_pinned_has_no_addresses(chain: Chain) -> None:
    leaf = certify(person(chain.issuer), chain.issuer)
    path = prove(leaf, chain.store())
    assert path.pinned is False
    assert path.issuer.certificate == chain.issuer.certificate
    assert (path.issuer.ocsp, path.issuer.crl, path.issuer.delta_crl) == (None, None, None)
    assert path.root.name == "root0"


def test_an_anchor_may_issue_itself(chain: Chain) -> None:
    path = prove(certify(person(chain.root), chain.root), chains.store_of([chain.root]))
    assert (len(path.certificates), path.issuer, path.pinned) == (2, path.root, True)


def test_an_intermediate_given_as_trust_is_an_anchor(chain: Chain) -> None:
    path = prove(certify(person(chain.issuer), chain.issuer), chains.store_of([chain.issuer]))
    assert path.certificates[1:] == (chain.issuer.certificate,)


def test_what_is_pinned_is_taken_before_what_is_not(chain: Chain) -> None:
    """The same name and key, once pinned and once only offered."""
    twin = certify(replace(chain.issuer.draft, serial=8), chain.middle)
    leaf = certify(person(chain.issuer), chain.issuer)
    path = prove(leaf, chains.store_of([chain.root], [chain.middle, chain.issuer], extra=[twin]))
    assert path.pinned


def test_an_anchor_is_taken_before_an_authority_that_needs_its_issuer(chain: Chain) -> None:
    trust = chains.store_of([chain.root, chain.issuer], [chain.middle, chain.issuer])
    reordered = replace(trust, authorities=tuple(reversed(trust.authorities)))
    path = prove(certify(person(chain.issuer), chain.issuer), reordered)
    assert path.root.certificate == chain.issuer.certificate


def test_a_path_that_does_not_hold_does_not_hide_one_that_does(chain: Chain) -> None:
    expired = certify(replace(chain.issuer.draft, not_after=NOW - DAY), chain.middle)
    leaf = certify(person(chain.issuer), chain.issuer)
    trust = chains.store_of([chain.root], extra=[expired, chain.middle, chain.issuer])
    assert prove(leaf, trust).issuer.certificate == chain.issuer.certificate
    expired_only = chains.store_of([chain.root], extra=[expired, chain.middle])
    with pytest.raises(Refused, match="untrusted_issuer"):
        prove(leaf, expired_only)


@pytest.mark.parametrize("proof", [None, object(), "proof"])
def test_only_validate_path_makes_a_validated_path(chain: Chain, proof: object) -> None:
    path = prove(certify(person(chain.issuer), chain.issuer), chain.store())
    with pytest.raises(TypeError, match="only validate_path"):
        ValidatedPath(path.certificates, path.issuer, path.root, path.pinned, proof)
    with pytest.raises(TypeError, match="only validate_path"):
        replace(path, pinned=True, proof=proof)
    with pytest.raises(AttributeError):
        path.pinned = True  # type: ignore[misc]  # frozen: that is what is tested


def test_a_path_and_a_refusal_name_no_person(chain: Chain) -> None:
    leaf = certify(person(chain.issuer), chain.issuer)
    assert chains.LEAF not in repr(prove(leaf, chain.store()))
    for trust in (chains.store_of([chain.root]), chains.store_of([])):
        with pytest.raises(Refused) as caught:
            prove(leaf, trust)
        assert chains.LEAF not in str(caught.value)


def test_refusals_come_in_one_order(chain: Chain) -> None:
    """Strict rules, then whether there is a path, then the leaf's validity, then the path."""
    expired_authority = certify(
        replace(authority("OLD", rsa_key("ca"), chain.root), not_after=NOW - DAY), chain.root
    )
    wrong = replace(person(expired_authority), serial=0, not_after=NOW - DAY)
    right = replace(wrong, serial=1)
    valid = replace(right, not_after=NOW + DAY)
    known = chains.store_of([chain.root], [expired_authority])
    unknown = chains.store_of([chain.root])
    expected = [
        (wrong, unknown, "certificate_invalid"),
        (right, unknown, "untrusted_issuer"),
        (right, known, "expired"),
        (valid, known, "untrusted_issuer"),
    ]
    found = []
    for draft, trust, _ in expected:
        with pytest.raises(Refused) as caught:
            prove(certify(draft, expired_authority), trust)
        found.append(str(caught.value.reason))
    assert found == [reason for _, _, reason in expected]
