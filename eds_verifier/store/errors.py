"""The store's errors.

EdsError
└── StoreError             the database cannot be opened, written, or is of another version
    └── EvidenceError          a stored acceptance does not match its own hashes
"""

from __future__ import annotations

from eds_verifier.errors import EdsError


class StoreError(EdsError):
    """The database cannot be opened, cannot be written, or is of another version."""

    code = "store"


class EvidenceError(StoreError):
    """A stored acceptance does not match its own hashes."""

    code = "store_evidence"
