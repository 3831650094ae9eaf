"""RC2 decryption with 40 effective key bits in CBC mode (RFC 2268).

The NCA's PKCS#12 files hide their certificates, which are public anyway, with it; no library at
hand has it with a key this short.
"""

from __future__ import annotations

import struct

_BLOCK = 8
_WORD = 0xFFFF
_ROTATIONS = (1, 2, 3, 5)
_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)


def decrypt_cbc(data: bytes, *, key: bytes, vector: bytes, effective_bits: int = 40) -> bytes:
    """Decrypt whole blocks; the padding stays.

    Raises ValueError: `data` is not whole blocks of 8, or `vector` is not 8 octets.
    """
    if len(data) % _BLOCK or len(vector) != _BLOCK:
        raise ValueError("RC2 takes whole blocks of 8 octets and a vector of 8")
    schedule = _expand(key, effective_bits)
    plain = bytearray()
    before = vector
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        opened = _decrypt_block(schedule, block)
        plain += bytes(a ^ b for a, b in zip(opened, before, strict=True))
        before = block
    return bytes(plain)


def _expand(key: bytes, effective_bits: int) -> tuple[int, ...]:
    """RFC 2268 section 2."""
    octets = bytearray(key)
    for i in range(len(key), 128):
        octets.append(_PI[(octets[i - 1] + octets[i - len(key)]) % 256])
    kept = -(-effective_bits // 8)
    octets[128 - kept] = _PI[octets[128 - kept] & (0xFF >> (8 * kept - effective_bits))]
    for i in range(127 - kept, -1, -1):
        octets[i] = _PI[octets[i + 1] ^ octets[i + kept]]
    return struct.unpack("<64H", octets)


def _decrypt_block(schedule: tuple[int, ...], block: bytes) -> bytes:
    """RFC 2268 section 4."""
    r = list(struct.unpack("<4H", block))
    used = 63
    for rounds, mash in ((5, True), (6, True), (5, False)):
        for _ in range(rounds):
            for i in (3, 2, 1, 0):
                turn = _ROTATIONS[i]
                word = (r[i] >> turn | r[i] << (16 - turn)) & _WORD
                one, two, three = r[i - 1], r[i - 2], r[i - 3]
                r[i] = (word - schedule[used] - (one & two) - (~one & three)) & _WORD
                used -= 1
        if mash:
            for i in (3, 2, 1, 0):
                r[i] = (r[i] - schedule[r[i - 1] & 63]) & _WORD
    return struct.pack("<4H", *r)
