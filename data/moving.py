"""A whole store copied into an empty one, from a file into PostgreSQL or back, with nothing lost on the way."""

from __future__ import annotations

from typing import Final

from data.cache_changes import shapes
from data.store import Cursor, Store, staged, table
from forecasting.errors import InputRejected, problem

#: A table's rows, and the sum of the hashes of all of them: two tables that agree in both hold the same.
Content = dict[str, tuple[int, int]]

_INCOMING: Final = "incoming_rows"


def contents(cursor: Cursor) -> Content:
    """What every table holds, in two numbers."""
    return {name: _content(cursor, name) for name in shapes(cursor)}


def copy_store(source: Store, target: Store) -> Content:
    """Copy every table as it stands, its history and the store's own name included; answers with what both hold then.

    InputRejected where anything was ever written into the target. What arrived is held against what was sent before the
    target keeps it.
    """

    def put(cursor: Cursor) -> None:
        if cursor.execute("SELECT any_write FROM data_version").fetchall()[0][0]:
            raise InputRejected((problem("store.not_empty", file=target.path),))
        for name, rows in sent.items():
            cursor.execute(f'DELETE FROM "{name}"')
            with staged(cursor, _INCOMING, rows):
                cursor.execute(f'INSERT INTO "{name}" SELECT * FROM {_INCOMING}')
        assert contents(cursor) == before, "a table arrived otherwise than it was sent"

    with source.read() as cursor:
        before = contents(cursor)
        sent = {name: table(cursor, f'SELECT * FROM "{name}"') for name in before}
    target.transaction(put)
    return before


def _content(cursor: Cursor, name: str) -> tuple[int, int]:
    sql = f"SELECT count(*), coalesce(CAST(sum(CAST(hash(t) AS HUGEINT)) AS VARCHAR), '0') FROM \"{name}\" t"
    rows, total = cursor.execute(sql).fetchall()[0]
    return int(rows), int(total)
