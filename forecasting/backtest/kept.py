"""A forecast of receipts as it is kept, and what came in of the same invoices since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour import OpenForecast, PaymentHistory
from forecasting.ledger import NO_AMOUNT, NO_DAY, Amounts, Ledger

Integers = npt.NDArray[np.int64]

#: Weeks of receipts that are kept with a forecast.
KEPT_WEEKS: Final = 13
WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekForecast:
    """Receipts of the seven days from `first_day` on, of the invoices open when it was forecast; minor units.

    p10 to p90 is the 80 % band of the sum; due_minor is what comes in when everybody pays on the due date, and what is
    overdue on the first morning.
    """

    first_day: int
    mean_minor: int
    p10_minor: int
    p50_minor: int
    p90_minor: int
    due_minor: int


def weekly_forecast(forecast: OpenForecast, weeks: int = KEPT_WEEKS) -> tuple[WeekForecast, ...]:
    """The weeks of a forecast, exact order statistics of the paths' sums."""
    as_of = forecast.invoices.as_of
    sums = forecast.receipts_minor[:, : WEEK_DAYS * weeks].reshape(len(forecast.receipts_minor), -1, WEEK_DAYS).sum(axis=2)
    drawn = np.sort(sums, axis=0)
    due = due_date_receipts(forecast.invoices, drawn.shape[1])

    def order(level: int, week: int) -> int:
        """The smallest sum that at least `level` % of the paths reach."""
        return int(drawn[max(0, -(-level * len(drawn) // 100) - 1), week])

    return tuple(
        WeekForecast(
            first_day=as_of + WEEK_DAYS * k,
            mean_minor=int(np.rint(drawn[:, k].mean())),
            p10_minor=order(10, k),
            p50_minor=order(50, k),
            p90_minor=order(90, k),
            due_minor=int(due[k]),
        )
        for k in range(drawn.shape[1])
    )


def due_date_receipts(invoices: PaymentHistory, weeks: int) -> Integers:
    """What open invoices bring week by week when each is paid on its due date, or on the first morning if overdue; (weeks,)."""
    week = np.maximum(invoices.due.astype(np.int64) - invoices.as_of, 0) // WEEK_DAYS
    sums = np.zeros(weeks, dtype=np.int64)
    inside = week < weeks
    np.add.at(sums, week[inside], invoices.open_minor[inside])
    return sums


def received(ledger: Ledger, known_on: int, first_days: Sequence[int]) -> tuple[int | None, ...]:
    """What customers paid in each week [first day, first day + 7) on invoices issued before `known_on`; minor units.

    None for a week that is not over on the ledger's morning. A payment that a later credit note takes back stays what it
    was on its day; credit notes bring no cash.
    """
    day, cash = _payments(ledger, known_on)
    order = np.argsort(day, kind="stable")
    day, until = day[order], np.concatenate([[0], np.cumsum(cash[order])])
    found: list[int | None] = []
    for first in first_days:
        if first + WEEK_DAYS > ledger.as_of:
            found.append(None)
            continue
        low, high = np.searchsorted(day, [first, first + WEEK_DAYS])
        found.append(int(until[high] - until[low]))
    return tuple(found)


def _payments(ledger: Ledger, known_on: int) -> tuple[Integers, Amounts]:
    """Every payment before `as_of` on customer invoices issued before a day: its day and amount."""
    side = ledger.customers
    known = (side.issue < known_on) & (side.amount_minor > 0)
    paid = np.flatnonzero(known & (side.paid != NO_DAY) & (side.paid < ledger.as_of))
    before = _settled_otherwise(ledger)
    whole = np.maximum(side.amount_minor[paid] - before[paid], 0)
    cash = np.where(side.paid_minor[paid] == NO_AMOUNT, whole, side.paid_minor[paid])
    parts = [
        (p.day, p.amount_minor)
        for p in ledger.payments
        if p.side == "customer" and known[p.invoice] and p.day < ledger.as_of
    ]
    days = np.concatenate([side.paid[paid].astype(np.int64), np.array([d for d, _ in parts], dtype=np.int64)])
    return days, np.concatenate([cash.astype(np.int64), np.array([a for _, a in parts], dtype=np.int64)])


def _settled_otherwise(ledger: Ledger) -> Integers:
    """Per customer invoice, what part payments and credit notes settled before the day on which the rest was paid."""
    side = ledger.customers
    settled = np.zeros(len(side), dtype=np.int64)
    notes = np.flatnonzero((side.credits >= 0) & (side.amount_minor < 0))
    in_time = side.issue[notes] <= side.paid[side.credits[notes]]
    np.add.at(settled, side.credits[notes[in_time]], -side.amount_minor[notes[in_time]])
    for payment in ledger.payments:
        if payment.side == "customer":
            settled[payment.invoice] += payment.amount_minor
    return settled
