"""How a table writes its dates and amounts, decided by whole columns, and the mapping that is proposed for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from data.importers.datestyles import DateOrder, guess_order, looks_like_date
from data.importers.guess import Columns, sample, signature_of
from data.importers.numbers import SIGNS, AmountError, DecimalMark, guess_decimal, read_amount, squeeze
from data.importers.phrases import AMOUNT_FIELDS, DAY_FIELDS
from data.importers.protocol import ColumnGuess, TableMapping
from data.importers.table import Table
from forecasting.ledger import Side

_EXAMPLES: Final = 3


def _style_columns(table: Table, columns: Columns, wanted: frozenset[str]) -> list[str]:
    names = [name for field, name in columns.by_field.items() if field in wanted]
    return names + (list(columns.bands) if wanted is AMOUNT_FIELDS else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a table writes dates and amounts; `unsure` names what its values leave open ("date_order", "decimal")."""

    date_order: DateOrder
    decimal: DecimalMark
    unsure: tuple[str, ...] = ()


def guess_style(table: Table, columns: Columns) -> Style:
    """Date order and decimal mark, decided by all dates and all amounts of the table together.

    Where every date could be read both ways, day first is proposed, unless amounts are in dollars; where no amount
    has decimals, the mark does not matter.
    """
    days = [v for name in _style_columns(table, columns, DAY_FIELDS) for v in sample(table.column(name))]
    cells = [v for name in _style_columns(table, columns, AMOUNT_FIELDS) for v in sample(table.column(name))]
    amounts = [v for v in cells if not v.startswith("=")]
    order, _ = guess_order(days)
    decimal, _ = guess_decimal(amounts)
    unsure = []
    if order is None:
        readable = [v for v in days if looks_like_date(v)]
        if any(re.fullmatch(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}", v.strip()) for v in readable):
            unsure.append("date_order")
        order = "mdy" if any("$" in v for v in amounts) else "dmy"
    return Style(date_order=order, decimal=decimal or ("," if table.delimiter == ";" else "."), unsure=tuple(unsure))


def guess_currency(table: Table, columns: Columns) -> str:
    """The one currency that headers name, or most amounts; "" where they name none."""
    amounts = [name for field, name in columns.by_field.items() if field in {"amount", "open", "net", "debit", "credit"}]
    for name in amounts:
        upper = squeeze(name).upper()
        for sign, code in SIGNS.items():
            if (
                sign in name
                or re.search(rf"\({code}\)|EN{code}$|IN{code}$|\b{code}$", upper)
                or re.search(rf"\b{code}$", name.upper())
            ):
                return code
    for name in amounts:
        values = sample(table.column(name))
        named = [code for value in values if (code := _named_currency(value))]
        if len(set(named)) == 1 and 2 * len(named) > len(values):
            return named[0]
    return ""


def _named_currency(text: str) -> str:
    """The currency whose sign or code stands in an amount."""
    try:
        return read_amount(text, ",").currency
    except AmountError:
        return ""


def mapping_of(table: Table, columns: Columns, side: Side, style: Style) -> TableMapping:
    """The proposal for a table: each column with the field that it becomes and three example values."""
    becomes = {name: field for field, name in columns.by_field.items()}
    guesses = tuple(
        ColumnGuess(
            name=name,
            becomes="ageing" if name in columns.bands else becomes.get(name, ""),
            examples=tuple(sample(column.slice(0, 200))[:_EXAMPLES]),
        )
        for name, column in zip(table.header, table.columns, strict=True)
    )
    return TableMapping(
        signature=signature_of(table.header),
        side=side,
        columns=guesses,
        date_order=style.date_order,
        decimal=style.decimal,
        header_row=table.header_row,
        sheet=table.sheet,
        delimiter=table.delimiter,
        encoding=table.encoding,
    )
