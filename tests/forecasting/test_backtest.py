"""Rolling origins: what is judged, against what, and that nothing later is known."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.backtest import METHODS, Backtest, backtest, origins_of
from forecasting.ledger import NO_DAY
from tests.forecasting.behaviour.company import NO_HOLIDAYS, four_customers


@pytest.fixture(scope="module")
def result() -> Backtest:
    found = backtest(four_customers(), NO_HOLIDAYS, origins=4, paths=200)
    assert found is not None
    return found


def test_origins_have_history_before_and_weeks_after() -> None:
    known = four_customers()
    origins = origins_of(known, 100)
    assert max(origins) + 28 <= known.as_of
    assert min(origins) - known.issue.min() >= 28
    assert set(np.diff(origins)) == {14}
    assert origins_of(known.take(known.is_open), 5) == ()


def test_errors_and_weeks_agree_with_plain_sums(result: Backtest) -> None:
    known = four_customers()
    weeks = {(w.origin, w.week): w for w in result.weeks}
    for (origin, week), said in weeks.items():
        paid = (known.issue < origin) & (known.paid >= origin + 7 * week) & (known.paid < origin + 7 * (week + 1))
        assert said.actual_minor == known.amount_minor[paid].sum()
    total = sum(w.actual_minor for w in result.weeks)
    ours = sum(abs(w.p50_minor - w.actual_minor) for w in result.weeks) / total
    assert dict(result.weekly_error)["ours"] == pytest.approx(ours)
    by_partner = sum(p.ours * p.invoices for p in result.partners) / result.invoices
    assert dict(result.mean_absolute_error_days)["ours"] == pytest.approx(by_partner)


def test_the_model_beats_the_naive_methods_where_habits_are_clear(result: Backtest) -> None:
    errors, weekly = dict(result.mean_absolute_error_days), dict(result.weekly_error)
    assert set(errors) == set(METHODS)
    assert errors["ours"] < min(errors["due_date"], errors["due_date_and_mean"])
    assert weekly["ours"] < weekly["due_date"]


def test_calibration_is_a_distribution_and_misses_are_told_once(result: Backtest) -> None:
    assert sum(result.calibration) == pytest.approx(1)
    rows = [m.row for m in result.misses]
    assert len(rows) == len(set(rows))
    for miss in result.misses:
        assert miss.paid == NO_DAY or miss.error_days == miss.forecast - miss.paid


def test_a_history_too_short_is_said_so() -> None:
    assert backtest(four_customers(days=30), NO_HOLIDAYS) is None
