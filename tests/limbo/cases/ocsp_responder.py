"""Who may answer for an authority: it itself, or whom it certified to (RFC 6960 4.2.2.2)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    DAY,
    NOW,
    UNKNOWN,
    Draft,
    Extension,
    Signer,
    authority,
    basic_constraints,
    extended,
    issue,
    key_usage,
)
from tests.limbo.build.keys import key_of
from tests.limbo.build.names import encode_name
from tests.limbo.build.ocsp import NOCHECK
from tests.limbo.build.rsa import SHA1, rsa_key
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


def _by(pki: Pki, responder: Signer) -> Scene:
    return pki.scene().answered(pki.answer(responder))


def _certified(pki: Pki, draft: Draft) -> Scene:
    """An answer by a responder with that certificate of the issuer."""
    return _by(pki, pki.issue(draft))


@case("ocsp::responder::delegated-by-key", kinds=EVERY)
def by_key(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer names its responder by the digest of its key.

    root → issuer → person → message; issuer → responder → answer

    Clause: RFC 6960 section 4.2.1: ResponderID byKey.
    """
    return pki.scene().answered(pki.answer().but(by_key=True)).valid()


@case("ocsp::responder::issuer-itself", kinds=EVERY)
def issuer_itself(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer answers itself.

    root → issuer → person → message; issuer → answer

    Clause: RFC 6960 section 4.2.2.2 (1).
    """
    answer = pki.answer(pki.issuer).but(certificates=())
    return pki.scene().answered(answer).valid()


@case("ocsp::responder::certificate-second")
def second(pki: Pki) -> Verdicted:
    """Nothing is wrong: the responder's certificate stands after another one in the answer.

    root → issuer → person → message; issuer → responder → answer

    Clause: RFC 6960 section 4.2.1: certs.
    """
    held = (pki.issuer.der, pki.responder.der)
    return pki.scene().answered(pki.answer().but(certificates=held)).valid()


@case("ocsp::responder::certificate-missing")
def certificate_missing(pki: Pki) -> Verdicted:
    """The answer does not hold its responder's certificate.

    root → issuer → person → message; issuer → responder (not there) → answer

    Clause: RFC 6960 section 4.2.1: who signed cannot be known.
    """
    return pki.scene().answered(pki.answer().but(certificates=())).indeterminate()


@case("ocsp::responder::other-ca", "forgery", kinds=EVERY)
def other_ca(pki: Pki) -> Verdicted:
    """The responder was certified by another authority under the same root.

    root → other issuer → responder → answer; root → issuer → person → message

    Clause: RFC 6960 section 4.2.2.2 (3): by the issuer of the certificate itself; facts 8.
    """
    other = names.name((oids.COMMON_NAME, "ЛИМБО БАСҚА"), (oids.COUNTRY, "KZ"))
    ca = issue(authority(key_of(pki.kind, "other issuer"), other, serial=0x15502), pki.root)
    return _by(pki, issue(pki.responder_draft(), ca)).indeterminate()


@case("ocsp::responder::root", "forgery")
def by_root(pki: Pki) -> Verdicted:
    """The responder was certified by the root, which did not issue the certificate.

    root → responder → answer; root → issuer → person → message

    Clause: RFC 6960 section 4.2.2.2 (3): by the issuer of the certificate itself.
    """
    return _by(pki, issue(pki.responder_draft(), pki.root)).indeterminate()


@case("ocsp::responder::root-itself", "forgery")
def root_itself(pki: Pki) -> Verdicted:
    """The root answers for certificates that it did not issue.

    root → answer; root → issuer → person → message

    Clause: RFC 6960 section 4.2.2.2: only the issuer and whom it certified.
    """
    return _by(pki, pki.root).indeterminate()


@case("ocsp::responder::self-signed", "forgery", kinds=EVERY)
def self_signed(pki: Pki) -> Verdicted:
    """The responder certified itself.

    attacker's responder → answer; root → issuer → person → message

    Clause: RFC 6960 section 4.2.2.2; facts 6: answers were not authenticated.
    """
    return _by(pki, issue(pki.responder_draft(key=key_of(pki.kind, "attacker")))).indeterminate()


@case("ocsp::responder::same-name", "forgery")
def same_name(pki: Pki) -> Verdicted:
    """The answer is signed with the attacker's key, under the responder's certificate.

    root → issuer → responder; attacker's key → answer

    Clause: RFC 6960 section 3.2 (2).
    """
    thief = replace(pki.responder, key=key_of(pki.kind, "attacker"))
    return _by(pki, thief).indeterminate()


@case("ocsp::responder::named-like-the-issuer", "forgery", kinds=EVERY)
def named_like_issuer(pki: Pki) -> Verdicted:
    """The attacker's certificate bears the issuer's name and key identifier and answers "itself".

    attacker's "issuer" → answer; root → issuer → person → message

    Clause: RFC 6960 section 4.2.2.2 (1): the issuer's own key.
    """
    forged = issue(pki.issuer_draft(key=key_of(pki.kind, "attacker"), key_id=pki.issuer.key_id))
    return _by(pki, forged).indeterminate()


@case("ocsp::responder::person", "forgery", kinds=EVERY)
def person(pki: Pki) -> Verdicted:
    """The person whose certificate it is answers that it is good.

    root → issuer → person → answer, message

    Clause: RFC 6960 section 4.2.2.2 (3): OCSPSigning.
    """
    return _by(pki, pki.issue(pki.person())).indeterminate()


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


@case("ocsp::responder::id-other-key")
def id_other_key(pki: Pki) -> Verdicted:
    """ResponderID names another key than that of the certificate in the answer.

    root → issuer → responder → answer

    Clause: RFC 6960 section 4.2.1: the ResponderID names the responder.
    """
    other = der.explicit(2, der.octets(bytes(20)))
    return pki.scene().answered(pki.answer().but(responder_id=other)).indeterminate()


@case("ocsp::responder::id-other-name")
def id_other_name(pki: Pki) -> Verdicted:
    """ResponderID names somebody else than the certificate in the answer.

    root → issuer → responder → answer

    Clause: RFC 6960 section 4.2.1: the ResponderID names the responder.
    """
    other = der.explicit(1, encode_name(names.PERSON))
    return pki.scene().answered(pki.answer().but(responder_id=other)).indeterminate()


@case("ocsp::responder::of-the-old-issuer", "forgery")
def of_old_issuer(pki: Pki) -> Verdicted:
    """The responder was certified by an authority of the issuer's name with another key.

    root → old issuer of that name → responder → answer; root → issuer → person → message

    Clause: RFC 6960 section 4.2.2.2 (3); facts 3: generations share names.
    """
    old = issue(pki.issuer_draft(key=rsa_key("other issuer"), serial=0x15500), pki.root)
    return _by(pki, issue(pki.responder_draft(), old)).indeterminate()


@case("ocsp::responder::other-algorithm", kinds=("gost2015",))
def other_algorithm(pki: Pki) -> Verdicted:
    """Nothing is wrong: the GOST issuer certified a responder with an RSA key.

    root → issuer (GOST) → responder (RSA) → answer

    Clause: RFC 6960 section 4.3: each signature has its own algorithm.
    """
    return _certified(pki, pki.responder_draft(key=rsa_key("responder"))).valid()
