"""Who a certificate names: the holder by extendedKeyUsage, the person and organisation by OID.

The tables are the NCA's certificate profile (order V2000021440, root.gov.kz/oid). Nothing is
taken by its position in the name, nor searched for in text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from eds_verifier.asn1 import oids
from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.verdict import KeyUse, Reason, Refused, Role, Subject, SubjectType

NOT_A_PERSON: tuple[tuple[str, str], ...] = (
    (oids.NCA_INDIVIDUAL_SYSTEM, "an information system"),
    (oids.NCA_LEGAL_SYSTEM, "an information system"),
    (oids.TREASURY, "the treasury's client"),
    (oids.NCA_PRIVILEGES, "an operator of the NCA"),
    (oids.OCSP_SIGNING, "an OCSP responder"),
    (oids.TIME_STAMPING, "a time-stamping authority"),
)
"""Arcs of extendedKeyUsage whose holders never sign in as a person, and what they are."""

ROLES: dict[str, Role] = {
    oids.NCA_CEO: "ceo",
    oids.NCA_SIGNING_RIGHT: "signing_right",
    oids.NCA_FINANCE: "finance",
    oids.NCA_HR: "hr",
    oids.NCA_EMPLOYEE: "employee",
}

_HOLDERS: dict[str, SubjectType] = {
    oids.NCA_INDIVIDUAL: "individual",
    oids.NCA_LEGAL_ENTITY: "legal_entity",
}

_IIN = re.compile(r"IIN([0-9]{12})")
_BIN = re.compile(r"BIN([0-9]{12})")
_BIN_LIKE = re.compile(r"\W*BIN\W*\d|\W*BIN\W*$", re.IGNORECASE)
"""What sets out to be a BIN, rightly spelt or not; another unit may begin with the letters."""
_WEIGHTS = (
    (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2),
)
_CENTURIES = {
    "0": (2000, 1900, 1800),
    "1": (1800,),
    "2": (1800,),
    "3": (1900,),
    "4": (1900,),
    "5": (2000,),
    "6": (2000,),
}
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point: nothing is seen of them, letters and marks among them."""
_MAX_NAME = 512


@dataclass(frozen=True, slots=True)
class Holder:
    """The kind of holder and the role, both from extendedKeyUsage."""

    subject_type: SubjectType
    role: Role


def read_holder(certificate: Certificate) -> Holder:
    """The kind of holder. Refuses not_a_person, and subject_invalid for a contradiction."""
    return _holder(certificate.extended_key_usage)


@lru_cache(maxsize=256)
def _holder(usages: frozenset[str]) -> Holder:
    for arc, what in NOT_A_PERSON:
        if any(_under(usage, arc) for usage in usages):
            raise Refused(Reason.NOT_A_PERSON, f"the certificate belongs to {what}")
    kinds = {_HOLDERS[usage] for usage in usages if usage in _HOLDERS}
    roles = {ROLES[usage] for usage in usages if usage in ROLES}
    unknown = [
        usage
        for usage in usages
        if _under(usage, oids.NCA_SUBJECT) and usage not in _HOLDERS and usage not in ROLES
    ]
    if not kinds and not roles:
        raise Refused(
            Reason.NOT_A_PERSON, "the certificate does not say that its holder is a person"
        )
    if unknown:
        raise Refused(Reason.SUBJECT_INVALID, "the certificate names a kind of holder not known")
    if len(kinds) != 1 or len(roles) > 1 or (roles and kinds != {"legal_entity"}):
        raise Refused(Reason.SUBJECT_INVALID, "the certificate's kinds of holder contradict")
    role: Role = roles.pop() if roles else ""
    return Holder(kinds.pop(), role)


def _under(oid: str, arc: str) -> bool:
    return oid == arc or oid.startswith(arc + ".")


def read_key_use(certificate: Certificate) -> KeyUse:
    """AUTH or SIGN, when keyUsage and extendedKeyUsage agree; refuses wrong_key_usage.

    SIGN: digitalSignature and nonRepudiation, emailProtection. AUTH: digitalSignature with
    keyEncipherment or keyAgreement and without nonRepudiation, clientAuth.
    """
    usage, extended = certificate.key_usage, certificate.extended_key_usage
    if "digital_signature" in usage:
        agrees = usage & {"key_encipherment", "key_agreement"}
        if (
            "non_repudiation" in usage
            and "key_encipherment" not in usage
            and oids.EMAIL_PROTECTION in extended
            and oids.CLIENT_AUTH not in extended
        ):
            return "sign"
        if (
            "non_repudiation" not in usage
            and agrees
            and oids.CLIENT_AUTH in extended
            and oids.EMAIL_PROTECTION not in extended
        ):
            return "auth"
    raise Refused(Reason.WRONG_KEY_USAGE, "the key is for neither signing nor authentication")


def check_key(certificate: Certificate, policy: VerificationPolicy) -> KeyUse:
    """The key's use, when the policy accepts it; refuses wrong_key_usage."""
    use = read_key_use(certificate)
    if policy.key not in ("any", use):
        raise Refused(
            Reason.WRONG_KEY_USAGE,
            f"the key is for {use.upper()}, this purpose takes a key for {policy.key.upper()}",
        )
    return use


def read_subject(
    certificate: Certificate, policy: VerificationPolicy, *, at: datetime
) -> tuple[Subject, tuple[str, ...]]:
    """The person and organisation, with warnings.

    Refuses not_a_person, wrong_subject_type, wrong_role, subject_invalid (a value missing, repeated
    or misspelt), check_digit and number_date (unless the policy only warns): a date must be one of
    the calendar and not after `at`. No text ever quotes a number.
    """
    holder = read_holder(certificate)
    if holder.subject_type not in policy.subjects:
        raise Refused(
            Reason.WRONG_SUBJECT_TYPE, f"holders of the kind {holder.subject_type} are not accepted"
        )
    if policy.roles is not None and holder.role not in policy.roles:
        raise Refused(Reason.WRONG_ROLE, "the certificate's role is not one the policy takes")
    values = _attributes(certificate)
    warnings: list[str] = []
    iin = _number(values.get(oids.SERIAL_NUMBER, []), _IIN, "IIN")
    _check_number(iin, "iin", policy, warnings, dated=has_birth_date(iin, at=at))
    bin_ = organization = ""
    units = [u for u in values.get(oids.ORGANIZATIONAL_UNIT, []) if _BIN_LIKE.match(u)]
    if holder.subject_type == "legal_entity":
        bin_ = _number(units, _BIN, "BIN")
        _check_number(bin_, "bin", policy, warnings, dated=has_registration_month(bin_))
        organization = _one_name(values, oids.ORGANIZATION, "organization")
    elif units:
        raise Refused(Reason.SUBJECT_INVALID, "an individual's certificate carries a BIN")
    common_name = _one_name(values, oids.COMMON_NAME, "common name")
    surname = _at_most_one_name(values, oids.SURNAME, "surname")
    patronymic = _at_most_one_name(values, oids.GIVEN_NAME, "patronymic")
    subject = Subject(
        iin=iin,
        surname=surname,
        given_name=_first_name(common_name, surname, patronymic, warnings),
        patronymic=patronymic,
        common_name=common_name,
        subject_type=holder.subject_type,
        bin=bin_,
        organization=organization,
        role=holder.role,
    )
    return subject, tuple(warnings)


def has_check_digit(number: str) -> bool:
    """Whether the twelfth digit of an IIN or BIN is the one computed from the other eleven."""
    digits = [int(character) for character in number]
    for weights in _WEIGHTS:
        remainder = sum(d * w for d, w in zip(digits[:11], weights, strict=True)) % 11
        if remainder != 10:
            return digits[11] == remainder
    return False


def has_birth_date(iin: str, *, at: datetime) -> bool:
    """Whether an IIN begins with a date of birth (YYMMDD, the century by the seventh digit).

    Foreigners' IINs have been seen with 0 there, which names no century: any will do.
    """
    century = _CENTURIES.get(iin[6])
    if century is None:
        return False
    for years in century:
        try:
            born = date(years + int(iin[:2]), int(iin[2:4]), int(iin[4:6]))
        except ValueError:
            continue
        if born <= at.date():
            return True
    return False


def has_registration_month(number: str) -> bool:
    """Whether a BIN begins with a month (YYMM) and a kind of registrant (4 to 6)."""
    return 1 <= int(number[2:4]) <= 12 and number[4] in "456"


def _attributes(certificate: Certificate) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    try:
        pairs = certificate.subject_values
    except Refused as refused:
        raise Refused(Reason.SUBJECT_INVALID, refused.detail) from None
    for oid, value in pairs:
        values.setdefault(oid, []).append(value)
    return values


def _number(values: list[str], pattern: re.Pattern[str], name: str) -> str:
    """The twelve digits of the one value that there must be: exactly `IIN` or `BIN` and digits."""
    match = pattern.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise Refused(Reason.SUBJECT_INVALID, f"the certificate has no one well-formed {name}")
    return match[1]


def _check_number(
    number: str,
    name: str,
    policy: VerificationPolicy,
    warnings: list[str],
    *,
    dated: bool,
) -> None:
    checks = (
        (has_check_digit(number), Reason.CHECK_DIGIT, "check digit", "check_digit"),
        (dated, Reason.NUMBER_DATE, "date", "date"),
    )
    for holds, reason, what, code in checks:
        if holds:
            continue
        if policy.numbers == "strict":
            raise Refused(reason, f"the {name.upper()}'s {what} is wrong")
        warnings.append(f"{name}_{code}")


def _one_name(values: dict[str, list[str]], oid: str, what: str) -> str:
    name = _at_most_one_name(values, oid, what)
    if not name:
        raise Refused(Reason.SUBJECT_INVALID, f"the certificate has no {what}")
    return name


def _at_most_one_name(values: dict[str, list[str]], oid: str, what: str) -> str:
    found = values.get(oid, [])
    if len(found) > 1:
        raise Refused(Reason.SUBJECT_INVALID, f"the certificate has more than one {what}")
    return _clean(found[0], what) if found else ""


def _clean(name: str, what: str) -> str:
    """NFC with single spaces; refuses characters that are not seen or turn the text around."""
    normal = unicodedata.normalize("NFC", name)
    if len(normal) > _MAX_NAME or not _is_seen(normal):
        raise Refused(Reason.SUBJECT_INVALID, f"the {what} holds characters no name has")
    return " ".join(normal.split())


def _is_seen(name: str) -> bool:
    """Whether nothing in it is invisible or turns the text around; spaces may be of any kind."""
    if _IGNORABLE.search(name):
        return False
    return name.isprintable() or not any(
        unicodedata.category(character) in _REFUSED_CATEGORIES for character in name
    )


def _first_name(common_name: str, surname: str, patronymic: str, warnings: list[str]) -> str:
    """The common name without the surname before it (and the patronymic behind it)."""
    first = common_name
    if surname:
        if not first.startswith(surname + " "):
            if first != surname:
                warnings.append("common_name_without_surname")
            return ""
        first = first[len(surname) + 1 :]
    if patronymic and first.endswith(" " + patronymic):
        first = first[: -len(patronymic) - 1]
    return first
