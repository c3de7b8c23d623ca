"""The invoices that were really issued, by month and partner, as far as they are known on the morning of a ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.activity.level import MonthlySeries
from forecasting.dates import business_table, is_business_day
from forecasting.ledger import Ledger, Side
from forecasting.ledger_edit import side_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Ids of invoices that do not exist yet begin so: they are never learnt from and are made anew with every ledger.
EXPECTED_PREFIX: Final = "expected:"
#: Months of history that matter.
HISTORY_MONTHS: Final = 36
#: Share of invoices dated on week-ends above which every day is a working day.
WEEKEND_SHARE: Final = 0.1


def is_expected(invoice_id: str) -> bool:
    """Whether an invoice is one that we expect and nobody has issued."""
    return invoice_id.startswith(EXPECTED_PREFIX)


def month_of(day: npt.ArrayLike) -> Integers:
    """The month of each day as months since year 0 (12 * year + month - 1)."""
    months = np.asarray(day, dtype=np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months + 12 * 1970)


def first_of(month: npt.ArrayLike) -> Integers:
    """The first day of each month (months since year 0) as a day number."""
    days = (np.asarray(month, dtype=np.int64) - 12 * 1970).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(days.astype(np.int64))


def working_days(first_month: int, count: int, every_day: bool) -> Floats:
    """Business days of `count` months from a month on, or calendar days where work is done every day, float64 (count,)."""
    edges = first_of(first_month + np.arange(count + 1))
    opened = _counted(int(edges[0]), int(edges[-1] - edges[0]), every_day)
    counts: Floats = np.diff(opened[edges - edges[0]]).astype(np.float64)
    return counts


def _counted(first: int, days: int, every_day: bool) -> Integers:
    """Working days before each of `days` + 1 days from `first` on."""
    worked = np.ones(days, dtype=np.bool_) if every_day else business_table(first, days)
    return np.concatenate(([0], np.cumsum(worked))).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Issued:
    """Real invoices and credit notes of one side, columns of equal length n; `row` is the invoice's number in the ledger.

    issue int64 (n,), month int64 (n,), partner int64 (n,), amount_minor int64 (n,) with VAT (credit notes negative).
    `past`: those issued before `as_of` in the months that count; the others are known to come. `every_day`: invoices are
    written on week-ends too, so that calendar days count and not business days.
    """

    as_of: int
    partners: int
    row: Integers
    issue: Integers
    month: Integers
    partner: Integers
    amount_minor: Integers
    past: npt.NDArray[np.bool_]
    every_day: bool

    def __len__(self) -> int:
        return len(self.row)


def issued(ledger: Ledger, side: Side) -> Issued:
    """What a side has really issued, of the last HISTORY_MONTHS and of the days to come."""
    invoices = side_of(ledger, side)
    real = np.fromiter((not is_expected(name) for name in invoices.invoice_id), dtype=np.bool_, count=len(invoices))
    oldest = int(first_of(int(month_of(ledger.as_of)) - HISTORY_MONTHS))
    row = np.flatnonzero(real & (invoices.issue >= oldest)).astype(np.int64)
    issue = invoices.issue[row].astype(np.int64)
    past = issue < ledger.as_of
    return Issued(
        as_of=ledger.as_of,
        partners=len(ledger.partners),
        row=row,
        issue=issue,
        month=month_of(issue),
        partner=invoices.partner[row].astype(np.int64),
        amount_minor=invoices.amount_minor[row],
        past=past,
        every_day=bool(past.any()) and float(((issue[past] + 3) % 7 >= 5).mean()) > WEEKEND_SHARE,
    )


def whole_months(history: Issued) -> tuple[int, int]:
    """The first whole month of history and the month after the last one; equal where there is none.

    A first month whose first invoice comes after its tenth day is no whole month where more than three follow. A last
    month is none where it has not ended, or where its last invoice leaves it silent for over three usual gaps (at least
    seven days): the books stop there.
    """
    issue = history.issue[history.past]
    if not len(issue):
        return 0, 0
    first, last = int(issue.min()), int(issue.max())
    start, stop = int(month_of(first)), int(month_of(history.as_of))
    if first - int(first_of(start)) >= 10 and stop - start > 3:
        start += 1
    gap = (last - first) / max(len(np.unique(issue)) - 1, 1)
    stop = min(stop, int(month_of(last)) + 1)
    if int(first_of(stop)) - last > max(7.0, 3.0 * gap) and stop > start:
        stop -= 1
    return start, max(start, stop)


def series_of(history: Issued, start: int, stop: int, chosen: npt.NDArray[np.bool_]) -> MonthlySeries:
    """The monthly amounts of the chosen partners (bool (partners,)) from month `start` to the month before `stop`."""
    inside = history.past & (history.month >= start) & (history.month < stop) & chosen[history.partner]
    column = history.month[inside] - start
    amount = history.amount_minor[inside].astype(np.float64)
    return MonthlySeries(
        first_month=start,
        amount=np.asarray(np.bincount(column, amount, stop - start), dtype=np.float64),
        squares=np.asarray(np.bincount(column, amount**2, stop - start), dtype=np.float64),
        business_days=working_days(start, stop - start, history.every_day),
    )


def position_in_month(issue: Integers, every_day: bool) -> Floats:
    """Where in its month each day lies by working days, above 0 and below 1, float64 (n,)."""
    if not len(issue):
        return np.zeros(0)
    month = month_of(issue)
    start = int(month.min())
    count = int(month.max()) - start + 1
    edges = first_of(start + np.arange(count + 1))
    opened = _counted(int(edges[0]), int(edges[-1] - edges[0]), every_day)
    before = opened[edges[month - start] - edges[0]]
    inside = opened[edges[month - start + 1] - edges[0]] - before
    rank = opened[issue - edges[0] + 1] - before
    position: Floats = (np.maximum(rank, 1) - 0.5) / inside
    return position


def days_left(month: int, as_of: int, every_day: bool) -> Integers:
    """The working days of a month from `as_of` on; its last calendar day where none is left."""
    start, stop = int(first_of(month)), int(first_of(month + 1))
    left = [day for day in range(max(start, as_of), stop) if every_day or is_business_day(day)]
    return np.array(left or [stop - 1], dtype=np.int64)
