"""What a write changed in the cache of a shared store: tables that its SQL names, held against what they were."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow.compute as pc

from data.record import Change, Shape
from data.store import Cursor, table

#: Any of these words makes a statement one that may write: one too many costs a comparison, one too few would lose rows.
_WRITES: Final = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|COPY)\b", re.IGNORECASE)
_RESHAPES: Final = re.compile(r"\b(CREATE|ALTER|DROP)\b(?! TEMP)", re.IGNORECASE)
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

    def __init__(self, cursor: Cursor, known: Mapping[str, Known]) -> None:
        self._cursor = cursor
        self.known = known
        self._before = known
        self._kept: set[str] = set()
        self._reshaped = False

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
        """What differs now, table by table; `known` is the cache's shape from here on."""
        found = []
        if self._reshaped:
            self.known = shapes(self._cursor)
        assert self._before.keys() <= self.known.keys(), "a table that goes would stay in the record"
        for name, known in self.known.items():
            if name not in self._before or self._before[name].shape != known.shape:
                found.append(_all_of(self._cursor, known.shape, remade=True))
            elif name in self._kept:
                found += _difference(self._cursor, known.shape)
        return tuple(found)

    def _keep(self, query: str) -> None:
        if not _WRITES.search(query):
            return
        self._reshaped = self._reshaped or bool(_RESHAPES.search(query))
        for name in sorted({word.lower() for word in _WORD.findall(query)} & self._before.keys() - self._kept):
            self._cursor.execute(f'CREATE TEMP TABLE "was_{name}" AS SELECT rowid AS was_row, * FROM main."{name}"')
            self._kept.add(name)


def _difference(cursor: Cursor, shape: Shape) -> list[Change]:
    """What came, went or changed, nothing where nothing did; rows are paired by their place and compared whole."""
    differs = " OR ".join(f'now."{name}" IS DISTINCT FROM was."{name}"' for name, _ in shape.columns)
    pairs = (
        f'FROM main."{shape.name}" now FULL JOIN "was_{shape.name}" was ON now.rowid = was.was_row '
        f"WHERE now.rowid IS NULL OR was.was_row IS NULL OR {differs}"
    )
    if not shape.key:
        some = cursor.execute(f"SELECT EXISTS (SELECT 1 {pairs})").fetchall()[0][0]
        return [_all_of(cursor, shape)] if some else []
    found = table(
        cursor,
        f"SELECT CASE WHEN now.rowid IS NOT NULL THEN {_line(shape, 'now')} END AS line, "
        f"CASE WHEN now.rowid IS NOT NULL THEN {_row_key(shape, 'now')} END AS new_key, "
        f"CASE WHEN was.was_row IS NOT NULL THEN {_row_key(shape, 'was')} END AS old_key {pairs}",
    )
    if not found.num_rows:
        return []
    fresh, gone = found.select(["line"]).drop_null(), found.select(["old_key"]).drop_null()
    stays = pc.is_in(gone["old_key"], value_set=found["new_key"].drop_null())
    return [Change(shape=shape, fresh=fresh, gone=gone, taken=not pc.all(stays, min_count=0).as_py())]


def _all_of(cursor: Cursor, shape: Shape, *, remade: bool = False) -> Change:
    lines = table(cursor, f'SELECT {_line(shape, "now")} AS line FROM main."{shape.name}" now')
    return Change(shape=shape, fresh=lines, gone=lines.slice(0, 0), remade=remade, taken=True)


def _line(shape: Shape, row: str) -> str:
    """SQL for a row as COPY reads it, its key after its columns."""
    values = [_text(row, name, kind) for name, kind in shape.columns]
    return f"concat_ws(chr(9), {', '.join([*values, _row_key(shape, row)] if shape.key else values)})"


def _row_key(shape: Shape, row: str) -> str:
    """SQL for a row's key as 128 bits of a hash: whatever its columns hold, it is short enough for an index."""
    values = [_text(row, name, kind) for name, kind in shape.columns if name in shape.key]
    return f"left(sha256(concat_ws(chr(9), {', '.join(values)})), 32)"


def _text(row: str, name: str, kind: str) -> str:
    text = f'CAST({row}."{name}" AS VARCHAR)'
    for sign, escaped in _ESCAPES if kind == "VARCHAR" else ():
        text = f"replace({text}, {_quoted(sign)}, {_quoted(escaped)})"
    return f"coalesce({text}, '\\N')"


def _quoted(text: str) -> str:
    return " || ".join(f"chr({ord(sign)})" for sign in text)
