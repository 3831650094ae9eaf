"""Keys that are no person's: systems, the treasury, the NCA's own (NCA usages)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import Draft, extended
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import case


def _person(pki: Pki, *usages: str) -> Draft:
    """An individual's SIGN certificate with these usages beside emailProtection."""
    return pki.with_extensions(extended(oids.EMAIL_PROTECTION, *usages))


def _director(pki: Pki, *usages: str) -> Draft:
    """An organisation's SIGN certificate with these usages beside emailProtection."""
    return pki.director().with_(extended(oids.EMAIL_PROTECTION, *usages))


@case("holder::system::of-organisation", "machine")
def legal_system(pki: Pki) -> Verdicted:
    """The key is an information system's of an organisation.

    root → issuer → information system → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2.6; it never signs a person in.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.LEGAL_SYSTEM)
    return pki.scene(draft).invalid("not_a_person")


@case("holder::system::named", "machine")
def named_system(pki: Pki) -> Verdicted:
    """The key is a particular information system's, by a number below the one for all.

    root → issuer → information system → message

    Clause: NCA usages: children of 1.2.398.3.3.4.1.2.6 are named systems.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.LEGAL_SYSTEM + ".7")
    return pki.scene(draft).invalid("not_a_person")


@case("holder::system::beside-a-role", "machine", "privilege")
def system_with_role(pki: Pki) -> Verdicted:
    """The key is an information system's, and a first head's too.

    root → issuer → information system → message

    Clause: NCA usages: whatever else it says, a system's key is no person's.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.CEO, oids.LEGAL_SYSTEM)
    return pki.scene(draft).invalid("not_a_person")


@case("holder::system::of-individual", "machine")
def individual_system(pki: Pki) -> Verdicted:
    """The key is an information system's of an individual.

    root → issuer → information system → message

    Clause: NCA usages: 1.2.398.3.3.4.1.1.1.
    """
    return pki.scene(_person(pki, oids.INDIVIDUAL_SYSTEM)).invalid("not_a_person")


@case("holder::treasury", "machine")
def treasury(pki: Pki) -> Verdicted:
    """The key is a Treasury-Client's.

    root → issuer → treasury client → message

    Clause: NCA usages: 1.2.398.5.19.1.2.2.1.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.EMPLOYEE, oids.TREASURY_CLIENT)
    return pki.scene(draft).invalid("not_a_person")


@case("holder::nca::privileges", "privilege")
def privileges(pki: Pki) -> Verdicted:
    """The key carries privileges at the NCA.

    root → issuer → NCA → message

    Clause: NCA usages: 1.2.398.3.3.4.2.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.NCA_PRIVILEGES)
    return pki.scene(draft).invalid("not_a_person")


@case("holder::nca::admin", "privilege")
def admin(pki: Pki) -> Verdicted:
    """The key is an administrator's of the NCA.

    root → issuer → NCA administrator → message

    Clause: NCA usages: 1.2.398.3.3.4.2.1.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.NCA_PRIVILEGES + ".1")
    return pki.scene(draft).invalid("not_a_person")


@case("holder::nca::manager", "privilege")
def manager(pki: Pki) -> Verdicted:
    """The key is a manager's of the NCA.

    root → issuer → NCA manager → message

    Clause: NCA usages: 1.2.398.3.3.4.2.2.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.NCA_PRIVILEGES + ".2")
    return pki.scene(draft).invalid("not_a_person")


@case("holder::nca::operator", "privilege")
def operator(pki: Pki) -> Verdicted:
    """The key is an operator's of the NCA.

    root → issuer → NCA operator → message

    Clause: NCA usages: 1.2.398.3.3.4.2.3.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.NCA_PRIVILEGES + ".3")
    return pki.scene(draft).invalid("not_a_person")


@case("holder::ocsp-responder", "machine")
def ocsp_responder(pki: Pki) -> Verdicted:
    """The key is an OCSP responder's, though its certificate names a person.

    root → issuer → responder → message

    Clause: RFC 6960 section 4.2.2.2; it never signs a person in.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.OCSP_SIGNING)
    return pki.scene(draft).invalid("not_a_person")


@case("holder::time-stamping-authority", "machine")
def tsa(pki: Pki) -> Verdicted:
    """The key is a time-stamping authority's, though its certificate names a person.

    root → issuer → TSA → message

    Clause: RFC 3161 section 2.3; it never signs a person in.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.TIME_STAMPING)
    return pki.scene(draft).invalid("not_a_person")


@case("holder::server", "machine")
def server(pki: Pki) -> Verdicted:
    """The certificate is a web server's and says nothing of a person.

    root → issuer → server → message

    Clause: NCA usages: individual or legal entity.
    """
    draft = pki.with_extensions(extended(oids.SERVER_AUTH, oids.CLIENT_AUTH))
    return pki.scene(draft).invalid("not_a_person")


@case("holder::not-said")
def not_said(pki: Pki) -> Verdicted:
    """The certificate says SIGN and not whose.

    root → issuer → somebody → message

    Clause: NCA usages: individual or legal entity.
    """
    return pki.scene(_person(pki)).invalid("not_a_person")
