"""Days sales outstanding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from forecasting.dso import Dso, count_back, simple
from tests.forecasting import golden

CASES = golden.case("dso")["cases"] if golden.GOLDEN.is_dir() else []


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_worked_cases(case: dict[str, Any]) -> None:
    given = case["inputs"]
    if case["method"] == "simple":
        found = simple(given["balance"] * 100, given["turnover"] * 100, given["days"])
    else:
        found = count_back(given["balance"] * 100, [(turnover * 100, days) for turnover, days in given["months_backwards"]])
    assert found == Dso(days=Decimal(case["expected_days"]), flag=case.get("flag"))


def test_two_decimals_half_up() -> None:
    assert simple(1, 800, 90).days == Decimal("0.11")  # 0.1125
    assert simple(1, 16, 2).days == Decimal("0.13")  # 0.125


def test_counting_back_stops_at_a_balance_of_nothing() -> None:
    assert count_back(100, [(100, 30), (0, 31), (50, 30)]) == Dso(days=Decimal("30.00"))
    assert count_back(0, [(0, 30)]) == Dso(days=Decimal("0.00"))


def test_a_month_without_sales_adds_its_days() -> None:
    assert count_back(150, [(0, 30), (100, 31), (100, 30)]) == Dso(days=Decimal("76.00"))


def test_no_turnover_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="turnover"):
        simple(100, 0, 30)
