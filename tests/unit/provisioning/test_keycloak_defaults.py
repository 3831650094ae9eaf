"""What Keycloak makes by itself, as told for a realm's name and a server's version."""

from __future__ import annotations

import pytest

from provisioning.keepers import PROFILE
from provisioning.keycloak_defaults import default_client, default_objects
from provisioning.resources import Key, Kind
from provisioning.versions import SUPPORTED

VERSION = "26.7.4"


@pytest.mark.parametrize("name", ["shop", "Back-Office"])
def test_a_realms_name_stands_where_keycloak_puts_it(name: str) -> None:
    objects = default_objects(VERSION, name)
    console = objects[Key(Kind.CLIENT, "security-admin-console")]
    assert console["redirectUris"] == [f"/admin/{name}/console/*"]
    # Keycloak lowers the name in this one place.
    assert Key(Kind.ROLE_COMPOSITES, f"default-roles-{name.lower()}") in objects
    assert Key(Kind.REALM, name) in objects
    assert not [key for key in objects if "{" in key.name + key.parent]


@pytest.mark.parametrize("version", SUPPORTED)
def test_the_defaults_of_every_supported_version_are_known(version: tuple[int, int]) -> None:
    told = ".".join(map(str, (*version, 1)))
    objects = default_objects(told, "shop")
    assert Key(Kind.CLIENT, "admin-cli") in objects, "python -m tests.keycloak.captured_defaults"
    assert default_client(told, "saml")["protocol"] == "saml"


def test_every_patch_release_of_a_known_version_is_known_and_no_other_version() -> None:
    assert default_objects("26.7.0", "shop") == default_objects("26.7.4.redhat-00001", "shop")
    for unknown in ("", "27.0.0", "26.70.1", "26.7", "../26.7.1", "999.999.999-SNAPSHOT"):
        assert default_objects(unknown, "shop") == {}
        assert default_client(unknown, "saml") == {}


def test_master_governs_every_other_realm_by_a_client_of_its_own() -> None:
    objects = default_objects(VERSION, "master", others=["shop", "a-realm"])
    for client in ("master-realm", "shop-realm", "a-realm-realm"):
        assert Key(Kind.CLIENT, client) in objects
        assert Key(Kind.CLIENT_ROLE, "impersonation", client) in objects
        users = objects[Key(Kind.ROLE_COMPOSITES, "view-users", client)]
        assert users["client"] == [f"{client}/query-groups", f"{client}/query-users"]
        assert f"{client}/manage-realm" in objects[Key(Kind.ROLE_COMPOSITES, "admin")]["client"]
    assert Key(Kind.CLIENT, "realm-management") not in objects
    assert objects[Key(Kind.CLIENT_CLIENT_SCOPES, "shop-realm")]["default"] == []
    assert "required" not in objects[PROFILE]["attributes"]["email"]


def test_an_ordinary_realm_governs_nothing_but_itself() -> None:
    objects = default_objects(VERSION, "shop")
    assert Key(Kind.CLIENT, "master-realm") not in objects
    assert Key(Kind.CLIENT, "realm-management") in objects
    assert objects[PROFILE]["attributes"]["email"]["required"] == {"roles": ["user"]}
