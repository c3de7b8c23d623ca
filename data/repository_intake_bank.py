"""Incoming part payments, bank lines, balances and partners: what is known already is counted, not stored twice.

Equal rows may be genuine (two payments of one amount on one day), so they are counted: a file that tells of two where the
store knows one adds one. Every file's own rows are kept, so that taking one file back leaves what the others told.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from data.repository_intake import Intake
from data.store import Cursor, staged

_PAYMENT_KEY: Final = ("side", "partner_id", "number", "day", "amount_minor")
_LINE_KEY: Final = ("account_id", "day", "amount_minor", "label", "reference", "counterparty", "bank_reference")
_LINE_REST: Final = ("currency", "value_day", "counterparty_account", "source_row")
_PARTNER_TEXT: Final = ("name", "segment", "country", "terms", "vat_number")


def take_payments(cursor: Cursor, import_id: int, incoming: pa.Table) -> Intake:
    """Store part payments inside the caller's transaction."""
    rest = ("currency", "assumed", "source_row")
    return _take_counted(cursor, import_id, incoming, "payment", _PAYMENT_KEY, rest)


def take_bank_lines(cursor: Cursor, import_id: int, incoming: pa.Table) -> Intake:
    """Store bank lines inside the caller's transaction; the bank's own number of a line tells it apart wherever it stands."""
    if not incoming.num_rows:
        return Intake()
    _name_accounts(cursor, import_id, incoming)
    return _take_counted(cursor, import_id, incoming, "bank_line", _LINE_KEY, _LINE_REST)


def take_balances(cursor: Cursor, import_id: int, incoming: pa.Table) -> Intake:
    """Store stated balances inside the caller's transaction; of one day's balances the latest import counts."""
    if not incoming.num_rows:
        return Intake()
    _name_accounts(cursor, import_id, incoming)
    with staged(cursor, "incoming_rows", incoming):
        known = cursor.execute(
            "SELECT count(*) FROM incoming_rows n WHERE balance_minor = ("
            "  SELECT b.balance_minor FROM bank_balance b WHERE b.account_id = n.account_id AND b.day = n.day "
            "  AND b.kind = n.kind ORDER BY b.import_id DESC LIMIT 1)"
        ).fetchall()[0][0]
        cursor.execute(
            "INSERT INTO bank_balance (account_id, day, kind, balance_minor, currency, import_id, source_row) "
            "SELECT account_id, day, kind, last(balance_minor ORDER BY source_row), last(currency ORDER BY source_row), "
            "CAST(? AS BIGINT), max(source_row) FROM incoming_rows GROUP BY account_id, day, kind",
            [import_id],
        )
    return Intake(stored=incoming.num_rows - known, duplicates=known)


def _name_accounts(cursor: Cursor, import_id: int, incoming: pa.Table) -> None:
    with staged(cursor, "incoming_rows", incoming):
        cursor.execute(
            "INSERT INTO account (account_id, currency, import_id) "
            "SELECT account_id, min(currency), CAST(? AS BIGINT) FROM incoming_rows GROUP BY account_id "
            "ON CONFLICT DO NOTHING",
            [import_id],
        )


def take_partners(cursor: Cursor, import_id: int, incoming: pa.Table) -> Intake:
    """Store what files say of partners: empty fields are filled, filled ones follow the newest file.

    What a person has typed stands against any file (such a partner carries no import).
    """
    if not incoming.num_rows:
        return Intake()
    merged = [
        f"CASE WHEN new.{c} <> '' AND (coalesce(old.{c}, '') = '' OR old.import_id IS NOT NULL) THEN new.{c} "
        f"ELSE coalesce(old.{c}, '') END AS {c}"
        for c in _PARTNER_TEXT
    ]
    told = ", ".join(f"coalesce(last({c} ORDER BY position) FILTER ({c} <> ''), '') AS {c}" for c in _PARTNER_TEXT)
    with staged(cursor, "incoming_rows", incoming):
        cursor.execute(
            f"""
            CREATE TEMP TABLE telling AS
            WITH told AS (
                SELECT partner_id, {told} FROM (SELECT *, row_number() OVER () AS position FROM incoming_rows)
                GROUP BY partner_id
            )
            SELECT new.partner_id, old.partner_id IS NULL AS is_new, {", ".join(merged)}
            FROM told new LEFT JOIN partner old USING (partner_id)
            """
        )
    return _write_partners(cursor, import_id)


def _write_partners(cursor: Cursor, import_id: int) -> Intake:
    differs = " OR ".join(f"new.{c} <> old.{c}" for c in _PARTNER_TEXT)
    changed = f"old.partner_id = new.partner_id AND NOT new.is_new AND ({differs})"
    cursor.execute(
        f"INSERT INTO partner_replaced SELECT old.*, CAST(? AS BIGINT) FROM partner old JOIN telling new ON {changed} "
        "WHERE old.import_id IS NOT NULL",
        [import_id],
    )
    replaced = cursor.execute(
        f"UPDATE partner AS old SET {', '.join(f'{c} = new.{c}' for c in _PARTNER_TEXT)}, domestic = {_domestic('new')}, "
        "import_id = CASE WHEN old.import_id IS NULL THEN NULL ELSE CAST(? AS BIGINT) END "
        f"FROM telling new WHERE {changed} RETURNING old.partner_id",
        [import_id],
    ).fetchall()
    stored = cursor.execute(
        f"INSERT INTO partner (partner_id, {', '.join(_PARTNER_TEXT)}, domestic, import_id) "
        f"SELECT partner_id, {', '.join(_PARTNER_TEXT)}, {_domestic('new')}, CAST(? AS BIGINT) FROM telling new WHERE is_new "
        "RETURNING partner_id",
        [import_id],
    ).fetchall()
    told = cursor.execute("SELECT count(*) FROM telling").fetchall()[0][0]
    cursor.execute("DROP TABLE telling")
    return Intake(stored=len(stored), replaced=len(replaced), duplicates=told - len(stored) - len(replaced))


def _domestic(alias: str) -> str:
    return f"({alias}.country = '' OR {alias}.country = (SELECT country FROM company))"


def _take_counted(
    cursor: Cursor,
    import_id: int,
    incoming: pa.Table,
    target: str,
    key: tuple[str, ...],
    rest: tuple[str, ...],
) -> Intake:
    """Keep every row that the file tells; those whose count goes beyond what was known of equal ones are new."""
    if not incoming.num_rows:
        return Intake()
    columns = ", ".join((*key, *rest))
    before = _known(cursor, target)
    with staged(cursor, "incoming_rows", incoming):
        cursor.execute(
            f"INSERT INTO {target} ({columns}, occurrence, import_id) SELECT {columns}, "
            f"row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY source_row), CAST(? AS BIGINT) FROM incoming_rows",
            [import_id],
        )
        came = cursor.execute("SELECT coalesce(sum(amount_minor), 0) FROM incoming_rows").fetchall()
    stands = cursor.execute(
        f"SELECT coalesce(sum(amount_minor), 0) FROM {target} WHERE import_id = ?", [import_id]
    ).fetchall()
    assert came == stands, f"rows changed on their way into {target}: {came} came in, {stands} stands"
    stored = _known(cursor, target) - before
    return Intake(stored=stored, duplicates=incoming.num_rows - stored)


def _known(cursor: Cursor, target: str) -> int:
    return int(cursor.execute(f"SELECT count(*) FROM {target}_known").fetchall()[0][0])
