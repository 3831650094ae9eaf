"""ESS signingCertificate: the signer's own word on which certificate is theirs (RFC 5035)."""

from __future__ import annotations

import hashlib

from tests.limbo.build import names, oids
from tests.limbo.build.gost import FAMILIES
from tests.limbo.build.messages import (
    attribute,
    ess_entry,
    ess_issuer_serial,
    ess_v1,
    ess_v2,
)
from tests.limbo.build.rsa import SHA1, SHA256, SHA512
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
from tests.unit.eds_verifier import der


@case("cms::ess::v2", kinds=EVERY)
def own(pki: Pki) -> Verdicted:
    """Nothing is wrong: signingCertificateV2 names the signer's certificate by SHA-256, its
    default.

    root → issuer → person → message with ESS

    Clause: RFC 5035 section 3.
    """
    person = pki.issue(pki.person())
    entry = ess_entry(person.der, SHA256, b"")
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).valid()


@case("cms::ess::v2-sha512")
def sha512(pki: Pki) -> Verdicted:
    """Nothing is wrong: the certificate is named by SHA-512.

    root → issuer → person → message with ESS

    Clause: RFC 5035 section 4: hashAlgorithm.
    """
    person = pki.issue(pki.person())
    entry = ess_entry(person.der, SHA512, SHA512.algorithm)
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).valid()


@case("cms::ess::v2-gost", kinds=GOST)
def gost(pki: Pki) -> Verdicted:
    """Nothing is wrong: the certificate is named by the digest of its own GOST generation.

    root → issuer → person → message with ESS

    Clause: RFC 5035 section 4: hashAlgorithm.
    """
    family = FAMILIES[pki.kind]
    person = pki.issue(pki.person())
    entry = ess_entry(person.der, family.digest, der.algorithm(family.digest_oid))
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).valid()


@case("cms::ess::v2-issuer-serial")
def issuer_serial(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer and serial number are named too, and are the certificate's.

    root → issuer → person → message with ESS

    Clause: RFC 5035 section 4: issuerSerial.
    """
    person = pki.issue(pki.person())
    named = ess_issuer_serial(names.ISSUER, person.serial)
    entry = ess_entry(person.der, SHA256, b"", named)
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).valid()


@case("cms::ess::v2-other", "impersonation", kinds=EVERY)
def other(pki: Pki) -> Verdicted:
    """The signed attribute names the director's certificate; the message sends the person's.

    root → issuer → person, director → message

    Clause: RFC 5035 section 3: if the hash does not match, the signature is invalid.
    """
    director = pki.issue(pki.director())
    entry = ess_entry(director.der, SHA256, b"")
    return pki.scene(pki.message().with_attributes(ess_v2(entry))).invalid("signer_certificate")


@case("cms::ess::v2-other-serial")
def other_serial(pki: Pki) -> Verdicted:
    """The hash is right, the serial number beside it is another certificate's.

    root → issuer → person → message with a contradicting ESS

    Clause: RFC 5035 section 4: issuerSerial is the certificate's.
    """
    person = pki.issue(pki.person())
    named = ess_issuer_serial(names.ISSUER, 0x1234)
    entry = ess_entry(person.der, SHA256, b"", named)
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).invalid(
        "signer_certificate"
    )


@case("cms::ess::v2-other-issuer")
def other_issuer(pki: Pki) -> Verdicted:
    """The hash is right, the issuer beside it is another.

    root → issuer → person → message with a contradicting ESS

    Clause: RFC 5035 section 4: issuerSerial is the certificate's.
    """
    person = pki.issue(pki.person())
    named = ess_issuer_serial(names.ROOT, person.serial)
    entry = ess_entry(person.der, SHA256, b"", named)
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).invalid(
        "signer_certificate"
    )


@case("cms::ess::v2-own-second")
def own_second(pki: Pki) -> Verdicted:
    """Two certificates are named: the issuer's first, the signer's second.

    root → issuer → person → message with ESS in the wrong order

    Clause: RFC 5035 section 3: the first one is the signer's.
    """
    person = pki.issue(pki.person())
    entries = (ess_entry(c, SHA256, b"") for c in (pki.issuer.der, person.der))
    return pki.scene(pki.message(person).with_attributes(ess_v2(*entries))).invalid(
        "signer_certificate"
    )


@case("cms::ess::v2-chain")
def chain(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signer's certificate is named first, then its issuer's.

    root → issuer → person → message with ESS

    Clause: RFC 5035 section 3: others limit the path.
    """
    person = pki.issue(pki.person())
    entries = (ess_entry(c, SHA256, b"") for c in (person.der, pki.issuer.der))
    return pki.scene(pki.message(person).with_attributes(ess_v2(*entries))).valid()


@case("cms::ess::v2-empty")
def empty(pki: Pki) -> Verdicted:
    """signingCertificateV2 names no certificate.

    root → issuer → person → message with an empty ESS

    Clause: RFC 5035 section 3: the first certificate is the signer's; there is none.
    """
    return pki.scene(pki.message().with_attributes(ess_v2())).invalid("signed_attributes")


@case("cms::ess::v2-twice")
def twice(pki: Pki) -> Verdicted:
    """signingCertificateV2 stands twice: of this certificate and of another.

    root → issuer → person → message with two ESS

    Clause: RFC 5035 section 3: at most one instance.
    """
    person, director = pki.issue(pki.person()), pki.issue(pki.director())
    both = (ess_v2(ess_entry(c.der, SHA256, b"")) for c in (person, director))
    return pki.scene(pki.message(person).with_attributes(*both)).invalid("signed_attributes")


@case("cms::ess::v2-unknown-digest")
def unknown_digest(pki: Pki) -> Verdicted:
    """The certificate is named by SHA3-256, which is not accepted here.

    root → issuer → person → message with ESS

    Clause: a digest that cannot be checked must not pass for one that was.
    """
    person = pki.issue(pki.person())

    def sha3(data: bytes) -> bytes:
        return hashlib.sha3_256(data).digest()

    entry = ess_entry(person.der, sha3, der.algorithm(oids.SHA3_256))
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).invalid(
        "unsupported_algorithm"
    )


@case("cms::ess::v1", "sha1")
def v1(pki: Pki) -> Verdicted:
    """Nothing is wrong: the old signingCertificate names the certificate by SHA-1. It proves
    nothing that the signature does not, so its weakness lets nobody in.

    root → issuer → person → message with ESS of version 1

    Clause: RFC 2634 section 5.4; RFC 5035 appendix.
    """
    person = pki.issue(pki.person())
    return pki.scene(pki.message(person).with_attributes(ess_v1(person.der))).valid()


@case("cms::ess::v1-other", "sha1", "impersonation")
def v1_other(pki: Pki) -> Verdicted:
    """The old signingCertificate names the director's certificate.

    root → issuer → person, director → message

    Clause: RFC 2634 section 5.4.
    """
    director = pki.issue(pki.director())
    return pki.scene(pki.message().with_attributes(ess_v1(director.der))).invalid(
        "signer_certificate"
    )


@case("cms::ess::v1-and-v2-contradict", "sha1")
def contradict(pki: Pki) -> Verdicted:
    """The old attribute names the signer's certificate, the new one the director's.

    root → issuer → person, director → message with two ESS

    Clause: RFC 5035 section 3: each must match.
    """
    person, director = pki.issue(pki.person()), pki.issue(pki.director())
    new = ess_v2(ess_entry(director.der, SHA256, b""))
    message = pki.message(person).with_attributes(ess_v1(person.der), new)
    return pki.scene(message).invalid("signer_certificate")


@case("cms::ess::v2-unreadable")
def unreadable(pki: Pki) -> Verdicted:
    """signingCertificateV2 holds a text.

    root → issuer → person → message with an unreadable ESS

    Clause: RFC 5035 section 3.
    """
    text = attribute(oids.SIGNING_CERTIFICATE_V2, der.utf8("x"))
    return pki.scene(pki.message().with_attributes(text)).invalid("signed_attributes")


@case("cms::ess::v2-sha1", "sha1")
def v2_sha1(pki: Pki) -> Verdicted:
    """The new attribute, made so that SHA-1 could be left, names the certificate by SHA-1.

    root → issuer → person → message with ESS

    Clause: SHA-1 never, but in the attribute that knows no other digest; RFC 5035 section 1.
    """
    person = pki.issue(pki.person())
    entry = ess_entry(person.der, SHA1, SHA1.algorithm)
    return pki.scene(pki.message(person).with_attributes(ess_v2(entry))).invalid(
        "unsupported_algorithm"
    )
