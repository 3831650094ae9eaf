"""The distribution's themes, read once."""

from __future__ import annotations

import pytest

from tests.unit.theme.bundles import KeycloakThemes, keycloak_themes


@pytest.fixture(scope="session")
def keycloak() -> KeycloakThemes:
    return keycloak_themes()
