"""Keys are made once, for their owner alone, and never silently again."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from eds_verifier.provider.errors import KeyFileError, ProviderError
from eds_verifier.provider.keys import keys_present, load_or_make_keys
from eds_verifier.provider.sealing import seal, unseal

IIN = "900314499010"


def test_keys_are_made_once_and_read_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = load_or_make_keys(folder, "one", random=secrets.token_bytes)
    again = load_or_make_keys(folder, "one", random=secrets.token_bytes)
    other = load_or_make_keys(folder, "two", random=secrets.token_bytes)
    assert first.subject(IIN) == again.subject(IIN) != other.subject(IIN)
    assert first.kid == again.kid != other.kid
    assert first.signing_key.key_size >= 2048
    assert keys_present(folder, "one")
    for path in (folder, folder / "one"):
        assert path.stat().st_mode & 0o777 == 0o700
    for path in (folder / "one").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert {p.name for p in (folder / "one").iterdir()} == {"hmac.key", "signing.pem"}


def test_a_sub_is_what_the_contract_says_and_hides_the_iin(tmp_path: Path) -> None:
    key = bytes(range(32))
    keys = load_or_make_keys(tmp_path / "k", "one", random=lambda _: key)
    mac = hmac.new(key, IIN.encode(), hashlib.sha256).digest()
    assert keys.subject(IIN) == "p-" + b32encode(mac).decode().lower()[:26]
    assert re.fullmatch(r"p-[a-z2-7]{26}", keys.subject(IIN))
    assert IIN not in keys.subject(IIN)
    assert key.hex() not in repr(keys)


@pytest.mark.parametrize("name", ["one/hmac.key", "one/signing.pem", "one", ""])
@pytest.mark.parametrize("mode", [0o040, 0o004, 0o020])
def test_keys_others_can_reach_stop_the_start(tmp_path: Path, name: str, mode: int) -> None:
    folder = tmp_path / "keys"
    load_or_make_keys(folder, "one", random=secrets.token_bytes)
    path = folder / name
    path.chmod(path.stat().st_mode | mode)
    with pytest.raises(KeyFileError, match="others can reach") as raised:
        load_or_make_keys(folder, "one", random=secrets.token_bytes)
    assert "chmod" in raised.value.hint


def test_a_lost_hmac_key_is_a_loss_and_not_a_first_start(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    load_or_make_keys(folder, "one", random=secrets.token_bytes)
    (folder / "one" / "hmac.key").unlink()
    assert not keys_present(folder, "one")
    with pytest.raises(KeyFileError, match="is gone") as raised:
        load_or_make_keys(folder, "one", random=secrets.token_bytes)
    assert "backup" in raised.value.hint


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("hmac.key", b""),
        ("hmac.key", b"00" * 31),
        ("hmac.key", b"zz" * 32),
        ("signing.pem", b"not a key"),
        ("signing.pem", pem(ec.generate_private_key(ec.SECP256R1()))),
        ("signing.pem", pem(rsa.generate_private_key(65537, 1024))),  # noqa: S505 - refused
    ],
)
def test_a_damaged_or_weak_key_stops_the_start(tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "keys"
    load_or_make_keys(folder, "one", random=secrets.token_bytes)
    (folder / "one" / name).write_bytes(content)
    with pytest.raises(KeyFileError):
        load_or_make_keys(folder, "one", random=secrets.token_bytes)


def test_what_is_sealed_opens_with_the_same_secret_for_the_same_purpose_alone() -> None:
    sealed = seal(b"iin", secret="s", purpose="code/one", nonce=b"n" * 12)
    assert unseal(sealed, secret="s", purpose="code/one") == b"iin"
    assert b"iin" not in sealed
    for secret, purpose in (("t", "code/one"), ("s", "code/two")):
        with pytest.raises(ProviderError):
            unseal(sealed, secret=secret, purpose=purpose)
    with pytest.raises(ProviderError):
        unseal(sealed[:-1] + b"x", secret="s", purpose="code/one")
