"""On real invoices, where they are at hand: the model beats the naive methods and its bands hold what they promise.

Source: `../shared/data/receivables` beside the repository (third-party files, never part of it).
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from data.holidays import calendars
from forecasting.backtest import Backtest, backtest
from forecasting.behaviour import PaymentHistory, history_of, learn
from forecasting.dates import to_day
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.ledger_build import InvoiceColumns, InvoiceRecord, build_ledger, columns_of
from forecasting.money import to_minor

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "receivables"


def ledger_of(name: str, as_of: date) -> Ledger:
    """The invoices of a file as they were known on a morning."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand")
    records, segments = [], {}
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            issue, due = date.fromisoformat(row["issue_date"]), date.fromisoformat(row["due_date"])
            paid = date.fromisoformat(row["paid_date"]) if row["paid_date"] else None
            if issue >= as_of:
                continue
            segments[row["customer"]] = row["segment"]
            records.append(
                InvoiceRecord(
                    invoice_id=row["invoice_id"],
                    partner_id=row["customer"],
                    issue=to_day(issue),
                    due=to_day(due),
                    amount_minor=to_minor(row["amount"], 2),
                    paid=to_day(paid) if paid and paid < as_of else NO_DAY,
                )
            )
    return build_ledger(
        as_of=to_day(as_of),
        currency="EUR",
        opening_cash_minor=0,
        overdraft_limit_minor=0,
        overdraft_rate=Decimal(0),
        customers=columns_of(records),
        suppliers=InvoiceColumns(),
        partners=tuple(Partner(partner_id=name, segment=segment) for name, segment in segments.items()),
    )


def judged(history: PaymentHistory, origins: int) -> Backtest:
    result = backtest(history, calendars(int(history.issue.min()), history.as_of), origins, paths=300)
    assert result is not None
    return result


def test_learnt_counts_equal_those_of_the_file() -> None:
    history = history_of(ledger_of("ibm_history.csv", date(2012, 9, 1)), "customer")
    behaviour = learn(history, history.as_of, calendars(int(history.issue.min()), history.as_of), self_calibration=False)
    with (FOLDER / "ibm_history.csv").open(encoding="utf-8") as stream:
        paid = [row["customer"] for row in csv.DictReader(stream) if row["paid_date"] and row["paid_date"] < "2012-09-01"]
    assert not behaviour.clock.business, "these customers pay on all seven days alike"
    assert behaviour.curves.counts.number.sum() == len(paid)
    one = history.partner_id.index(paid[0])
    assert behaviour.curves.counts.number[one] == paid.count(paid[0])


@pytest.mark.proof
@pytest.mark.parametrize(
    ("name", "as_of", "weekly_most"),
    [("highradius_dev_history.csv", date(2019, 10, 1), 0.10), ("ibm_history.csv", date(2013, 4, 1), 0.20)],
)
def test_the_model_beats_the_naive_methods_on_real_payments(name: str, as_of: date, weekly_most: float) -> None:
    result = judged(history_of(ledger_of(name, as_of), "customer"), 9)
    errors, weekly = dict(result.mean_absolute_error_days), dict(result.weekly_error)
    assert errors["ours"] < min(errors["due_date"], errors["due_date_and_mean"])
    assert weekly["ours"] < min(weekly["due_date"], weekly["due_date_and_mean"])
    assert weekly["ours"] < weekly_most
    assert 0.66 <= result.coverage_80 <= 0.94
    assert np.abs(np.array(result.calibration) - 0.1).max() < 0.04
