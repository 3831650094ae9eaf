"""What is run here is what Tanba says it works with."""

from __future__ import annotations

import pytest

from provisioning.versions import SUPPORTED, require_supported
from stand.errors import StandSettingsError
from stand.keycloak.releases import RELEASES, STAND, Release, release


def test_there_is_one_release_of_every_supported_minor_version_oldest_first() -> None:
    assert [tuple(map(int, r.version.split(".")[:2])) for r in RELEASES] == list(SUPPORTED)
    assert RELEASES[-1] == STAND


@pytest.mark.parametrize("known", RELEASES, ids=str)
def test_each_is_pinned_by_a_whole_sum_and_found_by_its_version(known: Release) -> None:
    require_supported(known.version)
    assert len(bytes.fromhex(known.sha512)) == 64
    assert release(known.version) is known


def test_an_unknown_release_is_refused_with_those_known() -> None:
    with pytest.raises(StandSettingsError, match=r"Keycloak 1\.0\.0 is not one") as caught:
        release("1.0.0")
    assert STAND.version in caught.value.hint
