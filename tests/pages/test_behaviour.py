"""The card of a customer's behaviour: its figures are those that were learnt; what is said moves the curve and is taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data import repository
from data.access import FINANCE
from data.learning import learnt, learnt_customers
from forecasting.behaviour.explain import partner_behaviours, waterfall
from forecasting.dates import to_day
from forecasting.ledger import Ledger
from forecasting.overrides import NONE, DelayShift
from pages.ui import behaviour_parts, session
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
from tests.pages.fixtures.company import DAY
from tests.pages.fixtures.store import opened_page, small_store

company = small_store


def ledger_in(company: Path) -> Ledger:
    return repository.load_ledger(session.open_store(str(company)), FINANCE)


def busiest(ledger: Ledger) -> str:
    """The customer with most open invoices that are not disputed."""
    history, _ = learnt_customers(ledger)
    return history.partner_id[int(np.bincount(history.partner[history.is_open & ~history.disputed]).argmax())]


def chosen(company: Path, language: Language = "en") -> tuple[AppTest, str]:
    app = opened_page("customers", language)
    partner = busiest(ledger_in(company))
    app.selectbox(key="behaviour_customer").set_value(partner).run()
    assert not app.exception, app.exception
    return app, partner


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_shows_what_was_learnt(company: Path, language: Language) -> None:
    app, partner = chosen(company, language)
    say = voice_of(language)
    history, behaviour = learnt_customers(ledger_in(company))
    found = next(row for row in partner_behaviours(behaviour, history) if row.partner_id == partner)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown[say("behaviour.kpi.weight")] == say.f.percent(found.own_weight)
    assert shown[say("behaviour.kpi.together")] == say.f.percent(found.together)
    assert any(say.f.day_year(DAY)[-4:] in c.value for c in app.caption)


def test_a_shift_moves_the_curve_is_recorded_and_taken_back(company: Path) -> None:
    plain = ledger_in(company)
    app, partner = chosen(company)
    app.selectbox(key="behaviour_kind").set_value("shift").run()
    app.number_input(key="behaviour_shift").set_value(25).run()
    app.text_input(key="behaviour_note").set_value("new owner").run()
    app.button(key="behaviour_keep").click().run()
    assert not app.exception and not app.error
    moved = ledger_in(company)
    assert moved.overrides.shifts == (DelayShift(partner_id=partner, days=25),)
    before, after = (learnt(ledger, 365).runs for ledger in (plain, moved))
    assert before is not None and after is not None
    assert (before.law.threshold != after.law.threshold).any()
    (kept,) = repository.overrides(session.open_store(str(company)), FINANCE)
    assert kept.said.note == "new owner"
    cash = opened_page("cash", "en")
    assert any("1 correction of yours" in c.value for c in cash.caption)
    app.button(key=f"behaviour_end_{kept.override_id}").click().run()
    assert not app.exception
    assert ledger_in(company).fingerprint == plain.fingerprint


@pytest.mark.parametrize("kind", ["expected", "promised", "excluded", "disputed", "trust", "shift_segment"])
def test_everything_that_one_can_say_changes_the_ledger_and_goes_back(company: Path, kind: str) -> None:
    plain = ledger_in(company)
    app, partner = chosen(company)
    app.selectbox(key="behaviour_kind").set_value(kind).run()
    if kind == "trust":
        app.button_group(key=f"behaviour_level_{partner}").set_value("low").run()
    if kind == "disputed":
        app.text_input(key="behaviour_owner").set_value("Paul").run()
    app.button(key="behaviour_keep").click().run()
    assert not app.exception and not app.error
    changed = ledger_in(company)
    assert changed.fingerprint != plain.fingerprint
    if kind in ("expected", "promised"):
        soon = to_day(DAY + timedelta(days=14))
        assert (changed.customers.paid == soon).sum() == (plain.customers.paid == soon).sum() + 1
    back = next(b for b in app.button if b.key and b.key.startswith(("behaviour_end_", "behaviour_told_")))
    back.click().run()
    assert not app.exception
    assert ledger_in(company).fingerprint == plain.fingerprint and ledger_in(company).overrides == NONE


def test_the_steps_to_a_day_add_up_and_end_at_the_forecast() -> None:
    say = voice_of("fr")
    from forecasting.behaviour import Overrides, forecast_open, learn
    from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers

    history = four_customers()
    behaviour = learn(history, history.as_of, NO_HOLIDAYS)
    forecast = forecast_open(behaviour, history, history.as_of, 2, 1)
    said = Overrides(shifts=(DelayShift(partner_id="slow", days=20),))
    for place, row in enumerate(np.flatnonzero(history.is_open).tolist()):
        steps = waterfall(behaviour, history, row)
        due = int(history.due[row])
        median = int((np.cumsum(forecast.pmf[place]) < 0.5).sum())
        assert due + steps[-1].days_after_due == history.as_of + median
        picture = behaviour_parts.bridge(steps, due, say)
        assert picture.start[1] + sum(days for _, days in picture.causes) == picture.result[1]
        if history.partner_id[history.partner[row]] == "slow":
            later = waterfall(behaviour, history, row, said)
            assert later[-1].code == "override" and later[-1].change_days > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_settlement_rule_has_its_words(language: Language) -> None:
    from forecasting.behaviour.clock import build_clock
    from forecasting.behaviour.settlement import settlement_rules
    from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers

    say = voice_of(language)
    for holidays in (NO_HOLIDAYS[0], None):
        for name in settlement_rules(build_clock(four_customers(), holidays, 200)).names[:-1]:
            assert behaviour_parts.usual_day(name, say)
