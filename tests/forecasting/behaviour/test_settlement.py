"""Settlement days are recognised from a few payment days, and not invented."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.behaviour.clock import build_clock
from forecasting.behaviour.settlement import SettlementRules, settlement_days, settlement_rules
from tests.forecasting.behaviour.company import NO_HOLIDAYS, START, four_customers


@pytest.fixture(scope="module")
def rules() -> SettlementRules:
    return settlement_rules(build_clock(four_customers(), NO_HOLIDAYS[0], 200))


def weigh(rules: SettlementRules, positions: np.ndarray, first: int, last: int) -> dict[str, float]:
    runs = rules.count(np.zeros(len(positions), dtype=np.int64), positions, 1)
    days = rules.before(np.array([last])) - rules.before(np.array([first]))
    return dict(zip(rules.names, settlement_days(rules, runs, days).weight[0].tolist(), strict=True))


@pytest.mark.parametrize(
    "name", ["friday.nearest_month_end", "tuesday.last", "month_day.15", "wednesday", "monday.odd_weeks"]
)
def test_a_rule_is_recognised_from_half_a_year(rules: SettlementRules, name: str) -> None:
    obeys = np.flatnonzero(rules.obeys[rules.names.index(name)])
    inside = obeys[(obeys > 300) & (obeys < 430)]
    weight = weigh(rules, inside, 300, 430)
    assert max(weight, key=weight.__getitem__) == name
    assert weight[name] > 0.5


def test_no_payment_day_names_no_rule(rules: SettlementRules) -> None:
    weight = weigh(rules, np.zeros(0, dtype=np.int64), 300, 300)
    assert max(weight, key=weight.__getitem__) == "any"


def test_days_at_random_name_no_rule(rules: SettlementRules) -> None:
    days = np.sort(np.random.default_rng(4).choice(np.arange(300, 430), 60, replace=False))
    assert weigh(rules, days, 300, 430)["any"] > 0.5


def test_a_closed_month_day_is_settled_on_the_next_open_one(rules: SettlementRules) -> None:
    clock = build_clock(four_customers(), NO_HOLIDAYS[0], 200)
    fifteenth = np.datetime64("2024-06-15")  # a Saturday
    at = int(clock.at((fifteenth - np.datetime64("1970-01-01")).astype(int)))
    assert rules.obeys[rules.names.index("month_day.15"), at]
    assert clock.day[at] == (np.datetime64("2024-06-17") - np.datetime64("1970-01-01")).astype(int)
    assert clock.day[at] > START
