"""Provisioning's errors; those that belong to one module stand there, all are drawn here.

ProvisioningError (policies.errors.TanbaError)
├── ConnectionSettingsError    what is needed to reach Keycloak is not given, or not usable
├── KeycloakUnreachableError   no answer from the server
├── KeycloakRefusedError       the server answered and said no
│   ├── NotAuthenticatedError      401: the identity is not accepted
│   ├── NotPermittedError          403: a role is missing
│   └── ObjectNotFoundError        404: a realm or object is not there
├── UnexpectedAnswerError      the answer is not what the Admin API documents
├── KeycloakVersionError       a version that nobody proved (versions)
├── RealmMissingError          the realm does not exist and this identity may not create it
├── OlderAgreementError        the files know an older agreement than the realm (keepers)
├── PlanRefusedError           a plan file is not carried out (planfile_errors)
│   ├── PlanFileError              no plan of this format, or not as it was written
│   ├── PlanForOtherServerError    made for another server
│   ├── PlanPoliciesError          its policies are not to be found from the file alone
│   ├── PolicyMovedError           the policies declare something else now
│   └── RealmMovedError            the realm holds something else now
├── TargetError                `--target` fits nothing, or a part of a whole (target_selection)
├── LossRefusedError           a delete would take what cannot return (apply)
├── RealmLockedError           another run writes to the realm (lock)
├── LockLostError              the lock is not ours any more (lock)
├── FlowBoundError             a flow that is to go still signs people in (writers.flow_bindings)
├── BuiltInFlowError           Keycloak's own flow cannot get other steps (writers.flow_bindings)
├── ReferenceMissingError      what an object refers to is not in the realm (writers.ids)
├── NotAppliedError            after writing, the realm still differs from what is declared
├── RunFolderError             the folder of runs cannot be used (runs)
├── RunUnknownError            there is no such run (runs)
├── RunUnreadableError         a run's record is damaged (runs_record)
├── RollbackRefusedError       a run is not taken back (rollback)
├── StateUnreadableError       what Tanba remembers in the realm is damaged (state_text)
├── AdoptError                 a realm cannot be written as a policy (adopt_check)
├── ExportError                a realm cannot be written to a file for an import
├── OutputFileError            a file that was asked for cannot be written (commands.options)
└── MetricsAddressError        metrics cannot be served there (drift_server)
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
    """404: the realm or object is not there, or this identity may not see it.

    `reason`: Keycloak's own words, where it has any.
    """

    code = "not_found"

    def __init__(self, message: str, *, status: int, hint: str = "", reason: str = "") -> None:
        super().__init__(message, status=status, hint=hint)
        self.reason = reason


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
