"""RFC 5280 alone, revocation by CRLs required for every certificate: what NIST says, case by case.

The path goes through the same code as a person's, with the profile `RFC5280`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import crl
from pyhanko_certvalidator.policy_decl import RevocationCheckingRule

from eds_verifier.asn1.reading import load
from eds_verifier.asn1.unchanged import UnchangedCertificate
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.full import check_rfc5280
from eds_verifier.path.profile import RFC5280
from eds_verifier.verdict import Refused
from tests.pkits.cases import ANCHOR, ANCHOR_CRL, CASES, Case, files

AT = datetime(2026, 8, 12, tzinfo=UTC)
RULES = {
    # The CRL is signed with a DSA key whose parameters are its issuer's; the library hands them
    # down to the next certificate of a path, but not to a CRL.
    "4.1.5": RevocationCheckingRule.CHECK_IF_DECLARED,
}


def certificate(name: str) -> Any:
    return load(UnchangedCertificate, files()[name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.case))
def test_every_case_ends_as_nist_says(case: Case) -> None:
    anchor = Certificate.parse(files()[ANCHOR])
    try:
        check_rfc5280(
            certificate(case.end),
            [certificate(name) for name in case.authorities],
            anchor,
            at=AT,
            profile=replace(RFC5280, inputs=case.inputs),
            revocation=RULES.get(case.case, RevocationCheckingRule.CRL_REQUIRED),
            crls=[load(crl.CertificateList, files()[name]) for name in (ANCHOR_CRL, *case.crls)],
            others=[certificate(name) for name in case.others],
        )
        ended = "valid"
    except Refused:
        ended = "invalid"
    assert ended == case.expected


def test_all_of_the_suite_is_there() -> None:
    """NIST's sections 4.1 to 4.16 without a gap, and every file of the suite used or a CRL."""
    numbers: dict[int, set[int]] = {}
    for case in CASES:
        _, section, number = case.case.rstrip("abcdefgh").split(".")
        numbers.setdefault(int(section), set()).add(int(number))
    last = [6, 8, 11, 21, 8, 17, 5, 20, 8, 14, 11, 10, 38, 35, 10, 2]
    assert numbers == {
        section: set(range(1, count + 1)) for section, count in enumerate(last, start=1)
    }
    assert len(CASES) == 255
    assert len({case.case for case in CASES}) == len(CASES)


def test_no_certificate_of_the_suite_is_left_out() -> None:
    used = {ANCHOR, ANCHOR_CRL}.union(
        *({case.end, *case.authorities, *case.others, *case.crls} for case in CASES)
    )
    assert set(files()) - used == set()
