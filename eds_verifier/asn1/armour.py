"""A signature as it arrives: PEM, base64 with line breaks, or the octets themselves."""

from __future__ import annotations

import base64
import binascii
import re

from eds_verifier.verdict import Reason, Refused

_PEM = re.compile(
    rb"-----BEGIN (?P<label>CMS|PKCS7)-----\s(?P<body>[A-Za-z0-9+/=\s]*)-----END (?P=label)-----"
)
_SEQUENCE = 0x30


def unwrap(data: bytes, *, max_bytes: int) -> bytes:
    """Return the octets of one CMS message, as the signer encoded them.

    Refuses too_large beyond `max_bytes` (of what arrives), malformed for what is neither, or is
    followed by anything but white space.
    """
    if len(data) > max_bytes:
        raise Refused(Reason.TOO_LARGE, f"the signature is larger than {max_bytes} octets")
    if not data:
        raise Refused(Reason.MALFORMED, "there is no signature: nothing arrived")
    if data[0] == _SEQUENCE:
        return data
    text = data.strip()
    if text.startswith(b"-----"):
        match = _PEM.fullmatch(text)
        if match is None:
            raise Refused(Reason.MALFORMED, "the PEM armour is not one CMS block")
        text = match["body"]
    try:
        return base64.b64decode(text.translate(None, b" \t\r\n"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Reason.MALFORMED, "the signature is neither DER, base64 nor PEM") from None
