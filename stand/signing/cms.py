"""CMS SignedData (RFC 5652) as NCALayer makes it for one signer, without a timestamp.

Signed attributes: contentType, signingTime, messageDigest, signingCertificateV2 (RFC 5035). For
GOST the signature stands r || s little-endian, as in the NCA's certificates.
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core, tsp, x509

from eds_verifier.asn1.ber import encode
from stand.errors import StandError
from stand.signing import asn1
from stand.signing.keys import SigningKey


class DigestLengthError(StandError):
    """A ready digest that is not of the signing key's hash."""

    code = "digest_length"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with its certificate and the further certificates to include, DER."""

    key: SigningKey
    certificate: bytes
    chain: tuple[bytes, ...] = ()


def sign_cms(content: bytes, *, signer: Signer, at: datetime, encapsulate: bool = True) -> bytes:
    """Sign `content` at the signing time `at`; return DER ContentInfo.

    `encapsulate`: attach the content.
    """
    attached = content if encapsulate else None
    return _signed_data(signer.key.digest(content), attached, signer=signer, at=at)


def sign_cms_digest(digest: bytes, *, signer: Signer, at: datetime) -> bytes:
    """Like `sign_cms`, detached, for content of which only the digest is known.

    Raises DigestLengthError: `digest` is not as long as the key's hash.
    """
    expected = len(signer.key.digest(b""))
    if len(digest) != expected:
        raise DigestLengthError(f"a digest for this key has {expected} octets, not {len(digest)}")
    return _signed_data(digest, None, signer=signer, at=at)


def _signed_data(digest: bytes, content: bytes | None, *, signer: Signer, at: datetime) -> bytes:
    certificate = x509.Certificate.load(signer.certificate)
    tbs = certificate["tbs_certificate"]
    digest_algorithm = _open(algos.DigestAlgorithm, signer.key.digest_algorithm)
    attributes = _signed_attributes(digest, signer.certificate, at)
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber(
                    {"issuer": tbs["issuer"], "serial_number": tbs["serial_number"]}
                ),
            ),
            "digest_algorithm": digest_algorithm,
            "signed_attrs": attributes,
            "signature_algorithm": _open(
                algos.SignedDigestAlgorithm, signer.key.signature_algorithm
            ),
            # What is signed carries the tag SET OF, not the field's [0] (RFC 5652 5.4).
            "signature": signer.key.sign(attributes.dump()),
        }
    )
    encapsulated = {"content_type": "data"} | ({} if content is None else {"content": content})
    certificates = b"".join(sorted((signer.certificate, *signer.chain)))
    parts = (
        core.Integer(1).dump(),
        cms.DigestAlgorithms([digest_algorithm]).dump(),
        cms.ContentInfo(encapsulated).dump(),
        encode(asn1.CONTEXT_0, certificates),
        cms.SignerInfos([signer_info]).dump(),
    )
    signed = encode(asn1.SEQUENCE, b"".join(parts))
    kind = cms.ContentType("signed_data").dump()
    return encode(asn1.SEQUENCE, kind + encode(asn1.CONTEXT_0, signed))


def _signed_attributes(digest: bytes, certificate: bytes, at: datetime) -> cms.CMSAttributes:
    identifier = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "signing_time", "values": [cms.Time("utc_time", at)]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute(
                {
                    "type": "signing_certificate_v2",
                    "values": [tsp.SigningCertificateV2({"certs": [identifier]})],
                }
            ),
        ]
    )


def _open(kind: type[core.Sequence], algorithm: core.Sequence) -> core.Sequence:
    """The same identifier as the class that asn1crypto's structure wants."""
    return kind({"algorithm": algorithm["algorithm"].dotted, "parameters": core.Null()})
