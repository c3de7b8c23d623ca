"""Incoming invoices against what is stored: new, the same, or a correction that takes the old row's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from data.repository_staging import INVOICE_CONTENT
from data.store import Cursor, staged

INVOICE_KEY: Final = ("side", "partner_id", "number", "era", "part")
#: Invoices of one number and partner whose days lie further apart than this are two invoices.
SAME_NUMBER_DAYS: Final = 183
_SOURCE: Final = ("import_id", "source_sheet", "source_row")
INVOICE_COLUMNS: Final = (*INVOICE_KEY, "ledger_id", *INVOICE_CONTENT, *_SOURCE)
_SAME_KEY: Final = " AND ".join(f"old.{name} = new.{name}" for name in INVOICE_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How many rows were new, took an old row's place, or said what was known already."""

    stored: int = 0
    replaced: int = 0
    duplicates: int = 0

    def __add__(self, other: Intake) -> Intake:
        return Intake(
            stored=self.stored + other.stored,
            replaced=self.replaced + other.replaced,
            duplicates=self.duplicates + other.duplicates,
        )


def take_invoices(cursor: Cursor, import_id: int, incoming: pa.Table, silent: frozenset[str]) -> Intake:
    """Store incoming invoices inside the caller's transaction; `silent` names what the file's format cannot tell.

    What a silent field held before stays. The sum of what stands in the store afterwards is the sum that came in.
    """
    if not incoming.num_rows:
        return Intake()
    with staged(cursor, "incoming_rows", incoming):
        _place(cursor)
    _merge(cursor, silent)
    _name(cursor, import_id)
    counts = dict(cursor.execute("SELECT state, count(*) FROM arriving GROUP BY state").fetchall())
    _write(cursor, import_id)
    _check_sums(cursor)
    cursor.execute("DROP TABLE arriving")
    cursor.execute("DROP TABLE placed")
    return Intake(stored=counts.get("new", 0), replaced=counts.get("changed", 0), duplicates=counts.get("same", 0))


def _place(cursor: Cursor) -> None:
    """Give every row its key.

    An invoice of a known identity has the key of the stored one. Else it is the stored invoice of its number whose day is
    nearest, within half a year (rows that know only when they were paid: on the same day); else a new one, of an era named
    by its year, or by that day. Rows of one file with the same number and era are parts.
    """
    cursor.execute(
        f"""
        CREATE TEMP TABLE placed AS
        WITH numbered AS (SELECT *, row_number() OVER () AS position FROM incoming_rows),
        known AS (
            SELECT identity, any_value(side) AS side, min(partner_id) AS partner_id, min(number) AS number
            FROM invoice WHERE identity <> '' GROUP BY identity HAVING count(*) = 1
        ),
        keyed AS (
            SELECT n.side, coalesce(k.partner_id, n.partner_id) AS partner_id, coalesce(k.number, n.number) AS number,
                   {", ".join(f"n.{name}" for name in INVOICE_CONTENT)}, n.source_sheet, n.source_row, n.position
            FROM numbered n LEFT JOIN known k ON n.identity = k.identity AND n.side = k.side
        ),
        near AS (
            SELECT k.position, e.era, abs(coalesce(k.issue, k.due, k.paid) - coalesce(e.issue, e.due, e.paid)) AS days_apart,
                   (coalesce(k.issue, k.due) IS NULL AND coalesce(e.issue, e.due) IS NULL) AS only_paid,
                   k.identity <> '' AND k.identity = e.identity AS identical
            FROM keyed k JOIN invoice e ON e.side = k.side AND e.partner_id = k.partner_id AND e.number = k.number
        ),
        nearest AS (
            SELECT position, arg_min(era, CASE WHEN identical THEN -1 ELSE days_apart END) AS era FROM near
            WHERE identical OR days_apart <= CASE WHEN only_paid THEN 0 ELSE {SAME_NUMBER_DAYS} END GROUP BY position
        ),
        dated AS (
            SELECT k.*, coalesce(n.era, CAST(year(coalesce(k.issue, k.due)) AS VARCHAR), CAST(k.paid AS VARCHAR)) AS era
            FROM keyed k LEFT JOIN nearest n USING (position)
        )
        SELECT *, row_number() OVER (PARTITION BY side, partner_id, number, era ORDER BY position) AS part FROM dated
        """
    )


def _merge(cursor: Cursor, silent: frozenset[str]) -> None:
    """Put what arrives beside what is stored: state is new, same or changed."""

    def merged(name: str) -> str:
        if name not in silent:
            return f"new.{name}"
        empty = "''" if INVOICE_CONTENT[name] == pa.string() else "false" if INVOICE_CONTENT[name] == pa.bool_() else "NULL"
        return f"CASE WHEN new.{name} IS DISTINCT FROM {empty} THEN new.{name} ELSE coalesce(old.{name}, new.{name}) END"

    same = " AND ".join(f"{merged(name)} IS NOT DISTINCT FROM old.{name}" for name in INVOICE_CONTENT)
    cursor.execute(
        f"""
        CREATE TEMP TABLE arriving AS
        SELECT new.side, new.partner_id, new.number, new.era, CAST(new.part AS INTEGER) AS part, old.ledger_id,
               {", ".join(f"{merged(name)} AS {name}" for name in INVOICE_CONTENT)},
               new.source_sheet, new.source_row, new.position,
               CASE WHEN old.ledger_id IS NULL THEN 'new' WHEN {same} THEN 'same' ELSE 'changed' END AS state
        FROM placed new LEFT JOIN invoice old ON {_SAME_KEY}
        """
    )


def _name(cursor: Cursor, import_id: int) -> None:
    """Name new invoices within the ledger: the number where it is free on its side, else the number with its partner.

    A number that collides even so carries the import and its row besides.
    """

    def free(name: str) -> str:
        return f"NOT EXISTS (SELECT 1 FROM taken t WHERE t.side = r.side AND t.ledger_id = r.{name})"

    cursor.execute(
        f"""
        CREATE TEMP TABLE named AS
        WITH taken AS (
            SELECT side, ledger_id FROM invoice UNION SELECT side, ledger_id FROM invoice_replaced
        ),
        wanted AS (
            SELECT side, partner_id, number, era, part, position,
                   number || CASE WHEN part > 1 THEN '#' || part ELSE '' END AS plain, plain || ' @' || partner_id AS long
            FROM arriving WHERE state = 'new'
        ),
        ranked AS (
            SELECT *, row_number() OVER (PARTITION BY side, plain ORDER BY position) AS turn,
                   row_number() OVER (PARTITION BY side, long ORDER BY position) AS long_turn
            FROM wanted
        )
        SELECT side, partner_id, number, era, part,
               CASE WHEN turn = 1 AND {free("plain")} THEN plain
                    WHEN long_turn = 1 AND {free("long")} THEN long
                    ELSE long || ' ' || $import || ':' || position END AS ledger_id,
               plain, position
        FROM ranked r
        """,
        {"import": str(import_id)},
    )
    # A long name may be another invoice's own number.
    cursor.execute(
        """
        UPDATE named SET ledger_id = ledger_id || ' ' || $import || ':' || position
        WHERE ledger_id <> plain AND (side, ledger_id) IN (SELECT (side, ledger_id) FROM named GROUP BY side, ledger_id HAVING count(*) > 1)
        """,
        {"import": str(import_id)},
    )
    cursor.execute(
        f"UPDATE arriving AS old SET ledger_id = new.ledger_id FROM named new WHERE {_SAME_KEY} AND old.state = 'new'"
    )
    cursor.execute("DROP TABLE named")


def _write(cursor: Cursor, import_id: int) -> None:
    """Keep the version before of what arrives again, then write it.

    A row that says the same lies over the older one too: whichever file is taken back, the other still tells it.
    """
    columns = ", ".join(INVOICE_COLUMNS)
    cursor.execute(
        f"INSERT INTO invoice_replaced ({columns}, replaced_by) SELECT {', '.join(f'old.{c}' for c in INVOICE_COLUMNS)}, ? "
        f"FROM invoice old JOIN arriving new ON {_SAME_KEY} WHERE new.state <> 'new'",
        [import_id],
    )
    content = (*INVOICE_CONTENT, "source_sheet", "source_row")
    cursor.execute(
        f"UPDATE invoice AS old SET {', '.join(f'{c} = new.{c}' for c in content)}, import_id = ? "
        f"FROM arriving new WHERE {_SAME_KEY} AND new.state <> 'new'",
        [import_id],
    )
    given = ", ".join("CAST(? AS BIGINT)" if c == "import_id" else c for c in INVOICE_COLUMNS)
    cursor.execute(f"INSERT INTO invoice ({columns}) SELECT {given} FROM arriving WHERE state = 'new'", [import_id])


def _check_sums(cursor: Cursor) -> None:
    """Every amount that came in stands in the store, per currency; otherwise our code is wrong and nothing is kept."""
    came = dict(cursor.execute("SELECT currency, sum(amount_minor) FROM placed GROUP BY currency").fetchall())
    stands = dict(
        cursor.execute(
            f"SELECT old.currency, sum(old.amount_minor) FROM invoice old JOIN arriving new ON {_SAME_KEY} GROUP BY old.currency"
        ).fetchall()
    )
    assert came == stands, f"invoices changed on their way into the store: {came} came in, {stands} stands"
