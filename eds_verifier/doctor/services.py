"""The verifier that runs, and the Keycloak realms it serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from eds_verifier.doctor.findings import Finding
from eds_verifier.settings import VerifierSettings

SECONDS = 10


def look_at_services(settings: VerifierSettings) -> Iterator[Finding]:
    """Ask the verifier how it is, and each realm's Keycloak for its keys."""
    yield _verifier(settings.base_url or f"http://{settings.listen}")
    for realm in settings.realms:
        yield _keycloak(realm.keycloak)


def _get(url: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=SECONDS, allow_redirects=False)


def _verifier(base_url: str) -> Finding:
    subject = f"verifier {base_url}"
    try:
        answer = _get(f"{base_url}/health/ready")
        body: Any = answer.json()
    except (requests.RequestException, ValueError):
        return Finding(
            subject=subject,
            state="wrong",
            what="does not answer",
            do="Start it (`tanba eds serve`), or see what stands between: proxy, DNS, TLS.",
        )
    if answer.status_code != requests.codes.ok or not isinstance(body, dict):
        failed = body.get("checks") if isinstance(body, dict) else None
        return Finding(
            subject=subject, state="wrong", what=f"is not ready: {failed}", do="See its log."
        )
    revocation = body.get("revocation", "answering")
    if revocation != "answering":
        since = body.get("down_since") or "some time"
        return Finding(
            subject=subject,
            state="warning",
            what=f"is ready, but the authorities' answers are {revocation} since {since}",
            do="See the findings about the authorities.",
        )
    return Finding(subject=subject, state="good", what="is ready")


def _keycloak(realm_url: str) -> Finding:
    subject = f"Keycloak {realm_url}"
    do = "Check `keycloak` in the settings, and that the realm is enabled (`tanba plan`)."
    try:
        answer = _get(f"{realm_url}/protocol/openid-connect/certs")
        keys = answer.json().get("keys") if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, ValueError, AttributeError):
        return Finding(subject=subject, state="wrong", what="does not answer", do=do)
    if not keys:
        return Finding(subject=subject, state="wrong", what="has no such realm or no keys", do=do)
    return Finding(subject=subject, state="good", what=f"answers with {len(keys)} keys")
