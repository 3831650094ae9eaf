"""Why `apply` refuses a plan file (exit 3, nothing written).

PlanRefusedError (provisioning.errors.ProvisioningError)
├── PlanFileError          not a plan of this format, or not as it was written
├── PlanForOtherServerError    made for another server
├── PlanPoliciesError      the policies it was made from are not to be found from the file alone
├── PolicyMovedError       the policies declare something else now
└── RealmMovedError        the realm holds something else now
"""

from __future__ import annotations

from policies.errors import REFUSED
from provisioning.errors import ProvisioningError


class PlanRefusedError(ProvisioningError):
    """A plan file is not carried out."""

    code = "plan_refused"
    exit_code = REFUSED


class PlanFileError(PlanRefusedError):
    """The file is no plan of this format, or was changed after it was written."""

    code = "plan_file"


class PlanForOtherServerError(PlanRefusedError):
    """The plan was made for a server at another address."""

    code = "plan_other_server"


class PlanPoliciesError(PlanRefusedError):
    """The file names policies outside the working folder, which a file may not choose."""

    code = "plan_policies"


class PolicyMovedError(PlanRefusedError):
    """The policies do not declare what they declared when the plan was made."""

    code = "policy_moved"


class RealmMovedError(PlanRefusedError):
    """The realm does not hold what it held when the plan was made."""

    code = "realm_moved"
