"""Frozen views shared by a link: made, opened, listed, revoked; the link's secret is never stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.store import Cursor, Store

#: How long a link may live at most, in days, and how often a password may be tried in an hour.
DAYS_MAX: Final = 365
TRIES_PER_HOUR: Final = 10
_SECRET_BYTES: Final = 32
_ROUNDS: Final = 200_000

Refusal = Literal["unknown", "expired", "revoked", "password", "too_many"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedView:
    """A shared view in the list of all: when it was made, until when it opens, how often it was."""

    share_id: int
    title: str
    note: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    opened: int
    protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a link shows: the frozen content, and whether newer data exist than it was made of."""

    title: str
    note: str
    content: str
    created_at: datetime
    expires_at: datetime
    newer_data: bool


def share_view(
    store: Store, principal: Principal, *, title: str, note: str, content: str, days: int, password: str = ""
) -> str:
    """Freeze a view and return the secret of its link, which is told this once and stored as a hash alone."""
    require(principal, "change_library")
    if not 1 <= days <= DAYS_MAX:
        raise ValueError(f"a link lives 1 to {DAYS_MAX} days")
    secret = secrets.token_urlsafe(_SECRET_BYTES)

    def change(cursor: Cursor) -> None:
        number = cursor.execute("SELECT coalesce(max(share_id), 0) + 1 FROM shared_view").fetchall()[0][0]
        cursor.execute(
            "INSERT INTO shared_view VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [
                number,
                _sha256(secret),
                title.strip(),
                note.strip(),
                content,
                _hashed(password) if password else "",
                _ledger_write(cursor),
                utc_now(),
                principal.name,
                utc_now() + timedelta(days=days),
            ],
        )
        append_audit(cursor, principal, "share.make", str(number), days=days)

    store.write(change, ledger=False)
    return secret


def open_shared(store: Store, secret: str, password: str = "") -> Opened | Refusal:
    """What a link shows to whoever has it, or why it shows nothing; every showing is counted.

    A link that never existed and one whose secret was guessed wrongly are told apart by nobody.
    """

    def change(cursor: Cursor) -> Opened | Refusal:
        rows = cursor.execute(
            "SELECT share_id, title, note, content, password_hash, ledger_write, created_at, expires_at, revoked_at "
            "FROM shared_view WHERE secret_sha256 = ?",
            [_sha256(secret)],
        ).fetchall()
        if not rows:
            return "unknown"
        number, title, note, content, wanted, ledger_write, made, until, revoked = rows[0]
        now = utc_now()
        if revoked is not None:
            return "revoked"
        if now >= until:
            return "expired"
        if wanted:
            tried = cursor.execute(
                "SELECT count(*) FROM shared_view_opened WHERE share_id = ? AND outcome = 'wrong_password' AND opened_at > ?",
                [number, now - timedelta(hours=1)],
            ).fetchall()[0][0]
            if tried >= TRIES_PER_HOUR:
                return "too_many"
            if not password:
                return "password"
            if not _is_password(password, wanted):
                cursor.execute("INSERT INTO shared_view_opened VALUES (?, ?, 'wrong_password')", [number, now])
                return "password"
        cursor.execute("INSERT INTO shared_view_opened VALUES (?, ?, 'shown')", [number, now])
        return Opened(
            title=title,
            note=note,
            content=content,
            created_at=made,
            expires_at=until,
            newer_data=_ledger_write(cursor) > ledger_write,
        )

    # Not counted as a write: nothing that any other screen shows has changed.
    return store.transaction(change)


def shared_views(store: Store, principal: Principal) -> tuple[SharedView, ...]:
    """Every link that was made, the latest first."""
    require(principal, "change_library")
    with store.read() as cursor:
        rows = cursor.execute(
            "SELECT s.share_id, title, note, created_at, created_by, expires_at, revoked_at, "
            "count(o.opened_at) FILTER (o.outcome = 'shown'), password_hash <> '' "
            "FROM shared_view s LEFT JOIN shared_view_opened o USING (share_id) GROUP BY ALL ORDER BY s.share_id DESC"
        ).fetchall()
    return tuple(SharedView(**dict(zip(SharedView.__dataclass_fields__, row, strict=True))) for row in rows)


def revoke_share(store: Store, principal: Principal, share_id: int) -> None:
    """A link shows nothing from now on."""
    require(principal, "change_library")

    def change(cursor: Cursor) -> None:
        cursor.execute(
            "UPDATE shared_view SET revoked_at = ? WHERE share_id = ? AND revoked_at IS NULL", [utc_now(), share_id]
        )
        append_audit(cursor, principal, "share.revoke", str(share_id))

    store.write(change, ledger=False)


def _ledger_write(cursor: Cursor) -> int:
    return int(cursor.execute("SELECT ledger_write FROM data_version").fetchall()[0][0])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.pbkdf2_hmac('sha256', password.encode(), salt, _ROUNDS).hex()}"


def _is_password(password: str, wanted: str) -> bool:
    salt, _, digest = wanted.partition("$")
    found = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), _ROUNDS).hex()
    return hmac.compare_digest(found, digest)
