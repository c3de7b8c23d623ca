"""Bank statements of any format: checked, then turned into rows, or refused as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from data.importers.combine import add_totals
from data.importers.protocol import BalanceRow, BankRow, Question, Reading
from forecasting.errors import Problem, problem
from forecasting.money import AMOUNT_LIMIT_MINOR, Currency, to_text

#: The account of a statement that names none.
UNNAMED_ACCOUNT: Final = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account held, at the end of `day` (closing) or before its lines (opening)."""

    day: date
    minor: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one account, as a file states it; `source_lines` counts its lines in the file.

    A line of the file may be several rows (a batch with its details), so that both counts are kept.
    """

    account_id: str
    currency: str
    lines: tuple[BankRow, ...]
    opening: Balance | None = None
    closing: Balance | None = None
    source_lines: int = 0


def mismatch(statement: Statement, file: str) -> Problem | None:
    """The problem of a statement whose opening balance plus movements is not its closing balance."""
    if statement.opening is None or statement.closing is None:
        return None
    moved = sum(line.amount_minor for line in statement.lines)
    expected = statement.opening.minor + moved
    if expected == statement.closing.minor:
        return None
    exponent = Currency(statement.currency).exponent
    return problem(
        "import.balance_mismatch",
        file=file,
        row=statement.closing.row,
        account=statement.account_id,
        opening=to_text(statement.opening.minor, exponent),
        moved=to_text(moved, exponent),
        closing=to_text(statement.closing.minor, exponent),
        difference=to_text(statement.closing.minor - expected, exponent),
        currency=statement.currency,
    )


def _balances(statement: Statement) -> tuple[BalanceRow, ...]:
    stated: tuple[tuple[Literal["opening", "closing"], Balance | None], ...] = (
        ("opening", statement.opening),
        ("closing", statement.closing),
    )
    return tuple(
        BalanceRow(
            account_id=statement.account_id,
            day=balance.day,
            balance_minor=balance.minor,
            kind=kind,
            source_row=balance.row,
            currency=statement.currency,
        )
        for kind, balance in stated
        if balance is not None
    )


def _notes(statements: Sequence[Statement]) -> tuple[Question, ...]:
    notes = []
    if any(s.closing is None and s.opening is None for s in statements):
        notes.append(Question(code="import.note.no_balance"))
    elif any(s.opening is None or s.closing is None for s in statements):
        notes.append(Question(code="import.note.balance_unchecked"))
    if any(s.account_id == UNNAMED_ACCOUNT for s in statements):
        notes.append(Question(code="import.question.account"))
    return tuple(notes)


def _too_large(statement: Statement, file: str) -> list[Problem]:
    amounts = [(line.source_row, line.amount_minor) for line in statement.lines]
    amounts += [(b.row, b.minor) for b in (statement.opening, statement.closing) if b is not None]
    return [
        problem("import.amount_too_large", file=file, row=row, text=minor)
        for row, minor in amounts
        if abs(minor) > AMOUNT_LIMIT_MINOR
    ]


def read_statements(
    statements: Sequence[Statement], file: str, form: str, problems: Sequence[Problem] = (), notes: Sequence[Question] = ()
) -> Reading:
    """All statements of a file, if every balance is right and no line is wrong; else none of them.

    Half a statement would leave the cash position wrong without anybody seeing it.
    """
    lines = sum(s.source_lines or len(s.lines) for s in statements)
    wrong = list(problems)
    wrong += [p for s in statements for p in _too_large(s, file)]
    if not any(p.severity == "error" for p in wrong):
        wrong += [p for s in statements if (p := mismatch(s, file))]
    if not any(p.severity == "error" for p in wrong) and not any(s.lines or s.opening or s.closing for s in statements):
        wrong.append(problem("import.statement_empty", file=file))
    if any(p.severity == "error" for p in wrong):
        return Reading(file=file, format=form, problems=tuple(wrong), rejected=lines)
    rows = tuple(line for s in statements for line in s.lines)
    days = [line.day for line in rows] or [b.day for s in statements for b in (s.opening, s.closing) if b]
    return Reading(
        file=file,
        format=form,
        bank=rows,
        balances=tuple(b for s in statements for b in _balances(s)),
        problems=tuple(wrong),
        notes=(*notes, *_notes(statements)),
        accepted=lines,
        total_minor=add_totals((line.currency, line.amount_minor) for line in rows),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )
