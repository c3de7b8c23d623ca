"""Everything that the store holds on one partner, for whoever asks what is known of them."""

from __future__ import annotations

import json
from typing import Final

from data.access import Principal, require
from data.repository_audit import record_audit
from data.repository_traces import TEXTS, naming, partner_names, partner_tables
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem

#: Rows that hang on a row of the partner's: their table, the column that leads there, and where.
_BRANCHES: Final = (
    ("collection_action_invoice", "action_id", "collection_action"),
    ("agreed_instalment", "plan_id", "agreed_plan"),
)


def held_on(store: Store, principal: Principal, partner_id: str) -> str:
    """All rows on a partner as JSON, table by table, for a request of access (GDPR, article 15); noted in the trail.

    Every table that knows partners by their id, the rows that hang on those, and the texts (bank lines, scenarios,
    contracts, planned flows, budget, notes, imports, frozen views, trail) that name it: by any name it ever had, as whole
    words whatever their case, or by its id where programs write ids. Amounts are in minor units, times in UTC.
    InputRejected for a partner that no table knows.
    """
    require(principal, "read_treasury")
    require(principal, "read_imports")
    with store.read() as cursor:
        found = {table: _rows(cursor, table, "partner_id = ?", [partner_id]) for table in partner_tables(cursor)}
        if not any(found.values()):
            raise InputRejected((problem("store.unknown_partner", partner=partner_id),))
        for table, key, trunk in _BRANCHES:
            wanted = f"{key} IN (SELECT {key} FROM {trunk} WHERE partner_id = ?)"
            found[table] = _rows(cursor, table, wanted, [partner_id])
        names = partner_names(cursor, partner_id)
        for table, columns in TEXTS:
            condition, values = naming(table, columns, partner_id, names)
            rows = _rows(cursor, table, condition, values)
            known = found.setdefault(table, [])
            known += [row for row in rows if row not in known]
    record_audit(store, principal, "data.export", partner_id)
    return json.dumps({table: rows for table, rows in found.items() if rows}, ensure_ascii=False, indent=1, default=str)


def _rows(cursor: Cursor, table: str, condition: str, values: list[str]) -> list[dict[str, object]]:
    """Rows by column; table and condition are this module's own words, values are bound."""
    answer = cursor.execute(f'SELECT * FROM "{table}" WHERE {condition}', values)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
