"""One-time codes against RFC 6238's own table, and secrets as people copy them."""

from __future__ import annotations

import pytest

from provisioning.auth import totp

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(at: int, code: str) -> None:
    assert totp.code(RFC_SECRET, at=at, digits=8) == code
    assert totp.code(RFC_SECRET, at=at) == code[2:]


@pytest.mark.parametrize(
    "text",
    [
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "gezd gnbv gy3t qojq gezd gnbv gy3t qojq\n",
        "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ",
    ],
)
def test_a_secret_is_read_as_authenticator_apps_show_it(text: str) -> None:
    assert totp.read_secret(text) == RFC_SECRET


@pytest.mark.parametrize("text", ["", "   ", "0189", "GEZDG!", "A", "ГЕЗД"])
def test_what_is_no_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(not base32|empty)$"):
        totp.read_secret(text)
