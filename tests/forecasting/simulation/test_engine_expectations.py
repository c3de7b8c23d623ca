"""What was learnt, put to the engine: our own habit by supplier, the open invoices of the payment forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.company import AS_OF, company
from forecasting.behaviour import forecast_open, history_of, learn
from forecasting.behaviour.clock import Holidays
from forecasting.ledger import Ledger
from forecasting.ledger_build import InvoiceColumns, build_ledger
from forecasting.scenario import Scenario
from forecasting.simulation.assumptions import ASSUMPTIONS
from forecasting.simulation.calibration import correlation_like_runs, open_plan, weekly_width
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import simulate
from forecasting.simulation.expectations import assumed, expected, own_habit
from forecasting.simulation.kernel_facts import path_facts
from forecasting.simulation.run_days import runs_of
from tests.forecasting.simulation.test_draws_runs import open_law


def with_history(lateness: dict[str, int]) -> Ledger:
    """Each partner, supplier and customer at once, with ten paid invoices so many days late and an open one each."""
    names = [name for name in lateness for _ in range(11)]
    issue = [AS_OF - 400 + 30 * k for _ in lateness for k in range(11)]
    paid = [AS_OF - 370 + 30 * k + lateness[name] if k < 10 else -(2**31) for name in lateness for k in range(11)]
    side = InvoiceColumns(
        invoice_id=[f"{name}{k}" for k, name in enumerate(names)],
        partner_id=names,
        issue=[AS_OF - 10 if day < -(2**30) else when for when, day in zip(issue, paid, strict=True)],
        due=[AS_OF + 20 if day < -(2**30) else when + 30 for when, day in zip(issue, paid, strict=True)],
        amount_minor=[100_000] * len(names),
        paid=paid,
    )
    return build_ledger(as_of=AS_OF, currency="EUR", opening_cash_minor=0, customers=side, suppliers=side)


def test_our_habit_is_what_we_did_with_each_supplier() -> None:
    ledger = with_history({"A": 3, "B": 17})
    habit = own_habit(history_of(ledger, "supplier"))
    assert [int(habit.pmf[habit.profile[p]].argmax()) - 60 for p in (0, 1)] == [3, 17]
    scenario = Scenario(business_days_only=False)
    book = simulate(ledger, scenario, learnt=None)
    assert book.plan.payment_day.tolist() == [20, 20]
    learnt = expected(
        ledger,
        history_of(ledger, "customer"),
        learn(history_of(ledger, "customer"), AS_OF, (Holidays(code="", days=np.zeros(0, np.int32)),)),
        history_of(ledger, "supplier"),
        365,
    )
    assert simulate(ledger, scenario, learnt=learnt).plan.payment_day.tolist() == [23, 37]


def test_without_any_payment_the_habit_is_assumed() -> None:
    assert own_habit(history_of(company(40), "supplier")).assumed.all()
    assert assumed(company(40)).runs is None


def test_open_invoices_of_a_projection_are_paid_as_the_payment_forecast_says() -> None:
    """Every receipt of an open invoice within the forecast's 91 days, path by path, but for debtors that fail."""
    ledger = with_history({"A": 3, "B": 17, "C": -2, "D": 40})
    history = history_of(ledger, "customer")
    nothing_closed = (Holidays(code="", days=np.zeros(0, np.int32)),)
    behaviour = learn(history, AS_OF, nothing_closed, self_calibration=False)
    learnt = expected(ledger, history, behaviour, history_of(ledger, "supplier"), 365)
    forecast = forecast_open(behaviour, history, AS_OF, 60, 7)
    plan = simulate(ledger, Scenario(seed=7), learnt=learnt).plan
    block = draw_block(plan, 0, 60)
    agreed = 0
    for path in range(60):
        facts = path_facts(block, path)
        stopped = {f.partner for f in facts.failures} | {r.partner for r in facts.requests}
        kept = ~np.isin(ledger.customers.partner[facts.receipts.invoice], list(stopped))
        found = np.bincount(facts.receipts.day[kept] - AS_OF, weights=facts.receipts.amount_minor[kept], minlength=365)[:91]
        if not stopped:
            assert np.array_equal(found, forecast.receipts_minor[path])
            agreed += 1
    assert agreed > 40


def test_the_two_laws_have_bands_of_one_width() -> None:
    """The 80 % width of weekly sums under tables lies within 10 % of that under payment runs, once calibrated."""
    ledger = company(900, debtor_count=40, open_share=0.35)
    profiles = assumed(ledger).profiles
    law, row = open_law(ledger)
    runs = runs_of(law, row)
    calibrated = replace(ASSUMPTIONS, delay_correlation=correlation_like_runs(ledger, profiles, runs))
    tables = weekly_width(open_plan(ledger, profiles, calibrated, None, runs))
    assert tables / weekly_width(open_plan(ledger, profiles, ASSUMPTIONS, runs)) == pytest.approx(1, abs=0.1)
