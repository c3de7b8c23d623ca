"""Instalment plans that customers agreed to, stops of deliveries, and whom one talks to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.repository_collection import own_customer
from data.store import Cursor, Store
from forecasting.collection import Rhythm
from forecasting.dates import to_date, to_day
from forecasting.ledger_build import PartPayment

ContactRole = Literal["accounts", "buyer", "management", "other"]
CONTACT_ROLES: Final[tuple[ContactRole, ...]] = get_args(ContactRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody at a customer, with what they do there."""

    role: ContactRole
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedPlan:
    """A plan in force: parts are (invoice, day, minor units)."""

    plan_id: int
    partner_id: str
    every: Rhythm
    agreed_on: date
    parts: tuple[tuple[str, date, int], ...]


def agree_plan(
    store: Store,
    principal: Principal,
    *,
    partner_id: str,
    every: Rhythm,
    agreed_on: date,
    parts: Sequence[tuple[str, date, int]],
) -> None:
    """A customer pays by instalments from now on: they take the place of what its invoices were expected to do."""
    require(principal, "change_collection")

    def change(cursor: Cursor) -> None:
        own_customer(cursor, principal, partner_id)
        _end(cursor, partner_id)
        number = cursor.execute("SELECT coalesce(max(plan_id), 0) + 1 FROM agreed_plan").fetchall()[0][0]
        cursor.execute(
            "INSERT INTO agreed_plan VALUES (?, ?, ?, ?, ?, ?, NULL)",
            [number, partner_id, every, agreed_on, utc_now(), principal.name],
        )
        for ledger_id, day, amount in parts:
            cursor.execute("INSERT INTO agreed_instalment VALUES (?, ?, ?, ?)", [number, ledger_id, day, amount])
        append_audit(cursor, principal, "plan.agree", partner_id, rows=len(parts))

    store.write(change)


def end_plan(store: Store, principal: Principal, partner_id: str) -> None:
    """A customer's plan is over: its invoices are expected by its habits again."""
    require(principal, "change_collection")

    def change(cursor: Cursor) -> None:
        own_customer(cursor, principal, partner_id)
        _end(cursor, partner_id)
        append_audit(cursor, principal, "plan.end", partner_id)

    store.write(change)


def _end(cursor: Cursor, partner_id: str) -> None:
    cursor.execute("UPDATE agreed_plan SET ended_at = ? WHERE partner_id = ? AND ended_at IS NULL", [utc_now(), partner_id])


def agreed_plans(store: Store, principal: Principal) -> tuple[AgreedPlan, ...]:
    """The plans in force, by customer; a salesperson's own customers only."""
    require(principal, "read_customers")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT plan_id, a.partner_id, every, agreed_on, list((ledger_id, day, amount_minor) ORDER BY day, ledger_id) "
            "FROM agreed_plan a JOIN agreed_instalment USING (plan_id) LEFT JOIN partner p ON p.partner_id = a.partner_id "
            "WHERE ended_at IS NULL AND (NOT $narrow OR (p.owner = $owner AND $owner <> '')) "
            "GROUP BY ALL ORDER BY a.partner_id",
            {"narrow": principal.own_customers_only, "owner": principal.owner},
        ).fetchall()
    return tuple(
        AgreedPlan(plan_id=number, partner_id=who, every=every, agreed_on=day, parts=tuple(tuple(p) for p in parts))
        for number, who, every, day, parts in rows
    )


def standing_instalments(cursor: Cursor, as_of: int) -> list[PartPayment]:
    """The instalments still to come of plans that are kept, inside an open read.

    A plan with an instalment before `as_of` that its invoice's payments do not reach is broken: nothing of it is counted on.
    """
    rows = cursor.execute(
        "WITH due AS (SELECT plan_id, ledger_id, sum(amount_minor) AS minor FROM agreed_instalment "
        "             JOIN agreed_plan USING (plan_id) WHERE ended_at IS NULL AND day < $day GROUP BY ALL), "
        "     came AS (SELECT ledger_id, agreed_on, sum(amount_minor) AS minor FROM payment_placed "
        "              CROSS JOIN (SELECT DISTINCT agreed_on FROM agreed_plan WHERE ended_at IS NULL) "
        "              WHERE side = 'customer' AND day >= agreed_on AND day < $day GROUP BY ALL), "
        "     broken AS (SELECT DISTINCT d.plan_id FROM due d JOIN agreed_plan a USING (plan_id) "
        "                LEFT JOIN came c ON c.ledger_id = d.ledger_id AND c.agreed_on = a.agreed_on "
        "                LEFT JOIN invoice i ON i.side = 'customer' AND i.ledger_id = d.ledger_id "
        "                WHERE coalesce(c.minor, 0) < d.minor AND i.paid IS NULL) "
        "SELECT ledger_id, day, amount_minor FROM agreed_instalment JOIN agreed_plan USING (plan_id) "
        "WHERE ended_at IS NULL AND day >= $day AND plan_id NOT IN (SELECT plan_id FROM broken) ORDER BY ledger_id, day",
        {"day": to_date(as_of)},
    ).fetchall()
    return [
        PartPayment(side="customer", invoice_id=name, day=to_day(day), amount_minor=amount) for name, day, amount in rows
    ]


def stopped_deliveries(store: Store, principal: Principal) -> tuple[tuple[str, date], ...]:
    """Customers whose deliveries are stopped, each with the day from which."""
    require(principal, "read_customers")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT s.partner_id, s.day FROM stop_standing s LEFT JOIN partner p ON p.partner_id = s.partner_id "
            "WHERE NOT $narrow OR (p.owner = $owner AND $owner <> '') ORDER BY s.partner_id",
            {"narrow": principal.own_customers_only, "owner": principal.owner},
        ).fetchall()
    return tuple(rows)


def contacts(store: Store, principal: Principal, partner_id: str) -> tuple[Contact, ...]:
    """Whom one talks to at a customer, in the order in which they were written."""
    require(principal, "read_customers")
    with store.read() as cursor:
        own_customer(cursor, principal, partner_id)
        rows = cursor.execute(
            "SELECT role, name, phone, email FROM contact WHERE partner_id = ? ORDER BY position", [partner_id]
        ).fetchall()
    return tuple(Contact(role=role, name=name, phone=phone, email=email) for role, name, phone, email in rows)


def replace_contacts(store: Store, principal: Principal, partner_id: str, given: Sequence[Contact]) -> None:
    """Put these contacts in place of all that a customer had."""
    require(principal, "change_collection")

    def change(cursor: Cursor) -> None:
        own_customer(cursor, principal, partner_id)
        cursor.execute("DELETE FROM contact WHERE partner_id = ?", [partner_id])
        for position, one in enumerate(given, start=1):
            cursor.execute(
                "INSERT INTO contact VALUES (?, ?, ?, ?, ?, ?)",
                [partner_id, position, one.role, one.name, one.phone, one.email],
            )
        append_audit(cursor, principal, "contacts.replace", partner_id, rows=len(given))

    store.write(change, ledger=False)
