"""A store's tables in PostgreSQL: who may write now, what others have written since, what we write.

Every table of the store has one of the same name and columns in the schema `encaisse`, with the version of the write that
last touched each row; `table_version` says the same of whole tables. Versions count the writes of all processes: one lock
lets one process write at a time. psycopg is the hand that writes, ADBC the eye that reads whole tables as Arrow columns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeVar

import pyarrow as pa

from forecasting.errors import InputRejected, StoreBusy, StoreUnreadable, problem

T = TypeVar("T")

#: The name under which writers queue: any number, the same for every process.
_LOCK: Final = 0x656E6361697373
#: How long to wait for a server that does not answer, and for another process to finish its write.
CONNECT_SECONDS: Final = 10
LOCK_SECONDS: Final = 900
#: How many keys or rows go to the server in one message.
_BATCH: Final = 20_000
_SETTINGS: Final = {"connect_timeout": CONNECT_SECONDS, "application_name": "encaisse", "client_encoding": "UTF8"}
_POSTGRES_TYPES: Final = {
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "BOOLEAN": "boolean",
    "DOUBLE": "double precision",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A table as the cache has it: columns with their types, and the columns of its key, none where rows may repeat."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        """The columns, quoted, for a list in SQL."""
        return ", ".join(f'"{name}"' for name, _ in self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one write did to one table: `fresh` are lines for COPY, of rows that are new or changed (key included).

    `gone`: the keys of rows that changed or went. `taken`: some went for good, so that a reader who only adds what is new
    would keep them. Without a key, and where the table is new or `remade` with other columns, `fresh` is all there is.
    """

    shape: Shape
    fresh: pa.Table
    gone: pa.Table
    taken: bool
    remade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The record's versions: of each table, and since when a table must be read whole."""

    versions: dict[str, int]
    whole: dict[str, int]

    @property
    def latest(self) -> int:
        """The number of the last write."""
        return max(self.versions.values(), default=0)


class Record:
    """One process's three connections to a record; every method but `latest` is called by one thread at a time."""

    def __init__(self, url: str, shown: str) -> None:
        self._url, self.shown = url, shown
        self._psycopg, self._adbc = _driver("psycopg", shown), _driver("adbc_driver_postgresql.dbapi", shown)
        self._asking = threading.Lock()
        self._asker: Any = None
        self._writer: Any = None
        self._reader: Any = None

    def exists(self) -> bool:
        """Whether the database holds a store."""
        with self._reached():
            row = self._ask(
                "SELECT to_regnamespace('encaisse') IS NOT NULL, to_regclass('encaisse.table_version') IS NOT NULL"
            )
        if row[0] and not row[1]:
            raise StoreUnreadable(self.shown, "not_a_store")
        return bool(row[1])

    def latest(self) -> int:
        """The number of the last write that any process had acknowledged."""
        with self._reached():
            return int(self._ask("SELECT coalesce(max(version), 0) FROM encaisse.table_version")[0])

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Alone with the record while it is made or brought to a newer shape, over several writes."""
        with self._reached():
            # A lock of the session and not of one transaction; asking for it again inside is granted.
            writer = self._writing()
            writer.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            writer.execute("CREATE SCHEMA IF NOT EXISTS encaisse")
            writer.execute(
                "CREATE TABLE IF NOT EXISTS encaisse.table_version "
                "(name text PRIMARY KEY, version bigint NOT NULL, whole bigint NOT NULL)"
            )
            writer.commit()
        try:
            yield
        finally:
            # A connection that has gone has let go of its locks.
            with suppress(self._psycopg.Error):
                writer.rollback()
                writer.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
                writer.commit()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone among all processes; undone unless `commit` was called in it."""
        with self._reached():
            self._again(lambda: self._writing().execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK]))
        try:
            yield
        finally:
            with suppress(self._psycopg.Error):
                self._writer.rollback()

    def send(self, changes: Sequence[Change]) -> int:
        """Write changes inside `writing` under the next number, which is returned."""
        with self._reached():
            rows = self._writer.execute("SELECT coalesce(max(version), 0) + 1 FROM encaisse.table_version").fetchall()
            number = int(rows[0][0])
            for change in changes:
                self._put(change, number)
        return number

    def commit(self) -> None:
        """Make what was sent safe; where this returns, no crash of ours takes it back."""
        with self._reached():
            self._writer.commit()

    @contextmanager
    def seen(self) -> Iterator[tuple[Standing, Any]]:
        """The versions and a cursor for `rows`, all of one moment."""
        with self._reached():
            cursor, found = self._again(self._look)
            try:
                yield (
                    Standing(
                        versions={name: version for name, version, _ in found},
                        whole={name: whole for name, _, whole in found},
                    ),
                    cursor,
                )
            finally:
                with suppress(self._adbc.Error):
                    cursor.close()
                    self._reader.rollback()

    @staticmethod
    def rows(cursor: Any, shape: Shape, since: int = 0) -> pa.Table:
        """A table's rows that were written after a version; decimals as text, which no reader rounds."""
        wanted = ", ".join(
            f'"{name}"::text AS "{name}"' if kind.startswith("DECIMAL") else f'"{name}"' for name, kind in shape.columns
        )
        newer = f" WHERE row_version > {since:d}" if since else ""
        cursor.execute(f'SELECT {wanted} FROM encaisse."{shape.name}"{newer}')
        return cursor.fetch_arrow_table()

    def close(self) -> None:
        """Let go of the connections."""
        for connection in (self._asker, self._writer, self._reader):
            if connection is not None:
                with suppress(self._psycopg.Error, self._adbc.Error):
                    connection.close()
        self._asker = self._writer = self._reader = None

    def _put(self, change: Change, number: int) -> None:
        shape, table = change.shape, f'encaisse."{change.shape.name}"'
        if change.remade:
            self._writer.execute(f"DROP TABLE IF EXISTS {table}")
            self._writer.execute(_definition(shape))
        elif not shape.key:
            self._writer.execute(f"DELETE FROM {table}")
        else:
            for batch in change.gone.to_batches(_BATCH):
                keys = batch.column(0).to_pylist()
                self._writer.execute(f"DELETE FROM {table} WHERE row_key = ANY(%s::uuid[])", [keys])
        into = f"{table} ({shape.names}, {'row_key, ' if shape.key else ''}row_version)"
        with self._writer.cursor().copy(f"COPY {into} FROM STDIN") as copy:
            for batch in change.fresh.to_batches(_BATCH):
                copy.write("".join(f"{line}\t{number}\n" for line in batch.column(0).to_pylist()))
        whole = number if change.remade or change.taken or not shape.key else 0
        self._writer.execute(
            "INSERT INTO encaisse.table_version VALUES (%s, %s, %s) ON CONFLICT (name) DO UPDATE "
            "SET version = excluded.version, whole = greatest(table_version.whole, excluded.whole)",
            [shape.name, number, whole],
        )

    def _writing(self) -> Any:
        """The connection that writes, made anew where it broke."""
        if self._writer is None or self._writer.closed:
            self._writer = self._psycopg.connect(self._url, **_SETTINGS)
            self._writer.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            self._writer.commit()
        return self._writer

    def _ask(self, sql: str) -> Any:
        """One row, on the connection that readers share."""

        def ask() -> Any:
            if self._asker is None or self._asker.closed:
                self._asker = self._psycopg.connect(self._url, autocommit=True, **_SETTINGS)
            return self._asker.execute(sql).fetchone()

        with self._asking:
            return self._again(ask)

    def _look(self) -> tuple[Any, list[tuple[str, int, int]]]:
        if self._reader is None:
            self._reader = self._adbc.connect(self._url)
        try:
            cursor = self._reader.cursor()
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT name, version, whole FROM encaisse.table_version")
            return cursor, cursor.fetchall()
        except self._adbc.Error:
            self._reader = None
            raise

    def _again(self, do: Callable[[], T]) -> T:
        """Do what changes nothing, once more on a new connection where the server was restarted since the last time."""
        try:
            return do()
        except self._psycopg.errors.LockNotAvailable:
            raise
        except (self._psycopg.OperationalError, self._adbc.Error):
            return do()

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Say in our words why the server did not do it; a broken connection is made anew the next time."""
        errors = self._psycopg.errors
        try:
            yield
        except errors.LockNotAvailable as error:
            raise StoreBusy(self.shown) from error
        except (errors.CharacterNotInRepertoire, errors.UntranslatableCharacter) as error:
            raise InputRejected((problem("store.unwritable_character", file=self.shown),)) from error
        except errors.DiskFull as error:
            raise InputRejected((problem("store.disk_full", file=self.shown),)) from error
        except errors.InsufficientPrivilege as error:
            raise InputRejected((problem("store.no_permission", file=self.shown),)) from error
        except (self._psycopg.OperationalError, self._psycopg.InterfaceError) as error:
            raise StoreUnreadable(self.shown, "unreachable") from error
        except (self._adbc.OperationalError, self._adbc.InternalError) as error:
            self._reader = None
            raise StoreUnreadable(self.shown, "unreachable") from error


def _definition(shape: Shape) -> str:
    """The table's SQL: key and version of each row after its own columns; what a value may be, the cache checks."""
    columns = [f'"{name}" {_postgres_type(kind)}' for name, kind in shape.columns]
    if shape.key:
        columns.append("row_key uuid PRIMARY KEY")
    columns.append("row_version bigint NOT NULL")
    table = f'encaisse."{shape.name}"'
    return f"CREATE TABLE {table} ({', '.join(columns)}); CREATE INDEX ON {table} (row_version)"


def _postgres_type(kind: str) -> str:
    return kind.replace("DECIMAL", "numeric") if kind.startswith("DECIMAL") else _POSTGRES_TYPES[kind]


def _driver(name: str, shown: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise StoreUnreadable(shown, "no_driver") from error
