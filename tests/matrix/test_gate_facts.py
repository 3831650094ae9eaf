"""What the design takes for granted of Keycloak holds on every supported release."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.matrix.fact import Fact
from tests.matrix.facts.administration import ADMINISTRATION_FACTS
from tests.matrix.facts.broker import BROKER_FACTS
from tests.matrix.facts.gate import GATE_FACTS
from tests.matrix.scene import Scene

FACTS = (*GATE_FACTS.found, *BROKER_FACTS.found, *ADMINISTRATION_FACTS.found)


@pytest.mark.keycloak
@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_the_fact_holds(facts_realm: Scene, fact: Fact) -> None:
    fact.check(facts_realm)


def test_the_page_on_versions_names_every_fact() -> None:
    page = (ROOT / "docs" / "keycloak-versions.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    missing = [f"| {fact.statement} | {fact.rests} |" for fact in FACTS]
    assert [row for row in missing if row not in rows] == []
