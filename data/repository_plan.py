"""Planned flows: wages, social charges, VAT, rent, loans, tax and whatever else moves the bank without an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, get_args

from data.access import Principal, require
from data.repository_audit import append_audit
from data.store import Cursor, Store
from forecasting.dates import add_months, month_end, to_date, to_day
from forecasting.ledger import NO_DAY, PlannedFlow

PlannedCategory = Literal["wages", "social_charges", "vat", "rent", "loan", "corporate_tax", "investment", "other"]
PLANNED_CATEGORIES: Final[tuple[PlannedCategory, ...]] = get_args(PlannedCategory)


def planned_flows(store: Store, principal: Principal) -> tuple[PlannedFlow, ...]:
    """The planned flows in the order in which they were written."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        return read_planned_flows(cursor)


def read_planned_flows(cursor: Cursor) -> tuple[PlannedFlow, ...]:
    """The planned flows inside an open read, unguarded."""
    rows = cursor.execute(
        "SELECT day, amount_minor, category, label, every, until, coalesce(certainty, 'sure')"
        " FROM planned_flow LEFT JOIN planned_certainty USING (position) ORDER BY position"
    ).fetchall()
    return tuple(
        PlannedFlow(
            day=to_day(day),
            amount_minor=amount,
            category=category,
            label=label,
            every=every,
            until=NO_DAY if until is None else to_day(until),
            certainty=certainty,
        )
        for day, amount, category, label, every, until, certainty in rows
    )


def replace_planned_flows(store: Store, principal: Principal, flows: Sequence[PlannedFlow]) -> None:
    """Put these planned flows in place of all that were there; none at all is an answer too."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        write_planned_flows(cursor, flows)
        cursor.execute("UPDATE company SET regular_payments_told = true")
        append_audit(cursor, principal, "plan.replace", rows=len(flows))

    store.write(change)


def write_planned_flows(cursor: Cursor, flows: Sequence[PlannedFlow]) -> None:
    """The same inside the caller's transaction; the sum of what is stored is the sum of what was given."""
    cursor.execute("DELETE FROM planned_flow")
    cursor.execute("DELETE FROM planned_certainty")
    for position, flow in enumerate(flows, start=1):
        until = None if flow.until == NO_DAY else to_date(flow.until)
        cursor.execute(
            "INSERT INTO planned_flow (position, day, amount_minor, category, label, every, until)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [position, to_date(flow.day), flow.amount_minor, flow.category, flow.label, flow.every, until],
        )
        if flow.certainty != "sure":
            cursor.execute("INSERT INTO planned_certainty VALUES (?, ?)", [position, flow.certainty])
    stored = cursor.execute("SELECT coalesce(sum(amount_minor), 0) FROM planned_flow").fetchall()[0][0]
    assert stored == sum(flow.amount_minor for flow in flows), "planned flows changed on their way into the store"


def ready_planned_flows(as_of: date) -> tuple[PlannedFlow, ...]:
    """Rows to fill in: the regular payments that nearly every company has, on their usual days, with amount 0.

    Wages on the last day of the month, social charges on the 15th, VAT on the 24th, rent at the start of a quarter, a loan on
    the 5th; each on its first occurrence on or after `as_of`.
    """

    def monthly(day: int) -> date:
        this = as_of.replace(day=min(day, month_end(as_of).day))
        return this if this >= as_of else add_months(as_of.replace(day=day), 1)

    quarter = as_of.replace(month=3 * ((as_of.month - 1) // 3) + 1, day=1)
    rows: tuple[tuple[PlannedCategory, date, Literal["month", "quarter"]], ...] = (
        ("wages", month_end(as_of), "month"),
        ("social_charges", monthly(15), "month"),
        ("vat", monthly(24), "month"),
        ("rent", quarter if quarter >= as_of else add_months(quarter, 3), "quarter"),
        ("loan", monthly(5), "month"),
    )
    return tuple(PlannedFlow(day=to_day(day), amount_minor=0, category=code, every=every) for code, day, every in rows)
