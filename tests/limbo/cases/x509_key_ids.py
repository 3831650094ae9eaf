"""Key identifiers in the person's certificate (RFC 5280 sections 4.2.1.1 and 4.2.1.2)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    Draft,
    Extension,
)
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der


@case("x509::extension::no-authority-key-id")
def no_authority_key_id(pki: Pki) -> Verdicted:
    """authorityKeyIdentifier is missing.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1: it must be there, except in self-signed certificates.
    """
    return pki.scene(pki.person(authority_id=None)).invalid("certificate_invalid")


@case("x509::extension::other-authority-key-id")
def other_authority_key_id(pki: Pki) -> Verdicted:
    """authorityKeyIdentifier names another key than the issuer's.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1; NCA authorities: chains are built by name and key identifier.
    """
    return pki.scene(pki.person(authority_id=bytes(20))).invalid("untrusted_issuer")


@case("x509::extension::authority-key-id-in-full")
def authority_key_id_in_full(pki: Pki) -> Verdicted:
    """Nothing is wrong: authorityKeyIdentifier names the issuer's key, and its certificate by who
    issued it and serial number too.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1.
    """
    return pki.scene(_named(pki, names.ROOT, pki.issuer.serial)).valid()


@case("x509::extension::authority-key-id-other-serial")
def authority_key_id_other_serial(pki: Pki) -> Verdicted:
    """authorityKeyIdentifier names the issuer's key, and another certificate's serial number.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1: all of it is about the issuer's certificate.
    """
    return pki.scene(_named(pki, names.ROOT, 0x1234)).invalid("untrusted_issuer")


@case("x509::extension::authority-key-id-other-issuer")
def authority_key_id_other_issuer(pki: Pki) -> Verdicted:
    """authorityKeyIdentifier names the issuer's key, and a certificate that another one issued.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.1: all of it is about the issuer's certificate.
    """
    draft = _named(pki, names.RESPONDER, pki.issuer.serial)
    return pki.scene(draft).invalid("untrusted_issuer")


@case("x509::extension::no-subject-key-id")
def no_subject_key_id(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's certificate does not name its own key.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.2: it should be there; it must be in authorities' only.
    """
    return pki.scene(pki.person(key_id=None)).valid()


def _named(pki: Pki, issuer: names.Name, serial: int) -> Draft:
    """The person's, naming the issuer's certificate by its key, issuer and serial number."""
    value = der.seq(
        der.tlv(0x80, pki.issuer.key_id),
        der.tlv(0xA1, der.explicit(4, names.encode_name(issuer))),
        der.tlv(0x82, serial.to_bytes(serial.bit_length() // 8 + 1)),
    )
    extension = Extension(oids.AUTHORITY_KEY_IDENTIFIER, value)
    return pki.person(authority_id=None).with_(extension)
