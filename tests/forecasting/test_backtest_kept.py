"""What is kept of a forecast, and what came in since: whole payments, part payments, credit notes, weeks to come."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.backtest import Backtest, WeekResult, due_date_receipts, received, weekly_forecast
from forecasting.behaviour import forecast_open, learn
from forecasting.ledger import Ledger
from forecasting.ledger_build import InvoiceRecord, PartPayment, build_ledger, columns_of
from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers

DAY = 20_000


def ledger_at(as_of: int) -> Ledger:
    """Five invoices with every way of being paid, as known on a morning."""

    def row(name: str, amount: int, **more: int | str) -> InvoiceRecord:
        given = {"issue": DAY - 30, "due": DAY + 3, **more}
        return InvoiceRecord(invoice_id=name, partner_id="C", amount_minor=amount, **given)  # type: ignore[arg-type]

    records = [
        row("whole", 1_000, paid=DAY + 2),
        row("rest", 900, paid=DAY + 9),
        row("credited", 500, paid=DAY + 8),
        row("note", -100, issue=DAY + 1, due=DAY + 1, credits="credited"),
        row("less", 700, paid=DAY + 8, paid_minor=650),
        row("later", 4_000, issue=DAY + 1, paid=DAY + 2),
        row("before", 4_000, paid=DAY - 1),
    ]
    parts = [PartPayment(side="customer", invoice_id="rest", day=DAY + 6, amount_minor=300)]
    return build_ledger(as_of=as_of, currency="EUR", opening_cash_minor=0, customers=columns_of(records), payments=parts)


def test_receipts_of_a_week_are_the_payments_of_its_days() -> None:
    weeks = [DAY, DAY + 7, DAY + 14]
    assert received(ledger_at(DAY + 30), DAY, weeks) == (1_000 + 300, 600 + 400 + 650, 0)


def test_a_week_that_is_not_over_is_not_judged() -> None:
    assert received(ledger_at(DAY + 13), DAY, [DAY, DAY + 7]) == (1_300, None)
    assert received(ledger_at(DAY + 7), DAY, [DAY, DAY + 7]) == (1_300, None)


def test_the_weeks_of_a_forecast_are_order_statistics_of_its_sums() -> None:
    known = four_customers()
    forecast = forecast_open(learn(known, known.as_of, NO_HOLIDAYS, self_calibration=False), known, known.as_of, 100, 3)
    weeks = weekly_forecast(forecast)
    assert [w.first_day for w in weeks] == [known.as_of + 7 * k for k in range(13)]
    sums = np.sort(forecast.receipts_minor[:, 7:14].sum(axis=1))
    assert (weeks[1].p10_minor, weeks[1].p50_minor, weeks[1].p90_minor) == tuple(sums[[9, 49, 89]].tolist())
    due = due_date_receipts(forecast.invoices, 13)
    assert sum(w.due_minor for w in weeks) == due.sum() == forecast.invoices.open_minor.sum()


def test_what_a_backtest_sums_up_by_weeks() -> None:
    def week(origin: int, number: int, actual: int) -> WeekResult:
        return WeekResult(
            origin=origin,
            week=number,
            actual_minor=actual,
            p10_minor=80,
            p50_minor=100,
            p90_minor=120,
            due_date_minor=200,
            due_date_and_mean_minor=150,
        )

    weeks = tuple(week(14 * k, n, 100 + 10 * k) for k in range(4) for n in range(2))
    found = Backtest(
        origins=(0, 14, 28, 42),
        invoices=1,
        mean_absolute_error_days=(),
        weekly_error=(),
        coverage_80=0.0,
        band_width=0.0,
        weeks=weeks,
        calibration=(),
        partners=(),
        misses=(),
    )
    assert [w.origin for w in found.next_weeks(3)] == [14, 28, 42]
    assert [w.inside_80 for w in found.next_weeks()] == [True, True, True, False]
    first = found.ahead()[0]
    assert (first.inside_80, first.count) == (3, 4)
    assert dict(first.error) == pytest.approx({"ours": 60 / 460, "due_date": 340 / 460, "due_date_and_mean": 140 / 460})
