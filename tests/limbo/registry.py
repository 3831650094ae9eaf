"""The corpus' cases: `@case` names a function and takes its description from its docstring.

A docstring says what is wrong, draws the chain in a line with `→`, and ends with `Clause:`.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tests.limbo.build.keys import Kind
from tests.limbo.build.scene import Pki, Verdicted, pki
from tests.limbo.model import Case

MODULES = (
    "cms_form", "cms_content", "cms_signers", "cms_certificates", "cms_signed_attributes",
    "cms_other_attributes", "cms_ess", "cms_algorithms", "cms_consistency",
    "rsa", "pss", "gost", "gost_range", "gost_keys",
    "x509_fields", "x509_extensions", "x509_key_ids", "validity",
    "path_authorities", "path_building", "path_constraints",
    "key_use", "holder_person", "holder_machine",
    "iin_place", "iin_spelling", "iin_number", "bin", "names_read", "names_letters",
    "ocsp_status", "ocsp_question", "ocsp_fresh", "ocsp_responder", "ocsp_delegation",
    "crl_entries", "crl_proof", "crl_scope", "crl_fresh", "crl_delta", "revocation",
    "acceptance", "document", "timestamp_token", "timestamp_authority", "timestamp_proof",
)  # fmt: skip
"""Modules of `tests.limbo.cases`, in the order of the export."""

EVERY: tuple[Kind, ...] = ("rsa", "gost2015", "gost2004")
GOST: tuple[Kind, ...] = ("gost2015", "gost2015-256", "gost2004")

_FAMILY = {
    "rsa": "rsa",
    "gost2015": "gost-2015-512",
    "gost2015-256": "gost-2015-256",
    "gost2004": "gost-2004",
}
_CLAUSE = "Clause: "

Function = Callable[[Pki], Verdicted]


@dataclass(frozen=True)
class Entry:
    """One case of the corpus, built when it is asked for.

    `pending`: why the verifier does not yet give the expected answer; empty when it does.
    """

    id: str
    function: Function
    kind: Kind
    features: tuple[str, ...]
    pending: str
    description: str = field(init=False)
    clause: str = field(init=False)

    def __post_init__(self) -> None:
        text = inspect.getdoc(self.function) or ""
        *lines, last = text.split("\n\n") if text else [""]
        if not lines or not last.startswith(_CLAUSE) or "→" not in text:
            raise ValueError(f"{self.id}: the docstring needs a text, a chain, and a clause")
        object.__setattr__(self, "description", "\n\n".join(lines))
        object.__setattr__(self, "clause", " ".join(last.removeprefix(_CLAUSE).split()))

    @property
    def namespace(self) -> str:
        return self.id.partition("::")[0]

    @cached_property
    def case(self) -> Case:
        parts = self.function(pki(self.kind)).parts()
        policy = parts["policy"]
        tags = {_FAMILY[self.kind], policy.purpose.replace("_", "-"), *self.features}
        return Case(
            id=self.id,
            description=self.description,
            clause=self.clause,
            features=tuple(sorted(tags)),
            **parts,
        )


_entries: dict[str, Entry] = {}


def case(
    id_: str,
    *features: str,
    kinds: tuple[Kind, ...] = ("rsa",),
    pending: str = "",
) -> Callable[[Function], Function]:
    """Register a function as a case, or as one case for each of several kinds of key."""

    def register(function: Function) -> Function:
        for kind in kinds:
            full = id_ if len(kinds) == 1 else f"{id_}::{_FAMILY[kind]}"
            if full in _entries:
                raise ValueError(f"two cases have the id {full}")
            _entries[full] = Entry(full, function, kind, features, pending)
        return function

    return register


def corpus() -> Iterator[Entry]:
    """Every case, in a stable order."""
    for module in MODULES:
        importlib.import_module(f"tests.limbo.cases.{module}")
    yield from _entries.values()
