"""What one demo portal is, taken from its policy."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from policies.base import Localized
from policies.model import PortalPolicy
from stand.settings import StandSettings


@dataclass(frozen=True, slots=True)
class Skin:
    """A colour for light grounds and one for dark."""

    brand: str
    on_dark: str


_SKINS = {
    "tanba-grain-receipts": Skin("#2c6031", "#a8d08d"),
    "tanba-e-architecture": Skin("#1b4f8f", "#8ebbf2"),
}
"""By login theme, so that portal and sign-in page look alike."""
_PLAIN = Skin("#3b5b7a", "#9dc1e6")


@dataclass(frozen=True, slots=True)
class PortalSite:
    """A portal as its OIDC client sees itself. `issuer`: the realm's address at Keycloak."""

    realm: str
    names: Localized
    languages: tuple[str, ...]
    url: str
    redirect_path: str
    post_logout_path: str
    client_id: str
    client_secret: SecretStr = field(repr=False)
    issuer: str
    keycloak_url: str
    support: str
    skin: Skin

    @classmethod
    def of(cls, policy: PortalPolicy, settings: StandSettings) -> PortalSite:
        portal = policy.portal
        return cls(
            realm=policy.realm,
            names=policy.names,
            languages=policy.languages,
            url=portal.url,
            redirect_path=portal.redirect_paths[0],
            post_logout_path=portal.post_logout_paths[0],
            client_id=portal.client_id,
            client_secret=portal.secret,
            issuer=settings.realm_url(policy.realm),
            keycloak_url=settings.keycloak_url,
            support=policy.links.support,
            skin=_SKINS.get(policy.theme, _PLAIN),
        )
