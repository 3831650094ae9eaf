"""The fields of the person's certificate: version, serial number, algorithms, signature."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import UNKNOWN, Draft, Extension, Signer, issue
from tests.limbo.build.keys import Foreign, key_of
from tests.limbo.build.rsa import MD5, SHA1, SHA384, rsa_key
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
from tests.unit.eds_verifier import der


@case("x509::version::v1", kinds=EVERY)
def v1(pki: Pki) -> Verdicted:
    """The person's certificate is of version 1, with no extensions at all.

    root → issuer → person (v1) → message

    Clause: RFC 5280 section 4.1.2.1: extensions need version 3; the NCA's profile has them.
    """
    return pki.scene(pki.person(version=None, extensions=None)).invalid("certificate_invalid")


@case("x509::version::v1-with-extensions")
def v1_with_extensions(pki: Pki) -> Verdicted:
    """The person's certificate says version 1 and has extensions.

    root → issuer → person (v1) → message

    Clause: RFC 5280 section 4.1.2.1.
    """
    return pki.scene(pki.person(version=None)).invalid("certificate_invalid")


@case("x509::version::v2")
def v2(pki: Pki) -> Verdicted:
    """The person's certificate says version 2.

    root → issuer → person (v2) → message

    Clause: RFC 5280 section 4.1.2.1.
    """
    return pki.scene(pki.person(version=1)).invalid("certificate_invalid")


@case("x509::version::v4")
def v4(pki: Pki) -> Verdicted:
    """The person's certificate says version 4, which there is not.

    root → issuer → person (v4) → message

    Clause: RFC 5280 section 4.1.
    """
    return pki.scene(pki.person(version=3)).invalid("certificate_invalid")


@case("x509::serial::negative", kinds=EVERY)
def serial_negative(pki: Pki) -> Verdicted:
    """The serial number is negative.

    root → issuer → person (serial -5) → message

    Clause: RFC 5280 section 4.1.2.2: a positive integer.
    """
    return pki.scene(pki.person(serial=-5)).invalid("certificate_invalid")


@case("x509::serial::zero")
def serial_zero(pki: Pki) -> Verdicted:
    """The serial number is zero.

    root → issuer → person (serial 0) → message

    Clause: RFC 5280 section 4.1.2.2: a positive integer.
    """
    return pki.scene(pki.person(serial=0)).invalid("certificate_invalid")


@case("x509::serial::20-octets")
def serial_20(pki: Pki) -> Verdicted:
    """Nothing is wrong: the serial number is the largest there may be.

    root → issuer → person (serial of 20 octets) → message

    Clause: RFC 5280 section 4.1.2.2: up to 20 octets.
    """
    return pki.scene(pki.person(serial=(1 << 159) - 1)).valid()


@case("x509::serial::21-octets")
def serial_21(pki: Pki) -> Verdicted:
    """The serial number takes 21 octets, the sign's among them.

    root → issuer → person (serial of 21 octets) → message

    Clause: RFC 5280 section 4.1.2.2: not longer than 20 octets.
    """
    return pki.scene(pki.person(serial=1 << 159)).invalid("certificate_invalid")


@case("x509::serial::not-minimal", "ber")
def serial_not_minimal(pki: Pki) -> Verdicted:
    """The serial number is written with an octet 00 too many.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1: DER; X.690 section 8.3.2.
    """
    return pki.scene(pki.person(serial=b"\0\0\x6c\x42")).invalid("certificate_invalid")


@case("x509::signature::changed", kinds=EVERY)
def changed(pki: Pki) -> Verdicted:
    """A digit of the IIN in the certificate was changed after the issuer signed it.

    root → issuer → person (changed) → message

    Clause: RFC 5280 section 6.1.3 (a)(1).
    """
    genuine = pki.issue(pki.person())
    forged = replace(genuine, der=genuine.der.replace(b"IIN9004", b"IIN9005"))
    assert forged.der != genuine.der
    return pki.scene(pki.message(forged)).invalid("untrusted_issuer")


@case("x509::signature::by-another-key", "impersonation", kinds=EVERY)
def another_key(pki: Pki) -> Verdicted:
    """The certificate bears the issuer's name and key identifier; another key signed it.

    root → issuer → person (signed by the attacker) → message

    Clause: attack list: self-signed CA with the same CN; RFC 5280 section 6.1.3 (a)(1).
    """
    forger = Signer(
        pki.issuer.der, key_of(pki.kind, "attacker"), names.ISSUER, names.ROOT, 1, pki.issuer.key_id
    )
    return pki.scene(_issued(pki, forger)).invalid("untrusted_issuer")


@case("x509::signature::self-signed", "impersonation", kinds=EVERY)
def self_signed(pki: Pki) -> Verdicted:
    """The person's certificate is signed by itself, and says what the person likes.

    person → message

    Clause: seen elsewhere: a self-made certificate with any IIN must not pass.
    """
    own = Signer(b"", pki.key("person"), names.PERSON, names.PERSON, 1, b"\1" * 20)
    return pki.scene(_issued(pki, own)).invalid("untrusted_issuer")


@case("x509::signature::algorithms-differ", "algorithm-confusion", kinds=EVERY)
def algorithms_differ(pki: Pki) -> Verdicted:
    """The signed part names one signature algorithm, the certificate outside another.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.1.2: they must be the same.
    """
    other = der.algorithm(oids.RSA_SHA384 if pki.kind != "rsa" else oids.GOST_2015_512_SIGNATURE)
    return pki.scene(pki.person(outer=other)).invalid("certificate_invalid")


@case("x509::signature::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The issuer signed the certificate with SHA-1.

    root → issuer → person (SHA-1) → message

    Clause: SHA-1 never.
    """
    weak = replace(pki.issuer, key=replace(rsa_key("issuer"), hash=SHA1))
    return pki.scene(_issued(pki, weak)).invalid("unsupported_algorithm")


@case("x509::signature::md5", "md5")
def md5(pki: Pki) -> Verdicted:
    """The issuer signed the certificate with MD5.

    root → issuer → person (MD5) → message

    Clause: MD5 never.
    """
    weak = replace(pki.issuer, key=replace(rsa_key("issuer"), hash=MD5))
    return pki.scene(_issued(pki, weak)).invalid("unsupported_algorithm")


@case("x509::signature::sha384")
def sha384(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer signed the certificate with SHA-384.

    root → issuer → person (SHA-384) → message

    Clause: SHA-256 and up.
    """
    strong = replace(pki.issuer, key=replace(rsa_key("issuer"), hash=SHA384))
    return pki.scene(_issued(pki, strong)).valid()


@case("x509::signature::other-family-named", "algorithm-confusion", kinds=GOST)
def other_family(pki: Pki) -> Verdicted:
    """The certificate says that its GOST issuer signed it with RSA.

    root → issuer (GOST) → person (named RSA) → message

    Clause: RFC 5280 section 4.1.1.2; the algorithm must be of the key's kind.
    """
    named = der.algorithm(oids.RSA_SHA256)
    return pki.scene(pki.person(inner=named, outer=named)).invalid("untrusted_issuer")


@case("x509::signature::bits-unused")
def bits_unused(pki: Pki) -> Verdicted:
    """The BIT STRING of the signature says that seven bits of it are not used.

    root → issuer → person → message

    Clause: RFC 8017 appendix A: whole octets.
    """
    person = pki.issue(pki.person())
    bit_string = der.bits(person.der[-256:])
    odd = bit_string[:4] + b"\7" + bit_string[5:]
    forged = replace(person, der=person.der[: -len(bit_string)] + odd)
    return pki.scene(pki.message(forged)).invalid("certificate_invalid")


@case("x509::key::other-family", kinds=("gost2015",))
def mixed(pki: Pki) -> Verdicted:
    """Nothing is wrong: a GOST issuer certified the person's RSA key.

    root → issuer (GOST) → person (RSA) → message

    Clause: RFC 5280 section 6.1: each link has its own algorithm.
    """
    return pki.scene(pki.person(key=rsa_key("person"))).valid()


@case("x509::key::unknown", "algorithm-confusion")
def unknown_key(pki: Pki) -> Verdicted:
    """The person's key is Ed25519, which is not accepted here.

    root → issuer → person (Ed25519) → message

    Clause: what is not in the tables is refused.
    """
    info = der.seq(der.seq(der.oid(oids.ED25519)), der.bits(bytes(32)))
    return pki.scene(pki.person(key=Foreign(rsa_key("person"), info))).invalid(
        "unsupported_algorithm"
    )


@case("x509::form::trailing-octets")
def trailing(pki: Pki) -> Verdicted:
    """A third element stands inside the certificate, after its signature.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1: three elements.
    """
    person = pki.issue(pki.person())
    grown = replace(person, der=der.seq(person.der[4:], der.NULL))
    return pki.scene(pki.message(grown)).invalid("certificate_invalid")


@case("x509::form::boolean-not-ff", "ber")
def boolean(pki: Pki) -> Verdicted:
    """The issuer wrote the criticality of keyUsage as 01 01 01: true in BER, nothing in DER.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1: DER; X.690 section 11.1.
    """
    return pki.scene(_with_flag(pki, b"\x01\x01\x01")).invalid("certificate_invalid")


@case("x509::form::indefinite-length", "ber")
def indefinite(pki: Pki) -> Verdicted:
    """The issuer wrote the certificate's extensions with an indefinite length, and signed it so.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1: DER; X.690 section 10.1.
    """
    body = b"".join(extension.encode() for extension in _extensions(pki))
    raw = b"\xa3\x80\x30\x80" + body + bytes(4)
    return pki.scene(pki.person(raw_extensions=raw)).invalid("certificate_invalid")


@case("x509::form::large", "denial-of-service")
def large(pki: Pki) -> Verdicted:
    """The certificate has a hundred thousand octets of an extension that means nothing.

    root → issuer → person (100 KB) → message

    Clause: attack list: huge input; the size of certificates is bounded.
    """
    bulk = replace(UNKNOWN, value=der.octets(bytes(100_000)))
    return pki.scene(pki.with_extensions(bulk)).invalid("certificate_invalid")


@case("x509::form::unique-identifiers")
def unique_identifiers(pki: Pki) -> Verdicted:
    """Nothing is wrong: the certificate has a subjectUniqueID, which nobody uses.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.8: it is to be parsed, and makes no difference.
    """
    return pki.scene(pki.person(unique_id=der.tlv(0x82, b"\0\1\2\3"))).valid()


def _issued(pki: Pki, by: Signer) -> Signer:
    """The person certified by that signer."""
    return issue(pki.person(), by)


def _with_flag(pki: Pki, flag: bytes) -> Draft:
    """The person's, its keyUsage written with these octets for `critical`."""
    usage, *others = _extensions(pki)
    odd = der.seq(der.oid(usage.oid), flag, der.octets(usage.value))
    body = odd + b"".join(extension.encode() for extension in others)
    return pki.person(raw_extensions=der.explicit(3, der.seq(body)))


def _extensions(pki: Pki) -> tuple[Extension, ...]:
    """Those of the person's certificate, keyUsage first."""
    own = pki.person().extensions
    assert own is not None
    key_id = der.seq(der.tlv(0x80, pki.issuer.key_id))
    return (*own, Extension(oids.AUTHORITY_KEY_IDENTIFIER, key_id))
