"""A store that several processes share: its record is in PostgreSQL, and each process reads it through a cache of its own.

A write takes the record's lock, brings the cache up to the record, runs on the cache, sends to the record what it changed
there, then commits the record and after it the cache: what was acknowledged is in the record, and a cache that missed
something reads it from there. A read first asks for the record's version. So all SQL of the repository is written once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from data.cache_changes import Known, Watched, shapes
from data.migrations import apply_known, migrate, migrations
from data.places import shown
from data.record import Record, Shape, Standing
from data.store import Cursor, Store, open_cache, staged
from forecasting.errors import StoreUnreadable

T = TypeVar("T")

#: Backups of a shared store lie on the machine that makes them.
_BACKUPS: Final = Path("var")


class SharedStore(Store):
    """A company's data in PostgreSQL, opened by any number of processes; keep one per process and close it at the end."""

    is_shared = True

    def __init__(self, url: str, *, must_exist: bool = False) -> None:
        self.path = shown(url)
        database = re.sub(r"\W", "", urlsplit(url).path) or "postgresql"
        self.backups = (_BACKUPS / f"{database}.backups").resolve()
        self._record = Record(url, self.path)
        self._writer, self._closed = threading.Lock(), False
        #: Held while the cache is brought up to the record, and between the two commits of a write.
        self._catching_up = threading.Lock()
        self._seen: dict[str, int] = {}
        self._known: Mapping[str, Known] = {}
        self._root = open_cache(self.backups)
        try:
            if not self._record.exists() and must_exist:
                raise StoreUnreadable(self.path, "missing")
            with self._record.opening():
                self.is_new = migrate(self) == len(migrations())
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """A cursor that sees one consistent state, with every write that any process had acknowledged before."""
        self._catch_up()
        with super().read() as cursor:
            yield cursor

    def transaction(self, change: Callable[[Cursor], T]) -> T:
        """Run `change` in one transaction, alone among all processes; returns once PostgreSQL has it."""
        with self._writer, self._record.writing():
            self._catch_up()
            cursor = self._root.cursor()
            try:
                cursor.begin()
                watched = Watched(cursor, self._known)
                result = change(cast(Cursor, watched))
                changes = watched.changes()
                if changes:
                    number = self._record.send(changes)
                    with self._catching_up:
                        self._record.commit()
                        cursor.commit()
                        # A new dictionary: readers look at the old one without a lock.
                        self._seen = {**self._seen, **{one.shape.name: number for one in changes}}
                        self._known = watched.known
                return result
            finally:
                # After a commit there is nothing to undo, which the database says by an error.
                with suppress(Exception):
                    cursor.rollback()
                cursor.close()

    def backup(self, name: str) -> Path:
        """A copy of everything as it stands now, as a file and a store of its own in `backups`."""
        self._catch_up()
        self.backups.parent.mkdir(parents=True, exist_ok=True)
        return super().backup(name)

    def close(self) -> None:
        """Let go of the record; the cache goes with its process."""
        if not self._closed:
            self._closed = True
            self._root.close()
            self._record.close()

    def _catch_up(self) -> None:
        """Bring the cache to the record's last write, where it is behind."""
        if self._record.latest() <= max(self._seen.values(), default=0):
            return
        with self._catching_up, self._record.seen() as (standing, rows):
            if standing.latest <= max(self._seen.values(), default=0):
                return
            cursor = self._root.cursor()
            try:
                cursor.begin()
                self._follow(cursor, standing, rows)
                cursor.commit()
            finally:
                with suppress(Exception):
                    cursor.rollback()
                cursor.close()
            self._seen = dict(standing.versions)

    def _follow(self, cursor: Cursor, standing: Standing, rows: Any) -> None:
        behind = {name for name, version in standing.versions.items() if version > self._seen.get(name, 0)}
        if "migration" in behind:
            steps = Record.rows(rows, _MIGRATION).to_pylist()
            apply_known(cursor, self.path, {step["version"]: step["sha256"] for step in steps})
            self._known = shapes(cursor)
        for name in sorted(behind):
            since = self._seen.get(name, 0)
            if standing.whole[name] > since or not self._known[name].mergeable:
                since = 0
            _merge(cursor, self._known[name].shape, Record.rows(rows, self._known[name].shape, since), whole=not since)


#: The one table that is read before the cache has a shape.
_MIGRATION: Final = Shape(name="migration", columns=(("version", "INTEGER"), ("sha256", "VARCHAR")))


def _merge(cursor: Cursor, shape: Shape, rows: Any, *, whole: bool) -> None:
    """Put rows of the record into the cache, in the place of all or of those with the same key."""
    with staged(cursor, "record_rows", rows):
        same = " AND ".join(f'old."{name}" = new."{name}"' for name in shape.key)
        cursor.execute(
            f'DELETE FROM "{shape.name}"' if whole else f'DELETE FROM "{shape.name}" old USING record_rows new WHERE {same}'
        )
        given = ", ".join(f'CAST("{name}" AS {kind})' for name, kind in shape.columns)
        cursor.execute(f'INSERT INTO "{shape.name}" ({shape.names}) SELECT {given} FROM record_rows')
