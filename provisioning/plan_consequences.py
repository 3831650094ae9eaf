"""What a change means for the people of the realm, as a table: who is touched, what is lost. Pure.

A sentence is about people who are signing in or signed in at the moment of writing. A delete whose
kind the table does not know is held to lose something: an omission refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from provisioning.plan import Action, Change, Plan
from provisioning.resources import Kind


class Touched(StrEnum):
    """What of people's doings a change reaches."""

    SIGN_INS = "sign-ins"
    SESSIONS = "sessions"


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence for every change of `kind` by one of `actions` with a difference under `paths`.

    `paths`: beginnings of difference paths; empty: any change of the kind.
    """

    kind: Kind
    touched: Touched
    sentence: str
    paths: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one change does to people: `touched`, in a sentence."""

    touched: Touched
    sentence: str


_UPDATE: tuple[Action, ...] = ("update",)
_DELETE: tuple[Action, ...] = ("delete",)
_TOKENS = "Tokens issued from then on carry other claims or roles; sessions go on."

_BRUTE_FORCE = (
    "bruteForce",
    "failureFactor",
    "maxDeltaTimeSeconds",
    "maxFailureWaitSeconds",
    "maxTemporaryLockouts",
    "permanentLockout",
    "waitIncrementSeconds",
)
_SIGN_IN_SETTINGS = (
    "attributes.acr.loa.map",
    "duplicateEmailsAllowed",
    "loginWithEmailAllowed",
    "registration",
    "rememberMe",
    "resetPasswordAllowed",
    "sslRequired",
    "verifyEmail",
)
_CLIENT_WAYS = (
    "attributes.acr",
    "attributes.oauth2",
    "attributes.oidc",
    "attributes.pkce",
    "attributes.standard.token",
    "authenticationFlowBindingOverrides",
    "bearerOnly",
    "consentRequired",
    "directAccess",
    "enabled",
    "implicitFlow",
    "publicClient",
    "serviceAccounts",
    "standardFlow",
)

RULES: tuple[Rule, ...] = (
    Rule(
        Kind.REALM,
        Touched.SIGN_INS,
        "Sign-ins begun after this write go by the newly bound flow.",
        ("browserFlow", "registrationFlow", "directGrantFlow", "resetCredentialsFlow"),
    ),
    Rule(
        Kind.REALM,
        Touched.SIGN_INS,
        "Whether anybody can sign in at all changes with this write.",
        ("enabled",),
    ),
    Rule(
        Kind.REALM,
        Touched.SIGN_INS,
        "A sign-in or a link of a letter that is under way gets another time limit.",
        ("accessCodeLifespan", "actionToken", "attributes.actionToken"),
    ),
    Rule(
        Kind.REALM,
        Touched.SIGN_INS,
        "Failed sign-ins are held to the new limits from the next one on.",
        _BRUTE_FORCE,
    ),
    Rule(
        Kind.REALM,
        Touched.SIGN_INS,
        "A sign-in may be asked for something else or by other means.",
        _SIGN_IN_SETTINGS,
    ),
    Rule(
        Kind.REALM,
        Touched.SIGN_INS,
        "The new rules hold for the next password that is set; present passwords stay.",
        ("passwordPolicy",),
    ),
    Rule(
        Kind.REALM,
        Touched.SESSIONS,
        "Sessions that are open are held to the new limits too; too old ones end.",
        ("ssoSession", "clientSession", "offlineSession"),
    ),
    Rule(
        Kind.REALM,
        Touched.SESSIONS,
        "Access tokens issued from then on live as long as now declared.",
        ("accessTokenLifespan",),
    ),
    Rule(
        Kind.FLOW,
        Touched.SIGN_INS,
        "Sign-ins under way by this flow meet the new values at their next step; a flow with other "
        "steps is built beside the old one, which they finish.",
        actions=_UPDATE,
    ),
    Rule(
        Kind.IDENTITY_PROVIDER,
        Touched.SIGN_INS,
        "After an EDS, a person goes by the newly bound flow.",
        ("firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"),
    ),
    Rule(
        Kind.IDENTITY_PROVIDER,
        Touched.SIGN_INS,
        "EDS sign-ins go by other settings; one that is under way may have to begin again.",
        ("enabled", "config", "hideOnLogin", "linkOnly", "trustEmail", "providerId"),
        _UPDATE,
    ),
    Rule(
        Kind.IDENTITY_PROVIDER,
        Touched.SIGN_INS,
        "Nobody signs in by it any more.",
        actions=_DELETE,
    ),
    Rule(
        Kind.IDENTITY_PROVIDER_MAPPER,
        Touched.SIGN_INS,
        "It counts from each person's next EDS sign-in.",
    ),
    Rule(
        Kind.REQUIRED_ACTION,
        Touched.SIGN_INS,
        "What people are asked at their next sign-in changes; open sessions go on.",
        ("enabled", "defaultAction", "priority"),
    ),
    Rule(
        Kind.USER_PROFILE,
        Touched.SIGN_INS,
        "People whose data do not fit the new profile are asked at their next sign-in; open "
        "sessions go on.",
    ),
    Rule(
        Kind.CLIENT,
        Touched.SIGN_INS,
        "Sign-ins and sign-outs that return to an address no longer listed are refused.",
        ("redirectUris", "attributes.post.logout.redirect.uris", "rootUrl"),
        _UPDATE,
    ),
    Rule(
        Kind.CLIENT,
        Touched.SIGN_INS,
        "The client can neither finish a sign-in nor refresh a token until it has the new secret.",
        ("secret", "clientAuthenticatorType"),
        _UPDATE,
    ),
    Rule(
        Kind.CLIENT,
        Touched.SIGN_INS,
        "Other ways to a token are open or shut at this client.",
        _CLIENT_WAYS,
        _UPDATE,
    ),
    Rule(
        Kind.CLIENT,
        Touched.SIGN_INS,
        "Nobody signs in at it any more, and its tokens are not renewed.",
        actions=_DELETE,
    ),
    Rule(Kind.CLIENT, Touched.SESSIONS, _TOKENS, ("fullScopeAllowed",), _UPDATE),
    Rule(Kind.CLIENT_CLIENT_SCOPES, Touched.SESSIONS, _TOKENS),
    Rule(Kind.CLIENT_ROLE_SCOPE, Touched.SESSIONS, _TOKENS),
    Rule(Kind.CLIENT_MAPPER, Touched.SESSIONS, _TOKENS),
    Rule(Kind.CLIENT_SCOPE_MAPPER, Touched.SESSIONS, _TOKENS),
    Rule(
        Kind.ROLE_COMPOSITES,
        Touched.SESSIONS,
        "Every account gains or loses these roles with the next token it is issued.",
    ),
)

LOST: Mapping[Kind, str] = {
    Kind.ROLE: "which people, groups and roles hold it",
    Kind.CLIENT_ROLE: "which people, groups and roles hold it",
    Kind.GROUP: "who is in it",
    Kind.COMPONENT: "its keys and secrets, and the people who came by it",
    Kind.CLIENT: "its secret and keys, its roles and who holds them, people's consents to it",
    Kind.CLIENT_SCOPE: "which clients are given it, people's consents to it",
    Kind.IDENTITY_PROVIDER: "which account is linked to which person there; its client secret",
}
"""What a delete takes that neither a policy nor a plan can give back."""

RETURNS = frozenset(
    {
        Kind.CLIENT_SCOPE_MAPPER,
        Kind.CLIENT_MAPPER,
        Kind.IDENTITY_PROVIDER_MAPPER,
        Kind.REQUIRED_ACTION,
        Kind.CLIENT_PROFILE,
        Kind.CLIENT_POLICY,
        Kind.LOCALIZATION,
        Kind.FLOW,
    }
)
"""Kinds whose whole content stands in the plan that deletes them.

A flow is deleted only when nothing is bound to it any more and nobody can be in the middle of it.
"""

_UNKNOWN = "what belongs to it"


def consequences(plan: Plan, change: Change) -> tuple[Consequence, ...]:
    """What `change` does to people who are signing in or signed in, in the table's order.

    Nothing where the realm is made by the same plan: nobody is there.
    """
    if plan.creates_realm:
        return ()
    return tuple(
        Consequence(rule.touched, rule.sentence) for rule in RULES if _applies(rule, change)
    )


def lost(change: Change) -> str | None:
    """What a delete loses for good, in words; None when nothing is."""
    if change.action != "delete" or change.key.kind in RETURNS:
        return None
    return LOST.get(change.key.kind, _UNKNOWN)


def losses(plan: Plan) -> tuple[tuple[Change, str], ...]:
    """Every change of a plan that loses something for good, and what."""
    found = ((change, lost(change)) for change in plan.changes)
    return tuple((change, what) for change, what in found if what is not None)


def _applies(rule: Rule, change: Change) -> bool:
    if rule.kind is not change.key.kind or change.action not in rule.actions:
        return False
    return not rule.paths or any(d.path.startswith(rule.paths) for d in change.differences)
