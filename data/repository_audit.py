"""The audit trail: who changed what and when, appended in the same transaction as the change itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from data.access import Principal, require
from data.store import Cursor, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change or sign-in: `action` is a code of the catalogues, `details` its values, times are UTC."""

    sequence: int
    recorded_at: datetime
    actor: str
    role: str
    action: str
    subject: str
    details: tuple[tuple[str, str], ...]


def utc_now() -> datetime:
    """This moment in UTC, without a zone, as the store holds times."""
    return datetime.now(UTC).replace(tzinfo=None)


def append_audit(cursor: Cursor, principal: Principal, action: str, subject: str = "", **details: object) -> None:
    """Add an entry inside the caller's transaction; its seal covers the entry before it."""
    last = cursor.execute("SELECT sequence, seal FROM audit ORDER BY sequence DESC LIMIT 1").fetchall()
    sequence, before = last[0] if last else (0, "")
    row = (
        sequence + 1,
        utc_now(),
        principal.name,
        principal.role,
        action,
        subject,
        json.dumps({k: str(v) for k, v in details.items()}, ensure_ascii=False),
    )
    cursor.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*row, _seal(before, row)])


def record_audit(store: Store, principal: Principal, action: str, subject: str = "", **details: object) -> None:
    """Note something that is no change of data itself: a sign-in, a link opened, a download."""
    store.write(lambda cursor: append_audit(cursor, principal, action, subject, **details), ledger=False)


def audit_trail(store: Store, principal: Principal, *, limit: int = 500, offset: int = 0) -> tuple[AuditEntry, ...]:
    """Who did what, newest first."""
    require(principal, "read_audit")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT sequence, recorded_at, actor, role, action, subject, details FROM audit "
            "ORDER BY sequence DESC LIMIT ? OFFSET ?",
            [limit, offset],
        ).fetchall()
    names = ("sequence", "recorded_at", "actor", "role", "action", "subject")
    return tuple(
        AuditEntry(**dict(zip(names, row[:6], strict=True)), details=tuple(json.loads(row[6]).items())) for row in rows
    )


def first_broken_seal(store: Store, principal: Principal) -> int | None:
    """The first entry that was changed, or that follows one taken out; None where the trail is whole."""
    require(principal, "read_audit")
    with store.read() as cursor:
        rows = cursor.execute("SELECT * FROM audit ORDER BY sequence").fetchall()
    before = ""
    for expected, (*row, seal) in enumerate(rows, start=1):
        if row[0] != expected or seal != _seal(before, tuple(row)):
            return expected
        before = seal
    return None


def _seal(before: str, row: tuple[object, ...]) -> str:
    text = "\x1f".join((before, *(str(value) for value in row)))
    return hashlib.sha256(text.encode()).hexdigest()
