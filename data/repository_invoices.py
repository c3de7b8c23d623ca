"""Lists of invoices for screens: filtered and paged in SQL, each row with the file and row that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa

from data.access import Principal, require
from data.repository_company import Company, first_day, read_company
from data.repository_rows import TERMS_WITHOUT_AGREEMENT
from data.store import Cursor, Store, staged, table
from data.terms import due_days
from forecasting.ledger import NO_DAY, Side

#: open: something is owed; overdue: open and past due; paid: settled before the day; expected: issued after it;
#: disputed: open and contested; credit_note: negative.
Status = Literal["open", "overdue", "paid", "disputed", "expected", "credit_note"]
Order = Literal["due", "issue", "amount", "partner", "number"]

_ORDERS: Final[dict[Order, str]] = {
    "due": "due NULLS LAST, number",
    "issue": "issue NULLS LAST, number",
    "amount": "abs(amount_minor) DESC, number",
    "partner": "lower(partner_name), partner_id, due NULLS LAST, number",
    "number": "number, partner_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilter:
    """Which invoices to list; an empty field does not narrow. Days are included at both ends.

    `invoice_ids` are ids of the ledger (a figure's own invoices), `text` is looked for in number, partner's id and name.
    """

    side: Side | None = None
    status: Status | None = None
    partner_id: str = ""
    text: str = ""
    invoice_ids: tuple[str, ...] | None = None
    due_from: date | None = None
    due_to: date | None = None
    issue_from: date | None = None
    issue_to: date | None = None
    entity: str = ""
    import_id: int | None = None
    order: Order = "due"
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One invoice of a list, in its own currency; `open_minor` is what is owed on the day of the list.

    `due_by_terms`: no file says when it is due, `due` follows from payment terms.
    """

    side: Side
    invoice_id: str
    number: str
    partner_id: str
    partner_name: str
    issue: date | None
    due: date | None
    due_by_terms: bool
    amount_minor: int
    open_minor: int
    currency: str
    paid: date | None
    disputed: bool
    status: Status
    credits: str
    entity: str
    import_id: int
    file: str
    source_sheet: str
    source_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePage:
    """A page of a list with the count of the whole list, and its sums per currency as (currency, amount, open)."""

    rows: tuple[InvoiceLine, ...]
    count: int
    sums: tuple[tuple[str, int, int], ...]


_LIST: Final = """
    CREATE TEMP TABLE listed AS
    WITH part_paid AS (
        SELECT side, ledger_id, sum(amount_minor) AS minor FROM payment_placed WHERE day < $as_of GROUP BY ALL
    ),
    credited AS (
        SELECT side, credited_id AS ledger_id, sum(amount_minor) AS minor FROM credit_placed WHERE issue < $as_of GROUP BY ALL
    ),
    balanced AS (
        SELECT i.* EXCLUDE (due, disputed), coalesce(i.due, d.due) AS due,
               i.disputed OR (i.side = 'customer' AND s.ledger_id IS NOT NULL) AS disputed,
               i.due IS NULL AS due_by_terms, coalesce(p.name, '') AS partner_name, m.file_name AS file,
               CASE WHEN n.credited_id IS NOT NULL THEN 0
                    WHEN i.paid < $as_of AND i.paid_minor IS NULL THEN 0
                    WHEN i.paid IS NULL AND i.open_minor IS NOT NULL THEN i.open_minor
                    ELSE i.amount_minor - coalesce(y.minor, 0) + coalesce(c.minor, 0)
                         - CASE WHEN i.paid < $as_of THEN i.paid_minor ELSE 0 END
               END AS owed
        FROM invoice i
        LEFT JOIN partner p ON p.partner_id = i.partner_id
        LEFT JOIN due_by_terms d ON i.due IS NULL AND d.side = i.side AND d.ledger_id = i.ledger_id
        LEFT JOIN import m ON m.import_id = i.import_id
        LEFT JOIN part_paid y ON y.side = i.side AND y.ledger_id = i.ledger_id
        LEFT JOIN credited c ON c.side = i.side AND c.ledger_id = i.ledger_id
        LEFT JOIN credit_placed n ON n.side = i.side AND n.ledger_id = i.ledger_id
        LEFT JOIN dispute_standing s ON s.ledger_id = i.ledger_id
        WHERE (NOT $narrow OR (i.side = 'customer' AND p.owner = $owner AND $owner <> ''))
          AND i.side = coalesce($side, i.side)
          AND ($partner = '' OR i.partner_id = $partner)
          AND ($text = '' OR contains(lower(i.number || ' ' || i.partner_id || ' ' || coalesce(p.name, '')), lower($text)))
          AND (NOT $has_ids OR i.ledger_id IN (SELECT unnest($ids)))
          AND ($due_from IS NULL OR coalesce(i.due, d.due) >= $due_from) AND ($due_to IS NULL OR coalesce(i.due, d.due) <= $due_to)
          AND ($issue_from IS NULL OR i.issue >= $issue_from) AND ($issue_to IS NULL OR i.issue <= $issue_to)
          AND ($entity = '' OR i.entity = $entity)
          AND ($import_id IS NULL OR i.import_id = $import_id)
    ),
    judged AS (
        SELECT *, CASE WHEN issue >= $as_of THEN 'expected' WHEN amount_minor < 0 THEN 'credit_note' WHEN owed = 0 THEN 'paid'
                       WHEN disputed THEN 'disputed' WHEN due < $as_of THEN 'overdue' ELSE 'open' END AS status
        FROM balanced
    )
    SELECT side, ledger_id AS invoice_id, number, partner_id, partner_name, issue, due, due_by_terms,
           amount_minor, owed AS open_minor, currency, paid, disputed, status, credits, entity, import_id, coalesce(file, '') AS file, source_sheet, source_row
    FROM judged
    WHERE $status IS NULL OR status = $status OR ($status = 'open' AND status IN ('overdue', 'disputed'))
       OR ($status = 'overdue' AND status = 'disputed' AND due < $as_of)
"""


def invoices(
    store: Store, principal: Principal, wanted: InvoiceFilter | None = None, as_of: date | None = None
) -> InvoicePage:
    """A page of the invoices that the person may see, with what is owed on the morning of `as_of`."""
    require(principal, "read_customers")
    asked = wanted or InvoiceFilter()
    with store.read() as cursor:
        told = read_company(cursor)
        list_invoices(cursor, principal, asked, told, first_day(told, as_of))
        rows = cursor.execute(
            f"SELECT * FROM listed ORDER BY {_ORDERS[asked.order]} LIMIT ? OFFSET ?", [asked.limit, asked.offset]
        ).fetchall()
        sums = cursor.execute(
            "SELECT currency, count(*), sum(amount_minor), sum(open_minor) FROM listed GROUP BY currency ORDER BY currency"
        ).fetchall()
    names = InvoiceLine.__dataclass_fields__
    return InvoicePage(
        rows=tuple(InvoiceLine(**dict(zip(names, row, strict=True))) for row in rows),
        count=sum(count for _, count, _, _ in sums),
        sums=tuple((currency, int(amount), int(owed)) for currency, _, amount, owed in sums),
    )


def list_invoices(cursor: Cursor, principal: Principal, asked: InvoiceFilter, told: Company, as_of: date) -> None:
    """Put the invoices that the person may see into the temporary table `listed` of an open read, unguarded."""
    values: dict[str, Any] = {
        "as_of": as_of,
        "narrow": principal.own_customers_only,
        "owner": principal.owner,
        "side": asked.side,
        "partner": asked.partner_id,
        "text": asked.text.strip(),
        "has_ids": asked.invoice_ids is not None,
        "ids": list(asked.invoice_ids or ()),
        "due_from": asked.due_from,
        "due_to": asked.due_to,
        "issue_from": asked.issue_from,
        "issue_to": asked.issue_to,
        "entity": asked.entity,
        "import_id": asked.import_id,
        "status": asked.status,
    }
    with staged(cursor, "due_by_terms", _due_by_terms(cursor, told)):
        cursor.execute(_LIST, values)


def _due_by_terms(cursor: Cursor, told: Company) -> pa.Table:
    """Due dates that follow from terms, for the invoices whose files give none; the rule of the ledger itself."""
    rows = table(
        cursor,
        "SELECT i.side, i.ledger_id, i.issue, coalesce(nullif(i.terms, ''), p.terms, '') AS terms FROM invoice i "
        "LEFT JOIN partner p ON p.partner_id = i.partner_id WHERE i.due IS NULL AND i.issue IS NOT NULL",
    )
    due = np.full(rows.num_rows, NO_DAY, dtype=np.int32)
    issue = rows["issue"].cast(pa.int32()).to_numpy()
    side = np.asarray(rows["side"].to_pylist(), dtype=np.str_)
    for name, terms in (("customer", told.customer_terms), ("supplier", told.supplier_terms)):
        which = np.flatnonzero(side == name)
        labels = rows["terms"].take(pa.array(which)).to_pylist()
        due[which] = due_days(issue[which], labels, (terms, TERMS_WITHOUT_AGREEMENT))
    return pa.table({"side": rows["side"], "ledger_id": rows["ledger_id"], "due": pa.array(due).cast(pa.date32())})
