"""The sentence, the headline numbers, causes and costs: they add up and say what the curve says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from forecasting.behaviour.history import overdue
from forecasting.curve import Projection
from forecasting.dates import to_day
from forecasting.ledger import Amounts, PlannedFlow
from forecasting.offers.costs import costs_minor
from forecasting.scenario import Delays, Insolvency, Scenario
from pages.ui.cash_words import Outlook, bridge, headlines, hero_alt, sentence, shocks
from pages.ui.causes import causes, rounded_steps, steps_of
from pages.ui.charts.weeks import Heading
from pages.ui.headings import daily_headings, planned_daily, week_starts, weekly
from pages.ui.next_parts import steps
from pages.ui.question import Question
from pages.ui.voice import pick_language, voice_of
from tests.pages.fixtures.company import small_ledger
from tests.pages.fixtures.projections import AS_OF, projection

FR, EN = voice_of("fr"), voice_of("en")


def outlook(question: Question | None = None, answer: Projection | None = None) -> Outlook:
    ledger = replace(
        small_ledger(), as_of=AS_OF, opening_cash_minor=128_400_000, cash_floor_minor=10_000_000, fingerprint="x"
    )
    return Outlook(question=question or Question(), projection=answer or projection(), ledger=ledger)


def test_the_sentence_says_how_low_when_and_what_protection_does() -> None:
    told = sentence(outlook(Question(delay_days=15)), FR)
    low = projection().curves["baseline"].lowest
    assert told.startswith("Avec **15 jours** de retard, la trésorerie tombe à **")
    assert FR.f.spoken_day(low.day) in told and FR.f.amount(low.median_minor) in told
    assert "Affacturage et assurance la portent à" in told
    assert ".." not in told
    assert sentence(outlook(Question(delay_days=15)), EN).startswith("If customers pay **15 days** later, cash falls to")


def test_the_sentence_without_contract_claims_no_protection() -> None:
    alone = outlook(answer=projection(("baseline",)))
    assert "ffacturage" not in sentence(alone, FR)
    numbers = headlines(alone, FR, phone=False)
    assert [n.value for n in numbers[3:]] == ["—", "—"]


def test_shocks_are_listed() -> None:
    ledger = small_ledger()
    name = ledger.partners[0].name
    told = shocks(Question(delay_days=1, factor=Decimal(2), fails=(ledger.partners[0].partner_id,)), ledger, FR)
    assert told == f"**1 jour** de retard, des défauts **×2** et la défaillance du client **{name}**"


def test_displayed_differences_add_up() -> None:
    """The gain is the difference of the numbers shown, never of the exact ones."""
    shown = outlook()
    gain = headlines(shown, FR, phone=False)[4].value
    lows = {v: FR.f.thousands(c.lowest.median_minor) for v, c in shown.projection.curves.items()}
    assert gain == FR.f.of_thousands(lows["both"] - lows["baseline"], signed=True)


def test_assumed_default_rates_carry_the_word() -> None:
    unknown = tuple(replace(p, default_probability=None) for p in small_ledger().partners)
    known = tuple(replace(p, default_probability=0.01) for p in small_ledger().partners)
    assumed, given = (replace(outlook(), ledger=replace(outlook().ledger, partners=p)) for p in (unknown, known))
    assert "hypothèse" in headlines(assumed, FR, phone=False)[2].label
    assert "assumption" in headlines(assumed, EN, phone=False)[2].label
    assert "hypothèse" not in headlines(given, FR, phone=False)[2].label


def test_alternative_text_names_every_variant() -> None:
    told = hero_alt(outlook(), EN)
    for name in ("No protection", "Factoring", "Insurance", "Both"):
        assert name in told


def test_costs_leave_out_principal() -> None:
    curve = replace(
        projection().curves["both"],
        cost_minor={"debtor_receipt": -9_000, "factor_transfer": 8_000, "premium": -300, "bank_interest": 50},
        account_minor={"service_fee": 120, "financing_fee": 30, "minimum_fee": 0},
        loss_minor={"guarantee": 40},
    )
    assert costs_minor(curve) == {
        "service_fee": 120,
        "financing_fee": 30,
        "guaranteed": -40,
        "premium": 300,
        "bank_interest": -50,
    }


# ── causes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_scenario_comes_apart_shock_by_shock() -> None:
    fails = Insolvency(partner_id="C1", judgment=1, declared=1)
    whole = Scenario(delays=Delays(add_days=10), insolvencies=(fails,))
    steps = steps_of(whole)
    assert steps.plain == Scenario() and steps.whole == whole
    assert steps.delayed == steps.failing == Scenario(delays=Delays(add_days=10))
    assert len(steps.distinct) == 3
    assert steps_of(Scenario()).distinct == (Scenario(),)


def test_causes_add_up_to_the_lowest_point() -> None:
    shown = outlook(Question(delay_days=15))
    whole = Scenario(delays=Delays(add_days=15))
    steps = steps_of(whole)
    plain = projection(("baseline",), days=365)
    lifted = replace(plain.curves["baseline"], p50_minor=plain.curves["baseline"].p50_minor + 5_000_000)
    answers = {steps.plain: replace(plain, curves={"baseline": lifted}), steps.whole: shown.projection}
    day = shown.projection.curves["both"].lowest.day
    found = dict(causes(steps, answers, shown.ledger, "both", day))
    assert found["delays"] == -5_000_000
    assert shown.ledger.opening_cash_minor + sum(found.values()) == shown.projection.curves["both"].lowest.median_minor
    picture = bridge(shown, tuple(found.items()), FR)
    assert picture.start[1] + sum(amount for _, amount in picture.causes) == picture.result[1]


def test_rounded_steps_add_up_as_read() -> None:
    start, steps, end = rounded_steps(149_999, [149_999, 149_999, -49_999], FR.f)
    assert start + sum(steps) == end
    assert (start, end) == (FR.f.thousands(149_999), FR.f.thousands(399_998))


def test_headings_together_are_the_daily_change() -> None:
    shown = outlook()
    curve = shown.projection.curves["baseline"]
    daily = daily_headings(curve, replace(shown.ledger, planned_flows=()))
    total = sum(flow.astype(np.int64) for flow in daily.values())
    parts = sum(flow for c, flow in curve.components_minor.items() if c != "planned_flow")
    assert np.array_equal(total, parts)


def test_planned_flows_go_to_their_heading() -> None:
    first = to_day(date(2026, 1, 31))
    flows = (
        PlannedFlow(day=first, amount_minor=-100, category="social_charges", every="month"),
        PlannedFlow(day=first + 3, amount_minor=70, category="grant"),
    )
    daily = planned_daily(replace(small_ledger(), planned_flows=flows), first, 59)
    assert {h: int(f.sum()) for h, f in daily.items()} == {"wages": -200, "other": 70}
    assert daily["wages"][28] == -100, "the 28th of February"


@pytest.mark.parametrize("weekday", range(7))
def test_weeks_leave_no_gap(weekday: int) -> None:
    first = to_day(date(2026, 11, 16)) + weekday
    starts = week_starts(first)
    assert starts[0] == first and len(starts) == 13
    daily: dict[Heading, Amounts] = {"customers": np.ones(200, dtype=np.int64)}
    sums = weekly(daily, first, starts)["customers"]
    assert sums[0] == 7 - weekday and set(sums[1:].tolist()) == {7}


@pytest.mark.parametrize(
    ("asked", "browser", "spoken"),
    [(None, "fr-CA", "fr"), (None, "en-US", "en"), ("en", "fr-FR", "en"), ("xx", "fr-FR", "fr"), (None, "de", "en")],
)
def test_the_language_is_asked_for_or_the_browsers(asked: str | None, browser: str | None, spoken: str) -> None:
    assert pick_language(asked, browser) == spoken


def test_the_figures_say_what_to_do_next() -> None:
    """Late customers are called by who may, offers are weighed where the floor is at risk, entered where there is none."""
    told = {step.name: step for step in steps(outlook(), FR, calls=True)}
    late, amount = overdue(outlook().ledger)
    assert late > 0 and FR.f.amount(amount) in told["call"].label and str(late) in told["call"].label
    assert "call" not in {step.name for step in steps(outlook(), FR, calls=False)}
    alone = replace(outlook().projection, curves={"baseline": outlook().baseline})
    assert "offer" in {step.name for step in steps(replace(outlook(), projection=alone), FR, calls=True)}
    risky = replace(outlook().baseline, probability_below_floor_ever=0.2)
    calm = replace(outlook().baseline, probability_below_floor_ever=0.01)
    for curve, weighed in ((risky, True), (calm, False)):
        curves = {**outlook().projection.curves, "baseline": curve}
        shown = replace(outlook(), projection=replace(outlook().projection, curves=curves))
        assert ("weigh" in {step.name for step in steps(shown, EN, calls=True)}) is weighed
