"""The store: one DuckDB file, one writer, a cursor per operation, versioned migrations.

The only module that imports duckdb. Facts behind each choice: one process holds the file (a second one is refused by
the database); cursors of one connection are independent, the connection itself must not be shared between threads; two
transactions that change the same row conflict, so writers queue behind one lock and still retry. Files carry storage
version v1.5.0, so that the release before can read them.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import duckdb
import pyarrow as pa

from data.migrations import migrate, migrations
from data.store_file import missing_blocks
from forecasting.errors import InputRejected, StoreBusy, StoreUnreadable, problem

Cursor = duckdb.DuckDBPyConnection
T = TypeVar("T")

STORAGE_VERSION: Final = "v1.5.0"
WRITE_TRIES: Final = 6
_CONFIG: Final = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": STORAGE_VERSION,
}
#: No SQL reaches a file beside the store but in the folder of its backups, and none can change that.
_FENCE: Final = (
    "SET allowed_directories = ['{backups}']",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
#: How the database says that the disk takes no more; the transaction is undone then.
_FULL: Final = ("Could not write file", "No space left")
_PID = re.compile(r"PID (\d+)")
_held: dict[str, _Held] = {}
_holding = threading.Lock()


class _Held:
    """What this process knows of a file: one writer's lock, and how many stores have it open."""

    def __init__(self) -> None:
        self.writer = threading.Lock()
        self.opened = 0


class Store:
    """A company's data in one file; keep one per process and close it at the end.

    `read` gives a cursor on one consistent state, `write` runs a function in one transaction: all of it or nothing.
    `is_new`: it was made just now. `is_shared`: other processes have it open as well.
    """

    is_shared = False

    def __init__(self, path: str | Path, *, must_exist: bool = False) -> None:
        self.path = os.path.realpath(path)
        if must_exist and not Path(self.path).exists():
            raise StoreUnreadable(self.path, "missing")
        self.backups = Path(f"{self.path}.backups")
        with _holding:
            held = _held.setdefault(self.path, _Held())
            self._root = _connect(self.path, held.opened > 0)
            if not held.opened:
                _fence(self._root, self.backups)
            held.opened += 1
        self._writer, self._closed = held.writer, False
        try:
            self.is_new = migrate(self) == len(migrations())
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """A cursor that sees one consistent state, whatever is written meanwhile."""
        cursor = self._root.cursor()
        try:
            with _damage(self.path):
                cursor.begin()
                yield cursor
        finally:
            with suppress(duckdb.Error):
                cursor.rollback()
            cursor.close()

    @property
    def is_closed(self) -> bool:
        """Whether it was closed here."""
        return self._closed

    def write(self, change: Callable[[Cursor], T], *, ledger: bool = True) -> T:
        """Run `change` in one transaction and return its result once that is safe on disk.

        The data version counts up in the same transaction; `ledger=False` says that no projection can move.
        """

        def counted(cursor: Cursor) -> T:
            result = change(cursor)
            count_write(cursor, ledger=ledger)
            return result

        return self.transaction(counted)

    def transaction(self, change: Callable[[Cursor], T]) -> T:
        """Run `change` in one transaction under the writer's lock, again where the database saw a conflict."""
        with self._writer:
            for attempt in range(WRITE_TRIES):
                cursor = self._root.cursor()
                try:
                    with _damage(self.path):
                        cursor.begin()
                        result = change(cursor)
                        cursor.commit()
                        return result
                except duckdb.TransactionException as error:
                    with suppress(duckdb.Error):
                        cursor.rollback()
                    if any(sign in str(error) for sign in _FULL):
                        raise InputRejected((problem("store.disk_full", file=self.path),)) from error
                    if attempt == WRITE_TRIES - 1:
                        raise
                    time.sleep(random.uniform(0.002, 0.02) * 2**attempt)
                except BaseException:
                    with suppress(duckdb.Error):
                        cursor.rollback()
                    raise
                finally:
                    cursor.close()
        raise AssertionError("a transaction ends by returning or by raising")

    def backup(self, name: str) -> Path:
        """A copy of everything as it stands now, while others read and write, as a store of its own in `backups`."""
        assert name.replace("-", "").replace("_", "").isalnum(), f"{name} is no plain name"
        self.backups.mkdir(mode=0o700, exist_ok=True)
        target = self.backups / f"{name}.duckdb"
        partial = self.backups / f"{name}.partial"
        cursor = self._root.cursor()
        try:
            own = cursor.execute("SELECT current_database()").fetchall()[0][0]
            partial.unlink(missing_ok=True)
            attached = str(partial).replace("'", "''")
            cursor.execute(f"ATTACH '{attached}' AS backup_copy (STORAGE_VERSION '{STORAGE_VERSION}')")
            try:
                cursor.execute(f'COPY FROM DATABASE "{own}" TO backup_copy')
            finally:
                cursor.execute("DETACH backup_copy")
        except duckdb.Error as error:
            partial.unlink(missing_ok=True)
            if any(sign in str(error) for sign in _FULL):
                raise InputRejected((problem("store.disk_full", file=str(target)),)) from error
            raise
        finally:
            cursor.close()
        partial.chmod(0o600)
        return partial.rename(target)

    def close(self) -> None:
        """Write what is pending into the file and let go of it."""
        with _holding:
            if not self._closed:
                self._closed = True
                self._root.close()
                _held[self.path].opened -= 1

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def count_write(cursor: Cursor, *, ledger: bool) -> None:
    """Count the data version up inside the caller's transaction."""
    cursor.execute("UPDATE data_version SET any_write = any_write + 1, ledger_write = ledger_write + ?", [int(ledger)])


def table(cursor: Cursor, sql: str, parameters: Mapping[str, object] | list[object] | None = None) -> pa.Table:
    """A query's result as Arrow columns: numbers and days reach NumPy without a copy."""
    return cursor.sql(sql, params=parameters).to_arrow_table()


@contextmanager
def staged(cursor: Cursor, name: str, rows: pa.Table) -> Iterator[None]:
    """Let SQL read Arrow columns under a name for a while."""
    cursor.register(name, rows)
    try:
        yield
    finally:
        cursor.unregister(name)


def open_cache(backups: Path) -> Cursor:
    """An empty database in memory behind the same fence, for a store whose record is kept elsewhere."""
    connection = duckdb.connect(":memory:", config=dict(_CONFIG))
    _fence(connection, backups)
    return connection


def _fence(connection: Cursor, backups: Path) -> None:
    for setting in _FENCE:
        connection.execute(setting.format(backups=str(backups).replace("'", "''") + "/"))


def _connect(path: str, open_here: bool) -> Cursor:
    fresh = not Path(path).exists()
    try:
        if fresh:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        elif not open_here:
            # Closing any handle on the file would drop the lock of a store that this process has open.
            _check_whole(path)
    except OSError as error:
        raise InputRejected((problem("store.no_permission", file=path),)) from error
    try:
        with _damage(path):
            connection = duckdb.connect(path, config=dict(_CONFIG))
    except duckdb.IOException as error:
        raise _refusal(path, error) from error
    if fresh:
        # Customers' names and balances are nobody else's on this machine.
        Path(path).chmod(0o600)
    return connection


def _check_whole(path: str) -> None:
    """Refuse a file that was cut, before the database replays anything into it.

    Where blocks are missing at the end, they may have been free ones: then everything else can still be read.
    """
    missing = missing_blocks(path)
    if not missing:
        return
    try:
        connection = duckdb.connect(path, read_only=True, config=dict(_CONFIG))
        try:
            free = connection.execute("SELECT free_blocks FROM pragma_database_size()").fetchall()[0][0]
            if free < missing:
                raise StoreUnreadable(path, "truncated")
            for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.execute(f'SELECT bit_xor(hash(t)) FROM "{name}" t').fetchall()
        finally:
            connection.close()
    except duckdb.Error as error:
        refusal = _refusal(path, error)
        raise refusal if isinstance(refusal, StoreBusy) else StoreUnreadable(path, "truncated") from error


def _refusal(path: str, error: duckdb.Error) -> Exception:
    text = str(error)
    if "Could not set lock" in text or "Conflicting lock" in text:
        found = _PID.search(text)
        return StoreBusy(path, int(found.group(1)) if found else None)
    if "not a valid DuckDB database file" in text:
        return StoreUnreadable(path, "not_a_store")
    if "version number" in text:
        return StoreUnreadable(path, "newer")
    if not os.access(path if Path(path).exists() else Path(path).parent, os.R_OK | os.W_OK):
        return InputRejected((problem("store.no_permission", file=path),))
    return StoreUnreadable(path, "damaged")


@contextmanager
def _damage(path: str) -> Iterator[None]:
    """A broken file shows as several kinds of database error; all of them mean that it cannot be trusted."""
    try:
        yield
    except (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException) as error:
        raise StoreUnreadable(path, "damaged") from error
    except duckdb.Error as error:
        if "Corrupt database file" in str(error):
            raise StoreUnreadable(path, "damaged") from error
        if "Could not read enough bytes" in str(error):
            raise StoreUnreadable(path, "truncated") from error
        raise
