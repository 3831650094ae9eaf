"""Time stamp tokens over a signature, each part open to be made wrong (RFC 3161)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, NOW, Draft, Signer, extended, key_usage
from tests.limbo.build.keys import Key
from tests.limbo.build.messages import Message, SignerInfo, attribute, ess_entry, ess_v2
from tests.limbo.build.names import TSA
from tests.limbo.build.rsa import SHA256, Hash
from tests.limbo.build.scene import DOCUMENT, Pki, Scene
from tests.unit.eds_verifier import der

THEN = NOW - 5 * DAY
"""When the corpus' time stamps were made."""


def tsa(key: Key) -> Draft:
    """A time-stamping authority's certificate: that purpose alone, critical."""
    purpose = replace(extended(oids.TIME_STAMPING), critical=True)
    return Draft(key, TSA, (key_usage("digital_signature", "non_repudiation"), purpose), 0x75A)


@dataclass(frozen=True)
class Token:
    """A token to be.

    `imprint`: the digest that is stamped, None for that of the signature. `written`: the time as
    it is encoded. `more`: what follows it in TSTInfo.
    """

    by: Signer
    time: datetime = NOW
    hash: Hash = SHA256
    imprint: bytes | None = None
    version: int = 1
    content_type: str = oids.TST_INFO
    info: dict[str, Any] | None = None
    certificates: tuple[bytes, ...] | None = None
    written: bytes | None = None
    more: tuple[bytes, ...] = ()

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def over(self, signature: bytes) -> tuple[bytes, ...]:
        """The unsigned attribute with this token over `signature`."""
        return (attribute(oids.TIME_STAMP_TOKEN, self.encode(signature)),)

    def encode(self, signature: bytes) -> bytes:
        content = self._tst_info(signature)
        info = SignerInfo(self.by, content, self.content_type, **(self.info or {}))
        usual = info.usual_attributes()
        named = ess_v2(ess_entry(self.by.der, SHA256, b""))
        info = replace(info, attributes=(*usual, named))
        message = Message(
            (info,), content, content_type=self.content_type, certificates=self.certificates
        )
        return message.encode()

    def _tst_info(self, signature: bytes) -> bytes:
        imprint = self.hash(signature) if self.imprint is None else self.imprint
        return der.seq(
            der.integer(self.version),
            der.oid(oids.TSA_POLICY),
            der.seq(self.hash.algorithm, der.octets(imprint)),
            der.integer(0x57A3),
            self.written or der.generalized(self.time),
            *self.more,
        )


def token(pki: Pki, by: Signer | None = None, *, time: datetime = THEN) -> Token:
    """A sound token of five days ago by the issuer's time-stamping authority."""
    return Token(by or pki.issue(tsa(pki.key("tsa"))), time)


def stamped(pki: Pki, by: Token, message: Message | None = None) -> Message:
    """The person's message, or another, with that token."""
    return (message or pki.message()).signed_with(unsigned=by.over)


def document(pki: Pki, by: Token, message: Message | None = None) -> Scene:
    """A judging of a document with that token."""
    return pki.scene(stamped(pki, by, message), policy=DOCUMENT)
