"""What an authority of the path must be: each case spoils the issuer, or the root."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    UNKNOWN,
    Draft,
    basic_constraints,
    extended,
    issue,
    key_usage,
)
from tests.limbo.build.keys import Foreign
from tests.limbo.build.rsa import SHA1, rsa_key
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


def _issuer(pki: Pki, draft: Draft) -> Scene:
    return pki.reissued(issuer=draft).scene()


def _root(pki: Pki, draft: Draft) -> Scene:
    return pki.reissued(root=draft).scene()


@case("path::issuer::v1", kinds=EVERY)
def v1(pki: Pki) -> Verdicted:
    """The issuer's certificate is of version 1: nothing says that it is an authority's.

    root → issuer (v1) → person → message

    Clause: RFC 5280 section 6.1.4 (k).
    """
    return _issuer(pki, pki.issuer_draft(version=None, extensions=None)).invalid("untrusted_issuer")


@case("path::issuer::no-basic-constraints", "impersonation", kinds=EVERY)
def no_basic_constraints(pki: Pki) -> Verdicted:
    """The issuer's certificate has no basicConstraints.

    root → issuer (not said to be CA) → person → message

    Clause: RFC 5280 section 6.1.4 (k).
    """
    draft = pki.issuer_draft().without(oids.BASIC_CONSTRAINTS)
    return _issuer(pki, draft).invalid("untrusted_issuer")


@case("path::issuer::not-ca", "impersonation")
def not_ca(pki: Pki) -> Verdicted:
    """basicConstraints of the issuer says that it is no authority.

    root → issuer (cA FALSE) → person → message

    Clause: RFC 5280 section 6.1.4 (k).
    """
    draft = pki.issuer_draft().with_(basic_constraints(ca=False))
    return _issuer(pki, draft).invalid("untrusted_issuer")


@case("path::issuer::may-not-certify", "impersonation", kinds=EVERY)
def may_not_certify(pki: Pki) -> Verdicted:
    """keyUsage of the issuer lacks keyCertSign.

    root → issuer (cRLSign only) → person → message

    Clause: RFC 5280 section 6.1.4 (n).
    """
    draft = pki.issuer_draft().with_(key_usage("crl_sign"))
    return _issuer(pki, draft).invalid("untrusted_issuer")


@case("path::issuer::no-key-usage")
def no_key_usage(pki: Pki) -> Verdicted:
    """keyUsage of the issuer is missing.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.3: an authority's must have it.
    """
    return _issuer(pki, pki.issuer_draft().without(oids.KEY_USAGE)).invalid("untrusted_issuer")


@case("path::issuer::no-subject-key-id")
def no_subject_key_id(pki: Pki) -> Verdicted:
    """subjectKeyIdentifier of the issuer is missing.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.2: an authority's must have it.
    """
    return _issuer(pki, pki.issuer_draft(key_id=None)).invalid("untrusted_issuer")


@case("path::issuer::no-authority-key-id")
def no_authority_key_id(pki: Pki) -> Verdicted:
    """authorityKeyIdentifier of the issuer is missing.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1: it must be there.
    """
    return _issuer(pki, pki.issuer_draft(authority_id=None)).invalid("untrusted_issuer")


@case("path::issuer::serial-negative")
def serial_negative(pki: Pki) -> Verdicted:
    """The serial number of the issuer's certificate is negative.

    root → issuer (serial -7) → person → message

    Clause: RFC 5280 section 4.1.2.2.
    """
    return _issuer(pki, pki.issuer_draft(serial=-7)).invalid("untrusted_issuer")


@case("path::issuer::serial-zero")
def serial_zero(pki: Pki) -> Verdicted:
    """The serial number of the issuer's certificate is zero.

    root → issuer (serial 0) → person → message

    Clause: RFC 5280 section 4.1.2.2.
    """
    return _issuer(pki, pki.issuer_draft(serial=0)).invalid("untrusted_issuer")


@case("path::issuer::duplicate-extension")
def duplicate_extension(pki: Pki) -> Verdicted:
    """basicConstraints of the issuer stands twice.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance.
    """
    draft = pki.issuer_draft()
    assert draft.extensions is not None
    twice = draft.but(extensions=(*draft.extensions, basic_constraints()))
    return _issuer(pki, twice).invalid("untrusted_issuer")


@case("path::issuer::unknown-critical-extension")
def unknown_critical(pki: Pki) -> Verdicted:
    """The issuer's certificate has a critical extension that nobody knows.

    root → issuer → person → message

    Clause: RFC 5280 section 6.1.4 (o).
    """
    draft = pki.issuer_draft().with_(replace(UNKNOWN, critical=True))
    return _issuer(pki, draft).invalid("untrusted_issuer")


@case("path::issuer::unknown-extension")
def unknown(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer's certificate has an extension nobody knows, not critical.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.
    """
    return _issuer(pki, pki.issuer_draft().with_(UNKNOWN)).valid()


@case("path::issuer::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The root signed the issuer's certificate with SHA-1.

    root → issuer (SHA-1) → person → message

    Clause: SHA-1 never.
    """
    weak = replace(pki.root, key=replace(rsa_key("root"), hash=SHA1))
    return replace(pki, issuer=issue(pki.issuer_draft(), weak)).scene().invalid("untrusted_issuer")


@case("path::issuer::signature-changed", "impersonation", kinds=EVERY)
def signature_changed(pki: Pki) -> Verdicted:
    """The issuer's certificate was changed after the root signed it.

    root → issuer (changed) → person → message

    Clause: RFC 5280 section 6.1.3 (a)(1).
    """
    forged = pki.issuer.der.replace(names.ISSUER[1][0][1], der.printable("KG"))
    assert forged != pki.issuer.der
    name = names.with_(names.ISSUER, oids.COUNTRY, "KG")
    changed = replace(pki.issuer, der=forged, subject=name)
    return replace(pki, issuer=changed).scene().invalid("untrusted_issuer")


@case("path::issuer::of-another-root", "impersonation", kinds=EVERY)
def other_root(pki: Pki) -> Verdicted:
    """The issuer was certified by a root of the same name with another key.

    another root → issuer → person → message

    Clause: attack list: self-signed CA with the same CN.
    """
    forged = issue(pki.root_draft(key=rsa_key("attacker root")))
    other = replace(pki, issuer=issue(pki.issuer_draft(), forged))
    return other.scene().invalid("untrusted_issuer")


@case("path::issuer::extended-key-usage-fits")
def purposes_fit(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer is limited to just the purposes that the person's has.

    root → issuer (emailProtection, individual) → person → message

    Clause: NCA profile: an authority's extendedKeyUsage limits what it certifies.
    """
    draft = pki.issuer_draft().with_(extended(oids.EMAIL_PROTECTION, oids.INDIVIDUAL))
    return _issuer(pki, draft).valid()


@case("path::issuer::extended-key-usage-any")
def purposes_any(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer is limited to "any purpose".

    root → issuer (anyExtendedKeyUsage) → person → message

    Clause: RFC 5280 section 4.2.1.12.
    """
    draft = pki.issuer_draft().with_(extended(oids.ANY_EXTENDED_KEY_USAGE))
    return _issuer(pki, draft).valid()


@case("path::issuer::extended-key-usage-other")
def purposes_other(pki: Pki) -> Verdicted:
    """The issuer may certify servers only.

    root → issuer (serverAuth) → person → message

    Clause: NCA profile: EKU on CAs; an authority for servers certifies no persons.
    """
    draft = pki.issuer_draft().with_(extended(oids.SERVER_AUTH))
    return _issuer(pki, draft).invalid("untrusted_issuer")


@case("path::issuer::extended-key-usage-of-another-holder")
def purposes_holder(pki: Pki) -> Verdicted:
    """The issuer may certify individuals; it certified the first head of an organisation.

    root → issuer (emailProtection, individual) → director → message

    Clause: NCA profile: EKU on CAs.
    """
    draft = pki.issuer_draft().with_(extended(oids.EMAIL_PROTECTION, oids.INDIVIDUAL))
    limited = pki.reissued(issuer=draft)
    return limited.scene(limited.director()).invalid("untrusted_issuer")


@case("path::issuer::ocsp-responder", "impersonation")
def responder_as_issuer(pki: Pki) -> Verdicted:
    """A responder that may answer for revocation certified a person.

    root → issuer → responder → person → message

    Clause: RFC 5280 section 6.1.4 (k): it is no authority.
    """
    inner = replace(pki, issuer=pki.responder)
    person = inner.issue(inner.person())
    certs = (pki.issuer.der, pki.responder.der)
    return pki.scene(person, certs=certs).invalid("untrusted_issuer")


@case("path::issuer::basic-constraints-not-critical")
def not_critical(pki: Pki) -> Verdicted:
    """Nothing is wrong that would let anybody in: basicConstraints is there and says authority,
    but is not critical.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.9 obliges who certifies; section 6.1.4 (k) does not ask.
    """
    basic = replace(basic_constraints(), critical=False)
    return _issuer(pki, pki.issuer_draft().with_(basic)).valid()


@case("path::issuer::key-unreadable", "algorithm-confusion")
def key_unreadable(pki: Pki) -> Verdicted:
    """The issuer's key is Ed25519, which is not accepted here.

    root → issuer (Ed25519) → person → message

    Clause: what is not in the tables is refused.
    """
    info = der.seq(der.seq(der.oid(oids.ED25519)), der.bits(bytes(32)))
    draft = pki.issuer_draft(key=Foreign(rsa_key("issuer"), info))
    return _issuer(pki, draft).invalid("untrusted_issuer")


@case("path::root::not-ca", "trust")
def root_not_ca(pki: Pki) -> Verdicted:
    """basicConstraints of the trusted root says that it is no authority.

    root (cA FALSE) → issuer → person → message

    Clause: the constraints of an anchor count (RFC 5937).
    """
    draft = pki.root_draft().with_(basic_constraints(ca=False))
    return _root(pki, draft).invalid("untrusted_issuer")


@case("path::root::unknown-critical-extension", "trust")
def root_unknown(pki: Pki) -> Verdicted:
    """The trusted root has a critical extension that nobody knows.

    root → issuer → person → message

    Clause: the constraints of an anchor count (RFC 5937); one not understood cannot.
    """
    draft = pki.root_draft().with_(replace(UNKNOWN, critical=True))
    return _root(pki, draft).invalid("untrusted_issuer")


@case("path::root::no-authority-key-id", "trust")
def root_no_authority_key_id(pki: Pki) -> Verdicted:
    """Nothing is wrong: the root, which certified itself, has no authorityKeyIdentifier.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1: a self-signed certificate may leave it out.
    """
    return _root(pki, pki.root_draft(authority_id=None)).valid()


@case("path::root::v1", "trust")
def root_v1(pki: Pki) -> Verdicted:
    """The trusted root is of version 1.

    root (v1) → issuer → person → message

    Clause: NCA profile: version 3 at each place of the path; it does not name its key.
    """
    return _root(pki, pki.root_draft(version=None, extensions=None)).invalid("untrusted_issuer")
