"""What customers owe by how late it is, how concentrated it is, and the days of sales that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from forecasting.dates import month_end, to_date, to_day
from forecasting.dso import Dso, count_back, simple
from forecasting.ledger import Invoices

#: Upper bounds of the bands in days late, both ends of a band included; the last band has none.
BANDS: Final = (0, 30, 60, 90)
YEAR_DAYS: Final = 365
#: Months that a count back may reach.
MONTHS: Final = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDays:
    """Days of sales that customers owe: over a year, counted back month by month, and if nobody were late.

    `best` counts what is not past due alone. None where nothing was sold.
    """

    simple: Dso | None
    best: Dso | None
    counted_back: Dso


def ageing(debts: Iterable[tuple[int, int]], as_of: int) -> tuple[int, ...]:
    """Open amounts by days late: not yet due, 1 to 30, 31 to 60, 61 to 90, and more; `debts` are (due day, minor units).

    >>> ageing([(100, 5), (99, 7), (70, 1), (9, 2)], 100)
    (5, 8, 0, 0, 2)
    """
    bands = [0] * (len(BANDS) + 1)
    for due, minor in debts:
        late = as_of - due
        bands[sum(late > bound for bound in BANDS)] += minor
    return tuple(bands)


def concentration(owed_minor: Sequence[int], largest: int) -> float:
    """The share of all that is owed that the largest debtors owe; 0 where nobody owes anything."""
    owed = sorted((amount for amount in owed_minor if amount > 0), reverse=True)
    return sum(owed[:largest]) / sum(owed) if owed else 0.0


def sales_days(customers: Invoices, as_of: int, balance_minor: int, overdue_minor: int) -> SalesDays:
    """The days of sales in what customers owe on a morning (definitions of `dso`), turnover with VAT, less credit notes.

    The year is the 365 days before; months are calendar months, the current one with the days that it has lived.
    """
    issued = (customers.issue < as_of) & (customers.issue >= as_of - YEAR_DAYS)
    turnover = int(customers.amount_minor[issued].sum())
    known = turnover > 0
    return SalesDays(
        simple=simple(balance_minor, turnover, YEAR_DAYS) if known else None,
        best=simple(balance_minor - overdue_minor, turnover, YEAR_DAYS) if known else None,
        counted_back=count_back(balance_minor, _months(customers, as_of)),
    )


def _months(customers: Invoices, as_of: int) -> list[tuple[int, int]]:
    """(turnover, days) of the months before a day, the latest first, as far back as there are invoices."""
    past = customers.issue < as_of
    first = int(customers.issue[past].min()) if past.any() else as_of
    found: list[tuple[int, int]] = []
    last = as_of - 1
    while last >= first and len(found) < MONTHS:
        start = to_day(to_date(last).replace(day=1))
        inside = (customers.issue >= start) & (customers.issue <= last)
        found.append((int(np.sum(customers.amount_minor[inside])), last - start + 1))
        last = to_day(month_end(to_date(start) - timedelta(days=1)))
    return found
