"""Both ways over kz-eds-limbo: whatever is wrong with a case's certificates, they agree on it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from eds_verifier.cms.check import read_certificates, signer_certificate
from eds_verifier.cms.message import parse_message
from eds_verifier.path.certificate import Certificate
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused
from tests.limbo.model import Case
from tests.limbo.registry import corpus
from tests.unit.eds_verifier.path.both_ways import CountingPaths, both_ways

NAMESPACES = {"path", "x509", "validity"}
REASONS = ("ok", "untrusted_issuer", "certificate_invalid", "expired", "not_yet_valid")


def signers(cms: bytes) -> list[Certificate]:
    """The certificates whose paths the case is about; none of a message that cannot be read."""
    try:
        message = parse_message(cms)
        certificates = read_certificates(message)
        return [signer_certificate(signer, certificates) for signer in message.signers]
    except Refused:
        return []


def trusted(case: Case) -> TrustStore:
    """The case's anchors, and what of its other certificates can be read."""
    anchors = tuple(
        TrustedAuthority(f"anchor{number}", "root", None, Certificate.parse(data))
        for number, data in enumerate(case.trust)
    )
    extra = []
    for data in case.certs:
        with suppress(Refused):
            extra.append(Certificate.parse(data))
    return TrustStore("limbo", anchors, tuple(extra))


def test_both_ways_agree_over_the_corpus() -> None:
    kept = CountingPaths()
    reasons: Counter[str] = Counter()
    cases = [entry.case for entry in corpus() if entry.namespace in NAMESPACES]
    for case in (*cases, *reversed(cases)):
        for leaf in signers(case.cms):
            full, short = both_ways(leaf, trusted(case), at=case.at, kept=kept)
            assert full == short, case.id
            reasons[full[0]] += 1
    assert kept.hits > 50
    assert min(reasons[reason] for reason in REASONS) > 5
