"""The extensions of the person's certificate (RFC 5280 section 4.2)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    CA,
    INDIVIDUAL,
    UNKNOWN,
    Extension,
    authority_info,
    basic_constraints,
    distribution_points,
    key_usage,
    policies,
)
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der

METADATA = "http://169.254.169.254/latest/meta-data/"


@case("x509::extension::duplicate")
def duplicate(pki: Pki) -> Verdicted:
    """extendedKeyUsage stands twice, the same octets.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance.
    """
    draft = pki.person()
    assert draft.extensions is not None
    twice = (*draft.extensions, INDIVIDUAL)
    return pki.scene(draft.but(extensions=twice)).invalid("certificate_invalid")


@case("x509::extension::duplicate-contradicts", "impersonation")
def duplicate_contradicts(pki: Pki) -> Verdicted:
    """basicConstraints stands twice: once it says no authority, once an authority.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance.
    """
    draft = pki.person()
    assert draft.extensions is not None
    both = (basic_constraints(ca=False), basic_constraints())
    return pki.scene(draft.but(extensions=(*draft.extensions, *both))).invalid(
        "certificate_invalid"
    )


@case("x509::extension::duplicate-unknown")
def duplicate_unknown(pki: Pki) -> Verdicted:
    """An extension nobody knows stands twice.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance of any.
    """
    draft = pki.person()
    assert draft.extensions is not None
    return pki.scene(draft.but(extensions=(*draft.extensions, UNKNOWN, UNKNOWN))).invalid(
        "certificate_invalid"
    )


@case("x509::extension::unknown")
def unknown(pki: Pki) -> Verdicted:
    """Nothing is wrong: an extension nobody knows, not critical.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: it may be ignored.
    """
    return pki.scene(pki.with_extensions(UNKNOWN)).valid()


@case("x509::extension::unknown-critical")
def unknown_critical(pki: Pki) -> Verdicted:
    """A critical extension that nobody knows.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: it must be refused.
    """
    return pki.scene(pki.with_extensions(replace(UNKNOWN, critical=True))).invalid(
        "certificate_invalid"
    )


@case("x509::extension::no-key-usage")
def no_key_usage(pki: Pki) -> Verdicted:
    """keyUsage is missing: it is not said what the key is for.

    root → issuer → person → message

    Clause: NCA key usage: the NCA's profile has it.
    """
    return pki.scene(pki.person().without(oids.KEY_USAGE)).invalid("certificate_invalid")


@case("x509::extension::key-usage-empty")
def key_usage_empty(pki: Pki) -> Verdicted:
    """keyUsage has no bit set.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.3: at least one bit.
    """
    return pki.scene(pki.with_extensions(key_usage())).invalid("certificate_invalid")


@case("x509::extension::key-usage-not-critical")
def key_usage_not_critical(pki: Pki) -> Verdicted:
    """Nothing is wrong: keyUsage is not critical; it binds all the same.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.3: it should be critical.
    """
    usage = replace(key_usage("digital_signature", "non_repudiation"), critical=False)
    return pki.scene(pki.with_extensions(usage)).valid()


@case("x509::extension::extended-key-usage-critical")
def extended_critical(pki: Pki) -> Verdicted:
    """Nothing is wrong: extendedKeyUsage is critical, as in some of the NCA's certificates.

    root → issuer → person → message

    Clause: NCA usages: critical in some, not in others.
    """
    return pki.scene(pki.with_extensions(replace(INDIVIDUAL, critical=True))).valid()


@case("x509::extension::extended-key-usage-empty")
def extended_empty(pki: Pki) -> Verdicted:
    """extendedKeyUsage names nothing, so not what its holder is.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.12: SEQUENCE SIZE (1..MAX).
    """
    nothing = Extension(oids.EXTENDED_KEY_USAGE, der.seq())
    return pki.scene(pki.with_extensions(nothing)).invalid("not_a_person")


@case("x509::extension::no-extended-key-usage")
def no_extended(pki: Pki) -> Verdicted:
    """extendedKeyUsage is missing: it is not said that the holder is a person.

    root → issuer → person → message

    Clause: NCA usages: type and role stand in extendedKeyUsage.
    """
    return pki.scene(pki.person().without(oids.EXTENDED_KEY_USAGE)).invalid("not_a_person")


@case("x509::extension::authority", "impersonation")
def authority(pki: Pki) -> Verdicted:
    """basicConstraints says that the person is an authority.

    root → issuer → person (CA) → message

    Clause: RFC 5280 section 4.2.1.9; the NCA's profile of persons.
    """
    return pki.scene(pki.with_extensions(basic_constraints())).invalid("certificate_invalid")


@case("x509::extension::may-certify", "impersonation")
def may_certify(pki: Pki) -> Verdicted:
    """keyUsage lets the person certify others.

    root → issuer → person (keyCertSign) → message

    Clause: RFC 5280 section 4.2.1.3: keyCertSign is an authority's.
    """
    usage = key_usage("digital_signature", "non_repudiation", "key_cert_sign")
    return pki.scene(pki.with_extensions(usage)).invalid("certificate_invalid")


@case("x509::extension::may-sign-crls", "impersonation")
def may_sign_crls(pki: Pki) -> Verdicted:
    """keyUsage lets the person sign CRLs.

    root → issuer → person (cRLSign) → message

    Clause: the NCA's profile: a person signs no revocations.
    """
    usage = key_usage("digital_signature", "non_repudiation", "crl_sign")
    return pki.scene(pki.with_extensions(usage)).invalid("certificate_invalid")


@case("x509::extension::not-an-authority")
def not_an_authority(pki: Pki) -> Verdicted:
    """Nothing is wrong: basicConstraints says that the person is no authority.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.9.
    """
    return pki.scene(pki.with_extensions(basic_constraints(ca=False))).valid()


@case("x509::extension::unreadable")
def unreadable(pki: Pki) -> Verdicted:
    """keyUsage holds a text where bits belong.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.3.
    """
    text = Extension(oids.KEY_USAGE, der.utf8("digitalSignature"), critical=True)
    return pki.scene(pki.with_extensions(text)).invalid("certificate_invalid")


@case("x509::extension::policies-critical")
def policies_critical(pki: Pki) -> Verdicted:
    """Nothing is wrong: certificatePolicies is critical, with the NCA's policy.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.4.
    """
    critical = replace(policies(oids.NCA_POLICY), critical=True)
    return pki.scene(pki.with_extensions(critical)).valid()


@case("x509::extension::addresses-of-the-attacker", "ssrf")
def addresses(pki: Pki) -> Verdicted:
    """Nothing is wrong: the addresses in the certificate point into the verifier's own network.
    They are not where revocation is asked, so nothing comes of it.

    root → issuer → person → message

    Clause: attack list: SSRF through AIA/CRL addresses; addresses come from the trust list.
    """
    extensions = (
        authority_info(ocsp=METADATA, issuers=METADATA),
        distribution_points("file:///etc/passwd"),
        distribution_points("http://[::1]:6379/", oid=oids.FRESHEST_CRL),
    )
    return pki.scene(pki.with_extensions(*extensions)).valid()


@case("x509::extension::addresses-of-the-attacker-without-evidence", "ssrf")
def addresses_without_evidence(pki: Pki) -> Verdicted:
    """The certificate says where to ask about it: at its holder's own server. There is no other
    evidence, and that address is not evidence.

    root → issuer → person → message

    Clause: attack list; addresses come from the trust list.
    """
    own = authority_info(ocsp="http://ocsp.attacker.test", issuers="http://attacker.test/ca")
    return pki.scene(pki.with_extensions(own)).listed().indeterminate()


@case("x509::extension::alternative-name", "impersonation")
def alternative_name(pki: Pki) -> Verdicted:
    """Nothing is wrong: subjectAltName holds a mailbox that looks like an IIN. It is read by
    nobody.

    root → issuer → person → message

    Clause: NCA names: the IIN stands in serialNumber.
    """
    mailbox = der.seq(der.tlv(0x81, b"IIN850101300005@example.kz"))
    extension = Extension(oids.SUBJECT_ALT_NAME, mailbox)
    return pki.scene(pki.with_extensions(extension)).valid(subject={"iin": "900412400014"})


@case("x509::extension::ca-usages-only")
def ca_usages(pki: Pki) -> Verdicted:
    """keyUsage is an authority's and nothing else.

    root → issuer → person (keyCertSign, cRLSign) → message

    Clause: RFC 5280 section 4.2.1.3.
    """
    return pki.scene(pki.with_extensions(CA)).invalid("certificate_invalid")


@case("x509::extension::empty-list")
def empty_list(pki: Pki) -> Verdicted:
    """The field for extensions is there and empty.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1: SEQUENCE SIZE (1..MAX); the NCA's profile.
    """
    draft = pki.person(extensions=(), key_id=None, authority_id=None)
    return pki.scene(draft).invalid("certificate_invalid")
