"""Provisioning's errors.

ProvisioningError (policies.errors.TanbaError)
├── ConnectionSettingsError    what is needed to reach Keycloak is not given, or not usable
├── KeycloakUnreachableError   no answer from the server
├── KeycloakRefusedError       the server answered and said no
│   ├── NotAuthenticatedError      401: the identity is not accepted
│   ├── NotPermittedError          403: a role is missing
│   └── ObjectNotFoundError        404: a realm or object is not there
├── UnexpectedAnswerError      the answer is not what the Admin API documents
├── RealmMissingError          the realm does not exist and this identity may not create it
├── ReferenceMissingError      what an object refers to is not in the realm (writers.ids)
├── KeycloakVersionError       a version that nobody proved (provisioning.versions)
└── NotAppliedError            after writing, the realm still differs from what is declared
"""

from __future__ import annotations

from policies.errors import DIFFERENT, TanbaError


class ProvisioningError(TanbaError):
    """Keycloak could not be brought to what is declared."""

    code = "provisioning"


class ConnectionSettingsError(ProvisioningError):
    """What is needed to reach Keycloak is not given, or cannot be used."""

    code = "connection_settings"


class KeycloakUnreachableError(ProvisioningError):
    """No answer came from the server."""

    code = "keycloak_unreachable"


class KeycloakRefusedError(ProvisioningError):
    """The server answered a request with an error; `status` is HTTP's."""

    code = "keycloak_refused"

    def __init__(self, message: str, *, status: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class NotAuthenticatedError(KeycloakRefusedError):
    """401: the identity is unknown, its secret is wrong, or it is disabled."""

    code = "not_authenticated"


class NotPermittedError(KeycloakRefusedError):
    """403: the identity lacks a role."""

    code = "not_permitted"


class ObjectNotFoundError(KeycloakRefusedError):
    """404: the realm or object is not there, or this identity may not see it."""

    code = "not_found"


class UnexpectedAnswerError(ProvisioningError):
    """The answer is not what the Admin API documents: another product, a proxy, a new version."""

    code = "unexpected_answer"


class RealmMissingError(ProvisioningError):
    """The realm does not exist and this identity may not create it."""

    code = "realm_missing"


class NotAppliedError(ProvisioningError):
    """After writing, reading back still shows differences."""

    code = "not_applied"
    exit_code = DIFFERENT


class ExportError(ProvisioningError):
    """A realm cannot be written to a file without a secret, or without losing one."""

    code = "export"
