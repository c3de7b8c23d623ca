"""Learning how customers pay: with self-calibration and paths against a plain fit, and with ten times the invoices."""

from __future__ import annotations

from datetime import date

from bench.measure import fastest
from data.holidays import calendars
from data.sample import sample_company
from forecasting.behaviour import PaymentHistory, forecast_open, history_of, learn

_DAY = date(2026, 11, 2)


def fit_ratios(invoices: int, rounds: int) -> tuple[float, float]:
    """Plain fits that a whole one with 1,000 paths takes, and what ten times the invoices take of a plain fit's time.

    `invoices` are those of customers, about half of a sample company's.
    """
    small, large = (
        history_of(sample_company(_DAY, invoices=2 * n).ledger(), "customer") for n in (invoices, 10 * invoices)
    )
    found = fastest(
        {"plain": lambda: _plain(small), "whole": lambda: _whole(small), "large": lambda: _plain(large)}, rounds
    )
    return found["whole"] / found["plain"], found["large"] / found["plain"]


def _plain(history: PaymentHistory) -> object:
    known = calendars(int(history.issue.min()), history.as_of)
    return learn(history, history.as_of, known, self_calibration=False)


def _whole(history: PaymentHistory) -> object:
    known = calendars(int(history.issue.min()), history.as_of)
    return forecast_open(learn(history, history.as_of, known), history, history.as_of, 1_000, 1)
