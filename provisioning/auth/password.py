"""An admin by user name and password (RFC 6749 4.3), with a one-time code where one is asked for.

The last choice: it is a person's identity. The code is worked out from its secret when it is sent,
so it stands on no command line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from provisioning.auth import totp
from provisioning.auth.way import Form

_ADVICE = (
    "Check the user name and password, and that the client allows direct access grants. An account "
    "with a one-time code needs TANBA_KEYCLOAK_TOTP_SECRET too."
)
_ADVICE_WITH_CODE = (
    "Check the user name, password and one-time-code secret, and that our clocks agree. A code "
    "counts once: after another run, wait 30 seconds."
)


@dataclass(frozen=True, slots=True)
class Password:
    """A user of the realm through a public client; `totp_secret` is the key of the codes."""

    client_id: str
    username: str
    password: SecretStr
    totp_secret: bytes | None = field(default=None, repr=False)

    @property
    def who(self) -> str:
        """The user name."""
        return self.username

    @property
    def repeatable(self) -> bool:
        """A code that was sent may be used up."""
        return self.totp_secret is None

    @property
    def advice(self) -> str:
        """Mentions the code where there is one."""
        return _ADVICE if self.totp_secret is None else _ADVICE_WITH_CODE

    def form(self, *, at: float) -> Form:
        """Grant `password`."""
        fields = {
            "grant_type": "password",
            "username": self.username,
            "password": self.password.get_secret_value(),
        } | self.client_fields(at=at)
        if self.totp_secret is not None:
            fields["totp"] = totp.code(self.totp_secret, at=at)
        return fields

    def client_fields(self, *, at: float) -> Form:  # noqa: ARG002 - as every way
        """The client id; the client has no secret."""
        return {"client_id": self.client_id}
