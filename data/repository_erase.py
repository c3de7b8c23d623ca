"""A partner is erased: its names, identifiers, contacts and notes go, what it owed and paid stays."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from typing import Final

from data.access import Principal, require
from data.repository_audit import append_audit
from data.repository_erased import note_erased
from data.repository_traces import TEXTS, name_pattern, partner_names, partner_tables, written
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem

#: Texts that stay: a changed entry would break the seal of the trail; lines of the bank are pieces of the books, and their
#: label is what tells that a line is known; a budget names ids and segments.
_KEPT: Final = {"audit", "bank_line", "budget"}
#: Names that are keys of their table: two that become the same are told apart by a number.
_KEYS: Final = {"scenario", "contract"}
#: What is emptied in the partner's own rows, whatever it says.
_OWN: Final = (
    ("partner", ("name", "vat_number")),
    ("partner_replaced", ("name", "vat_number")),
    ("invoice", ("extra",)),
    ("invoice_replaced", ("extra",)),
    ("collection_action", ("note",)),
    ("behaviour_override", ("note",)),
    ("solvency_fact", ("source",)),
)
#: Shorter names, and numbers, stand in texts that mean something else: they are left there.
_SHORTEST: Final = 3


def erase_partner(store: Store, principal: Principal, partner_id: str) -> dict[str, int]:
    """Erase who a partner is and keep what it owes (GDPR, article 17); returns the rows changed by table.

    Names, VAT number, contacts, notes and the unread columns of its invoices are emptied; in every text of `TEXTS` its
    names, as whole words whatever their case, give way to its id. Amounts, days and the id stay, so that no total and no
    curve moves. The trail is sealed, lines of the bank are pieces of the books, backups are copies: they keep what they say.
    A file that names the partner later does not bring the names back. All or nothing. InputRejected for a partner that no
    table knows.
    """
    require(principal, "administer")

    def change(cursor: Cursor) -> dict[str, int]:
        if not any(_count(cursor, table, partner_id) for table in partner_tables(cursor)):
            raise InputRejected((problem("store.unknown_partner", partner=partner_id),))
        return erase(cursor, principal, partner_id)

    return store.write(change)


def erase(cursor: Cursor, principal: Principal, partner_id: str) -> dict[str, int]:
    """Erase a partner inside the caller's transaction; the rows changed by table."""
    names = partner_names(cursor, partner_id)
    changed = {"contact": _count(cursor, "contact", partner_id)}
    cursor.execute("DELETE FROM contact WHERE partner_id = ?", [partner_id])
    for table, emptied in _OWN:
        changed[table] = sum(_emptied(cursor, table, column, partner_id) for column in emptied)
    forms = sorted({f for name in names if _stands_alone(name) for f in written(name)}, key=lambda f: (-len(f), f))
    for table, columns in TEXTS:
        if table not in _KEPT and forms:
            told = sum(_untold(cursor, table, column, forms, _mark(partner_id)) for column in columns)
            changed[table] = changed.get(table, 0) + told
    note_erased(cursor, partner_id)
    append_audit(cursor, principal, "partner.erase", partner_id, rows=sum(changed.values()))
    return {table: count for table, count in changed.items() if count}


def _count(cursor: Cursor, table: str, partner_id: str) -> int:
    return int(cursor.execute(f'SELECT count(*) FROM "{table}" WHERE partner_id = ?', [partner_id]).fetchall()[0][0])


def _emptied(cursor: Cursor, table: str, column: str, partner_id: str) -> int:
    asked = f"UPDATE \"{table}\" SET {column} = '' WHERE partner_id = ? AND {column} <> ''"
    return int(cursor.execute(asked, [partner_id]).fetchall()[0][0])


def _stands_alone(name: str) -> bool:
    return len(name.strip()) >= _SHORTEST and any(c.isalpha() for c in name)


def _mark(partner_id: str) -> str:
    """What stands in a text instead of a name: the id, or its plain signs where others would break a text's grammar."""
    return re.sub(r"[^\w .@/-]", "_", partner_id)


def _untold(cursor: Cursor, table: str, column: str, forms: Sequence[str], mark: str) -> int:
    """Put the mark for every form in a column; the longest form first, each twice, as two may share the sign between."""
    told, values = column, []
    for form in forms:
        for _ in range(2):
            told = f"regexp_replace({told}, ?, ?, 'gi')"
            values += [name_pattern(form), rf"\1{mark}\2"]
    rows = cursor.execute(f'SELECT DISTINCT {column}, {told} AS told FROM "{table}" ORDER BY 1', values).fetchall()
    fates = {before: after for before, after in rows if before != after and _same_keys(before, after)}
    if table in _KEYS and column == "name":
        fates = _apart(fates, {before for before, _ in rows})
    count = 0
    for before, after in fates.items():
        asked = f'UPDATE "{table}" SET {column} = ? WHERE {column} = ?'
        count += int(cursor.execute(asked, [after, before]).fetchall()[0][0])
    return count


def _same_keys(before: str, after: str) -> bool:
    """Whether a text of JSON or TOML keeps its keys: a partner may be called like one of them, and the text must be read."""
    for parse in (json.loads, tomllib.loads):
        try:
            known = _keys(parse(before))
        except ValueError:
            continue
        try:
            return known == _keys(parse(after))
        except ValueError:
            return False
    return True


def _keys(value: object) -> object:
    """A parsed text without its values."""
    if isinstance(value, dict):
        return {key: _keys(inner) for key, inner in value.items()}
    return [_keys(inner) for inner in value] if isinstance(value, list) else None


def _apart(fates: dict[str, str], taken: set[str]) -> dict[str, str]:
    """The new names, a number behind each that would stand there already, whatever the case."""
    found = {}
    taken = {name.casefold() for name in taken}
    for before, after in fates.items():
        name, k = after, 1
        while name.casefold() in taken:
            k += 1
            name = f"{after} ({k})"
        taken.add(name.casefold())
        found[before] = name
    return found
