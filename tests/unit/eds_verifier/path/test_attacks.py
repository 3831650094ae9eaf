"""Paths an attacker would offer, of his own certificates and of others'."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path.build import Search
from eds_verifier.path.profile import NCA
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import DAY, NOW, Extension, gost_key, rsa_key
from tests.unit.eds_verifier.path import chains
from tests.unit.eds_verifier.path.chains import (
    Chain,
    Made,
    authority,
    certify,
    issuer_id,
    key_id,
    person,
    prove,
    refused,
)


@pytest.fixture(scope="module")
def chain() -> Chain:
    return chains.chain()


def test_a_person_certifies_nobody(chain: Chain) -> None:
    honest = certify(person(chain.issuer), chain.issuer)
    forged = certify(person(honest, rsa_key("another")), honest)
    reason, detail = refused(forged, chain.store(honest))
    assert (reason, "not an authority's" in detail) == ("untrusted_issuer", True)


@pytest.mark.parametrize("ca", ["certified by itself", "certified by the root, it says"])
def test_an_authority_of_the_same_name_and_key_id_with_another_key_is_nobody(
    chain: Chain, ca: str
) -> None:
    identifier = key_id(chain.issuer.key_id)
    draft = authority(chains.CA_NAME, rsa_key("mallory")).with_(identifier)
    if ca == "certified by itself":
        mallory = certify(draft)
    else:
        named = replace(draft, issuer=chain.middle.draft.subject)
        mallory = certify(named.with_(issuer_id(chain.middle.key_id)))
    forged = certify(person(chain.issuer), mallory)
    for trust in (chain.store(mallory), chains.store_of([chain.root], [chain.issuer])):
        assert refused(forged, trust)[0] == "untrusted_issuer"


def test_a_lookalike_of_the_root_is_no_anchor(chain: Chain) -> None:
    draft = authority(chains.ROOT_NAME, rsa_key("mallory")).with_(key_id(chain.root.key_id))
    root = certify(draft)
    issuer = certify(
        authority(chains.CA_NAME, rsa_key("ca2"), root).with_(issuer_id(chain.root.key_id)), root
    )
    forged = certify(person(issuer), issuer)
    assert refused(forged, chain.store(root, issuer))[0] == "untrusted_issuer"
    assert refused(certify(person(chain.root), root), chain.store(root)) == (
        "untrusted_issuer",
        "the certificate bears the name of a trusted authority but not its signature",
    )


def test_a_leaf_that_certified_itself_is_nobody(chain: Chain) -> None:
    itself = certify(person(chain.issuer))
    assert refused(itself, chain.store(itself))[0] == "untrusted_issuer"


def crossed() -> tuple[Made, Made]:
    """Two authorities that certified each other."""
    left, right = (authority(name, rsa_key(name)) for name in ("left", "right"))
    by_right = certify(left.with_(issuer_id(chains.identifier_of(right.key))), certify(right))
    by_left = certify(right.with_(issuer_id(chains.identifier_of(left.key))), certify(left))
    return by_right, by_left


def test_a_loop_of_authorities_leads_nowhere(chain: Chain) -> None:
    left, right = crossed()
    leaf = certify(person(left), left)
    search = Search(chain.store(left, right), NCA)
    assert list(search.paths(leaf.certificate)) == []
    assert search.signatures <= 4
    assert refused(leaf, chain.store(left, right))[0] == "untrusted_issuer"


def test_a_loop_does_not_hide_the_way_out(chain: Chain) -> None:
    left, right = crossed()
    out = certify(left.draft.with_(issuer_id(chain.middle.key_id)), chain.middle)
    leaf = certify(person(left), left)
    path = prove(leaf, chain.store(left, right, out))
    assert [c.sha256 for c in path.certificates] == [
        made.certificate.sha256 for made in (leaf, out, chain.middle, chain.root)
    ]


@pytest.mark.parametrize("limited", ["root", "middle", "issuer"])
def test_a_path_length_is_not_exceeded_through_intermediates(limited: str) -> None:
    length = {limited: {"root": 2, "middle": 1, "issuer": 0}[limited]}
    root = certify(authority("R", rsa_key("root"), path_length=length.get("root")))
    middle = certify(
        authority("M", rsa_key("middle"), root, path_length=length.get("middle")), root
    )
    issuer = certify(
        authority("I", rsa_key("ca"), middle, path_length=length.get("issuer")), middle
    )
    allowed = certify(person(issuer), issuer)
    below = certify(authority("B", rsa_key("mallory"), issuer), issuer)
    forged = certify(person(below), below)
    trust = chains.store_of([root], extra=[middle, issuer, below])
    assert len(prove(allowed, trust).certificates) == 4
    assert refused(forged, trust)[0] == "untrusted_issuer"


def test_no_certificate_of_others_stands_above_a_pinned_authority(chain: Chain) -> None:
    """The issuer is pinned, and its root is not: another root of the list may not adopt it."""
    root = certify(authority("ANOTHER ROOT", rsa_key("root2")))
    bridge = certify(chain.middle.draft.with_(issuer_id(root.key_id)), root)
    leaf = certify(person(chain.issuer), chain.issuer)
    assert prove(leaf, chains.store_of([root], extra=[bridge, chain.issuer])).pinned is False
    pinned = chains.store_of([root], [chain.issuer], extra=[bridge])
    assert refused(leaf, pinned)[0] == "untrusted_issuer"


@pytest.mark.parametrize(
    ("named", "taken"),
    [
        ("nothing", True),
        ("issuer and serial", True),
        ("another serial", False),
        ("another issuer", False),
        ("serial alone", False),
        ("issuer alone", False),
        ("a name of another kind", False),
    ],
)
def test_an_authority_key_identifier_does_not_contradict_its_issuer(
    chain: Chain, named: str, *, taken: bool
) -> None:
    above = chain.issuer.certificate
    kinds = {
        "nothing": issuer_id(above.subject_key_id),
        "issuer and serial": issuer_id(
            above.subject_key_id, issuer=above.issuer_der, serial=above.serial
        ),
        "another serial": issuer_id(
            above.subject_key_id, issuer=above.issuer_der, serial=above.serial + 1
        ),
        "another issuer": issuer_id(
            above.subject_key_id, issuer=above.subject_der, serial=above.serial
        ),
        "serial alone": issuer_id(above.subject_key_id, serial=above.serial),
        "issuer alone": issuer_id(above.subject_key_id, issuer=above.issuer_der),
        "a name of another kind": Extension(
            oids.AUTHORITY_KEY_IDENTIFIER,
            der.seq(
                der.tlv(0x80, above.subject_key_id or b""),
                der.tlv(0xA1, der.tlv(0x82, b"ca.example")),
                b"\x82" + der.integer(above.serial)[1:],
            ),
        ),
    }
    leaf = certify(person(chain.issuer).with_(kinds[named]), chain.issuer)
    if taken:
        assert prove(leaf, chain.store()).issuer.certificate == above
    else:
        assert refused(leaf, chain.store())[0] == "untrusted_issuer"


def test_another_key_identifier_is_another_issuer(chain: Chain) -> None:
    leaf = certify(person(chain.issuer).with_(issuer_id(b"another")), chain.issuer)
    assert refused(leaf, chain.store())[0] == "untrusted_issuer"


def test_a_name_is_compared_as_the_standard_says(chain: Chain) -> None:
    """Case and spaces do not matter (RFC 5280 section 7.1)."""
    spelt = chains.named(f"  {chains.CA_NAME.lower()} ")
    leaf = certify(replace(person(chain.issuer), issuer=spelt), chain.issuer)
    assert prove(leaf, chain.store()).issuer.certificate == chain.issuer.certificate


def test_a_leaf_of_one_algorithm_under_an_authority_of_another() -> None:
    root = certify(authority("R", gost_key("root")))
    issuer = certify(authority("I", rsa_key("ca"), root), root)
    leaf = certify(person(issuer, gost_key("leaf")), issuer)
    assert prove(leaf, chains.store_of([root], [issuer])).pinned


def test_a_weak_key_of_an_authority_certifies_nobody() -> None:
    root = certify(authority("R", rsa_key("root")))
    issuer = certify(authority("I", rsa_key("weak", 1024), root), root)
    leaf = certify(person(issuer), issuer)
    assert refused(leaf, chains.store_of([root], [issuer]))[0] == "untrusted_issuer"


@pytest.mark.parametrize("place", ["root", "middle", "issuer"])
@pytest.mark.parametrize("when", ["past", "future"])
def test_every_authority_is_valid_at_the_instant(place: str, when: str) -> None:
    def at(where: str, draft: chains.Draft) -> chains.Draft:
        if where != place:
            return draft
        if when == "past":
            return replace(draft, not_after=NOW)
        return replace(draft, not_before=NOW)

    root = certify(at("root", authority("R", rsa_key("root"))))
    middle = certify(at("middle", authority("M", rsa_key("middle"), root)), root)
    issuer = certify(at("issuer", authority("I", rsa_key("ca"), middle)), middle)
    leaf = certify(person(issuer), issuer)
    trust = chains.store_of([root], extra=[middle, issuer])
    outside = NOW + DAY / 86_400 if when == "past" else NOW - DAY / 86_400
    assert len(prove(leaf, trust, NOW).certificates) == 4
    assert refused(leaf, trust, outside)[0] == "untrusted_issuer"
