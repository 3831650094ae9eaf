"""What the certificate of a delegated OCSP responder must be (RFC 6960 4.2.2.2)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    DAY,
    NOW,
    UNKNOWN,
    Draft,
    Extension,
    Signer,
    basic_constraints,
    extended,
    issue,
    key_usage,
)
from tests.limbo.build.ocsp import NOCHECK
from tests.limbo.build.rsa import SHA1, rsa_key
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case


def _by(pki: Pki, responder: Signer) -> Scene:
    return pki.scene().answered(pki.answer(responder))


def _certified(pki: Pki, draft: Draft) -> Scene:
    """An answer by a responder with that certificate of the issuer."""
    return _by(pki, pki.issue(draft))


@case("ocsp::responder::without-ocsp-signing", "forgery", kinds=EVERY)
def without_purpose(pki: Pki) -> Verdicted:
    """The issuer certified the responder for clients, not for OCSPSigning.

    root → issuer → responder (clientAuth) → answer

    Clause: RFC 6960 section 4.2.2.2: id-kp-OCSPSigning.
    """
    draft = pki.responder_draft().with_(extended(oids.CLIENT_AUTH))
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::any-purpose", "forgery")
def any_purpose(pki: Pki) -> Verdicted:
    """The issuer certified the responder for "any purpose".

    root → issuer → responder (anyExtendedKeyUsage) → answer

    Clause: RFC 6960 section 4.2.2.2: id-kp-OCSPSigning, named.
    """
    draft = pki.responder_draft().with_(extended(oids.ANY_EXTENDED_KEY_USAGE))
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::without-nocheck", kinds=EVERY)
def without_nocheck(pki: Pki) -> Verdicted:
    """The responder's certificate has no ocsp-nocheck: it may be revoked itself, and who would say
    so?

    root → issuer → responder → answer

    Clause: RFC 6960 section 4.2.2.2.1; NCA profile: the responder has it.
    """
    draft = pki.responder_draft().without(oids.OCSP_NOCHECK)
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::nocheck-empty")
def nocheck_empty(pki: Pki) -> Verdicted:
    """Nothing is wrong that would let anybody in: ocsp-nocheck has no octets where NULL belongs,
    as the NCA has written it.

    root → issuer → responder → answer

    Clause: RFC 6960 section 4.2.2.2.1: its being there is what counts.
    """
    draft = pki.responder_draft().with_(Extension(oids.OCSP_NOCHECK, b""))
    return _certified(pki, draft).valid()


@case("ocsp::responder::nocheck-critical")
def nocheck_critical(pki: Pki) -> Verdicted:
    """Nothing is wrong: ocsp-nocheck is critical.

    root → issuer → responder → answer

    Clause: RFC 6960 section 4.2.2.2.1: it should not be.
    """
    draft = pki.responder_draft().with_(replace(NOCHECK, critical=True))
    return _certified(pki, draft).valid()


@case("ocsp::responder::expired", kinds=EVERY)
def expired(pki: Pki) -> Verdicted:
    """The responder's certificate expired yesterday.

    root → issuer → responder (expired) → answer

    Clause: RFC 5280 section 6.1.3 (a)(2).
    """
    return _certified(pki, pki.responder_draft(not_after=NOW - DAY)).indeterminate()


@case("ocsp::responder::not-yet-valid")
def not_yet_valid(pki: Pki) -> Verdicted:
    """The responder's certificate is valid from tomorrow.

    root → issuer → responder (not yet valid) → answer

    Clause: RFC 5280 section 6.1.3 (a)(2).
    """
    return _certified(pki, pki.responder_draft(not_before=NOW + DAY)).indeterminate()


@case("ocsp::responder::authority")
def is_authority(pki: Pki) -> Verdicted:
    """The responder's certificate is an authority's.

    root → issuer → responder (CA) → answer

    Clause: NCA profile: a responder answers and certifies nobody.
    """
    draft = pki.responder_draft().with_(basic_constraints())
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::may-not-sign")
def may_not_sign(pki: Pki) -> Verdicted:
    """keyUsage of the responder lacks digitalSignature.

    root → issuer → responder (keyEncipherment) → answer

    Clause: RFC 5280 section 4.2.1.3.
    """
    draft = pki.responder_draft().with_(key_usage("key_encipherment"))
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::unknown-critical-extension")
def unknown_critical(pki: Pki) -> Verdicted:
    """The responder's certificate has a critical extension that nobody knows.

    root → issuer → responder → answer

    Clause: RFC 5280 section 4.2.
    """
    draft = pki.responder_draft().with_(replace(UNKNOWN, critical=True))
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::weak-key")
def weak_key(pki: Pki) -> Verdicted:
    """The responder's key has 1024 bits.

    root → issuer → responder (RSA 1024) → answer

    Clause: RSA of 2048 bits or more.
    """
    draft = pki.responder_draft(key=rsa_key("responder", 1024))
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::certified-by-sha1", "sha1")
def certified_by_sha1(pki: Pki) -> Verdicted:
    """The issuer certified the responder with SHA-1.

    root → issuer → responder (SHA-1) → answer

    Clause: SHA-1 never.
    """
    weak = replace(pki.issuer, key=replace(rsa_key("issuer"), hash=SHA1))
    return _by(pki, issue(pki.responder_draft(), weak)).indeterminate()


@case("ocsp::responder::certificate-changed", "forgery")
def certificate_changed(pki: Pki) -> Verdicted:
    """The issuer's signature in the responder's certificate does not hold.

    root → issuer → responder (changed) → answer

    Clause: RFC 5280 section 6.1.3 (a)(1).
    """
    draft = pki.responder_draft(signature=bytes(256))
    return _certified(pki, draft).indeterminate()


@case("ocsp::responder::other-algorithm", kinds=("gost2015",))
def other_algorithm(pki: Pki) -> Verdicted:
    """Nothing is wrong: the GOST issuer certified a responder with an RSA key.

    root → issuer (GOST) → responder (RSA) → answer

    Clause: RFC 6960 section 4.3: each signature has its own algorithm.
    """
    return _certified(pki, pki.responder_draft(key=rsa_key("responder"))).valid()
