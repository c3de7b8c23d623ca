"""Bank lines against open invoices: what is proposed, what a person accepts or sets aside, and the way back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.repository_company import read_company
from data.store import Cursor, Store
from forecasting.dates import to_date, to_day
from forecasting.ledger import Side
from forecasting.matching import BankLine, OpenItem, OpenItems, Proposal, match_lines, tells_again

_LINES: Final = """
    SELECT account_id, day, amount_minor, occurrence, mark, label, reference, counterparty, counterparty_account, import_id,
           source_row
    FROM bank_line_known WHERE currency = ? AND amount_minor <> 0 ORDER BY day DESC, account_id, source_row
"""
_OPEN: Final = """
    SELECT i.side, i.ledger_id, i.number, i.partner_id, coalesce(p.name, ''), coalesce(i.due, i.issue), coalesce(i.issue, i.due),
           i.amount_minor - coalesce(y.minor, 0) + coalesce(c.minor, 0) AS open_minor
    FROM invoice i LEFT JOIN partner p USING (partner_id)
    LEFT JOIN (SELECT side, ledger_id, sum(amount_minor) AS minor FROM payment_placed GROUP BY ALL) y USING (side, ledger_id)
    LEFT JOIN (SELECT side, credited_id, sum(amount_minor) AS minor FROM credit_placed GROUP BY ALL) c
        ON c.side = i.side AND c.credited_id = i.ledger_id
    WHERE i.paid IS NULL AND i.part = 1 AND i.amount_minor > 0 AND i.currency = ? AND coalesce(i.due, i.issue) IS NOT NULL
"""
_SETTLED: Final = """
    SELECT i.side, i.ledger_id, i.number, i.partner_id, coalesce(p.name, ''), i.paid, i.paid, coalesce(i.paid_minor, i.amount_minor)
    FROM invoice i LEFT JOIN partner p USING (partner_id)
    WHERE i.paid IS NOT NULL AND NOT i.assumed AND i.part = 1 AND i.amount_minor > 0 AND i.currency = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A bank line with the invoices that it seems to have paid, or that a person said it paid."""

    line_key: str
    day: date
    amount_minor: int
    words: str
    side: Side
    parts: tuple[tuple[str, str, str, int], ...]
    score: float
    reasons: tuple[str, ...]
    decided: bool = False


def proposed_matches(store: Store, principal: Principal) -> tuple[Match, ...]:
    """One proposal per bank line that nobody has decided on, the surest first; parts name (partner_id, name, number, amount)."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        home = read_company(cursor).currency
        decided = {key for (key,) in cursor.execute("SELECT line_key FROM bank_match").fetchall()}
        lines = {
            line.line_id: line
            for line in map(_line, cursor.execute(_LINES, [home]).fetchall())
            if line.line_id not in decided
        }
        items, issued = _items(cursor, _OPEN, home) if lines else ({}, {})
        settled, _ = _items(cursor, _SETTLED, home) if lines else ({}, {})
    found: list[Match] = []
    for side in ("customer", "supplier"):
        mine = [item for item in items.values() if item.side == side]
        told = OpenItems(settled.values(), side)
        unknown = [line for line in lines.values() if not tells_again(line, told, side)]
        # Nobody pays an invoice before it is issued.
        found += [
            _match(lines[proposal.line_id], proposal, items, side)
            for proposal in match_lines(unknown, mine, side)
            if all(issued[part.item_id] <= lines[proposal.line_id].day for part in proposal.parts)
        ]
    return tuple(sorted(found, key=lambda m: (-m.score, m.day, m.line_key)))


def _line(row: tuple[object, ...]) -> BankLine:
    account, day, amount, occurrence, mark, label, reference, counterparty, their_account, *_ = row
    assert isinstance(day, date) and isinstance(amount, int)
    return BankLine(
        line_id=line_key(str(account), day, amount, int(str(occurrence)), str(mark)),
        day=to_day(day),
        amount_minor=amount,
        label=str(label),
        reference=str(reference),
        counterparty=str(counterparty),
        counterparty_account=str(their_account),
    )


def line_key(account_id: str, day: date, amount_minor: int, occurrence: int, mark: str) -> str:
    """What names a bank line wherever it was read: its account, day, amount, words, and its place among equal ones."""
    text = "\x1f".join((account_id, day.isoformat(), str(amount_minor), str(occurrence), mark))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _items(cursor: Cursor, asked: str, home: str) -> tuple[dict[str, OpenItem], dict[str, int]]:
    """What is open of each invoice and the day on which each was issued; or what was paid of each settled one, and when."""
    found, issued = {}, {}
    for side, ledger_id, number, partner_id, name, due, issue, owed in cursor.execute(asked, [home]).fetchall():
        if owed > 0:
            key = f"{side}:{ledger_id}"
            found[key] = OpenItem(
                item_id=key,
                side=side,
                number=number,
                partner_id=partner_id,
                partner_name=name,
                open_minor=owed,
                due=to_day(due),
            )
            issued[key] = to_day(issue)
    return found, issued


def _match(line: BankLine, proposal: Proposal, items: dict[str, OpenItem], side: Side) -> Match:
    return Match(
        line_key=line.line_id,
        day=to_date(line.day),
        amount_minor=line.amount_minor,
        words=" ".join(filter(None, (line.counterparty, line.label, line.reference))),
        side=side,
        parts=tuple(
            (items[p.item_id].partner_id, items[p.item_id].partner_name, items[p.item_id].number, p.amount_minor)
            for p in proposal.parts
        ),
        score=proposal.score,
        reasons=proposal.reasons,
    )


def accept_matches(store: Store, principal: Principal, matches: Sequence[Match]) -> None:
    """The invoices of these proposals are paid, each on its line's day; the lines are proposed no more."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        imports = _imports(cursor)
        for match in matches:
            import_id, row = imports[match.line_key]
            for partner_id, _, number, part in match.parts:
                place = cursor.execute(
                    "SELECT coalesce(max(occurrence), 0) + 1 FROM payment WHERE side = ? AND partner_id = ? AND number = ? "
                    "AND day = ? AND amount_minor = ?",
                    [match.side, partner_id, number, match.day, part],
                ).fetchall()[0][0]
                cursor.execute(
                    "INSERT INTO payment (side, partner_id, number, day, amount_minor, occurrence, currency, assumed, import_id,"
                    " source_row) SELECT ?, ?, ?, ?, ?, ?, currency, false, ?, ? FROM company",
                    [match.side, partner_id, number, match.day, part, place, import_id, row],
                )
                _decide(cursor, principal, match, partner_id, number, part, place, import_id)
        append_audit(cursor, principal, "match.accept", rows=len(matches))

    store.write(change)


def set_aside(store: Store, principal: Principal, matches: Sequence[Match]) -> None:
    """These lines pay none of the invoices here; they are proposed no more."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        imports = _imports(cursor)
        for match in matches:
            _decide(cursor, principal, match, "", "", 0, 1, imports[match.line_key][0])
        append_audit(cursor, principal, "match.aside", rows=len(matches))

    store.write(change, ledger=False)


def take_back_match(store: Store, principal: Principal, key: str) -> None:
    """Nothing was decided of this line: its payments go, and it is proposed again."""
    require(principal, "change_data")

    def change(cursor: Cursor) -> None:
        rows = cursor.execute(
            "SELECT side, partner_id, number, part_minor, occurrence, import_id FROM bank_match WHERE line_key = ?", [key]
        ).fetchall()
        for side, partner_id, number, part, occurrence, import_id in rows:
            cursor.execute(
                "DELETE FROM payment WHERE side = ? AND partner_id = ? AND number = ? AND amount_minor = ? "
                "AND occurrence = ? AND import_id = ?",
                [side, partner_id, number, part, occurrence, import_id],
            )
        cursor.execute("DELETE FROM bank_match WHERE line_key = ?", [key])
        append_audit(cursor, principal, "match.back", key)

    store.write(change)


def decided_matches(store: Store, principal: Principal, limit: int = 200) -> tuple[Match, ...]:
    """What was decided, the latest first; `parts` empty for a line that pays no invoice."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        lines = {
            line.line_id: line for line in map(_line, cursor.execute(_LINES, [read_company(cursor).currency]).fetchall())
        }
        rows = cursor.execute(
            "SELECT line_key, any_value(side), list({'p': m.partner_id, 'n': coalesce(p.name, ''), 'i': number, 'a': part_minor}), "
            "max(decided_at) AS latest FROM bank_match m LEFT JOIN partner p USING (partner_id) GROUP BY line_key "
            "ORDER BY latest DESC, line_key LIMIT ?",
            [limit],
        ).fetchall()
    return tuple(
        Match(
            line_key=key,
            day=to_date(lines[key].day),
            amount_minor=lines[key].amount_minor,
            words=" ".join(filter(None, (lines[key].counterparty, lines[key].label, lines[key].reference))),
            side=side,
            parts=tuple((p["p"], p["n"], p["i"], p["a"]) for p in parts if p["i"]),
            score=1.0,
            reasons=(),
            decided=True,
        )
        for key, side, parts, _ in rows
        if key in lines
    )


def _imports(cursor: Cursor) -> dict[str, tuple[int, int]]:
    """The import and the row of each bank line."""
    rows = cursor.execute(_LINES, [read_company(cursor).currency]).fetchall()
    return {_line(row).line_id: (int(row[9]), int(row[10])) for row in rows}


def _decide(
    cursor: Cursor,
    principal: Principal,
    match: Match,
    partner_id: str,
    number: str,
    part: int,
    occurrence: int,
    import_id: int,
) -> None:
    cursor.execute(
        "INSERT INTO bank_match VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [match.line_key, match.side, partner_id, number, part, occurrence, import_id, utc_now(), principal.name],
    )
