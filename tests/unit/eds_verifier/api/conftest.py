"""The demo CA, made once, and a fresh interface over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stand.demo_ca import create
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.api.world import ApiWorld, api_world
from tests.unit.eds_verifier.provider.world import NOW


@pytest.fixture(scope="session")
def api_ca(tmp_path_factory: pytest.TempPathFactory) -> DemoCa:
    folder = tmp_path_factory.mktemp("api-ca") / "ca"
    return create(folder, base_url="http://ca.test", now=NOW)


@pytest.fixture
def world(api_ca: DemoCa) -> Iterator[ApiWorld]:
    with api_world(api_ca) as made:
        yield made
