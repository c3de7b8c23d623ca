"""What people know better than a customer's history: kept with who said it and when, in force until taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.store import Cursor, Store
from forecasting.dates import to_date, to_day
from forecasting.errors import InputRejected, problem
from forecasting.overrides import SHIFT_MAX, DelayShift, Overrides, Trust, TrustLevel

OverrideKind = Literal["expected", "excluded", "shift", "trust"]
OVERRIDE_KINDS: Final[tuple[OverrideKind, ...]] = get_args(OverrideKind)
_COLUMNS: Final = "override_id, kind, partner_id, segment, ledger_id, day, days, level, note, recorded_at, recorded_by, ended_at, ended_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One thing that somebody knows better, as it is put in: about an invoice, a customer, or a segment.

    expected: the invoice `ledger_id` is paid on `day`; excluded: it is not counted on; shift: `partner_id`, or everybody of
    `segment`, pays `days` later than it used to; trust: `partner_id`'s own history weighs less (low) or more (high).
    """

    kind: OverrideKind
    partner_id: str = ""
    segment: str = ""
    ledger_id: str = ""
    day: date | None = None
    days: int | None = None
    level: Literal["", "low", "high"] = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOverride:
    """An override as it is kept: its number, who said it and when (UTC), and who took it back (None: in force)."""

    override_id: int
    said: Override
    recorded_at: datetime
    recorded_by: str
    ended_at: datetime | None
    ended_by: str

    @property
    def in_force(self) -> bool:
        """Whether nobody has taken it back."""
        return self.ended_at is None


def save_override(store: Store, principal: Principal, said: Override) -> int:
    """Keep what somebody knows better; what was said before of the same thing ends. Returns its number.

    InputRejected for a day or a shift that cannot be, or an invoice that the customer does not have.
    """
    require(principal, "change_data")
    _refuse(said)

    def change(cursor: Cursor) -> int:
        if said.ledger_id and not _is_theirs(cursor, said):
            raise InputRejected((problem("override.no_invoice", column="ledger_id", invoice=said.ledger_id),))
        _end_same(cursor, principal, said)
        number = int(cursor.execute("SELECT coalesce(max(override_id), 0) + 1 FROM behaviour_override").fetchall()[0][0])
        row = [
            number,
            said.kind,
            said.partner_id,
            said.segment,
            said.ledger_id,
            said.day,
            said.days,
            said.level,
            said.note.strip(),
            utc_now(),
            principal.name,
            None,
            "",
        ]
        cursor.execute(f"INSERT INTO behaviour_override VALUES ({', '.join('?' for _ in row)})", row)
        subject = said.ledger_id or said.partner_id or said.segment
        value = said.day or said.days or said.level or ""
        append_audit(cursor, principal, "override.save", subject, kind=said.kind, value=value)
        return number

    return store.write(change, ledger=True)


def end_override(store: Store, principal: Principal, override_id: int) -> None:
    """Take back what was said; the forecast is again what it was before. Taking it back twice changes nothing."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        ended = cursor.execute(
            "UPDATE behaviour_override SET ended_at = ?, ended_by = ? WHERE override_id = ? AND ended_at IS NULL "
            "RETURNING kind, coalesce(nullif(ledger_id, ''), nullif(partner_id, ''), segment)",
            [utc_now(), principal.name, override_id],
        ).fetchall()
        for kind, subject in ended:
            append_audit(cursor, principal, "override.end", subject, kind=kind)

    store.write(change, ledger=True)


def overrides(store: Store, principal: Principal, *, partner_id: str | None = None) -> tuple[KeptOverride, ...]:
    """Everything that was said, newest first, of one customer (with its segment's) or of all; own customers for sales."""
    require(principal, "read_customers")
    with store.read() as cursor:
        rows = cursor.execute(
            f"SELECT {', '.join(f'o.{name}' for name in _COLUMNS.split(', '))} FROM behaviour_override o "
            "LEFT JOIN partner p ON p.partner_id = o.partner_id "
            "WHERE (NOT $narrow OR (p.owner = $owner AND $owner <> '')) AND ($partner IS NULL OR o.partner_id = $partner "
            "OR (o.segment <> '' AND o.segment = (SELECT max(segment) FROM partner WHERE partner_id = $partner))) "
            "ORDER BY o.override_id DESC",
            {"narrow": principal.own_customers_only, "owner": principal.owner, "partner": partner_id},
        ).fetchall()
    return tuple(_kept(row) for row in rows)


def standing_overrides(cursor: Cursor) -> Overrides:
    """What is in force of trust, shifts and exclusions, in an order of its own; inside an open read, unguarded."""
    rows = cursor.execute(
        "SELECT kind, partner_id, segment, ledger_id, days, level FROM behaviour_override WHERE ended_at IS NULL "
        "AND kind <> 'expected' ORDER BY kind, partner_id, segment, ledger_id"
    ).fetchall()
    return Overrides(
        excluded=tuple(ledger_id for kind, _, _, ledger_id, _, _ in rows if kind == "excluded"),
        shifts=tuple(
            DelayShift(partner_id=partner, segment=segment, days=int(days))
            for kind, partner, segment, _, days, _ in rows
            if kind == "shift"
        ),
        trust=tuple(
            Trust(partner_id=partner, level=_level(level)) for kind, partner, _, _, _, level in rows if kind == "trust"
        ),
    )


def standing_expected(cursor: Cursor, as_of: int) -> dict[str, int]:
    """Customer invoices that somebody expects on a day still to come, with that day; inside an open read, unguarded."""
    rows = cursor.execute(
        "SELECT ledger_id, day FROM behaviour_override WHERE kind = 'expected' AND ended_at IS NULL AND day >= ?",
        [to_date(as_of)],
    ).fetchall()
    return {name: to_day(day) for name, day in rows}


def _refuse(said: Override) -> None:
    found = []
    if said.kind == "expected" and said.day is None:
        found.append(problem("override.no_day", column="day"))
    if said.kind == "shift" and (not said.days or abs(said.days) > SHIFT_MAX):
        found.append(problem("override.shift", column="days", days=said.days or 0, most=SHIFT_MAX))
    if said.kind == "trust" and said.level not in ("low", "high"):
        found.append(problem("override.trust", column="level"))
    if found:
        raise InputRejected(tuple(found))


def _is_theirs(cursor: Cursor, said: Override) -> bool:
    known = cursor.execute(
        "SELECT count(*) FROM invoice WHERE side = 'customer' AND ledger_id = ? AND partner_id = ?",
        [said.ledger_id, said.partner_id],
    ).fetchall()
    return bool(known[0][0])


def _end_same(cursor: Cursor, principal: Principal, said: Override) -> None:
    """End what stands of the same thing: of an invoice both kinds (a day and an exclusion contradict each other)."""
    kinds = ("expected", "excluded") if said.ledger_id else (said.kind, said.kind)
    cursor.execute(
        "UPDATE behaviour_override SET ended_at = ?, ended_by = ? WHERE ended_at IS NULL AND kind IN (?, ?) "
        "AND partner_id = ? AND segment = ? AND ledger_id = ?",
        [utc_now(), principal.name, *kinds, said.partner_id, said.segment, said.ledger_id],
    )


def _level(text: str) -> TrustLevel:
    return "low" if text == "low" else "high"


def _kept(row: tuple[object, ...]) -> KeptOverride:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    said = {name: values[name] for name in Override.__dataclass_fields__}
    rest = {name: values[name] for name in KeptOverride.__dataclass_fields__ if name != "said"}
    return KeptOverride(said=Override(**said), **rest)  # type: ignore[arg-type]
