"""Payment histories with known habits, each a function of its arguments."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasting.behaviour import Holidays, PaymentHistory
from forecasting.ledger import NO_DAY
from forecasting.ledger_build import stable_id

#: A Monday.
START = 19_723
NO_HOLIDAYS = (Holidays(code="none", days=np.zeros(0, dtype=np.int32)),)

Delay = Callable[[np.random.Generator, int], int]


def next_business_day(day: int) -> int:
    """The day itself, or the Monday after."""
    return day + {5: 2, 6: 1}.get((day + 3) % 7, 0)


def history(
    habits: dict[str, Delay],
    *,
    days: int = 400,
    every: int = 4,
    term: int = 30,
    seed: int = 1,
    segments: dict[str, str] | None = None,
) -> PaymentHistory:
    """Customers that are invoiced every few days and pay on due + habit(rng, due), on business days."""
    rng = np.random.default_rng(seed)
    as_of = START + days
    names = sorted(habits)
    rows = []
    for c, name in enumerate(names):
        for number, issue in enumerate(range(START + c % every, as_of, every)):
            due = issue + term
            settled = next_business_day(max(issue, due + habits[name](rng, due)))
            rows.append(
                (
                    f"{name}-{number}",
                    c,
                    issue,
                    due,
                    settled if settled < as_of else NO_DAY,
                    int(rng.integers(1_000, 1_000_000)),
                )
            )
    rows.sort()
    segment = segments or {}
    segment_name = tuple(sorted({segment.get(name, "") for name in names}))
    partner, issues, dues, paid, amount = (np.array([row[k] for row in rows]) for k in range(1, 6))
    return PaymentHistory(
        as_of=as_of,
        partner_id=tuple(names),
        partner_stable=np.array([stable_id(name) for name in names], dtype=np.int64),
        segment=np.array([segment_name.index(segment.get(name, "")) for name in names], dtype=np.int32),
        segment_name=segment_name,
        partner=partner.astype(np.int32),
        issue=issues.astype(np.int32),
        due=dues.astype(np.int32),
        paid=paid.astype(np.int32),
        amount_minor=amount.astype(np.int64),
        open_minor=np.where(paid == NO_DAY, amount, 0).astype(np.int64),
        expected=np.full(len(rows), NO_DAY, dtype=np.int32),
        disputed=np.zeros(len(rows), dtype=np.bool_),
        stable=np.array([stable_id(row[0]) for row in rows], dtype=np.int64),
        row=np.arange(len(rows), dtype=np.int32),
    )


def spread(low: int, high: int) -> Delay:
    """Pays evenly between two delays."""
    return lambda rng, due: int(rng.integers(low, high + 1))


def monthly_friday(rng: np.random.Generator, due: int) -> int:
    """Pays what is due on the Friday nearest to the month end."""
    day = due
    while True:
        date = np.datetime64(day, "D")
        month = date.astype("datetime64[M]")
        of_month = int((date - month.astype("datetime64[D]")).astype(int)) + 1
        length = int(((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int))
        if (day + 3) % 7 == 4 and min(of_month, length - of_month) <= 3:
            return day - due
        day += 1


def four_customers(days: int = 400) -> PaymentHistory:
    """A punctual one, a slow one, one in between, one that pays in monthly runs."""
    return history(
        {"punctual": spread(0, 1), "slow": spread(15, 35), "middle": spread(-3, 12), "monthly": monthly_friday}, days=days
    )
