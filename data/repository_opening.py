"""The balance on the morning of the first projected day, carried from the day on which the company stated it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from data.access import Principal, require
from data.repository_bank import read_pasts, read_positions
from data.repository_company import Company, first_day, read_company
from data.repository_currency import Rates, read_rates
from data.repository_plan import read_planned_flows
from data.store import Cursor, Store
from forecasting.actual import ActualBalances
from forecasting.actual import actual_balances as reckoned
from forecasting.dates import to_date, to_day
from forecasting.simulation.operations import planned_days

#: What settled invoices moved on days from $first (included) to $last (excluded), per side and currency.
_SETTLED: Final = """
    WITH part_paid AS (
        SELECT side, ledger_id, sum(amount_minor) AS minor FROM payment_placed GROUP BY ALL
    ),
    credited AS (
        SELECT side, credited_id AS ledger_id, sum(amount_minor) AS minor FROM credit_placed GROUP BY ALL
    )
    SELECT i.side, i.currency,
           sum(coalesce(i.paid_minor, i.amount_minor - coalesce(y.minor, 0) + coalesce(c.minor, 0))) AS minor
    FROM invoice i
    LEFT JOIN part_paid y ON y.side = i.side AND y.ledger_id = i.ledger_id
    LEFT JOIN credited c ON c.side = i.side AND c.ledger_id = i.ledger_id
    WHERE i.paid >= $first AND i.paid < $last GROUP BY ALL
    UNION ALL
    SELECT side, currency, sum(amount_minor) FROM payment_placed WHERE day >= $first AND day < $last GROUP BY ALL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningCash:
    """The opening balance with what it rests on.

    `stated_minor` was stated for the morning of `stated_on` (None: never), `carried_minor` is what is known to have moved
    between that day and `as_of`: settled invoices, part payments, planned flows.
    """

    as_of: date
    stated_on: date | None
    stated_minor: int
    carried_minor: int

    @property
    def amount_minor(self) -> int:
        """The balance of the morning of `as_of`."""
        return self.stated_minor + self.carried_minor


def opening_cash(store: Store, principal: Principal, as_of: date | None = None) -> OpeningCash:
    """The balance that a projection from `as_of` starts with, and how it was carried there."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        told = read_company(cursor)
        day = first_day(told, as_of)
        return read_opening(cursor, told, day, read_rates(cursor, told.currency, to_day(day)))


def actual_balances(
    store: Store, principal: Principal, *, as_of: int, days: int, opening_minor: int, entity: str = ""
) -> ActualBalances | None:
    """The balances of the mornings before a projection's first day that lead to the balance it starts with.

    Statements alone tell them. None where they tell nothing of the last `days` days, leave part of it out, or add up to
    another balance than the one that the projection starts with or was carried from (cash that no statement is held of).
    `entity`: the accounts of one company of a group.
    """
    require(principal, "read_treasury")
    with store.read() as cursor:
        told = read_company(cursor)
        rates = read_rates(cursor, told.currency, as_of)
        opening = read_opening(cursor, told, to_date(as_of), rates)
        pasts = read_pasts(cursor, as_of, rates, entity)
    stated = as_of if entity or opening.stated_on is None else to_day(opening.stated_on)
    found = reckoned(pasts, min(as_of - days, stated), as_of)
    if found is None or found.days[-1] <= as_of - days:
        return None
    agrees = found.balances_minor[-1] == opening_minor if entity else found.on(stated) == opening.stated_minor
    if not agrees or found.on(as_of) not in (None, opening_minor):
        return None
    first = max(found.first_day, as_of - days)
    return ActualBalances(first_day=first, balances_minor=found.balances_minor[first - found.first_day :])


def read_opening(cursor: Cursor, told: Company, as_of: date, rates: Rates) -> OpeningCash:
    """The same inside an open read, unguarded. Without a stated balance, the bank statements' own ones are taken."""
    stated_on, stated = told.opening_date, told.opening_cash_minor or 0
    if stated_on is None:
        latest = read_positions(cursor, to_day(as_of), rates)
        if not latest:
            return OpeningCash(as_of=as_of, stated_on=None, stated_minor=0, carried_minor=0)
        # The last morning of which every account tells: what one of them tells beyond it is carried with the rest.
        stated_on = min(position.known_until for position in latest)
        stated = sum(position.home_minor or 0 for position in read_positions(cursor, to_day(stated_on), rates))
    moved = _moved(cursor, min(stated_on, as_of), max(stated_on, as_of), rates)
    return OpeningCash(
        as_of=as_of, stated_on=stated_on, stated_minor=stated, carried_minor=moved if as_of >= stated_on else -moved
    )


def _moved(cursor: Cursor, first: date, last: date, rates: Rates) -> int:
    """What is known to have moved the bank from `first` (included) to `last` (excluded)."""
    if first == last:
        return 0
    total = 0
    for side, currency, minor in cursor.execute(_SETTLED, {"first": first, "last": last}).fetchall():
        amount = rates.convert_one(int(minor), currency)
        total += amount if side == "customer" else -amount
    for flow in read_planned_flows(cursor):
        total += flow.amount_minor * sum(1 for _ in planned_days(flow, to_day(first), to_day(last) - 1))
    return total
