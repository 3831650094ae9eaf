"""Attacks on the message, the certificate and the path, each with one thing changed."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.asn1 import oids
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.verdict import Reason, Verdict
from eds_verifier.verify import verify
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    AUTH,
    BIN,
    CA,
    CEO,
    CONTENT,
    DAY,
    DIRECTOR,
    IIN,
    INDIVIDUAL,
    NOW,
    PERSON,
    SIGN,
    Draft,
    Extension,
    Message,
    Name,
    Signer,
    attribute,
    authority,
    crl,
    extended,
    gost_key,
    gost_key_info,
    issue,
    key_usage,
    pki,
    rsa_key,
)

POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")
KINDS = pytest.mark.parametrize("kind", ["gost", "rsa"])
PKI = pki()
PERSON_SIGNER = issue(PKI.person(), PKI.issuer)
GOOD = Message(PERSON_SIGNER)


def judge(
    message: Message | bytes,
    *,
    kind: str = "gost",
    policy: VerificationPolicy = POLICY,
    at: datetime = NOW,
    **options: Any,
) -> Verdict:
    setup = pki(kind)
    return verify(
        message.encode() if isinstance(message, Message) else message,
        trust=setup.store,
        evidence=Evidence(crls=(crl(setup.issuer),)),
        policy=policy,
        at=at,
        **options,
    )


def reason(*arguments: Any, **options: Any) -> Reason:
    verdict = judge(*arguments, **options)
    assert verdict.subject is None or verdict.verdict == "valid"
    return verdict.reason


@KINDS
def test_a_person_is_proven(kind: str) -> None:
    setup = pki(kind)
    verdict = judge(Message(issue(setup.person(), setup.issuer)), kind=kind, content=CONTENT)
    assert (verdict.verdict, verdict.reason, verdict.warnings) == ("valid", "ok", ())
    subject = verdict.subject
    assert subject is not None
    assert (subject.iin, subject.subject_type, subject.bin, subject.role) == (
        IIN, "individual", "", "",
    )  # fmt: skip
    assert (subject.surname, subject.given_name, subject.patronymic) == (
        "ӘЛИЕВ", "ДӘУРЕН", "БОЛАТҰЛЫ",
    )  # fmt: skip
    assert verdict.certificate is not None
    assert verdict.certificate.key_use == "sign"
    assert len(verdict.chain) == 3
    assert (verdict.claimed_at, verdict.signed_at) == (NOW, None)


@KINDS
def test_a_director_acts_for_an_organisation(kind: str) -> None:
    setup = pki(kind)
    verdict = judge(Message(issue(setup.director(), setup.issuer)), kind=kind)
    assert verdict.subject is not None
    assert (verdict.subject.bin, verdict.subject.role) == (BIN, "ceo")
    assert verdict.subject.organization == 'ЖШС "Дән, Астық"'


def test_the_verdict_hides_the_iin_from_every_text_but_its_field() -> None:
    verdict = judge(GOOD)
    assert IIN not in repr(verdict)
    assert IIN not in str(verdict)
    assert IIN in verdict.model_dump_json()


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(base64.b64encode, id="base64"),
        pytest.param(base64.encodebytes, id="base64 with line breaks"),
        pytest.param(
            lambda d: b"-----BEGIN CMS-----\r\n" + base64.encodebytes(d) + b"-----END CMS-----\r\n",
            id="PEM",
        ),
    ],
)
def test_the_usual_wrappings_are_taken(wrap: Any) -> None:
    assert reason(wrap(GOOD.encode())) == "ok"


def _indefinite(encoded: bytes) -> bytes:
    """The outermost SEQUENCE with an indefinite length."""
    head = 2 + (encoded[1] & 0x7F)
    return b"\x30\x80" + encoded[head:] + b"\0\0"


def test_an_indefinite_length_is_taken() -> None:
    assert reason(_indefinite(GOOD.encode())) == "ok"


def test_a_detached_signature_needs_its_content() -> None:
    detached = replace(GOOD, attached=False)
    assert reason(detached, content=CONTENT) == "ok"
    assert reason(detached) == "content_missing"
    assert reason(detached, content=b"other") == "content_mismatch"


def _without(position: int) -> tuple[bytes, ...]:
    attributes = GOOD.default_attributes()
    return attributes[:position] + attributes[position + 1 :]


def _swapped_content() -> bytes:
    return GOOD.encode().replace(CONTENT, CONTENT[:-1] + b"X", 1)


OTHER = issue(replace(PKI.person(), key=gost_key("other"), serial=0x7777), PKI.issuer)
ESS_OTHER = attribute(oids.SIGNING_CERTIFICATE_V2, der.seq(der.seq(der.seq(der.octets(bytes(32))))))

SHA256_DIGEST = attribute(oids.MESSAGE_DIGEST, der.octets(rsa_key("x").digest(CONTENT)))

MESSAGES: tuple[tuple[str, Message | bytes, str], ...] = (
    ("nothing", b"", "malformed"),
    ("text", b"IIN850101300005", "malformed"),
    ("octets after the end", replace(GOOD, trailer=b"\0"), "malformed"),
    ("another message after the end", GOOD.encode() * 2, "malformed"),
    ("cut short", GOOD.encode()[:-1], "malformed"),
    ("two PEM blocks", b"-----BEGIN CMS-----\nMA==\n-----END CMS-----\n" * 2, "malformed"),
    ("nested without end", b"\x30\x80" * 5000, "malformed"),
    ("an absurd length", b"\x30\x84\xff\xff\xff\xff", "malformed"),
    ("too large", b"\x30" + bytes(POLICY.max_bytes), "too_large"),
    ("two signers", replace(GOOD, signers=2), "signer_count"),
    ("no signer", replace(GOOD, signers=0), "signer_count"),
    ("no signed attributes", replace(GOOD, attributes=()), "signed_attributes"),
    ("no contentType", replace(GOOD, attributes=_without(0)), "signed_attributes"),
    ("no messageDigest", replace(GOOD, attributes=_without(2)), "signed_attributes"),
    (
        "messageDigest twice",
        replace(GOOD, attributes=(*GOOD.default_attributes(), GOOD.default_attributes()[2])),
        "signed_attributes",
    ),
    (
        "messageDigest with two values",
        replace(
            GOOD,
            attributes=(
                *_without(2), attribute(oids.MESSAGE_DIGEST, der.octets(b"1"), der.octets(b"2")),
            ),
        ),
        "signed_attributes",
    ),
    (
        "contentType of another kind",
        replace(
            GOOD,
            attributes=(*_without(0), attribute(oids.CONTENT_TYPE, der.oid(oids.ID_SIGNED_DATA))),
        ),
        "signed_attributes",
    ),
    (
        "messageDigest of other content",
        replace(
            GOOD,
            attributes=(*_without(2), attribute(oids.MESSAGE_DIGEST, der.octets(bytes(64)))),
        ),
        "content_mismatch",
    ),
    ("content swapped after signing", _swapped_content(), "content_mismatch"),
    ("signature of zeros", replace(GOOD, signature=bytes(128)), "signature_invalid"),
    (
        "signature in the byte order of RFC 9215",
        replace(GOOD, signature=PERSON_SIGNER.key.sign(b"x")[::-1]),
        "signature_invalid",
    ),
    ("signed with another key", replace(GOOD, signer=replace(PERSON_SIGNER, key=OTHER.key)),
     "signature_invalid"),
    ("no certificate", replace(GOOD, certificates=()), "signer_certificate"),
    ("only another's certificate", replace(GOOD, certificates=(OTHER.der,)), "signer_certificate"),
    (
        "another's certificate named by the signed attribute",
        replace(GOOD, attributes=(*GOOD.default_attributes(), ESS_OTHER)),
        "signer_certificate",
    ),
    (
        "RSA named for a GOST key",
        replace(GOOD, signature_oid=oids.RSA_SHA256, digest_oid=oids.SHA256,
                attributes=(*_without(2), SHA256_DIGEST)),
        "signature_invalid",
    ),
    ("SHA-1", replace(GOOD, digest_oid=oids.SHA1), "unsupported_algorithm"),
    ("an unknown algorithm", replace(GOOD, signature_oid="1.2.3"), "unsupported_algorithm"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("message", "expected"), [pytest.param(m, r, id=i) for i, m, r in MESSAGES]
)
def test_a_message_with_one_thing_wrong_is_refused(message: Message | bytes, expected: str) -> None:
    verdict = judge(message)
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", expected)
    assert IIN not in verdict.model_dump_json()


def test_the_key_oid_may_stand_for_the_signature_algorithm() -> None:
    assert reason(replace(GOOD, signature_oid=oids.GOST_2015_512)) == "ok"


def test_attached_content_must_be_the_expected_one() -> None:
    assert reason(GOOD, content=b"the challenge of another session") == "content_mismatch"


def test_an_extra_certificate_with_a_chosen_iin_changes_nothing() -> None:
    chosen = tuple((o, "IIN000000000000" if o == oids.SERIAL_NUMBER else v) for o, v in PERSON)
    extra = issue(replace(PKI.person(), subject=chosen, key=gost_key("attacker"), serial=5))
    verdict = judge(replace(GOOD, certificates=(extra.der, PERSON_SIGNER.der)))
    assert verdict.subject is not None
    assert verdict.subject.iin == IIN


def test_two_certificates_for_one_signer_identifier_are_refused() -> None:
    twin = issue(replace(PKI.person(), key=gost_key("attacker")), PKI.issuer)
    assert reason(replace(GOOD, certificates=(twin.der, PERSON_SIGNER.der))) == "signer_certificate"


def _person(**changes: Any) -> Draft:
    return replace(PKI.person(), **changes)


def _director(**changes: Any) -> Draft:
    return replace(PKI.director(), **changes)


def _set(name: Name, oid: str, value: str) -> Name:
    return tuple((o, value if o == oid else v) for o, v in name)


def _drop(name: Name, oid: str) -> Name:
    return tuple((o, v) for o, v in name if o != oid)


BASIC_CA = Extension(oids.BASIC_CONSTRAINTS, der.seq(der.boolean()), critical=True)
CERTIFICATES: tuple[tuple[str, Draft, str], ...] = (
    ("expired", _person(not_after=NOW - DAY), "expired"),
    ("not yet valid", _person(not_before=NOW + DAY), "not_yet_valid"),
    ("serial number zero", _person(serial=0), "certificate_invalid"),
    ("serial number negative", _person(serial=-5), "certificate_invalid"),
    ("version 1", _person(version=0), "certificate_invalid"),
    ("two algorithms", _person(outer_algorithm=oids.GOST_2015_512), "certificate_invalid"),
    ("an extension twice", _person(extensions=(SIGN, INDIVIDUAL, INDIVIDUAL)),
     "certificate_invalid"),
    ("an unknown critical extension",
     PKI.person().with_(Extension("1.2.3.4", der.NULL, critical=True)), "certificate_invalid"),
    ("an authority's basicConstraints", PKI.person().with_(BASIC_CA), "certificate_invalid"),
    ("an authority's key usage", PKI.person().with_(key_usage(0, 1, 5)), "certificate_invalid"),
    ("no key usage", _person(extensions=(INDIVIDUAL,)), "certificate_invalid"),
    ("no extended key usage", _person(extensions=(SIGN,)), "not_a_person"),
    ("a short RSA key", _person(key=rsa_key("short", 1024)), "unsupported_algorithm"),
    ("key encipherment only", PKI.person().with_(key_usage(2)), "wrong_key_usage"),
    ("sign and auth at once", PKI.person().with_(key_usage(0, 1, 2)), "wrong_key_usage"),
    ("an AUTH key that says e-mail", PKI.person().with_(AUTH), "wrong_key_usage"),
    ("an information system",
     PKI.director().with_(extended(oids.NCA_LEGAL_ENTITY, oids.NCA_LEGAL_SYSTEM)), "not_a_person"),
    ("a named information system",
     PKI.director().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY,
                                   oids.NCA_LEGAL_SYSTEM + ".7")), "not_a_person"),
    ("an individual's information system",
     PKI.person().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL_SYSTEM)),
     "not_a_person"),
    ("the treasury",
     PKI.director().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY,
                                   oids.TREASURY + ".1")), "not_a_person"),
    ("an NCA operator",
     PKI.person().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL,
                                 oids.NCA_PRIVILEGES + ".3")), "not_a_person"),
    ("an OCSP responder", PKI.person().with_(extended(oids.OCSP_SIGNING)), "not_a_person"),
    ("no kind of holder", PKI.person().with_(extended(oids.EMAIL_PROTECTION)), "not_a_person"),
    ("a kind of holder not known",
     PKI.director().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY,
                                   "1.2.398.3.3.4.1.2.9")), "subject_invalid"),
    ("both kinds of holder",
     PKI.director().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY,
                                   oids.NCA_INDIVIDUAL)), "subject_invalid"),
    ("an individual with a role",
     PKI.person().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL, oids.NCA_CEO)),
     "subject_invalid"),
    ("two roles",
     PKI.director().with_(extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY, oids.NCA_CEO,
                                   oids.NCA_HR)), "subject_invalid"),
    ("no IIN", _person(subject=_drop(PERSON, oids.SERIAL_NUMBER)), "subject_invalid"),
    ("the IIN in the common name",
     _person(subject=_set(_drop(PERSON, oids.SERIAL_NUMBER), oids.COMMON_NAME, f"IIN{IIN}")),
     "subject_invalid"),
    ("two IINs", _person(subject=(*PERSON, (oids.SERIAL_NUMBER, f"IIN{IIN}"))), "subject_invalid"),
    ("an IIN in other digits",
     _person(subject=_set(PERSON, oids.SERIAL_NUMBER, "IIN" + "٨٥٠١٠١٣٠٠٠٠٥")),
     "subject_invalid"),
    ("an IIN with a space", _person(subject=_set(PERSON, oids.SERIAL_NUMBER, f"IIN{IIN} ")),
     "subject_invalid"),
    ("an IIN with a line break", _person(subject=_set(PERSON, oids.SERIAL_NUMBER, f"IIN{IIN}\n")),
     "subject_invalid"),
    ("an IIN of thirteen digits", _person(subject=_set(PERSON, oids.SERIAL_NUMBER, f"IIN{IIN}1")),
     "subject_invalid"),
    ("a wrong IIN check digit",
     _person(subject=_set(PERSON, oids.SERIAL_NUMBER, "IIN850101300006")), "check_digit"),
    ("a wrong BIN check digit",
     _director(subject=_set(DIRECTOR, oids.ORGANIZATIONAL_UNIT, "BIN050540000007")), "check_digit"),
    ("no BIN", _director(subject=_drop(DIRECTOR, oids.ORGANIZATIONAL_UNIT)), "subject_invalid"),
    ("two BINs", _director(subject=(*DIRECTOR, (oids.ORGANIZATIONAL_UNIT, f"BIN{BIN}"))),
     "subject_invalid"),
    ("an individual with a BIN",
     _person(subject=(*PERSON, (oids.ORGANIZATIONAL_UNIT, f"BIN{BIN}"))), "subject_invalid"),
    ("two common names", _person(subject=(*PERSON, (oids.COMMON_NAME, "ДРУГОЙ"))),
     "subject_invalid"),
    ("a name turned around",
     _person(subject=_set(PERSON, oids.COMMON_NAME, "ӘЛИЕВ \u202eДӘУРЕН")), "subject_invalid"),
    ("a name with an invisible character",
     _person(subject=_set(PERSON, oids.COMMON_NAME, "ӘЛИЕВ Д\u200bӘУРЕН")), "subject_invalid"),
    ("a name with a control character",
     _person(subject=_set(PERSON, oids.COMMON_NAME, "ӘЛИЕВ\nДӘУРЕН")), "subject_invalid"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("draft", "expected"), [pytest.param(d, r, id=i) for i, d, r in CERTIFICATES]
)
def test_a_certificate_with_one_thing_wrong_is_refused(draft: Draft, expected: str) -> None:
    verdict = judge(Message(issue(draft, PKI.issuer)))
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", expected)
    assert verdict.subject is None
    assert IIN not in verdict.model_dump_json()


def test_a_key_off_the_curve_is_refused() -> None:
    key = replace_info(gost_key_info((3).to_bytes(64, "little") + (5).to_bytes(64, "little")))
    assert reason(Message(issue(_person(key=key), PKI.issuer))) == "certificate_invalid"


def test_a_key_with_other_parameters_is_refused() -> None:
    parameters = der.seq(der.oid("1.2.643.7.1.2.1.2.1"), der.oid(oids.STREEBOG_512))
    info = der.seq(
        der.algorithm(oids.GOST_2015_512, parameters),
        der.bits(der.octets(gost_key("person").public.octets())),
    )
    assert reason(Message(issue(_person(key=replace_info(info)), PKI.issuer))) == (
        "unsupported_algorithm"
    )


def replace_info(info: bytes) -> Any:
    """The person's key under another SubjectPublicKeyInfo."""
    key: Any = object.__new__(type(gost_key("person")))
    key.__dict__.update(vars(gost_key("person")), info=info)
    return key


def _twin_of_issuer(root: Signer | None) -> Signer:
    return authority(gost_key("attacker"), "ҰЛТТЫҚ (TESTS)", root)


@pytest.mark.parametrize(
    "issuer",
    [
        pytest.param(None, id="self-signed"),
        pytest.param(_twin_of_issuer(None), id="an authority of the same name"),
        pytest.param(
            replace(_twin_of_issuer(None), key_id=PKI.issuer.key_id),
            id="an authority of the same name and key identifier",
        ),
        pytest.param(
            _twin_of_issuer(authority(gost_key("attacker root"), "НЕГІЗГІ (TESTS)")),
            id="a whole chain of the same names",
        ),
        pytest.param(issue(PKI.director(), PKI.issuer), id="a person's certificate used as a CA"),
    ],
)
def test_a_certificate_no_pinned_issuer_signed_is_untrusted(issuer: Signer | None) -> None:
    message = Message(issue(PKI.person(), issuer))
    held = (message.signer.der, *((issuer.der,) if issuer else ()))
    assert reason(replace(message, certificates=held)) == "untrusted_issuer"


ALARM = ("issuer_impersonates_nca",)


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("ҰЛТТЫҚ (TESTS)", ALARM),
        ("ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) 2022", ALARM),
        ("Ұлттық  куәландырушы OPTAЛЫҚ", ALARM),
        ("Банктің өз орталығы", ()),
    ],
)
def test_a_stranger_who_takes_the_name_of_the_nca_raises_an_alarm(
    name: str, warnings: tuple[str, ...]
) -> None:
    stranger = authority(gost_key("attacker"), name)
    verdict = judge(Message(issue(PKI.person(), stranger)))
    assert (str(verdict.reason), verdict.warnings) == ("untrusted_issuer", warnings)


def test_an_issuer_its_root_did_not_sign_is_untrusted() -> None:
    setup = pki()
    impostor = replace(setup.root, key=gost_key("attacker"))
    stranger = authority(gost_key("issuer"), "ҰЛТТЫҚ (TESTS)", impostor)
    forged = replace(setup, issuer=stranger)
    verdict = verify(
        GOOD.encode(),
        trust=forged.store,
        evidence=Evidence(crls=(crl(setup.issuer),)),
        policy=POLICY,
        at=NOW,
    )
    assert str(verdict.reason) == "untrusted_issuer"


def test_an_expired_issuer_is_untrusted() -> None:
    draft = _person(not_after=NOW + 5000 * DAY)
    assert reason(Message(issue(draft, PKI.issuer)), at=NOW + 1000 * DAY) == "untrusted_issuer"


AUTH_PERSON = replace(
    PKI.person(), extensions=(AUTH, extended(oids.CLIENT_AUTH, oids.NCA_INDIVIDUAL))
)


@pytest.mark.parametrize(
    ("draft", "key", "expected"),
    [
        (AUTH_PERSON, "auth", "ok"),
        (AUTH_PERSON, "any", "ok"),
        (AUTH_PERSON, "sign", "wrong_key_usage"),
        (PKI.person(), "sign", "ok"),
        (PKI.person(), "auth", "wrong_key_usage"),
    ],
)
def test_the_policy_says_which_key_is_taken(draft: Draft, key: Any, expected: str) -> None:
    policy = POLICY.model_copy(update={"key": key})
    assert reason(Message(issue(draft, PKI.issuer)), policy=policy) == expected


def test_an_acceptance_takes_no_other_key_than_sign() -> None:
    with pytest.raises(ValueError, match="SIGN key"):
        VerificationPolicy(purpose="acceptance", key="any")


def test_the_policy_says_which_holders_are_taken() -> None:
    policy = POLICY.model_copy(update={"subjects": ("legal_entity",)})
    assert reason(GOOD, policy=policy) == "wrong_subject_type"


def test_wrong_numbers_only_warn_where_the_policy_says_so() -> None:
    draft = _person(subject=_set(PERSON, oids.SERIAL_NUMBER, "IIN123456789011"))
    policy = POLICY.model_copy(update={"numbers": "warn"})
    verdict = judge(Message(issue(draft, PKI.issuer)), policy=policy)
    assert (verdict.verdict, verdict.warnings) == ("valid", ("iin_check_digit", "iin_date"))


@pytest.mark.parametrize(
    ("common_name", "surname", "given_name", "warning"),
    [
        ("ИВАНОВ ИВАН", "ИВАНОВ", "ИВАН", ()),
        ("ИВАНОВ ИВАН БОЛАТҰЛЫ", "ИВАНОВ", "ИВАН", ()),
        ("ДЕ ЛА КРУС МАРИЯ АННА", "ДЕ ЛА КРУС", "МАРИЯ АННА", ()),
        ("И\u0306ВАНОВ  ИВАН", "ЙВАНОВ", "ИВАН", ()),
        ("ИВАН ИВАНОВ", "ИВАНОВ", "", ("common_name_without_surname",)),
        ("ИВАНОВ", "ИВАНОВ", "", ()),
    ],
)
def test_the_first_name_is_the_common_name_without_the_surname(
    common_name: str, surname: str, given_name: str, warning: tuple[str, ...]
) -> None:
    subject = _set(_set(PERSON, oids.COMMON_NAME, common_name), oids.SURNAME, surname)
    verdict = judge(Message(issue(_person(subject=subject), PKI.issuer)))
    assert verdict.subject is not None
    assert (verdict.subject.given_name, verdict.warnings) == (given_name, warning)


def test_a_role_needs_no_particular_place_among_the_usages() -> None:
    usages = extended(oids.NCA_HR, oids.NCA_LEGAL_ENTITY, oids.EMAIL_PROTECTION)
    verdict = judge(Message(issue(PKI.director().with_(usages), PKI.issuer)))
    assert verdict.subject is not None
    assert verdict.subject.role == "hr"
    assert CEO.oid == oids.EXTENDED_KEY_USAGE
    assert CA.critical


ENCODED = GOOD.encode()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_give_a_verdict(octets: bytes) -> None:
    verdict = judge(octets)
    assert verdict.verdict == "invalid"


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(ENCODED) - 1), st.integers(1, 255)), min_size=1, max_size=3
    )
)
def test_a_changed_message_never_passes_as_somebody_else(changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(ENCODED)
    for position, flip in changes:
        mutated[position] ^= flip
    verdict = judge(bytes(mutated))
    assert verdict.reason != Reason.INTERNAL_ERROR
    if verdict.subject is not None:  # what is not signed, such as the version, may change
        assert verdict.subject.iin == IIN
        assert judge(bytes(mutated), content=CONTENT).verdict == "valid"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(ENCODED)), st.binary(min_size=1, max_size=40))
def test_inserted_octets_never_raise(position: int, octets: bytes) -> None:
    verdict = judge(ENCODED[:position] + octets + ENCODED[position:])
    assert verdict.reason != Reason.INTERNAL_ERROR
