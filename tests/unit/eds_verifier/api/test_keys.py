"""API keys: how they are made, kept and found."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

import pytest

from eds_verifier.api.errors import ApiProblem
from eds_verifier.api.keys import ApiKey, KeyRing, new_key
from eds_verifier.settings import KEY_FORMAT
from tests.unit.eds_verifier.api.world import made_key

MADE = {name: made_key(name) for name in ("first", "second", "third")}
RING = KeyRing(
    ApiKey(
        id=name,
        digest=bytes.fromhex(made.sha256),
        purposes=frozenset({"document"}),
        requests_per_minute=1,
        concurrency=1,
    )
    for name, made in MADE.items()
)
SECOND = MADE["second"].key


def basic(name: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()


def test_a_key_is_256_random_bits_and_only_its_hash_is_shown_again() -> None:
    made = new_key(lambda count: bytes(range(count)))
    assert re.fullmatch(KEY_FORMAT, made.key)
    assert made.sha256 == hashlib.sha256(made.key.encode()).hexdigest()
    assert made.key not in repr(made)
    assert len({new_key().key for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {SECOND}",
        f"bearer {SECOND}",
        f"Bearer   {SECOND} ",
        basic("second", SECOND),
    ],
)
def test_a_key_is_found_by_its_hash(authorization: str) -> None:
    found = RING.find([authorization])
    assert found is not None
    assert found.id == "second"


@pytest.mark.parametrize(
    "authorization",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer "],
        [SECOND],
        [f"Token {SECOND}"],
        [f"Bearer {SECOND[:-1]}"],
        [f"Bearer {SECOND}x"],
        [f"Bearer {SECOND.upper()}"],
        [f"Bearer {MADE['second'].sha256}"],
        ["Bearer " + "a" * 30_000],
        ["Bearer \udcff\x00"],
        [f"Bearer {SECOND}", f"Bearer {SECOND}"],
        [f"Bearer {SECOND}", "Bearer wrong"],
        [basic("first", SECOND)],
        [basic("", SECOND)],
        [basic("second", "")],
        [basic("second", MADE["second"].sha256)],
        ["Basic ****"],
        ["Basic " + base64.b64encode(b"\xff\xfe:" + SECOND.encode()).decode()],
        ["Basic " + base64.b64encode(b"second").decode()],
    ],
)
def test_anything_else_proves_nothing_and_is_refused_alike(authorization: Sequence[str]) -> None:
    assert RING.find(authorization) is None
    with pytest.raises(ApiProblem) as raised:
        RING.require(authorization)
    with pytest.raises(ApiProblem) as nothing:
        RING.require([])
    assert raised.value.body(reference="x") == nothing.value.body(reference="x")
    assert raised.value.headers() == nothing.value.headers()


@pytest.mark.parametrize("key", [*(made.key for made in MADE.values()), "wrong", "", "tanba_"])
def test_every_key_is_compared_whichever_fits(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def counting(left: bytes, right: bytes) -> bool:
        compared.append((len(left), len(right)))
        return compare(left, right)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    RING.find([f"Bearer {key}"])
    assert compared == [(32, 32)] * len(MADE)


@pytest.mark.parametrize("weak", ["test", "", "password", "tanba_", "tanba_" + "a" * 42, "a" * 49])
def test_a_weak_key_opens_nothing_though_its_hash_stands_in_the_settings(weak: str) -> None:
    digest = hashlib.sha256(weak.encode()).digest()
    ring = KeyRing([ApiKey("weak", digest, frozenset({"document"}), 1, 1)])
    assert ring.find([f"Bearer {weak}"]) is None
    assert ring.find([basic("weak", weak)]) is None
