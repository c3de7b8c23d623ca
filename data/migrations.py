"""The store's shape, step by step: numbered SQL files, each applied once in a transaction of its own.

A migration that is interrupted leaves no trace; a file that knows more steps than this program, or other ones, is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from forecasting.errors import StoreUnreadable

_FOLDER = Path(__file__).parent / "schema"
_NAME = re.compile(r"(\d{3})_[a-z0-9_]+\.sql")


class Sql(Protocol):
    """What a migration needs of a cursor."""

    def execute(self, query: str, parameters: Any = None) -> Any: ...


class Transactional(Protocol):
    """What a migration needs of a store."""

    path: str

    def transaction(self, change: Callable[[Sql], Any]) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered step with its SQL."""

    version: int
    name: str
    sql: str


@lru_cache(maxsize=1)
def migrations() -> tuple[Migration, ...]:
    """Every step in the order of its number; a number that was never given leaves a gap."""
    found = []
    for path in sorted(_FOLDER.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        assert match, f"{path.name} is no name of a migration"
        found.append(Migration(version=int(match.group(1)), name=path.stem, sql=path.read_text(encoding="utf-8")))
    versions = [m.version for m in found]
    assert len(set(versions)) == len(versions), "two migrations have one number"
    return tuple(found)


def migrate(store: Transactional) -> int:
    """Bring a store to the newest shape; returns the number of steps that were applied."""
    done: set[int] = store.transaction(lambda cursor: _applied(cursor, store.path))
    if not done <= {step.version for step in migrations()}:
        raise StoreUnreadable(store.path, "newer")
    waiting = [step for step in migrations() if step.version not in done]
    for step in waiting:
        store.transaction(lambda cursor, step=step: _apply(cursor, step))  # type: ignore[misc]
    return len(waiting)


def apply_known(cursor: Sql, path: str, seen: Mapping[int, str]) -> None:
    """Bring a cache to the shape of its record, which has seen these steps (digest by number)."""
    digests = {step.version: _digest(step) for step in migrations()}
    if any(digests.get(version) != digest for version, digest in seen.items()):
        raise StoreUnreadable(path, "newer")
    done = _applied(cursor, path)
    for step in migrations():
        if step.version in seen and step.version not in done:
            _apply(cursor, step)


def _applied(cursor: Sql, path: str) -> set[int]:
    """The steps that a store has seen; a database of something else is refused, an empty one becomes ours."""
    tables = {name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "migration" not in tables:
        if tables:
            raise StoreUnreadable(path, "not_a_store")
        cursor.execute(
            "CREATE TABLE migration (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, "
            "applied_at TIMESTAMP NOT NULL DEFAULT CAST(now() AS TIMESTAMP))"
        )
        return set()
    seen = dict(cursor.execute("SELECT version, sha256 FROM migration").fetchall())
    if any(seen.get(step.version, _digest(step)) != _digest(step) for step in migrations()):
        raise StoreUnreadable(path, "newer")
    return set(seen)


def _apply(cursor: Sql, step: Migration) -> None:
    cursor.execute(step.sql)
    cursor.execute(
        "INSERT INTO migration (version, name, sha256) VALUES (?, ?, ?)", [step.version, step.name, _digest(step)]
    )


def _digest(step: Migration) -> str:
    return hashlib.sha256(step.sql.encode()).hexdigest()
