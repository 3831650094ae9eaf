"""Making the realms from settings: policy, agreement, keys, trust; refusing what does not fit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache

from eds_verifier.metrics import METRICS
from eds_verifier.provider.client_keys import ClientKeys, Fetch, fetch_over_http
from eds_verifier.provider.errors import RealmSettingsError
from eds_verifier.provider.keys import load_or_make_keys
from eds_verifier.provider.logs import log
from eds_verifier.provider.realm import Realm, SignatureJudge
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.service import SignatureService
from eds_verifier.settings import RealmSettings, VerifierSettings
from eds_verifier.trust import find_list, load_trust
from policies.loader import load_portal
from policies.model import PortalPolicy

MakeJudge = Callable[[str, VerifierSettings, bool], SignatureJudge]
"""(name of a trust list, settings, whether test authorities may be trusted) → what judges by it."""


def judge_by_trust_list(
    name: str,
    settings: VerifierSettings,
    unsafe_allow_test_trust: bool,  # noqa: FBT001 - a callback; MakeJudge names it
) -> SignatureJudge:
    """The real judge: pinned authorities, OCSP and CRLs over HTTP."""
    store = load_trust(
        find_list(name, settings.trust),
        settings.trust,
        unsafe_allow_test_trust=unsafe_allow_test_trust,
    )
    return SignatureService(
        store,
        HttpEvidenceFetcher(),
        metrics=METRICS,
        cache_dir=settings.cache_of(name),
        crls="kept_ready",
    )


def make_realms(
    settings: VerifierSettings,
    *,
    environ: Mapping[str, str],
    random: Callable[[int], bytes],
    make_judge: MakeJudge = judge_by_trust_list,
    fetch_keys: Fetch = fetch_over_http,
) -> dict[str, Realm]:
    """Every realm of the settings by name; EdsError or PolicyError when one cannot be served."""
    realms: dict[str, Realm] = {}
    # Realms that trust alike share a judge, and so what it holds and asks.
    judge_of = cache(lambda name, unsafe: make_judge(name, settings, unsafe))
    for item in settings.realms:
        policy = load_portal(item.policy, environ=environ)
        _refuse_misfits(policy, item, settings, realms)
        if item.unsafe_judging_time is not None:
            log(
                "unsafe_judging_time",
                level=logging.WARNING,
                realm=policy.realm,
                judged_at=item.unsafe_judging_time.isoformat(),
                detail="certificates are judged at this instant: tests only",
            )
        realms[policy.realm] = Realm(
            name=policy.realm,
            issuer=policy.issuer,
            redirect_uri=f"{item.keycloak}/broker/eds/endpoint",
            policy=policy,
            agreements=policy.agreements(),
            keys=load_or_make_keys(settings.keys, policy.realm, random=random),
            client_keys=ClientKeys(
                f"{item.keycloak}/protocol/openid-connect/certs", fetch=fetch_keys
            ),
            judge=judge_of(item.trust or policy.eds.trust, item.unsafe_allow_test_trust),
            unsafe_judging_time=item.unsafe_judging_time,
        )
    return realms


def _refuse_misfits(
    policy: PortalPolicy,
    item: RealmSettings,
    settings: VerifierSettings,
    realms: Mapping[str, Realm],
) -> None:
    if policy.realm in realms:
        raise RealmSettingsError(f"the realm {policy.realm} is named twice in the settings")
    if policy.eds.verifier_url != settings.base_url:
        raise RealmSettingsError(
            f"{policy.realm}: the policy's eds.verifier_url is {policy.eds.verifier_url}, "
            f"the settings' base_url is {settings.base_url}",
            hint="They are one address: make them the same.",
        )
    if not item.keycloak.endswith(f"/realms/{policy.realm}"):
        raise RealmSettingsError(
            f"{policy.realm}: keycloak is {item.keycloak}, which is another realm",
            hint=f"It ends in /realms/{policy.realm}.",
        )
