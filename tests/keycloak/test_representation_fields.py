"""The table of fields that `raw` is judged by is the distribution's own."""

from __future__ import annotations

import pytest

from policies.model_raw_fields import FIELDS_FILE
from tests.keycloak.representation_fields import core_jar, fields_of, rendered

pytestmark = pytest.mark.keycloak


def test_the_table_is_what_keycloaks_classes_have() -> None:
    """After a new release: python -m tests.keycloak.representation_fields."""
    assert FIELDS_FILE.read_text(encoding="utf-8") == rendered(fields_of(core_jar()))
