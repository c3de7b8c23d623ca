"""What a write changed in the cache of a shared store: tables that its SQL names, held against what they were."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from data.record import Change, Shape
from data.store import Cursor, staged, table

#: Any of these words makes a statement one that may write: one too many costs a comparison, one too few would lose rows.
_WRITES: Final = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|COPY)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
#: What a row is written with as text: a tabulator between values, these signs for what would be mistaken.
_ESCAPES: Final = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A table of the cache; `mergeable`: rows can be replaced by their key, no other rule ties them together."""

    shape: Shape
    mergeable: bool


def shapes(cursor: Cursor) -> dict[str, Known]:
    """Every table of the cache by its name."""
    columns = cursor.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary) ORDER BY table_name, column_index"
    ).fetchall()
    rules = cursor.execute(
        "SELECT table_name, constraint_type, constraint_column_names FROM duckdb_constraints() "
        "WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE')"
    ).fetchall()
    keys = {name: tuple(key) for name, kind, key in rules if kind == "PRIMARY KEY"}
    tied = {name for name, kind, _ in rules if kind == "UNIQUE"}
    found: dict[str, list[tuple[str, str]]] = {}
    for name, column, kind in columns:
        found.setdefault(name, []).append((column, kind))
    return {
        name: Known(
            shape=Shape(name=name, columns=tuple(of), key=keys.get(name, ())), mergeable=name in keys and name not in tied
        )
        for name, of in found.items()
    }


class Watched:
    """A cursor that keeps what a table was before the first statement that names it and may write."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._before = shapes(cursor)
        self._kept: set[str] = set()

    def execute(self, query: str, parameters: Any = None) -> Watched:
        """Run SQL, and go on watching in what is chained to it."""
        self._keep(query)
        self._cursor.execute(query, parameters)
        return self

    def executemany(self, query: str, parameters: Any = None) -> Watched:
        """Run SQL once for each row of parameters."""
        self._keep(query)
        self._cursor.executemany(query, parameters)
        return self

    def sql(self, query: str, **given: Any) -> Any:
        """A query as a relation."""
        self._keep(query)
        return self._cursor.sql(query, **given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def changes(self) -> tuple[Change, ...]:
        """What differs now, table by table."""
        found = []
        for name, known in shapes(self._cursor).items():
            before = self._before.get(name)
            if before is None or before.shape != known.shape:
                found.append(_all_of(self._cursor, known.shape, remade=True))
            elif name in self._kept:
                change = _difference(self._cursor, known.shape)
                if change is not None:
                    found.append(change)
        return tuple(found)

    def _keep(self, query: str) -> None:
        if not _WRITES.search(query):
            return
        for name in sorted({word.lower() for word in _WORD.findall(query)} & self._before.keys() - self._kept):
            self._cursor.execute(f'CREATE TEMP TABLE "was_{name}" AS SELECT rowid AS was_row, * FROM main."{name}"')
            self._kept.add(name)


def _difference(cursor: Cursor, shape: Shape) -> Change | None:
    """The rows that came, went or changed, None where none did; rows are paired by their place and compared whole."""
    differs = " OR ".join(f'now."{name}" IS DISTINCT FROM was."{name}"' for name, _ in shape.columns)
    now, was = f'main."{shape.name}" now', f'"was_{shape.name}" was'
    fresh = f"SELECT now.* FROM {now} LEFT JOIN {was} ON now.rowid = was.was_row WHERE was.was_row IS NULL OR {differs}"
    gone = f"SELECT was.* FROM {was} LEFT JOIN {now} ON now.rowid = was.was_row WHERE now.rowid IS NULL OR {differs}"
    if not shape.key:
        some = cursor.execute(f"SELECT EXISTS ({fresh}) OR EXISTS ({gone})").fetchall()[0][0]
        return _all_of(cursor, shape) if some else None
    lines = table(cursor, f"SELECT {_line(shape)} AS line, {_row_key(shape)} AS row_key FROM ({fresh})")
    old = table(cursor, f"SELECT {_row_key(shape)} AS row_key FROM ({gone})")
    if not lines.num_rows and not old.num_rows:
        return None
    with staged(cursor, "fresh_rows", lines), staged(cursor, "gone_rows", old):
        left = "SELECT EXISTS (FROM gone_rows WHERE row_key NOT IN (SELECT row_key FROM fresh_rows))"
        taken = bool(cursor.execute(left).fetchall()[0][0])
    return Change(shape=shape, fresh=lines, gone=old, taken=taken)


def _all_of(cursor: Cursor, shape: Shape, *, remade: bool = False) -> Change:
    lines = table(cursor, f'SELECT {_line(shape)} AS line FROM main."{shape.name}"')
    return Change(shape=shape, fresh=lines, gone=lines.slice(0, 0), remade=remade, taken=True)


def _line(shape: Shape) -> str:
    """SQL for a row as COPY reads it, its key after its columns."""
    values = [_text(name, kind) for name, kind in shape.columns]
    return f"concat_ws(chr(9), {', '.join([*values, _row_key(shape)] if shape.key else values)})"


def _row_key(shape: Shape) -> str:
    """SQL for a row's key as 128 bits of a hash: whatever its columns hold, it is short enough for an index."""
    values = [_text(name, kind) for name, kind in shape.columns if name in shape.key]
    return f"left(sha256(concat_ws(chr(9), {', '.join(values)})), 32)"


def _text(name: str, kind: str) -> str:
    text = f'CAST("{name}" AS VARCHAR)'
    for sign, escaped in _ESCAPES if kind == "VARCHAR" else ():
        text = f"replace({text}, {_quoted(sign)}, {_quoted(escaped)})"
    return f"coalesce({text}, '\\N')"


def _quoted(text: str) -> str:
    return " || ".join(f"chr({ord(sign)})" for sign in text)
