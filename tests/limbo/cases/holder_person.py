"""People and organisations: kinds of holders and their roles (NCA usages)."""

from __future__ import annotations

from dataclasses import replace

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


@case("holder::role::none")
def no_role(pki: Pki) -> Verdicted:
    """Nothing is wrong: somebody acts for an organisation without a role, as a joint entrepreneur.

    root → issuer → person of an organisation → message

    Clause: NCA usages.
    """
    draft = _director(pki, oids.LEGAL_ENTITY)
    return pki.scene(draft).valid(subject={"role": "", "subject_type": "legal_entity"})


@case("holder::role::ceo")
def ceo(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first head of an organisation, where that role is required.

    root → issuer → director → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2.1.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.CEO)
    return pki.scene(draft).under(required_role="ceo").valid(subject={"role": "ceo"})


@case("holder::role::signing-right")
def signing_right(pki: Pki) -> Verdicted:
    """Nothing is wrong: a person with the right to sign, where that role is required.

    root → issuer → signatory → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2.2.
    """
    scene = pki.scene(_director(pki, oids.LEGAL_ENTITY, oids.SIGNING_RIGHT))
    return scene.under(required_role="signing_right").valid(subject={"role": "signing_right"})


@case("holder::role::finance")
def finance(pki: Pki) -> Verdicted:
    """Nothing is wrong: a person with the right to sign financial documents.

    root → issuer → accountant → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2.3.
    """
    scene = pki.scene(_director(pki, oids.LEGAL_ENTITY, oids.FINANCE))
    return scene.under(required_role="finance").valid(subject={"role": "finance"})


@case("holder::role::hr")
def hr(pki: Pki) -> Verdicted:
    """Nothing is wrong: an employee of the personnel department.

    root → issuer → personnel officer → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2.4.
    """
    scene = pki.scene(_director(pki, oids.LEGAL_ENTITY, oids.HR))
    return scene.under(required_role="hr").valid(subject={"role": "hr"})


@case("holder::role::employee")
def employee(pki: Pki) -> Verdicted:
    """Nothing is wrong: an employee of an organisation.

    root → issuer → employee → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2.5.
    """
    scene = pki.scene(_director(pki, oids.LEGAL_ENTITY, oids.EMPLOYEE))
    return scene.under(required_role="employee").valid(subject={"role": "employee"})


@case("holder::role::required-other", "privilege")
def other_role(pki: Pki) -> Verdicted:
    """An employee signs where the first head is required.

    root → issuer → employee → message

    Clause: roles allowed by policy.
    """
    scene = pki.scene(_director(pki, oids.LEGAL_ENTITY, oids.EMPLOYEE))
    return scene.under(required_role="ceo").invalid("wrong_role")


@case("holder::role::required-of-none", "privilege")
def role_of_none(pki: Pki) -> Verdicted:
    """Somebody without a role signs where the first head is required.

    root → issuer → person of an organisation → message

    Clause: roles allowed by policy.
    """
    scene = pki.scene(_director(pki, oids.LEGAL_ENTITY))
    return scene.under(required_role="ceo").invalid("wrong_role")


@case("holder::role::required-of-individual", "privilege")
def role_of_individual(pki: Pki) -> Verdicted:
    """An individual signs where the first head of an organisation is required.

    root → issuer → person → message

    Clause: roles allowed by policy.
    """
    return pki.scene().under(required_role="ceo").invalid("wrong_role")


@case("holder::subject::individual-where-organisation", "privilege")
def individual_for_organisation(pki: Pki) -> Verdicted:
    """An individual signs in where only organisations do.

    root → issuer → person → message

    Clause: individual / legal entity sets.
    """
    return pki.scene().under(subject="legal_entity").invalid("wrong_subject_type")


@case("holder::subject::organisation-where-individual", "privilege")
def organisation_for_individual(pki: Pki) -> Verdicted:
    """A director signs in where only individuals do.

    root → issuer → director → message

    Clause: individual / legal entity sets.
    """
    return pki.scene(pki.director()).under(subject="individual").invalid("wrong_subject_type")


@case("holder::subject::organisation")
def organisation(pki: Pki) -> Verdicted:
    """Nothing is wrong: a director signs in where only organisations do.

    root → issuer → director → message

    Clause: individual / legal entity sets.
    """
    return pki.scene(pki.director()).under(subject="legal_entity").valid()


@case("holder::kinds::both", "contradiction")
def both_kinds(pki: Pki) -> Verdicted:
    """The certificate is an individual's and a legal entity's at once.

    root → issuer → somebody → message

    Clause: NCA usages: one of the two.
    """
    draft = _director(pki, oids.INDIVIDUAL, oids.LEGAL_ENTITY, oids.CEO)
    return pki.scene(draft).invalid("subject_invalid")


@case("holder::kinds::individual-with-role", "contradiction", "privilege")
def individual_with_role(pki: Pki) -> Verdicted:
    """An individual's certificate carries the role of a first head.

    root → issuer → person → message

    Clause: NCA usages: roles are a legal entity's.
    """
    draft = _person(pki, oids.INDIVIDUAL, oids.CEO)
    return pki.scene(draft).invalid("subject_invalid")


@case("holder::kinds::role-alone", "contradiction", "privilege")
def role_alone(pki: Pki) -> Verdicted:
    """The certificate carries a role and does not say that it is a legal entity's.

    root → issuer → somebody → message

    Clause: NCA usages: a legal entity's certificate carries both.
    """
    return pki.scene(_director(pki, oids.CEO)).invalid("subject_invalid")


@case("holder::kinds::two-roles", "contradiction", "privilege")
def two_roles(pki: Pki) -> Verdicted:
    """The certificate carries the roles of a first head and of an employee.

    root → issuer → somebody → message

    Clause: NCA usages: one role.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.CEO, oids.EMPLOYEE)
    return pki.scene(draft).invalid("subject_invalid")


@case("holder::kinds::unknown-role", "contradiction")
def unknown_role(pki: Pki) -> Verdicted:
    """The certificate carries a role of the NCA's register that is not known here.

    root → issuer → somebody → message

    Clause: NCA usages: what is not known might be a machine's.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.LEGAL_ENTITY + ".9")
    return pki.scene(draft).invalid("subject_invalid")


@case("holder::kinds::role-of-another-tree", "privilege")
def other_tree(pki: Pki) -> Verdicted:
    """Nothing is wrong: a number that only begins like a role's is none.

    root → issuer → person of an organisation → message

    Clause: NCA usages: 1.2.398.3.3.4.1.2 and 1.2.398.3.3.4.1.21 are strangers.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, "1.2.398.3.3.4.11.2.1")
    return pki.scene(draft).valid(subject={"role": ""})


@case("holder::identified-remotely")
def identified(pki: Pki) -> Verdicted:
    """Nothing is wrong: the certificate says how its holder was identified.

    root → issuer → person → message

    Clause: NCA usages: 1.2.398.3.3.4.3 is a method, no kind of holder.
    """
    return pki.scene(_person(pki, oids.INDIVIDUAL, oids.IDENTIFIED_REMOTELY)).valid()


@case("holder::notary")
def notary(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person is a notary.

    root → issuer → person → message

    Clause: NCA usages: 1.2.398.6.1.1.1.1.
    """
    return pki.scene(_person(pki, oids.INDIVIDUAL, oids.NOTARY)).valid()


@case("holder::usage-twice")
def usage_twice(pki: Pki) -> Verdicted:
    """Nothing is wrong: extendedKeyUsage names the same usages twice.

    root → issuer → director → message

    Clause: RFC 5280 section 4.2.1.12 does not forbid it; it is one role all the same.
    """
    draft = _director(pki, oids.LEGAL_ENTITY, oids.CEO, oids.LEGAL_ENTITY, oids.CEO)
    return pki.scene(draft).valid(subject={"role": "ceo"})


@case("holder::usages-in-another-order")
def other_order(pki: Pki) -> Verdicted:
    """Nothing is wrong: role first, purpose last, and the extension is critical.

    root → issuer → director → message

    Clause: NCA usages: order and criticality differ between certificates.
    """
    usages = extended(oids.CEO, oids.LEGAL_ENTITY, oids.EMAIL_PROTECTION)
    draft = pki.director().with_(replace(usages, critical=True))
    return pki.scene(draft).valid(subject={"role": "ceo"})
