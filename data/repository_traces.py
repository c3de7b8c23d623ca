"""Where texts of the store may name a partner, and what counts as naming it."""

from __future__ import annotations

from typing import Final

from data.store import Cursor

#: Texts in which a person may have named a partner: table, and the columns that are searched.
TEXTS: Final = (
    ("bank_line", ("label", "reference", "counterparty")),
    ("scenario", ("name", "content")),
    ("contract", ("name", "content")),
    ("planned_flow", ("label",)),
    ("budget", ("name",)),
    ("audit", ("subject", "details")),
    ("import", ("file_name",)),
    ("import_problem", ("details",)),
    ("setting", ("value",)),
    ("collection_action", ("note",)),
    ("behaviour_override", ("note",)),
    ("solvency_fact", ("source",)),
    ("forecast", ("scenario",)),
    ("shared_view", ("title", "note", "content")),
)
#: Where programs write the id itself, and in what form: a whole cell, a whole value of JSON, or a key or text of TOML. In
#: free text it is not looked for: an id such as "12" stands in every date.
_WHOLE: Final = "^{mark}$"
_JSON: Final = '": ?"{mark}"'
_TOML: Final = r"""["']{mark}["']|(?m:^|[.\[])\s*{mark}\s*[.=\]]"""
_IDS: Final = {
    ("scenario", "content"): _TOML,
    ("contract", "content"): _TOML,
    ("budget", "name"): _WHOLE,
    ("audit", "subject"): _WHOLE,
    ("audit", "details"): _JSON,
    ("import_problem", "details"): _JSON,
}
#: A name stands between other characters than letters and digits, so that Mart is not found in Martin.
_NAME: Final = r"(^|[^\pL\pN]){mark}($|[^\pL\pN])"


def partner_tables(cursor: Cursor) -> list[str]:
    """Every table, not view, with a partner in its rows: a table to come is found without being named here."""
    asked = (
        "SELECT c.table_name FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_oid, schema_oid, table_oid) "
        "WHERE c.column_name = 'partner_id' AND c.database_name = current_database() ORDER BY 1"
    )
    return [str(name) for (name,) in cursor.execute(asked).fetchall()]


def partner_names(cursor: Cursor, partner_id: str) -> list[str]:
    """Every name that a partner ever had in the store."""
    asked = "SELECT name FROM partner WHERE partner_id = $id UNION SELECT name FROM partner_replaced WHERE partner_id = $id"
    return sorted({str(name) for (name,) in cursor.execute(asked, {"id": partner_id}).fetchall()} - {""})


def naming(table: str, columns: tuple[str, ...], partner_id: str, names: list[str]) -> tuple[str, list[str]]:
    """The SQL condition under which a row of `table` names the partner, with its values; "false" where nothing can.

    A name counts as a whole word whatever its case, as it is or as JSON writes it.
    """
    conditions, values = [], []
    for column in columns:
        patterns = [(_NAME, form) for name in names for form in written(name)]
        patterns += [(_IDS[table, column], partner_id)] if (table, column) in _IDS and partner_id else []
        for pattern, mark in patterns:
            conditions.append(f"regexp_matches({column}, ?, 'i')")
            values.append(pattern.format(mark=_literally(mark)))
    return " OR ".join(conditions) or "false", values


def written(name: str) -> list[str]:
    """The forms in which a name may stand in a text: as it is, and as JSON writes it with its escapes."""
    escaped = "".join(c if " " <= c <= "~" and c not in '"\\' else _escape(c) for c in name)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return list(dict.fromkeys((name, quoted, escaped)))


def _escape(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[k]:02x}{units[k + 1]:02x}" for k in range(0, len(units), 2))


def name_pattern(form: str) -> str:
    """The pattern of a name's form in a text, for a search whatever the case; groups 1 and 2 are the signs around it."""
    return _NAME.format(mark=_literally(form))


def _literally(mark: str) -> str:
    """A mark that stands for itself in a pattern: whatever is no letter, digit or space is escaped by its code."""
    return "".join(c if c.isalnum() or c == " " else f"\\x{{{ord(c):x}}}" for c in mark)
