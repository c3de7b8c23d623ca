"""Everything that the store holds on one partner, for whoever asks what is known of them."""

from __future__ import annotations

import json
from typing import Final

from data.access import Principal, require
from data.repository_audit import record_audit
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem

#: Rows that hang on a row of the partner's: their table, the column that leads there, and where.
_BRANCHES: Final = (
    ("collection_action_invoice", "action_id", "collection_action"),
    ("agreed_instalment", "plan_id", "agreed_plan"),
)
#: Texts in which a person may have named a partner: table, and the columns that are searched.
_TEXTS: Final = (
    ("bank_line", ("label", "reference", "counterparty")),
    ("scenario", ("name", "content")),
    ("contract", ("name", "content")),
    ("planned_flow", ("label",)),
    ("budget", ("name",)),
    ("audit", ("subject", "details")),
)
#: Where programs write the id itself, and in what form: a whole cell, or a key or text of TOML. In free text it is not
#: looked for: an id such as "12" stands in every date.
_WHOLE: Final = "^{mark}$"
_TOML: Final = r"""["']{mark}["']|(?m:^|[.\[])\s*{mark}\s*[.=\]]"""
_IDS: Final = {
    ("scenario", "content"): _TOML,
    ("contract", "content"): _TOML,
    ("budget", "name"): _WHOLE,
    ("audit", "subject"): _WHOLE,
}
#: A name stands between other characters than letters and digits, so that Mart is not found in Martin.
_NAME: Final = r"(?:^|[^\pL\pN]){mark}(?:$|[^\pL\pN])"


def held_on(store: Store, principal: Principal, partner_id: str) -> str:
    """All rows on a partner as JSON, table by table, for a request of access (GDPR, article 15); noted in the trail.

    Every table that knows partners by their id, the rows that hang on those, and the texts (bank lines, scenarios,
    contracts, planned flows, budget, trail) that name it: by any name it ever had, as whole words whatever their case, or
    by its id where programs write ids. Amounts are in minor units, times in UTC. InputRejected for a partner that no table
    knows.
    """
    require(principal, "read_treasury")
    require(principal, "read_imports")
    with store.read() as cursor:
        found = {table: _rows(cursor, table, "partner_id = ?", [partner_id]) for table in _tables(cursor)}
        if not any(found.values()):
            raise InputRejected((problem("store.unknown_partner", partner=partner_id),))
        for table, key, trunk in _BRANCHES:
            wanted = f"{key} IN (SELECT {key} FROM {trunk} WHERE partner_id = ?)"
            found[table] = _rows(cursor, table, wanted, [partner_id])
        names = {str(row["name"]) for table in ("partner", "partner_replaced") for row in found[table]} - {""}
        for table, columns in _TEXTS:
            found[table] = _named(cursor, table, columns, partner_id, sorted(names))
    record_audit(store, principal, "data.export", partner_id)
    return json.dumps({table: rows for table, rows in found.items() if rows}, ensure_ascii=False, indent=1, default=str)


def _tables(cursor: Cursor) -> list[str]:
    """Every table, not view, with a partner in its rows: a table to come is found without being named here."""
    asked = (
        "SELECT c.table_name FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_oid, schema_oid, table_oid) "
        "WHERE c.column_name = 'partner_id' AND c.database_name = current_database() ORDER BY 1"
    )
    return [str(name) for (name,) in cursor.execute(asked).fetchall()]


def _rows(cursor: Cursor, table: str, condition: str, values: list[str]) -> list[dict[str, object]]:
    """Rows by column; table and condition are this module's own words, values are bound."""
    answer = cursor.execute(f'SELECT * FROM "{table}" WHERE {condition}', values)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _named(
    cursor: Cursor, table: str, columns: tuple[str, ...], partner_id: str, names: list[str]
) -> list[dict[str, object]]:
    """Rows in which a column names the partner; patterns are bound like any other value."""
    conditions, values = [], []
    for column in columns:
        patterns = [(_NAME, name) for name in names]
        patterns += [(_IDS[table, column], partner_id)] if (table, column) in _IDS else []
        for pattern, mark in patterns:
            conditions.append(f"regexp_matches({column}, ?, 'i')")
            values.append(pattern.format(mark=_literally(mark)))
    return _rows(cursor, table, " OR ".join(conditions) or "false", values)


def _literally(mark: str) -> str:
    """A mark that stands for itself in a pattern: whatever is no letter, digit or space is escaped by its code."""
    return "".join(c if c.isalnum() or c == " " else f"\\x{{{ord(c):x}}}" for c in mark)
