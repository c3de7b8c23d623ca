"""What moves a day: headings that add up to the curve's own change, invoices that add up to what is paid."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from bench.company import expectations
from data.learning import learnt
from data.sample import sample_company
from forecasting.dates import to_date
from forecasting.day import day_moves
from forecasting.money import round_ratio
from forecasting.scenario import Defaults, Scenario
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book, Projection, evaluate, simulate
from forecasting.simulation.flows import VARIANTS, Variant
from forecasting.simulation.kernel_facts import path_facts
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, small

LEDGER = small(200, debtors=30)
QUESTION = Scenario(path_count=70, horizon_days=200, defaults=Defaults(multiply_probability=Decimal(4)))
DAYS = (0, 17, 63, 111, 199)


@cache
def book() -> Book:
    """Simulated when a test asks, not when the file is read: whoever collects the tests would run the kernel."""
    return simulate(LEDGER, QUESTION, learnt=expectations(LEDGER))


@cache
def answer() -> Projection:
    return evaluate(book(), FACTORING, INSURANCE)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("k", DAYS)
def test_headings_add_up_to_the_days_change_of_the_average(variant: Variant, k: int) -> None:
    curve = answer().curves[variant]
    moves = day_moves(book(), answer(), variant, curve.first_day + k)
    total = sum(int(flow[k]) for flow in curve.component_sums_minor.values())
    assert moves.total_minor == sum(moves.headings.values()) == round_ratio(total, 70)
    for heading, amount in moves.headings.items():
        assert abs(amount - int(curve.component_sums_minor[heading][k]) / 70) < 1, heading


@pytest.mark.parametrize("k", DAYS)
@pytest.mark.parametrize("named", [1, 5, 1000])
def test_invoices_add_up_to_what_is_paid_that_day(k: int, named: int) -> None:
    moves = day_moves(book(), answer(), "baseline", LEDGER.as_of + k, named=named)
    for side, heading in (("customer", "debtor_receipt"), ("supplier", "supplier_payment")):
        rows = [row for row in moves.invoices if row.side == side]
        flow = answer().curves["baseline"].component_sums_minor.get(heading)  # type: ignore[call-overload]
        paid = 0 if flow is None else int(flow[k])
        assert sum(row.amount_minor for row in rows) + moves.others_minor[side] == round_ratio(paid, 70)  # type: ignore[index]
        assert len(rows) <= named and all(1 <= row.draws <= 70 for row in rows)
        sizes = [abs(row.amount_minor) for row in rows]
        assert sizes == sorted(sizes, reverse=True)


def test_each_invoice_is_what_the_draws_pay_of_it() -> None:
    """Counted again path by path, as the reference reads the draws."""
    k = 63
    block = draw_block(book().plan, 0, 70)
    paid, times = np.zeros(len(LEDGER.customers)), np.zeros(len(LEDGER.customers))
    for path in range(70):
        receipts = path_facts(block, path).receipts
        today = receipts.day == LEDGER.as_of + k
        np.add.at(paid, receipts.invoice[today], receipts.amount_minor[today])
        times[np.unique(receipts.invoice[today])] += 1
    moves = day_moves(book(), answer(), "both", LEDGER.as_of + k, named=1000)
    told = {row.row: row for row in moves.invoices if row.side == "customer"}
    assert set(told) == set(np.flatnonzero(paid)) and len(told) > 3
    for row, one in told.items():
        assert one.amount_minor == pytest.approx(paid[row] / 70, abs=0.5) and one.draws == times[row]
        assert one.expected == (LEDGER.customers.issue[row] >= LEDGER.as_of)


def test_business_to_come_is_told_apart() -> None:
    ledger = sample_company(to_date(LEDGER.as_of), seed=2, invoices=400).ledger()
    asked = Scenario(path_count=40)
    mixed = simulate(ledger, asked, learnt=learnt(ledger, 365))
    told = evaluate(mixed)
    near, far = (day_moves(mixed, told, "baseline", ledger.as_of + k, named=1000) for k in (8, 300))
    assert not all(row.expected for row in near.invoices), "soon, invoices that are there are paid"
    customers = [row for row in far.invoices if row.side == "customer"]
    assert sum(row.expected for row in customers) > 0.8 * len(customers) > 0, "in ten months, hardly any of them is left"


def test_a_day_outside_is_refused() -> None:
    with pytest.raises(AssertionError, match="outside"):
        day_moves(book(), answer(), "baseline", LEDGER.as_of + 200)
