"""What can go wrong in the verifier, apart from the verdict on a signature.

    EdsError                    eds_verifier: everything below
    ├── TrustStoreError             a trusted certificate is missing or is not the pinned one
    ├── TrustUpdateError            an authority's certificate could not be fetched
    └── CertificateFileError        a file given to a command holds no certificate

A signature that does not hold is no error: it is a `Verdict`. Inside the package a rule that
refuses raises `Refused`, which never leaves it.
"""

from __future__ import annotations

from policies.errors import TanbaError


class EdsError(TanbaError):
    """The verifier cannot do what was asked."""

    code = "eds"


class TrustStoreError(EdsError):
    """A trusted certificate is missing or is not the pinned one."""

    code = "trust_store"


class TrustUpdateError(EdsError):
    """An authority's certificate could not be fetched, or is not the pinned one."""

    code = "trust_update"


class CertificateFileError(EdsError):
    """A file given to a command holds no certificate."""

    code = "certificate_file"
