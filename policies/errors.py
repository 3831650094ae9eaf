"""The root of every error Tanba raises on purpose, and the policies' own.

TanbaError
├── PolicyError            policies: what is declared cannot be used
│   ├── PolicyFileError        a file is missing, unreadable, or not what the model takes
│   ├── PolicyReferenceError   a ${env:…} or ${file:…} reference leads nowhere
│   └── AgreementError         an agreement's folder, text or record is not as it must be
├── ProvisioningError      provisioning.errors
├── EdsError               eds_verifier.errors
└── StandError             stand.errors
"""

from __future__ import annotations

from typing import ClassVar

ERROR = 1
DIFFERENT = 2
REFUSED = 3


class TanbaError(Exception):
    """Something a person must know: what was wrong, where, and what to do.

    `code` is stable and part of the public interface; `hint` says what to do next.
    Neither text ever holds a secret or an IIN.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class PolicyError(TanbaError):
    """What is declared cannot be used."""

    code = "policy"


class PolicyFileError(PolicyError):
    """A policy file is missing, unreadable, or not what the model takes."""

    code = "policy_file"


class PolicyReferenceError(PolicyError):
    """A `${env:…}` or `${file:…}` reference leads nowhere."""

    code = "policy_reference"


class AgreementError(PolicyError):
    """An agreement's folder, text or record is not as it must be."""

    code = "agreement"
