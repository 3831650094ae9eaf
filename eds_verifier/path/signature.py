"""The signature on a certificate, by the algorithms accepted here and by no others."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.errors import AlgorithmNotSupported
from pyhanko_certvalidator.sig_validate import DEFAULT_SIGNATURE_VALIDATOR, SignatureValidator

from eds_verifier.asn1.reading import octets
from eds_verifier.path.certificate import Certificate
from eds_verifier.signatures import Scheme, holds, read_scheme
from eds_verifier.verdict import Refused


@lru_cache(maxsize=128)
def certificate_signature_holds(
    scheme: Scheme, key_info: bytes, tbs: bytes, signature: bytes
) -> bool:
    """`signatures.holds` for certificates; remembered, since an authority's is asked each time."""
    return holds(scheme, key_info, tbs, signature)


def signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer's key made the certificate's signature; no for a key not accepted."""
    try:
        return certificate_signature_holds(
            certificate.scheme, issuer.key_info, certificate.tbs, certificate.signature
        )
    except Refused:
        return False


class AcceptedSignatures(SignatureValidator):
    """Checks certificates' signatures with the algorithms accepted here and no others."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: Any = None,  # noqa: ARG002 - no accepted algorithm needs it
    ) -> None:
        """Raise InvalidSignature unless the signature holds."""
        try:
            scheme = read_scheme(octets(signature_algorithm), what="a certificate")
            good = certificate_signature_holds(
                scheme, octets(public_key_info), signed_data, signature
            )
        except Refused:
            raise InvalidSignature from None
        if not good:
            raise InvalidSignature


class AllSignatures(AcceptedSignatures):
    """What is accepted here, and beyond it every algorithm pyhanko-certvalidator knows.

    For RFC 5280 alone (NIST's cases hold DSA); nothing a person signs is judged with it.
    """

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: Any = None,  # noqa: ARG002 - as above
    ) -> None:
        """Raise InvalidSignature unless the signature holds."""
        try:
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm)
        except InvalidSignature:
            try:
                DEFAULT_SIGNATURE_VALIDATOR.validate_signature(
                    signature, signed_data, public_key_info, signature_algorithm
                )
            except (UnsupportedAlgorithm, AlgorithmNotSupported, ValueError):
                raise InvalidSignature from None
