"""The joint law of open invoices inside a projection: the days of the forecast, number for number, until a debtor stops."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from bench.company import AS_OF, default_probabilities, delay_profiles
from forecasting.behaviour.runs import Habits, RunLaw, run_law, sample_pay_days
from forecasting.ledger import Ledger
from forecasting.scenario import Defaults, Delays, Scenario
from forecasting.simulation.assumptions import ASSUMPTIONS
from forecasting.simulation.draw_block import draw_block, receipts_book
from forecasting.simulation.draw_plan import DrawPlan, draw_plan
from forecasting.simulation.kernel_facts import path_facts
from forecasting.simulation.run_days import run_pay_days, runs_of
from tests.forecasting.simulation.questions import same_block, small


def open_law(ledger: Ledger, seed: int = 1) -> tuple[RunLaw, np.ndarray]:  # type: ignore[type-arg]
    """A joint law of the open invoices of a ledger with random hazards, in the order of the ledger."""
    rng = np.random.default_rng(seed)
    row = np.flatnonzero(ledger.customers.issue < AS_OF).astype(np.int32)
    partner = ledger.customers.partner[row]
    days = np.flatnonzero(rng.random(365) < 0.7).astype(np.int32)
    law = run_law(
        as_of=AS_OF,
        day=(AS_OF + days).astype(np.int32),
        partner=partner,
        stable=ledger.customers.stable[row],
        partner_stable=rng.integers(-(2**60), 2**60, len(ledger.partners)),
        hazard=rng.uniform(0.0, 0.02, (len(row), len(days))),
        habits=Habits(
            run=rng.uniform(0, 0.9, len(ledger.partners)), habit=np.full(len(ledger.partners), 0.1), economy=0.03
        ),
    )
    return law, row


NOBODY_FAILS = replace(ASSUMPTIONS, protracted_probability=0.0)


def plan_with_runs(ledger: Ledger, scenario: Scenario, *, failing: bool = False) -> DrawPlan:
    law, row = open_law(ledger)
    probability = default_probabilities(ledger) if failing else np.zeros(len(ledger.partners))
    assumptions = ASSUMPTIONS if failing else NOBODY_FAILS
    return draw_plan(ledger, scenario, delay_profiles(ledger), probability, assumptions, runs_of(law, row))


@pytest.mark.parametrize("beyond", [20, 365])
@pytest.mark.parametrize("seed", [1, 9])
def test_compiled_days_are_those_of_the_forecast(seed: int, beyond: int) -> None:
    law, row = open_law(small(400, debtors=20), seed)
    paths = np.arange(50, 90)
    expected = np.minimum(sample_pay_days(law, seed, paths, beyond), beyond)
    assert np.array_equal(run_pay_days(runs_of(law, row), seed, paths, beyond), expected)
    assert 0.02 < (expected < beyond).mean() < 1


def test_receipts_of_open_invoices_are_those_of_the_forecast_number_for_number() -> None:
    ledger = small(300, debtors=20)
    scenario = Scenario(seed=4)
    law, row = open_law(ledger)
    block = draw_block(plan_with_runs(ledger, scenario), 0, 40)
    forecast = sample_pay_days(law, 4, np.arange(40), 365)
    for path in range(40):
        receipts = path_facts(block, path).receipts
        is_open = np.isin(receipts.invoice, row)
        found = np.full(len(row), 365)
        found[np.searchsorted(row, receipts.invoice[is_open])] = receipts.day[is_open] - AS_OF
        assert np.array_equal(found, np.minimum(forecast[path], 365))
        assert np.array_equal(receipts.amount_minor[is_open], ledger.customers.amount_minor[receipts.invoice[is_open]])


def test_a_failing_debtor_stops_there_too() -> None:
    ledger = small(300, debtors=20)
    plan = plan_with_runs(ledger, Scenario(defaults=Defaults(multiply_probability=Decimal(9))), failing=True)
    block = draw_block(plan, 0, 100)
    late = 0
    for path in range(100):
        facts = path_facts(block, path)
        judged = {f.partner: f.judgment for f in facts.failures}
        for invoice, day in zip(facts.receipts.invoice.tolist(), facts.receipts.day.tolist(), strict=True):
            assert day < judged.get(int(ledger.customers.partner[invoice]), 10**6)
        late += len(judged)
    assert late > 100


@pytest.mark.parametrize("delays", [Delays(), Delays(add_days=12), Delays(multiply=Decimal("1.5"), add_days=3)])
def test_compiled_plain_and_summed_draws_agree(delays: Delays) -> None:
    plan = plan_with_runs(small(300, debtors=20), Scenario(delays=delays), failing=True)
    block = draw_block(plan, 3, 20)
    assert same_block(block, draw_block(plan, 3, 20, plain=True))
    total = np.zeros((20, 365), dtype=np.int64)
    np.add.at(total, (np.repeat(np.arange(20), np.diff(block.receipt_ptr)), block.receipt_day), block.receipt_minor)
    assert np.array_equal(receipts_book(plan, 3, 20), total)


def test_a_shock_moves_the_days_of_the_forecast() -> None:
    ledger = small(300, debtors=20)
    calendar = Scenario(business_days_only=False)
    base = draw_block(plan_with_runs(ledger, calendar), 0, 10)
    later = draw_block(plan_with_runs(ledger, replace(calendar, delays=Delays(add_days=15))), 0, 10)
    row = open_law(ledger)[1]
    for path in range(10):
        a, b = path_facts(base, path).receipts, path_facts(later, path).receipts
        before = {int(i): int(d) for i, d in zip(a.invoice, a.day, strict=True) if i in row}
        after = {int(i): int(d) for i, d in zip(b.invoice, b.day, strict=True) if i in row}
        assert all(after[i] == day + 15 for i, day in before.items() if day + 15 < AS_OF + 365)
