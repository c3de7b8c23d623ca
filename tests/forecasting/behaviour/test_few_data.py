"""With a month or a season of history the model is no worse than naive dates, better on weeks, and its bands hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.holidays import calendars
from forecasting.backtest import backtest
from forecasting.backtest.rolling import METHODS, WEEKS, Method
from forecasting.behaviour import PaymentHistory, history_of
from forecasting.dates import to_day
from tests.forecasting.behaviour.test_real_payments import ledger_of

SETS, CUSTOMERS = 20, 30
MORNINGS = (date(2019, 6, 3), date(2019, 9, 2), date(2019, 11, 4))


def of_some(history: PaymentHistory, seed: int) -> PaymentHistory:
    """The invoices of thirty customers drawn among those with at least twenty invoices."""
    number = np.bincount(history.partner, minlength=history.partners)
    chosen = np.random.default_rng(seed).choice(np.flatnonzero(number >= 20), CUSTOMERS, replace=False)
    return history.take(np.isin(history.partner, chosen))


@pytest.mark.proof
@pytest.mark.parametrize("weeks", [4, 8, 13, 26])
def test_little_history_is_enough_to_beat_naive_dates(weeks: int) -> None:
    """Mean over 20 sets: absolute error at most 1.02 of the better naive one, weekly error below both, coverage >= 0.70."""
    whole = history_of(ledger_of("highradius_dev_history.csv", date(2020, 3, 1)), "customer")
    days: dict[Method, list[float]] = {m: [] for m in METHODS}
    weekly: dict[Method, list[float]] = {m: [] for m in METHODS}
    inside: list[bool] = []
    for seed in range(SETS):
        found = of_some(whole, seed)
        morning = to_day(MORNINGS[seed % len(MORNINGS)])
        short = found.take((found.issue >= morning - 7 * weeks) & (found.issue < morning))
        # The one origin of a back-test lies four weeks before the day on which the history is looked at.
        short = replace(short, as_of=morning + 7 * WEEKS)
        result = backtest(short, calendars(int(short.issue.min()), morning + 400), 1)
        assert result is not None
        for method, error in result.mean_absolute_error_days:
            days[method].append(error)
        judged = result.weeks
        actual = max(1, sum(week.actual_minor for week in judged))
        for method in METHODS:
            weekly[method].append(sum(abs(week.said(method) - week.actual_minor) for week in judged) / actual)
        inside += [week.inside_80 for week in judged]

    def mean(found: dict[Method, list[float]], method: Method) -> float:
        return float(np.mean(found[method]))

    naive: tuple[Method, Method] = ("due_date", "due_date_and_mean")
    assert mean(days, "ours") <= 1.02 * min(mean(days, m) for m in naive)
    assert mean(weekly, "ours") < min(mean(weekly, m) for m in naive)
    assert np.mean(inside) >= 0.70
