"""Instalment plans."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.collection import PERIOD_DAYS, Rhythm, instalment_plan, spread
from forecasting.errors import InputRejected
from tests.forecasting import golden


@pytest.mark.parametrize(("every", "key"), [("month", "monthly"), ("week", "weekly")])
def test_worked_case(every: Rhythm, key: str) -> None:
    case = golden.case("instalment_plan")
    given_debt, expected = case["inputs"], case["expected"][key]
    plan = instalment_plan(
        debt_minor=given_debt["debt_cents"], days=90, every=every, default_probability=given_debt["pd_1y"]
    )
    assert [[part.day, part.amount_minor] for part in plan.schedule] == expected["schedule"]
    assert plan.expected_minor == expected["expected_cash_cents"]
    assert plan.average_day == pytest.approx(expected["average_day"], abs=0.001)


@given(debt=st.integers(10_000, 10**9), days=st.integers(1, 720), every=st.sampled_from(["week", "month"]))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_a_plan_adds_up_and_nobody_fails_at_probability_0(debt: int, days: int, every: Rhythm) -> None:
    plan = instalment_plan(debt_minor=debt, days=days, every=every)
    assert sum(part.amount_minor for part in plan.schedule) == debt == plan.expected_minor
    assert len(plan.schedule) == math.ceil(days / PERIOD_DAYS[every])
    assert plan.schedule[-1].day - PERIOD_DAYS[every] < days <= plan.schedule[-1].day


def test_sooner_is_surer() -> None:
    plans = [instalment_plan(debt_minor=12_000_00, days=90, every=e, default_probability=0.2) for e in ("week", "month")]
    assert plans[0].expected_minor > plans[1].expected_minor


def test_a_debt_of_cents_cannot_be_cut_into_many() -> None:
    with pytest.raises(InputRejected):
        instalment_plan(debt_minor=10, days=90, every="week")


@pytest.mark.parametrize("wrong", [{"debt_minor": 0}, {"days": 0}, {"default_probability": 1.0}])
def test_what_no_plan_can_be_made_of(wrong: dict[str, float]) -> None:
    given_plan = {"debt_minor": 100_00, "days": 30, "every": "week", "default_probability": 0.0} | wrong
    with pytest.raises(ValueError, match="plan"):
        instalment_plan(**given_plan)  # type: ignore[arg-type]


@given(
    debts=st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
    days=st.integers(1, 200),
    every=st.sampled_from(("week", "month")),
)
@settings(max_examples=50, derandomize=True)
def test_instalments_pay_each_invoice_once_and_the_oldest_first(debts: list[int], days: int, every: Rhythm) -> None:
    named = [(f"F{k}", owed) for k, owed in enumerate(debts)]
    try:
        schedule = instalment_plan(debt_minor=sum(debts), days=days, every=every).schedule
    except InputRejected:
        return
    parts = spread(schedule, named)
    for name, owed in named:
        assert sum(part.amount_minor for which, part in parts if which == name) == owed
    for due in schedule:
        assert sum(part.amount_minor for _, part in parts if part.day == due.day) == due.amount_minor
    assert [which for which, _ in parts] == sorted(which for which, _ in parts)
