"""A budget as a table that spreadsheets write: one row per side and scope, one column per month."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Final, cast, get_args

from data.ledger_writing import csv_text
from data.values import BadValue, parse_amount
from forecasting.activity import BudgetLine
from forecasting.activity.budget import Scope
from forecasting.errors import InputRejected, Problem, problem
from forecasting.ledger import Side
from forecasting.money import to_text

_HEAD: Final = ("side", "scope", "name")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
#: Rows and bytes that a budget never needs more of.
ROWS_MAX: Final = 2_000
BYTES_MAX: Final = 1 << 20


def budget_text(lines: Sequence[BudgetLine], months: Sequence[int], exponent: int) -> str:
    """The budget as CSV: side, scope, name, then a column `YYYY-MM` per month, amounts before VAT."""
    rows: dict[tuple[str, str, str], dict[int, int]] = {}
    for line in lines:
        rows.setdefault((line.side, line.scope, line.name), {})[line.month] = line.net_minor
    header = (*_HEAD, *(f"{m // 12:04d}-{m % 12 + 1:02d}" for m in months))
    return csv_text(
        header,
        [(*key, *(to_text(found[m], exponent) if m in found else "" for m in months)) for key, found in rows.items()],
    )


def budget_from_text(file: str, text: str, exponent: int) -> tuple[BudgetLine, ...]:
    """The lines of such a file, separated by commas, semicolons or tabulations; InputRejected with all that is wrong."""
    if len(text.encode()) > BYTES_MAX:
        raise InputRejected((problem("budget.too_large", file=file, limit=BYTES_MAX >> 20),))
    first = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))
    header = [cell.strip() for cell in rows[0]] if rows else []
    if tuple(header[:3]) != _HEAD:
        raise InputRejected((problem("budget.header", file=file, row=1, column=", ".join(_HEAD)),))
    months = [_month(cell) for cell in header[3:]]
    wrong = [
        problem("budget.month", file=file, row=1, column=cell, text=cell)
        for cell, month in zip(header[3:], months, strict=True)
        if month is None
    ]
    lines: list[BudgetLine] = []
    for number, row in enumerate(rows[1 : ROWS_MAX + 1], start=2):
        if any(cell.strip() for cell in row):
            lines += _row(file, number, row, header, months, exponent, wrong)
    if wrong:
        raise InputRejected(tuple(wrong))
    return tuple(lines)


def _month(text: str) -> int | None:
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    year, month = int(found[1]), int(found[2])
    return 12 * year + month - 1 if 1 <= month <= 12 and date.min.year <= year else None


def _row(
    file: str,
    number: int,
    row: Sequence[str],
    header: Sequence[str],
    months: Sequence[int | None],
    exponent: int,
    wrong: list[Problem],
) -> list[BudgetLine]:
    cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
    side, scope, name = cells[:3]
    if side not in get_args(Side):
        wrong.append(problem("budget.side", file=file, row=number, column="side", text=side))
        return []
    if scope not in get_args(Scope) or (name == "") != (scope in ("all", "new")):
        wrong.append(problem("budget.scope", file=file, row=number, column="scope", text=scope))
        return []
    found = []
    for column, month, text in zip(header[3:], months, cells[3:], strict=False):
        if not text or month is None:
            continue
        try:
            amount = parse_amount(
                text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", "."), exponent
            )
        except BadValue:
            amount = -1
        if amount < 0:
            wrong.append(problem("budget.amount", file=file, row=number, column=column, text=text))
            continue
        found.append(
            BudgetLine(side=cast("Side", side), month=month, net_minor=amount, scope=cast("Scope", scope), name=name)
        )
    return found
