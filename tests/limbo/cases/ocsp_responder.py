"""Who may answer for an authority: it itself, or whom it certified to (RFC 6960 4.2.2.2)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    Signer,
    authority,
    issue,
)
from tests.limbo.build.keys import key_of
from tests.limbo.build.names import encode_name
from tests.limbo.build.rsa import rsa_key
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


def _by(pki: Pki, responder: Signer) -> Scene:
    return pki.scene().answered(pki.answer(responder))


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

    Clause: RFC 6960 section 4.2.2.2 (3): by the issuer of the certificate itself; attack list.
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

    Clause: RFC 6960 section 4.2.2.2; seen elsewhere: answers were not authenticated.
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

    Clause: RFC 6960 section 4.2.2.2 (3); NCA authorities: generations share names.
    """
    old = issue(pki.issuer_draft(key=rsa_key("other issuer"), serial=0x15500), pki.root)
    return _by(pki, issue(pki.responder_draft(), old)).indeterminate()
