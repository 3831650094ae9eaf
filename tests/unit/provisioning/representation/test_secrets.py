"""What an export shows in clear and must not be seen."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from provisioning.representation import objects_of
from provisioning.representation.secrets import hidden
from provisioning.resources import Key, Kind

PLANTED = "planted-Key-5d02"


@pytest.mark.parametrize(
    "part",
    [
        {"clients": [{"clientId": "c", "attributes": {"saml.signing.private.key": PLANTED}}]},
        {"clients": [{"clientId": "c", "secret": PLANTED}]},
        {"components": {"ldap": [{"name": "l", "config": {"bindCredential": [PLANTED]}}]}},
        {"identityProviders": [{"alias": "i", "config": {"clientSecret": PLANTED}}]},
        {"authenticatorConfig": [{"alias": "a", "config": {"secret.key": PLANTED}}]},
        {"smtpServer": {"password": PLANTED}},
    ],
    ids=str,
)
def test_a_secret_in_clear_is_put_out_of_sight(part: dict[str, object]) -> None:
    assert PLANTED not in repr(hidden(part))
    assert PLANTED in repr(part)


def test_what_is_masked_already_or_no_secret_stays() -> None:
    part = {
        "clients": [{"clientId": "c", "secret": "**********", "name": "secret"}],
        "roles": {"realm": [{"name": "r", "attributes": {"password": ["an admin's word"]}}]},
    }
    assert hidden(part) == part


def test_a_hidden_secret_is_compared_all_the_same() -> None:
    part = {"clients": [{"clientId": "c", "attributes": {"saml.signing.private.key": PLANTED}}]}
    (body,) = objects_of(hidden(part), whole=False).bodies.values()
    assert body["attributes"]["saml.signing.private.key"] == SecretStr(PLANTED)
    assert Key(Kind.CLIENT, "c") in objects_of(hidden(part), whole=False).bodies
