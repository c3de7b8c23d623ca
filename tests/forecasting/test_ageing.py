"""Ageing, concentration and days of sales on a ledger, worked by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.ageing import ageing, concentration, sales_days
from tests.forecasting.make import day, invoice, ledger

AS_OF = day("2026-06-11")


def test_bands_include_their_last_day() -> None:
    debts = [
        (AS_OF + 5, 1),
        (AS_OF, 2),
        (AS_OF - 1, 10),
        (AS_OF - 30, 20),
        (AS_OF - 31, 100),
        (AS_OF - 90, 1_000),
        (AS_OF - 91, 7),
    ]
    assert ageing(debts, AS_OF) == (3, 30, 100, 1_000, 7)


@given(debts=st.lists(st.tuples(st.integers(-200, 500), st.integers(-(10**6), 10**6))))
@settings(max_examples=40, derandomize=True)
def test_bands_hold_all_that_is_owed(debts: list[tuple[int, int]]) -> None:
    assert sum(ageing(debts, 100)) == sum(minor for _, minor in debts)


def test_the_largest_share() -> None:
    assert concentration([50, 30, 20, -5], 1) == 0.5
    assert concentration([50, 30, 20], 2) == 0.8
    assert concentration([], 1) == 0.0


def test_days_of_sales_three_ways() -> None:
    """365,000 sold in the year, 60,000 owed of which 10,000 late: 60 days, 50 at best.

    Back from 10 June: 20,000 in 10 days, 30,000 in May's 31 days, then 10,000 of April's 40,000 in 30 days: 48.5 days.
    """
    rows = [
        invoice("A", "C1", "2026-06-05", "2026-07-05", 20_000_00),
        invoice("B", "C1", "2026-05-10", "2026-06-10", 35_000_00),
        invoice("BC", "C1", "2026-05-12", "2026-06-10", -5_000_00),
        invoice("C", "C1", "2026-04-10", "2026-05-10", 40_000_00),
        invoice("D", "C1", "2025-06-11", "2025-07-11", 275_000_00),
        invoice("E", "C1", "2025-06-10", "2025-07-10", 999_000_00),
        invoice("F", "C1", "2026-06-11", "2026-07-11", 999_000_00),
    ]
    found = sales_days(ledger(AS_OF, rows).customers, AS_OF, 60_000_00, 10_000_00)
    assert found.simple is not None and found.simple.days == Decimal("60.00")
    assert found.best is not None and found.best.days == Decimal("50.00")
    assert found.counted_back.days == Decimal("48.50") and found.counted_back.flag is None


def test_without_sales_there_are_no_days() -> None:
    found = sales_days(ledger(AS_OF).customers, AS_OF, 0, 0)
    assert found.simple is None and found.best is None and found.counted_back.days == 0
