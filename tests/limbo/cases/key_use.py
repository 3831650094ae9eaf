"""AUTH or SIGN: what a key is for, and what each purpose takes (NCA key usage)."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import (
    AUTH,
    INDIVIDUAL_AUTH,
    SIGN,
    SIGN_2015,
    Draft,
    extended,
    key_usage,
)
from tests.limbo.build.scene import ACCEPTANCE, Pki, Verdicted
from tests.limbo.model import Policy
from tests.limbo.registry import EVERY, case

STEP_UP = Policy(purpose="step_up")


def _auth(pki: Pki) -> Draft:
    """The person's AUTH certificate."""
    return pki.with_extensions(AUTH, INDIVIDUAL_AUTH)


@case("key-use::auth::for-sign-in", kinds=EVERY)
def auth(pki: Pki) -> Verdicted:
    """Nothing is wrong: an AUTH key signs in where any key is taken.

    root → issuer → person (AUTH) → message

    Clause: NCA key usage: policy auth | sign | any.
    """
    return pki.scene(_auth(pki)).valid()


@case("key-use::auth::where-auth-is-taken")
def auth_where_auth(pki: Pki) -> Verdicted:
    """Nothing is wrong: an AUTH key signs in where an AUTH key is taken.

    root → issuer → person (AUTH) → message

    Clause: NCA key usage: policy auth | sign | any.
    """
    return pki.scene(_auth(pki)).under(key_use="auth").valid()


@case("key-use::auth::where-sign-is-taken")
def auth_where_sign(pki: Pki) -> Verdicted:
    """An AUTH key signs in where a SIGN key is taken.

    root → issuer → person (AUTH) → message

    Clause: attack list: AUTH/SIGN policy breach.
    """
    return pki.scene(_auth(pki)).under(key_use="sign").invalid("wrong_key_usage")


@case("key-use::sign::where-sign-is-taken", kinds=EVERY)
def sign_where_sign(pki: Pki) -> Verdicted:
    """Nothing is wrong: a SIGN key signs in where a SIGN key is taken.

    root → issuer → person (SIGN) → message

    Clause: NCA key usage: policy auth | sign | any.
    """
    return pki.scene().under(key_use="sign").valid()


@case("key-use::sign::where-auth-is-taken")
def sign_where_auth(pki: Pki) -> Verdicted:
    """A SIGN key signs in where an AUTH key is taken.

    root → issuer → person (SIGN) → message

    Clause: attack list: AUTH/SIGN policy breach.
    """
    return pki.scene().under(key_use="auth").invalid("wrong_key_usage")


@case("key-use::auth-for-acceptance", kinds=EVERY)
def auth_for_acceptance(pki: Pki) -> Verdicted:
    """An agreement was accepted with an AUTH key, which proves presence and no will.

    root → issuer → person (AUTH) → acceptance

    Clause: an acceptance takes a SIGN key with nonRepudiation.
    """
    return pki.scene(_auth(pki), policy=ACCEPTANCE).invalid("wrong_key_usage")


@case("key-use::sign-for-acceptance", kinds=EVERY)
def sign_for_acceptance(pki: Pki) -> Verdicted:
    """Nothing is wrong: an agreement was accepted with a SIGN key.

    root → issuer → person (SIGN) → acceptance

    Clause: an acceptance takes a SIGN key with nonRepudiation.
    """
    return pki.scene(policy=ACCEPTANCE).valid()


@case("key-use::sign-for-step-up")
def step_up(pki: Pki) -> Verdicted:
    """Nothing is wrong: a SIGN key confirms a step.

    root → issuer → person (SIGN) → message

    Clause: purpose step_up.
    """
    return pki.scene(policy=STEP_UP).valid()


@case("key-use::auth-for-step-up-by-sign")
def step_up_auth(pki: Pki) -> Verdicted:
    """An AUTH key confirms a step that takes a SIGN key.

    root → issuer → person (AUTH) → message

    Clause: purpose step_up; NCA key usage.
    """
    scene = pki.scene(_auth(pki), policy=STEP_UP).under(key_use="sign")
    return scene.invalid("wrong_key_usage")


@case("key-use::sign::gost-2015-with-key-agreement", kinds=("gost2015",))
def key_agreement(pki: Pki) -> Verdicted:
    """Nothing is wrong: a SIGN key of GOST-2015 may agree on keys too, as the NCA issues them.

    root → issuer → person (SIGN and keyAgreement) → message

    Clause: NCA key usage.
    """
    return pki.scene(pki.with_extensions(SIGN_2015)).under(key_use="sign").valid()


@case("key-use::sign::without-non-repudiation")
def no_non_repudiation(pki: Pki) -> Verdicted:
    """extendedKeyUsage says SIGN, keyUsage lacks nonRepudiation.

    root → issuer → person → message

    Clause: NCA key usage: bits 0 and 1 make SIGN.
    """
    draft = pki.with_extensions(key_usage("digital_signature"))
    return pki.scene(draft).invalid("wrong_key_usage")


@case("key-use::sign::without-digital-signature")
def no_digital_signature(pki: Pki) -> Verdicted:
    """keyUsage has nonRepudiation and lacks digitalSignature.

    root → issuer → person → message

    Clause: NCA key usage: bits 0 and 1 make SIGN.
    """
    draft = pki.with_extensions(key_usage("non_repudiation"))
    return pki.scene(draft).invalid("wrong_key_usage")


@case("key-use::sign::usage-of-auth", "algorithm-confusion")
def usage_of_auth(pki: Pki) -> Verdicted:
    """keyUsage is that of AUTH, extendedKeyUsage that of SIGN.

    root → issuer → person → message

    Clause: NCA usages and key usage: both say AUTH or SIGN, and must agree.
    """
    return pki.scene(pki.with_extensions(AUTH)).invalid("wrong_key_usage")


@case("key-use::auth::usage-of-sign")
def usage_of_sign(pki: Pki) -> Verdicted:
    """keyUsage is that of SIGN, extendedKeyUsage that of AUTH.

    root → issuer → person → message

    Clause: NCA usages and key usage: both say AUTH or SIGN, and must agree.
    """
    return pki.scene(pki.with_extensions(SIGN, INDIVIDUAL_AUTH)).invalid("wrong_key_usage")


@case("key-use::both-purposes")
def both_purposes(pki: Pki) -> Verdicted:
    """extendedKeyUsage says AUTH and SIGN at once.

    root → issuer → person → message

    Clause: NCA usages: one or the other.
    """
    both = extended(oids.CLIENT_AUTH, oids.EMAIL_PROTECTION, oids.INDIVIDUAL)
    return pki.scene(pki.with_extensions(both)).invalid("wrong_key_usage")


@case("key-use::both-usages")
def both_usages(pki: Pki) -> Verdicted:
    """keyUsage has the bits of AUTH and of SIGN.

    root → issuer → person → message

    Clause: NCA key usage.
    """
    both = key_usage("digital_signature", "non_repudiation", "key_encipherment")
    return pki.scene(pki.with_extensions(both)).invalid("wrong_key_usage")


@case("key-use::neither-purpose")
def neither(pki: Pki) -> Verdicted:
    """extendedKeyUsage says an individual and neither AUTH nor SIGN.

    root → issuer → person → message

    Clause: NCA usages.
    """
    return pki.scene(pki.with_extensions(extended(oids.INDIVIDUAL))).invalid("wrong_key_usage")


@case("key-use::encipherment-only")
def encipherment(pki: Pki) -> Verdicted:
    """keyUsage lets the key encipher and not sign.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2.1.3: digitalSignature.
    """
    draft = pki.with_extensions(key_usage("key_encipherment"), INDIVIDUAL_AUTH)
    return pki.scene(draft).invalid("wrong_key_usage")


@case("key-use::any-purpose")
def any_purpose(pki: Pki) -> Verdicted:
    """extendedKeyUsage says an individual and "any purpose", which is neither AUTH nor SIGN.

    root → issuer → person → message

    Clause: NCA usages: what is not said is not taken.
    """
    usages = extended(oids.ANY_EXTENDED_KEY_USAGE, oids.INDIVIDUAL)
    return pki.scene(pki.with_extensions(usages)).invalid("wrong_key_usage")
