"""Whether a CRL is its issuer's (RFC 5280 section 6.3.3)."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import (
    issue,
    key_usage,
)
from tests.limbo.build.crls import Crl
from tests.limbo.build.keys import key_of
from tests.limbo.build.rsa import MD5, SHA1, rsa_key
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
from tests.unit.eds_verifier import der

SERIAL = 0x6C42D1


@case("crl::signature::changed", "forgery", kinds=EVERY)
def changed(pki: Pki) -> Verdicted:
    """The entry was taken out of the CRL after the issuer signed it.

    root → issuer → person (revoked) → message

    Clause: RFC 5280 section 6.3.3 (g); attack list: CRL with bad signature.
    """
    honest = pki.crl.revoking(SERIAL)
    signature = pki.issuer.key.sign(honest.signed_part())
    return pki.scene().listed(pki.crl.but(signature=signature)).indeterminate()


@case("crl::signature::by-another", "forgery", kinds=EVERY)
def by_another(pki: Pki) -> Verdicted:
    """The CRL bears the issuer's name and key identifier; another key signed it.

    root → issuer → person → message; attacker → CRL

    Clause: RFC 5280 section 6.3.3 (g); seen elsewhere: CRLs were not authenticated.
    """
    forged = pki.crl.but(key=key_of(pki.kind, "attacker"))
    return pki.scene().listed(forged).indeterminate()


@case("crl::signature::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The issuer signed the CRL with SHA-1.

    root → issuer → person → message; CRL by SHA-1

    Clause: SHA-1 never.
    """
    weak = pki.crl.but(key=replace(rsa_key("issuer"), hash=SHA1))
    return pki.scene().listed(weak).indeterminate()


@case("crl::signature::md5", "md5")
def md5(pki: Pki) -> Verdicted:
    """The issuer signed the CRL with MD5.

    root → issuer → person → message; CRL by MD5

    Clause: MD5 never.
    """
    weak = pki.crl.but(key=replace(rsa_key("issuer"), hash=MD5))
    return pki.scene().listed(weak).indeterminate()


@case("crl::signature::rfc-byte-order", kinds=GOST)
def rfc_order(pki: Pki) -> Verdicted:
    """The CRL's signature is in the octet order of Russia's RFCs.

    root → issuer → person → message

    Clause: NCA GOST layout: the NCA's order and no other.
    """
    signature = pki.issuer.key.sign(pki.crl.signed_part())[::-1]
    return pki.scene().listed(pki.crl.but(signature=signature)).indeterminate()


@case("crl::signature::algorithms-differ", "algorithm-confusion")
def algorithms_differ(pki: Pki) -> Verdicted:
    """The CRL names SHA-384 inside and SHA-256 outside.

    root → issuer → person → message

    Clause: RFC 5280 section 5.1.1.2: they must be the same.
    """
    return pki.scene().listed(pki.crl.but(inner=der.algorithm(oids.RSA_SHA384))).indeterminate()


@case("crl::signature::inner-null-absent", kinds=EVERY)
def inner_null_absent(pki: Pki) -> Verdicted:
    """Nothing is wrong: inside, the algorithm has no parameters; outside it has NULL. So the NCA
    writes its CRLs.

    root → issuer → person → message

    Clause: NCA revocation: compare OIDs and treat absent parameters as NULL.
    """
    return pki.scene().listed(pki.crl.but(inner=_bare(pki))).valid()


@case("crl::signature::outer-null-absent", kinds=EVERY)
def outer_null_absent(pki: Pki) -> Verdicted:
    """Nothing is wrong: outside, the algorithm has no parameters; inside it has NULL.

    root → issuer → person → message

    Clause: NCA revocation: compare OIDs and treat absent parameters as NULL.
    """
    return pki.scene().listed(pki.crl.but(outer=_bare(pki))).valid()


@case("crl::issuer::other", "replay")
def other_issuer(pki: Pki) -> Verdicted:
    """The only CRL is the root's: it says nothing of what the issuer issued.

    root → issuer → person → message; root → CRL

    Clause: RFC 5280 section 6.3.3 (b).
    """
    return pki.scene().listed().indeterminate()


@case("crl::issuer::other-name", "forgery")
def other_name(pki: Pki) -> Verdicted:
    """The issuer's key signed the CRL, which bears another name.

    root → issuer → person → message; CRL of another name

    Clause: RFC 5280 section 6.3.3 (b).
    """
    return pki.scene().listed(pki.crl.but(name=names.ROOT)).indeterminate()


@case("crl::issuer::other-generation", "replay")
def other_generation(pki: Pki) -> Verdicted:
    """The CRL is of an authority of the issuer's name with another key, as generations have.

    root → issuer → person → message; root → old issuer of that name → CRL

    Clause: NCA authorities: generations share names; RFC 5280 section 6.3.3 (f).
    """
    old = issue(pki.issuer_draft(key=rsa_key("other issuer"), serial=0x15500), pki.root)
    return pki.scene().listed(Crl(old)).indeterminate()


@case("crl::issuer::same-serial-of-another")
def same_serial(pki: Pki) -> Verdicted:
    """Nothing is wrong: the root's CRL lists the person's serial number; it is another certificate,
    which the root issued.

    root → issuer → person → message; root's CRL lists that number

    Clause: RFC 5280 section 6.3.3 (b): a serial number is one issuer's.
    """
    crls = (pki.crl.encode(), pki.root_crl.revoking(0x6C42D1).encode())
    return pki.scene().but(crls=crls).valid()


@case("crl::issuer::other-key-id")
def other_key_id(pki: Pki) -> Verdicted:
    """The CRL's authorityKeyIdentifier names another key than the issuer's.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.1.
    """
    return pki.scene().listed(pki.crl.but(authority_id=bytes(20))).indeterminate()


@case("crl::issuer::no-key-id")
def no_key_id(pki: Pki) -> Verdicted:
    """Nothing is wrong that would let anybody in: the CRL has no authorityKeyIdentifier; its
    signature says whose it is.

    root → issuer → person → message

    Clause: RFC 5280 section 5.2.1 obliges who issues.
    """
    return pki.scene().listed(pki.crl.but(authority_id=None)).valid()


@case("crl::issuer::may-not-sign-crls")
def may_not_sign(pki: Pki) -> Verdicted:
    """keyUsage of the issuer lacks cRLSign.

    root → issuer (keyCertSign only) → person → message

    Clause: RFC 5280 section 6.3.3 (f).
    """
    limited = pki.reissued(issuer=pki.issuer_draft().with_(key_usage("key_cert_sign")))
    return limited.scene().indeterminate()


def _bare(pki: Pki) -> bytes:
    """The issuer's signature algorithm without parameters."""
    algorithm = pki.issuer.key.signature_algorithm
    return der.seq(algorithm[2 : 4 + algorithm[3]])
