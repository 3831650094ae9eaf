"""NIST's Public Key Interoperability Test Suite (PKITS 1.0.1) as data: its cases, its files.

`cases.json` tells each case by NIST's number (letters tell apart the settings of one number): the
end certificate, the authorities from its issuer up to the anchor, other certificates that signed a
CRL, the CRLs, and what RFC 5280 says of it.
"""

# mypy: allow-untyped-calls

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

import pytest
from asn1crypto import pem
from pydantic import BaseModel, ConfigDict

from eds_verifier.path.profile import ANY_POLICY, NOTHING_DEMANDED, PathInputs
from tests.pkits.fetch import ARCHIVE, FOLDER, is_pinned

HERE = Path(__file__).resolve().parent
ANCHOR, ANCHOR_CRL = "TrustAnchorRootCertificate", "TrustAnchorRootCRL"
_FIXTURES = "nist_pkits"
_TEST_POLICY = "2.16.840.1.101.3.2.1.48."

Expected = Literal["valid", "invalid"]


class Case(BaseModel):
    """One case. `policies`: numbers of NIST's test policies that are acceptable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: str
    expected: Expected
    end: str
    authorities: tuple[str, ...]
    others: tuple[str, ...] = ()
    crls: tuple[str, ...]
    policies: tuple[int, ...] = ()
    explicit_policy: Literal["required", "optional"] = "optional"
    policy_mapping: Literal["allowed", "inhibited"] = "allowed"
    any_policy: Literal["allowed", "inhibited"] = "allowed"

    @property
    def demands(self) -> bool:
        """Whether the case sets any input of RFC 5280 section 6.1.1 to another than the usual."""
        return self.inputs != NOTHING_DEMANDED

    @property
    def inputs(self) -> PathInputs:
        """The inputs of RFC 5280 section 6.1.1."""
        policies = frozenset(f"{_TEST_POLICY}{number}" for number in self.policies)
        return PathInputs(
            policies=policies or frozenset({ANY_POLICY}),
            explicit_policy=self.explicit_policy,
            policy_mapping=self.policy_mapping,
            any_policy=self.any_policy,
        )


CASES: tuple[Case, ...] = tuple(
    Case.model_validate(item) for item in json.loads((HERE / "cases.json").read_text("ascii"))
)


@cache
def files() -> Mapping[str, bytes]:
    """DER of each certificate and CRL by its name without the ending.

    Skips the calling test when the archive is not there.
    """
    archive = FOLDER / ARCHIVE
    if not is_pinned(archive):
        pytest.skip("NIST's cases are not here: run `python -m tests.pkits.fetch`")
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as stream:
        for member in stream:
            path = PurePosixPath(member.name)
            content = stream.extractfile(member)
            if _FIXTURES in path.parts and path.suffix in {".crt", ".crl"} and content is not None:
                data = content.read()
                found[path.stem] = pem.unarmor(data)[2] if pem.detect(data) else data
    return found
