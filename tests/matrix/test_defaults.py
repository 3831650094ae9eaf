"""What each supported Keycloak puts into a new realm, `adopt` and `--unmanaged` leave out."""

from __future__ import annotations

import json

import pytest

from provisioning.adopt import adopt
from provisioning.live import read
from provisioning.resources import Desired, Key, Kind
from provisioning.unmanaged import Unmanaged, unmanaged
from stand.keycloak.releases import Release
from tests.keycloak.captured_defaults import REALM, captured, file_of
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak

pytestmark = pytest.mark.keycloak


def test_a_new_realm_and_master_hold_nothing_unknown(server: OwnKeycloak, release: Release) -> None:
    admin = server.bootstrap()
    admin.request("POST", "/realms", {"realm": REALM})
    admin.renew()
    try:
        version, data = captured(admin, REALM)
        assert version == release.version
        known = json.loads(file_of(version).read_text(encoding="utf-8"))
        assert data == known, f"run: python -m tests.keycloak.captured_defaults {version}"
        live = read(admin, Desired(REALM, ()))
        found = adopt(live)
        assert (found.raw, found.sections, found.gone) == ({}, {}, ())
        assert unmanaged(Desired(REALM, ()), live) == ()
        master = read(admin, Desired("master", ()))
        made = unmanaged(Desired("master", ()), master)
        assert Unmanaged(Key(Kind.CLIENT, BOOTSTRAP)) in made
        assert {item.key.name for item in made} <= {BOOTSTRAP, "tanba-provisioner"}
    finally:
        admin.request("DELETE", f"/realms/{REALM}")
