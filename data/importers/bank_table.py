"""A table of bank lines (date, label, amount or debit and credit, perhaps the balance after each) as a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa

from data.importers.amounts import read_column
from data.importers.bank_titles import account_of_titles, closing_of_titles
from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.lines import ragged, repeats, sort_lines
from data.importers.protocol import BankRow, Reading, ReadOptions, TableMapping
from data.importers.refusals import refused
from data.importers.statements import UNNAMED_ACCOUNT, Balance, Statement, read_statements
from data.importers.style import guess_currency
from data.importers.table import Mask, Table, matching
from data.importers.typed import DayColumn, Whole, read_days
from data.importers.vocabulary import IDLE_WORDS, normalise
from forecasting.dates import to_date
from forecasting.errors import problem
from forecasting.money import Currency, to_text

#: What a column beside the amounts says of money that left: debit, Soll, dare, af, cargo.
_OUT: Final = re.compile(r"d|s(?:oll)?$|af$|cargo|sortie|out")
_FEES: Final = frozenset({"fee", "fees", "frais"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    """Day, value day, amount and balance of each line."""

    day: DayColumn
    value: DayColumn | None
    amount: Whole
    given: Mask
    balance: Whole
    balance_given: Mask


def _text(table: Table, columns: Columns, field: str) -> pa.Array | None:
    name = columns.by_field.get(field)
    return table.column(name) if name else None


def _account(table: Table, columns: Columns, mapping: TableMapping) -> str:
    """The account that was said, else by its own column, an IBAN or bank key above the table, else one without a name."""
    if mapping.account:
        return mapping.account
    if (column := _text(table, columns, "account")) is not None:
        named = [t for t in column.unique().to_pylist() if t]
        if len(named) == 1:
            return "".join(named[0].split())
    return account_of_titles((*table.above, table.sheet)) or UNNAMED_ACCOUNT


def _amounts(
    table: Table, columns: Columns, mapping: TableMapping, findings: Findings, among: Mask, currency: str
) -> tuple[Whole, Mask]:
    """Signed amounts: credit less debit; debits that are written with a minus already are taken as they are."""

    def read(field: str) -> tuple[Whole, Mask]:
        name = columns.by_field.get(field)
        if not name:
            return np.zeros(len(table), np.int64), np.zeros(len(table), np.bool_)
        column = read_column(table, name, mapping.decimal, currency, findings, among)
        return column.minor, column.given

    if columns.has("amount"):
        amount, given = read("amount")
        amount = amount - _fees(table, columns, mapping, currency)
        if (direction := _text(table, columns, "direction")) is not None:
            out = matching(direction, lambda t: bool(_OUT.match(normalise(t))))
            amount = np.where(out, -np.abs(amount), amount)
        return amount, given
    debit, debit_given = read("debit")
    credit, credit_given = read("credit")
    written_negative = int((debit < 0).sum()) > int((debit > 0).sum())
    return (credit + debit if written_negative else credit - debit), np.asarray(debit_given | credit_given, np.bool_)


def _fees(table: Table, columns: Columns, mapping: TableMapping, currency: str) -> Whole:
    """What a column of fees takes besides the amounts, where the balance beside them shows that it does."""
    name = next((n for n in table.header if normalise(n) in _FEES), "")
    if not name or not columns.has("open") or columns.has("net"):
        return np.zeros(len(table), np.int64)
    quiet = Findings("", table)
    return np.abs(read_column(table, name, mapping.decimal, currency, quiet, np.zeros(len(table), np.bool_)).minor)


def _broken_step(moves: _Moves, lines: Sequence[int]) -> int | None:
    """The first line whose balance is not the one before it plus what moved since; None where all follow."""
    before: int | None = None
    moved = 0
    for line in lines:
        moved += int(moves.amount[line])
        if moves.balance_given[line]:
            if before is not None and before + moved != int(moves.balance[line]):
                return line
            before, moved = int(moves.balance[line]), 0
    return None


def _in_order(moves: _Moves, lines: list[int]) -> tuple[list[int], int | None]:
    """The lines from oldest to newest as their balances run, and the first that does not fit either way."""
    forward, backward = _broken_step(moves, lines), _broken_step(moves, lines[::-1])
    descending = len(lines) > 1 and moves.day.days[lines[0]] > moves.day.days[lines[-1]]
    if backward is None and (forward is not None or descending):
        return lines[::-1], None
    return (lines, None) if forward is None else (lines[::-1], backward) if descending else (lines, forward)


def _rows(
    table: Table, columns: Columns, moves: _Moves, lines: Sequence[int], account: str, currency: str
) -> tuple[BankRow, ...]:
    def said(field: str, line: int) -> str:
        column = _text(table, columns, field)
        return column[line].as_py() if column is not None else ""

    return tuple(
        BankRow(
            account_id=account,
            day=to_date(int(moves.day.days[line])),
            amount_minor=int(moves.amount[line]),
            source_row=int(table.rows[line]),
            currency=currency,
            value_day=to_date(int(moves.value.days[line])) if moves.value is not None and moves.value.given[line] else None,
            label=said("label", line),
            reference=said("number", line),
            counterparty=said("counterparty", line) or said("partner_name", line),
            bank_reference=said("bank_reference", line),
        )
        for line in lines
    )


def _moves(table: Table, columns: Columns, mapping: TableMapping, findings: Findings, live: Mask, currency: str) -> _Moves:
    def days(field: str) -> DayColumn | None:
        name = columns.by_field.get(field)
        if not name:
            return None
        read = read_days(table.column(name), mapping.date_order)
        for fault, places in read.faults.items():
            findings.at(places[live[places]], f"import.{fault}", column=name, texts=table.column(name))
        return read

    day, value = days("issue") or days("value_day"), days("value_day")
    assert day is not None, "a bank table has a day"
    amount, given = _amounts(table, columns, mapping, findings, live, currency)
    balance, balance_given = np.zeros(len(table), np.int64), np.zeros(len(table), np.bool_)
    if name := columns.by_field.get("open"):
        read = read_column(table, name, mapping.decimal, currency, findings, live)
        balance, balance_given = read.minor, read.given
    return _Moves(day=day, value=value, amount=amount, given=given, balance=balance, balance_given=balance_given)


def _not_booked(table: Table, columns: Columns, findings: Findings, live: Mask) -> Mask:
    """Lines whose status says that the money did not move: pending, refused, taken back."""
    status = _text(table, columns, "status")
    if status is None:
        return np.zeros(len(table), np.bool_)
    idle = matching(status, lambda t: bool(IDLE_WORDS.search(normalise(t)))) & live
    column = columns.by_field["status"]
    findings.at(np.flatnonzero(idle), "import.not_booked", column=column, severity="warning", texts=status)
    return idle


def _only_balances(table: Table, columns: Columns, moves: _Moves, live: Mask) -> Mask:
    """Lines that state a balance and no movement, as the first and last of many statements."""
    label = _text(table, columns, "label")
    says = (
        np.array([bool(re.search(r"solde|balance", t, re.IGNORECASE)) for t in label.to_pylist()], np.bool_)
        if label is not None
        else live
    )
    return np.asarray(live & moves.balance_given & ~(moves.given & (moves.amount != 0)) & says, np.bool_)


def read_bank_table(
    table: Table, columns: Columns, mapping: TableMapping, options: ReadOptions, file: str, form: str
) -> Reading:
    """The lines of a bank table. Where balances stand beside them, each must follow from the one before."""
    findings = Findings(file, table)
    lines = sort_lines(table, columns)
    live = lines.data
    findings.at(ragged(table, live), "import.ragged_row", columns=len(table.header))
    currency = guess_currency(table, columns) or options.currency
    if (named := _text(table, columns, "currency")) is not None:
        codes = [t.upper() for t in named.unique().to_pylist() if t]
        if len(codes) > 1:
            return refused(file, form, "import.several_currencies", found=", ".join(codes[:6]), rejected=int(live.sum()))
        currency = codes[0] if codes else currency
    live = live & ~_not_booked(table, columns, findings, live)
    moves = _moves(table, columns, mapping, findings, live, currency)
    stated = _only_balances(table, columns, moves, live)
    moving = live & ~stated
    name = columns.by_field.get
    findings.at(np.flatnonzero(moving & ~moves.day.given & ~findings.bad), "import.missing_date", column=name("issue", ""))
    findings.at(
        np.flatnonzero(moving & ~moves.given & ~findings.bad),
        "import.missing_amount",
        column=name("amount", name("debit", "")),
    )
    good = moving & ~findings.bad
    again = (
        repeats(table.columns, good)
        if moves.balance_given.any() and not options.keep_duplicates
        else np.zeros(len(table), np.bool_)
    )
    findings.at(np.flatnonzero(again), "import.duplicate_row", severity="warning")
    taken = np.flatnonzero(good & ~again).tolist()
    reading = _statement(table, columns, mapping, moves, taken, findings, currency, file, form)
    rejected = int(moving.sum()) - reading.accepted - int(again.sum())
    return replace(reading, rejected=rejected, duplicates=int(again.sum()), mapping=mapping)


def _statement(
    table: Table,
    columns: Columns,
    mapping: TableMapping,
    moves: _Moves,
    lines: list[int],
    findings: Findings,
    currency: str,
    file: str,
    form: str,
) -> Reading:
    """The good lines as one statement with the balances that stand beside them."""
    account = _account(table, columns, mapping)
    ordered, broken = _in_order(moves, lines)
    if broken is not None:
        exponent = Currency(currency).exponent
        text = to_text(int(moves.balance[broken]), exponent)
        row = int(table.rows[broken])
        wrong = problem("import.balance_step", file=file, row=row, column=columns.by_field.get("open", ""), text=text)
        return Reading(file=file, format=form, problems=(*findings.problems(), wrong))
    rows = _rows(table, columns, moves, ordered, account, currency)
    known = [line for line in ordered if moves.balance_given[line]]
    opening = closing = None
    if known and not findings.bad.any():
        first, last = known[0], known[-1]
        before = sum(int(moves.amount[line]) for line in ordered[: ordered.index(first) + 1])
        after = sum(int(moves.amount[line]) for line in ordered[ordered.index(last) + 1 :])
        opening = Balance(day=rows[0].day, minor=int(moves.balance[first]) - before, row=rows[0].source_row)
        closing = Balance(day=rows[-1].day, minor=int(moves.balance[last]) + after, row=rows[-1].source_row)
    elif rows and not known and (stated := closing_of_titles(table.above, mapping.date_order, mapping.decimal, currency)):
        closing = stated if stated.day >= max(row.day for row in rows) else None
    statement = Statement(account_id=account, currency=currency, lines=rows, opening=opening, closing=closing)
    good = read_statements([statement], file, form)
    return replace(good, problems=findings.problems() + good.problems)
