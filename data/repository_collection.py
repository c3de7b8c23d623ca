"""What was done to be paid, with what is known of customers' solvency: logged once, never changed, read by own customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.repository_partners import read_partners
from data.store import Cursor, Store
from forecasting.dates import to_date, to_day
from forecasting.errors import AccessDenied, InputRejected, problem
from forecasting.reminders import Action, Outcome, Reason, Step
from forecasting.solvency import FactKind, SolvencyFact

#: Outcomes that move the forecast: a promise, a dispute, and what ends either.
_DECISIVE: Final = frozenset({"promised", "disputed", "settled", "refused"})
_ACTIONS: Final = """
    SELECT a.action_id, a.partner_id, list_sort(list(i.ledger_id)), a.day, a.step, a.outcome, a.reason, a.promise_day,
           a.owner, a.note
    FROM collection_action a
    JOIN collection_action_invoice i ON i.action_id = a.action_id
    LEFT JOIN partner p ON p.partner_id = a.partner_id
    WHERE (NOT $narrow OR (p.owner = $owner AND $owner <> ''))
    GROUP BY ALL ORDER BY a.action_id
"""


def log_action(
    store: Store,
    principal: Principal,
    *,
    partner_id: str,
    invoice_ids: Sequence[str],
    day: date,
    step: Step,
    outcome: Outcome,
    reason: Reason = "unknown",
    promise_day: date | None = None,
    owner: str = "",
    note: str = "",
) -> None:
    """Keep what was done about some of a customer's invoices; a promise or a dispute moves the forecast from now on.

    AccessDenied for another's customer, InputRejected for a promise before the day it was made, or a dispute that nobody owns.
    """
    require(principal, "change_collection")
    assert invoice_ids, "an action is about at least one invoice"
    _refuse(day, outcome, promise_day, owner)
    promised = promise_day if outcome == "promised" else None

    def change(cursor: Cursor) -> None:
        own_customer(cursor, principal, partner_id)
        _theirs(cursor, partner_id, invoice_ids)
        number = cursor.execute("SELECT coalesce(max(action_id), 0) + 1 FROM collection_action").fetchall()[0][0]
        row = [
            number,
            partner_id,
            day,
            step,
            outcome,
            reason,
            promised,
            owner.strip(),
            note.strip(),
            utc_now(),
            principal.name,
        ]
        cursor.execute(f"INSERT INTO collection_action VALUES ({', '.join('?' for _ in row)})", row)
        for name in dict.fromkeys(invoice_ids):
            cursor.execute("INSERT INTO collection_action_invoice VALUES (?, ?)", [number, name])
        append_audit(cursor, principal, "collection.log", partner_id, step=step, outcome=outcome, invoices=len(invoice_ids))

    store.write(change, ledger=outcome in _DECISIVE)


def _refuse(day: date, outcome: Outcome, promise_day: date | None, owner: str) -> None:
    found = []
    if outcome == "promised" and (promise_day is None or promise_day < day):
        found.append(problem("collection.promise_day", column="promise_day", day=day))
    if outcome == "disputed" and not owner.strip():
        found.append(problem("collection.no_owner", column="owner"))
    if found:
        raise InputRejected(tuple(found))


def own_customer(cursor: Cursor, principal: Principal, partner_id: str) -> None:
    """AccessDenied where a salesperson asks about another's customer."""
    if principal.own_customers_only and partner_id not in {p.partner_id for p in read_partners(cursor, principal)}:
        raise AccessDenied(f"{partner_id} is no customer of this person")


def _theirs(cursor: Cursor, partner_id: str, invoice_ids: Sequence[str]) -> None:
    known = cursor.execute(
        "SELECT ledger_id FROM invoice WHERE side = 'customer' AND partner_id = ?", [partner_id]
    ).fetchall()
    strangers = set(invoice_ids) - {name for (name,) in known}
    if strangers:
        raise AccessDenied(f"{', '.join(sorted(strangers))} are no invoices of {partner_id}")


def collection_log(store: Store, principal: Principal) -> tuple[Action, ...]:
    """Everything that was done, oldest first; a salesperson's own customers only."""
    require(principal, "read_customers")
    with store.read() as cursor:
        rows = cursor.execute(_ACTIONS, {"narrow": principal.own_customers_only, "owner": principal.owner}).fetchall()
    return tuple(
        Action(
            sequence=number,
            partner_id=partner_id,
            invoice_ids=tuple(names),
            day=to_day(day),
            step=step,
            outcome=outcome,
            reason=reason,
            promise_day=None if promised is None else to_day(promised),
            owner=owner,
            note=note,
        )
        for number, partner_id, names, day, step, outcome, reason, promised, owner, note in rows
    )


def save_solvency_fact(
    store: Store, principal: Principal, *, partner_id: str, day: date, kind: FactKind, value: str = "", source: str = ""
) -> None:
    """Keep what was learnt of a customer's solvency on a day."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        number = cursor.execute("SELECT coalesce(max(fact_id), 0) + 1 FROM solvency_fact").fetchall()[0][0]
        cursor.execute(
            "INSERT INTO solvency_fact VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [number, partner_id, day, kind, value, source.strip(), utc_now(), principal.name],
        )
        append_audit(cursor, principal, "solvency.save", partner_id, kind=kind, value=value)

    store.write(change, ledger=False)


def solvency_facts(store: Store, principal: Principal) -> tuple[SolvencyFact, ...]:
    """What is known of customers' solvency, oldest first; a salesperson's own customers only."""
    require(principal, "read_customers")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT f.partner_id, f.day, f.kind, f.value, f.source FROM solvency_fact f "
            "LEFT JOIN partner p ON p.partner_id = f.partner_id "
            "WHERE NOT $narrow OR (p.owner = $owner AND $owner <> '') ORDER BY f.day, f.fact_id",
            {"narrow": principal.own_customers_only, "owner": principal.owner},
        ).fetchall()
    return tuple(
        SolvencyFact(partner_id=partner_id, day=to_day(day), kind=kind, value=value, source=source)
        for partner_id, day, kind, value, source in rows
    )


def standing_promises(cursor: Cursor, as_of: int) -> dict[str, int]:
    """Customer invoices that are promised for a day still to come, with that day; inside an open read, unguarded."""
    rows = cursor.execute(
        "SELECT ledger_id, promise_day FROM promise_standing WHERE promise_day >= ?", [to_date(as_of)]
    ).fetchall()
    return {name: to_day(day) for name, day in rows}


def standing_disputes(cursor: Cursor) -> frozenset[str]:
    """Customer invoices in dispute by what was logged; inside an open read, unguarded."""
    return frozenset(name for (name,) in cursor.execute("SELECT ledger_id FROM dispute_standing").fetchall())
