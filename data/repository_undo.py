"""Taking an import back: its rows go, and what it had replaced stands again."""

from __future__ import annotations

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.repository_intake import INVOICE_COLUMNS, INVOICE_KEY
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem


def undo_import(store: Store, principal: Principal, import_id: int) -> None:
    """Take an import back, whole or not at all; later imports keep what they brought."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        rows = cursor.execute("SELECT file_name, undone_at FROM import WHERE import_id = ?", [import_id]).fetchall()
        if not rows or rows[0][1] is not None:
            raise InputRejected((problem("store.import_gone"),))
        _undo_invoices(cursor, import_id)
        for name in ("payment", "bank_line", "bank_balance", "bank_match"):
            cursor.execute(f"DELETE FROM {name} WHERE import_id = ?", [import_id])
        _undo_partners(cursor, import_id)
        _drop_unused_accounts(cursor, import_id)
        cursor.execute(
            "UPDATE import SET undone_at = ?, undone_by = ? WHERE import_id = ?", [utc_now(), principal.name, import_id]
        )
        append_audit(cursor, principal, "import.undo", str(import_id), file=rows[0][0])

    store.write(change)


def _undo_invoices(cursor: Cursor, import_id: int) -> None:
    """A version of this import may stand in the store, or lie under a later one; either way the one before takes its place."""
    same = " AND ".join(f"old.{c} = new.{c}" for c in INVOICE_KEY)
    rest = [c for c in INVOICE_COLUMNS if c not in INVOICE_KEY]
    cursor.execute(
        f"UPDATE invoice AS old SET {', '.join(f'{c} = new.{c}' for c in rest)} FROM invoice_replaced new "
        f"WHERE {same} AND old.import_id = $id AND new.replaced_by = $id",
        {"id": import_id},
    )
    cursor.execute("DELETE FROM invoice WHERE import_id = ?", [import_id])
    # Under a later version: what this import replaced is now replaced by that one.
    cursor.execute(
        f"UPDATE invoice_replaced AS old SET replaced_by = new.replaced_by FROM invoice_replaced new "
        f"WHERE {same} AND old.replaced_by = $id AND new.import_id = $id",
        {"id": import_id},
    )
    cursor.execute("DELETE FROM invoice_replaced WHERE import_id = $id OR replaced_by = $id", {"id": import_id})


def _undo_partners(cursor: Cursor, import_id: int) -> None:
    """Partners follow the same way; one that invoices of other files still name stays."""
    columns = [
        row[0]
        for row in cursor.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = 'partner' AND column_name <> 'partner_id' "
            "ORDER BY column_index"
        ).fetchall()
    ]
    cursor.execute(
        f"UPDATE partner AS old SET {', '.join(f'{c} = new.{c}' for c in columns)} FROM partner_replaced new "
        "WHERE old.partner_id = new.partner_id AND old.import_id = $id AND new.replaced_by = $id",
        {"id": import_id},
    )
    cursor.execute(
        "DELETE FROM partner p WHERE p.import_id = ? AND NOT EXISTS "
        "(SELECT 1 FROM invoice i WHERE i.partner_id = p.partner_id)",
        [import_id],
    )
    cursor.execute(
        "UPDATE partner_replaced AS old SET replaced_by = new.replaced_by FROM partner_replaced new "
        "WHERE old.partner_id = new.partner_id AND old.replaced_by = $id AND new.import_id = $id",
        {"id": import_id},
    )
    cursor.execute("DELETE FROM partner_replaced WHERE import_id = $id OR replaced_by = $id", {"id": import_id})


def _drop_unused_accounts(cursor: Cursor, import_id: int) -> None:
    cursor.execute(
        "DELETE FROM account a WHERE a.import_id = ? "
        "AND NOT EXISTS (SELECT 1 FROM bank_line l WHERE l.account_id = a.account_id) "
        "AND NOT EXISTS (SELECT 1 FROM bank_balance b WHERE b.account_id = a.account_id)",
        [import_id],
    )
