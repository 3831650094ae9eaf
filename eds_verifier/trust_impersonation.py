"""Does an issuer that is not trusted call itself what only the NCA may be called?

Trust never rests on a name: this makes an alarm out of a refusal, so that a forged authority is
told from one that is merely not listed. Spelling does not hide it: letters that look alike count
as one, and so do case, spaces and punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from eds_verifier.asn1.names import attributes_of
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.signature import signed_by
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused

NCA_NAMES = (
    "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ",
    "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ",
    "МЕМЛЕКЕТТІК ТЕХНИКАЛЫҚ ҚЫЗМЕТ",
    "НАЦИОНАЛЬНЫЙ УДОСТОВЕРЯЮЩИЙ ЦЕНТР",
    "КОРНЕВОЙ УДОСТОВЕРЯЮЩИЙ ЦЕНТР РЕСПУБЛИКИ КАЗАХСТАН",
    "ГОСУДАРСТВЕННАЯ ТЕХНИЧЕСКАЯ СЛУЖБА",
    "NATIONAL CERTIFICATION AUTHORITY",
    "PKI.GOV.KZ",
    "ROOT.GOV.KZ",
)
"""Names of the NCA, of its root and of the enterprise that runs them, wherever they stand."""

NCA_WORDS = ("ҰКО", "НУЦ", "ҚҰКО", "NCA RK")
"""Its short names, as words of their own."""

_COUNTRY = "2.5.4.6"
_MIN_CONTAINED = 8
_LOOK_ALIKE = str.maketrans(
    "ABCEHKMOPTXYI0" "ΑΒΕΗΚΜΟΡΤΧΥΙ" "ҚҒҢӨҺҮҰӘЭІЁ",
    "АВСЕНКМОРТХУИО" "АВЕНКМОРТХУИ" "КГНОНУУААИЕ",
)  # fmt: skip
_NO_WORD = re.compile(r"[\W_]+")


def impersonates(issuer_name_der: bytes, trust: TrustStore) -> bool:
    """Whether a DER Name, of an issuer that nobody in `trust` is, is named like the NCA.

    That is, like an authority of `trust` (of any generation), or with one of NCA_NAMES in it.
    False for a name that cannot be read.
    """
    try:
        values = _values(issuer_name_der)
    except Refused:
        return False
    for value in values:
        words = _words(value)
        whole = "".join(words)
        if any(name in whole for name in _nca_names()):
            return True
        spaced = f" {' '.join(words)} "
        if any(f" {word} " in spaced for word in _nca_words()):
            return True
        for authority in trust.authorities:
            for listed in _listed(authority.certificate.subject_der):
                if listed == whole or (len(listed) >= _MIN_CONTAINED and listed in whole):
                    return True
    return False


def has_forged_issuer(certificate: Certificate, trust: TrustStore) -> bool:
    """Whether the certificate's issuer is named like the NCA, and is none of `trust`.

    `trust` is the whole store, with the old generation: what that issued is refused for a sign-in,
    but nobody forged it.
    """
    if not impersonates(certificate.issuer_der, trust):
        return False
    return not any(signed_by(certificate, a.certificate) for a in trust.authorities)


@lru_cache(maxsize=256)
def _listed(name: bytes) -> tuple[str, ...]:
    try:
        return tuple(filter(None, ("".join(_words(value)) for value in _values(name))))
    except Refused:
        return ()


@lru_cache(maxsize=1)
def _nca_names() -> tuple[str, ...]:
    return tuple("".join(_words(name)) for name in NCA_NAMES)


@lru_cache(maxsize=1)
def _nca_words() -> tuple[str, ...]:
    return tuple(" ".join(_words(name)) for name in NCA_WORDS)


def _values(name: bytes) -> tuple[str, ...]:
    """The texts of a name but its country; all of one kind as one, since they can be split."""
    texts: dict[str, list[str]] = {}
    for oid, text in attributes_of(name, what="the issuer's name"):
        if oid != _COUNTRY:
            texts.setdefault(oid, []).append(text)
    return tuple(" ".join(parts) for parts in texts.values())


def _words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: compatibility forms, case, marks, letters that look alike."""
    folded = unicodedata.normalize("NFKD", text.upper()).upper()
    bare = "".join(c for c in folded if unicodedata.category(c) not in {"Mn", "Cf"})
    return tuple(filter(None, _NO_WORD.split(bare.translate(_LOOK_ALIKE))))
