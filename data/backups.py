"""Backups of a store: made while it is used, listed, and put back in its place."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from data.access import Principal, require
from data.repository_audit import record_audit, utc_now
from data.store import Store

#: What stood in a store's place before a backup was put back is kept under this ending.
REPLACED: Final = ".replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup by its name, with its file, size and time (UTC)."""

    name: str
    path: Path
    size_bytes: int
    made_at: datetime


def back_up(store: Store, principal: Principal) -> Backup:
    """Copy the whole store as it stands; reads and writes go on meanwhile."""
    require(principal, "change_data")
    now = utc_now()
    path = store.backup(now.strftime("%Y%m%d-%H%M%S-%f"))
    record_audit(store, principal, "store.backup", path.stem)
    return _backup(path)


def backups(store: Store, principal: Principal) -> tuple[Backup, ...]:
    """The backups that lie beside a store, newest first."""
    require(principal, "read_imports")
    return tuple(_backup(path) for path in sorted(store.backups.glob("*.duckdb"), reverse=True))


def check(backup: Path) -> None:
    """Nothing for a whole backup; StoreUnreadable for any other file."""
    Store(backup, must_exist=True).close()


def restore(backup: Path, store_path: Path) -> Path:
    """Put a backup in a store's place while no program has it open; what stood there is kept, and its path returned.

    The backup is opened first, so that a damaged one changes nothing. StoreBusy where a program holds the store.
    """
    check(backup)
    if store_path.exists():
        Store(store_path).close()
    kept = store_path.with_name(f"{store_path.name}{REPLACED}")
    fresh = store_path.with_name(f"{store_path.name}.restoring")
    shutil.copyfile(backup, fresh)
    fresh.chmod(0o600)
    if store_path.exists():
        store_path.rename(kept)
    fresh.rename(store_path)
    return kept


def _backup(path: Path) -> Backup:
    told = path.stat()
    return Backup(name=path.stem, path=path, size_bytes=told.st_size, made_at=datetime.fromtimestamp(told.st_mtime))
