"""The promise of `adopt`, kept before anything is written: the policy leaves nothing to change."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from policies.errors import PolicyError
from policies.loader import POLICY_FILE, load_policy
from provisioning.adopt import Adopted
from provisioning.desired import build
from provisioning.diff import MASK
from provisioning.errors import ProvisioningError
from provisioning.fingerprint import FROM_SECRETS
from provisioning.plan import Change, plan
from provisioning.resources import Live

_NAMED = 5
_HINT = "This realm holds something that Tanba does not know how to declare; report it."


class AdoptError(ProvisioningError):
    """No policy could be made that leaves the realm as it is."""

    code = "adopt"


def require_faithful(text: str, adopted: Adopted, live: Live, *, at: datetime) -> None:
    """Read the policy as `plan` would and compare it with the realm it came from.

    Whether a secret is the realm's cannot be seen here, and is not asked.

    Raises AdoptError naming what would be written, or what is no policy in it.
    """
    environ = {needed.variable: f"unknown-{needed.variable}" for needed in adopted.secrets}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / POLICY_FILE).write_text(text, encoding="utf-8")
        try:
            policy = load_policy(Path(folder), environ=environ)
            found = plan(build(policy, at=at), live)
        except PolicyError as error:
            message = error.message.replace(f"{folder}/", "")
            raise AdoptError(
                f"{adopted.realm}: no policy was made: {message}", hint=_HINT
            ) from None
    wrong = [f"{change.key.kind} {change.key}" for change in found.changes if _is_wrong(change)]
    if wrong:
        more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise AdoptError(
            f"{adopted.realm}: no policy was made; it would change "
            f"{', '.join(wrong[:_NAMED])}{more}",
            hint=_HINT,
        )


def _is_wrong(change: Change) -> bool:
    return change.action != "update" or any(
        difference.after != MASK and not difference.path.endswith(tuple(FROM_SECRETS))
        for difference in change.differences
    )
