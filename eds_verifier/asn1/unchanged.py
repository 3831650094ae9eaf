"""Certificates that asn1crypto, and what builds on it, never encode anew (see `octets`)."""

from __future__ import annotations

from asn1crypto import x509

from eds_verifier.asn1.reading import octets


class UnchangedTbsCertificate(x509.TbsCertificate):
    """The signed part, as it was signed."""

    def dump(self, force: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - asn1crypto's
        return octets(self)


class UnchangedCertificate(x509.Certificate):
    """A certificate that was read."""

    _fields = [("tbs_certificate", UnchangedTbsCertificate), *x509.Certificate._fields[1:]]  # noqa: RUF012 - asn1crypto's protocol

    def dump(self, force: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - asn1crypto's
        return octets(self)
