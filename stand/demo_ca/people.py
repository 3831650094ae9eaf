"""Who exists at the demo CA. Everybody here is invented; the numbers have right check digits.

Surnames are made of Kazakh words for sample, trial, expired and the like, organisations carry
«ТАНБА ДЕМО», so nobody takes them for real ones. `docs/demo-people.md` says what each shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Use = Literal["auth", "sign"]
Algorithm = Literal["gost", "rsa"]
Role = Literal["", "ceo", "signing_right", "employee", "information_system"]
Status = Literal["good", "expired", "revoked", "suspended"]


@dataclass(frozen=True, slots=True)
class Person:
    """A human being. `patronymic` is empty for people who have none."""

    id: str
    surname: str
    given_name: str
    patronymic: str
    iin: str

    @property
    def common_name(self) -> str:
        return f"{self.surname} {self.given_name}"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal entity."""

    id: str
    name: str
    bin: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What the CA certified: a person, alone or for an organisation, or an information system.

    `keys`: one certificate for each (algorithm, use). Real people hold a GOST key to sign with
    and an RSA key to sign in with.
    """

    person: Person | None
    organisation: Organisation | None = None
    role: Role = ""
    status: Status = "good"
    keys: tuple[tuple[Algorithm, Use], ...] = (("gost", "sign"), ("rsa", "auth"))

    @property
    def id(self) -> str:
        holder = self.person.id if self.person else "system"
        return f"{holder}-{self.organisation.id}" if self.organisation else holder


AIZHAN = Person("aizhan", "ҮЛГІБАЕВА", "АЙЖАН", "СЕРІКҚЫЗЫ", "900314499010")
DANIYAR = Person("daniyar", "СЫНАҚБЕКОВ", "ДАНИЯР", "БОЛАТҰЛЫ", "851102399012")
YERLAN = Person("yerlan", "МЫСАЛБАЕВ", "ЕРЛАН", "ҚАНАТҰЛЫ", "780621399016")
GULMIRA = Person("gulmira", "ТӘЖІРИБЕКОВА", "ГҮЛМИРА", "ӘСЕТҚЫЗЫ", "820909499018")
ARMAN = Person("arman", "ДЕМОҒАЛИЕВ", "АРМАН", "", "030130599014")
MADINA = Person("madina", "БАЙҚАУБАЕВА", "МӘДИНА", "ЖАНДОСҚЫЗЫ", "881205499014")
TIMUR = Person("timur", "ЕСКІРГЕНОВ", "ТИМУР", "АСҚАРҰЛЫ", "910417399016")
SAULE = Person("saule", "ҚАЙТАРЫЛОВА", "СӘУЛЕ", "МАРАТҚЫЗЫ", "930725499010")
RUSLAN = Person("ruslan", "ТОҚТАТЫЛОВ", "РУСЛАН", "ОМАРҰЛЫ", "870211399016")

ASTYQ = Organisation("astyq", 'ЖШС "ТАНБА ДЕМО: АСТЫҚ, ҰН, ЖЕМ"', "150940991012")
SAULET = Organisation("saulet", 'ЖШС "ТАНБА ДЕМО СӘУЛЕТ"', "190340991018")
QURYLYS = Organisation("qurylys", 'АҚ "ТАНБА ДЕМО ҚҰРЫЛЫС"', "211140991012")

SYSTEM_NAME = 'ИС "ТАНБА ДЕМО"'
SYSTEM_UID = "1.2.398.6.10.1.1"

HOLDINGS = (
    Holding(AIZHAN),
    Holding(DANIYAR, keys=(("gost", "sign"), ("rsa", "auth"), ("rsa", "sign"))),
    Holding(YERLAN),
    Holding(YERLAN, ASTYQ, "ceo"),
    Holding(GULMIRA, ASTYQ, "signing_right"),
    Holding(ARMAN, ASTYQ, "employee"),
    Holding(MADINA),
    Holding(MADINA, SAULET, "ceo"),
    Holding(MADINA, QURYLYS, "signing_right"),
    Holding(None, ASTYQ, "information_system", keys=(("gost", "sign"),)),
    Holding(TIMUR, status="expired"),
    Holding(SAULE, status="revoked"),
    Holding(RUSLAN, status="suspended"),
)
"""The whole table; a change of it makes the next stand issue everything anew."""
