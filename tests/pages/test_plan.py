"""The Plan page: its new lowest point is the engine's on the changed ledger, the reasons add up, weeks open where others close."""

from __future__ import annotations

from pathlib import Path

import pytest

from data import repository
from data.access import FINANCE
from forecasting.plan.statement import by_period, month_starts, statement
from forecasting.scenario import Scenario
from pages.ui import answering, plan_parts, session
from pages.ui.headings import daily_headings
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.question import HORIZONS, days_known
from pages.ui.voice import voice_of
from tests.pages.fixtures.store import opened_page, small_store

company = small_store


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_customer_an_order_and_late_wages_give_a_new_lowest_point_with_its_reason(
    company: Path, language: Language
) -> None:
    say = voice_of(language)
    app = opened_page("plan", language)
    of = repository.load_ledger(session.open_store(str(company)), FINANCE)
    who = app.selectbox(key="plan_order_from").value
    app.selectbox(key="plan_lost").set_value(who)
    app.text_input(key="plan_order_amount").set_value("250 000")
    app.slider(key="plan_wages").set_value(7)
    next(b for b in app.button if b.label == say("plan.submit")).click().run()
    assert not app.exception, app.exception
    scenario = Scenario(horizon_days=max(1, min(HORIZONS[12], days_known(of))))
    found = plan_parts.Answer(before=answering.projection(of, scenario, session.Contracts()), steps=(), ledger=of)
    assert len(found.before.curves) == 1
    low = say.f.amount(found.before.curves["baseline"].lowest.median_minor, signed=True)
    text = " ".join(block.value for block in app.markdown)
    assert low in text
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown[say("plan.kpi.low")] in text


def test_the_reasons_lead_from_one_balance_to_the_other(company: Path) -> None:
    say = voice_of("en")
    opened_page("plan", "en")
    of = repository.load_ledger(session.open_store(str(company)), FINANCE)
    scenario = Scenario(horizon_days=120, path_count=50)
    from forecasting.plan.changes import Changes, steps

    asked = Changes(lost=of.partners[int(of.customers.partner[0])].partner_id, wages_days=5)
    told = tuple((c, one, answering.projection(one, scenario, session.Contracts())) for c, one in steps(of, asked))
    found = plan_parts.Answer(before=answering.projection(of, scenario, session.Contracts()), steps=told, ledger=of)
    picture = plan_parts.bridge(found, say)
    assert picture.start[1] + sum(amount for _, amount in picture.causes) == picture.result[1]
    assert picture.result[1] == say.f.thousands(found.after.curves["baseline"].lowest.median_minor)


def test_months_cover_the_horizon_and_close_where_the_next_opens(company: Path) -> None:
    opened_page("plan", "fr")
    of = repository.load_ledger(session.open_store(str(company)), FINANCE)
    curve = answering.projection(of, Scenario(horizon_days=200, path_count=20), session.Contracts()).curves["baseline"]
    days = len(curve.p50_minor)
    starts = month_starts(curve.first_day, days)
    daily = daily_headings(curve, of)
    flows = by_period(daily, curve.first_day, starts, curve.first_day + days)
    rows = statement(of.opening_cash_minor, flows)
    assert rows["closing"][:-1] == rows["opening"][1:]
    assert rows["closing"][-1] == of.opening_cash_minor + sum(int(flow.sum()) for flow in daily.values())
