"""The page of customers on a small company: its numbers agree with the ledger, a fact changes the probability."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import repository
from data.access import FINANCE
from pages.ui import session
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
from tests.pages.fixtures.store import opened_page, small_store

company = small_store


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_counts_what_the_positions_count(company: Path, language: Language) -> None:
    app = opened_page("customers", language)
    say = voice_of(language)
    positions = repository.customer_positions(session.open_store(str(company)), FINANCE)
    owed, overdue = sum(p.owed_minor for p in positions), sum(p.overdue_minor for p in positions)
    said = next(m.value for m in app.markdown if "**" in m.value)
    assert say.f.amount(owed) in said and say.f.amount(overdue) in said
    assert app.metric[3].value == say.f.percent(overdue / owed)
    printed = say("customers.definition.counted_back").replace("\n\n", " ")
    assert any(printed in c.value for c in app.caption)


def test_a_fact_changes_the_probability_and_is_kept(company: Path) -> None:
    app = opened_page("customers", "en")
    app.selectbox(key="fact_kind").set_value("insolvency").run()
    app.button(key="fact_add").click().run()
    assert not app.exception
    partner = app.selectbox(key="solvency_customer").value
    (fact,) = repository.solvency_facts(session.open_store(str(company)), FINANCE)
    assert (fact.partner_id, fact.kind, fact.value) == (partner, "insolvency", "liquidation")
    assert any("**100.0%**" in m.value for m in app.markdown)
