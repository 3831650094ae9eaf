"""A provider with its surroundings, made once for its keys and anew for its store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from eds_verifier.provider.realm import Realm
from stand.demo_ca import create
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.provider.world import (
    ARCHITECTURE,
    GRAIN,
    NOW,
    World,
    make_all_realms,
    make_settings,
    make_world,
)


@pytest.fixture(scope="session")
def provider_ca(tmp_path_factory: pytest.TempPathFactory) -> DemoCa:
    folder = tmp_path_factory.mktemp("provider-ca") / "ca"
    return create(folder, base_url="http://ca.test", now=NOW)


@pytest.fixture(scope="session")
def client_keys() -> dict[str, rsa.RSAPrivateKey]:
    return {name: rsa.generate_private_key(65537, 2048) for name in (GRAIN, ARCHITECTURE)}


@pytest.fixture(scope="session")
def made_realms(
    tmp_path_factory: pytest.TempPathFactory, provider_ca: DemoCa
) -> tuple[Path, dict[str, Realm]]:
    """The folder of the realms' keys, and the realms."""
    folder = tmp_path_factory.mktemp("provider-keys") / "keys"
    return folder, make_all_realms(make_settings(folder, provider_ca, folder))


@pytest.fixture
def world(
    tmp_path: Path,
    provider_ca: DemoCa,
    client_keys: dict[str, rsa.RSAPrivateKey],
    made_realms: tuple[Path, dict[str, Realm]],
) -> Iterator[World]:
    keys_folder, realms = made_realms
    settings = make_settings(tmp_path, provider_ca, keys_folder)
    yield from make_world(settings, provider_ca, client_keys, realms)
