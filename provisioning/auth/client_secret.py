"""A service account by its client secret (RFC 6749 2.3.1 in the body, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr

from provisioning.auth.way import Form


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A confidential client and its secret."""

    client_id: str
    secret: SecretStr

    repeatable: ClassVar[bool] = True
    advice: ClassVar[str] = (
        "Check the client id and its secret, and that the client is enabled with a service account."
    )

    @property
    def who(self) -> str:
        """The client id."""
        return self.client_id

    def form(self, *, at: float) -> Form:
        """Grant `client_credentials`."""
        return {"grant_type": "client_credentials"} | self.client_fields(at=at)

    def client_fields(self, *, at: float) -> Form:  # noqa: ARG002 - as every way
        """The client id and its secret."""
        return {"client_id": self.client_id, "client_secret": self.secret.get_secret_value()}
