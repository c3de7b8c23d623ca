"""Entries of a format with its own layout, handed to the reading of books as lines with named fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from data.importers.books import read_books
from data.importers.csv_text import Record
from data.importers.datestyles import DateOrder
from data.importers.entries import EntryColumns, read_entries
from data.importers.findings import Findings
from data.importers.numbers import DecimalMark
from data.importers.protocol import Reading, ReadOptions
from data.importers.refusals import refused
from data.importers.table import TableTooLarge, table_of_records

#: The fields that such a format may give.
_FIELDS: Final = (
    "journal", "journal_name", "entry", "day", "account", "account_name", "aux", "aux_name", "piece", "piece_day", "label",
    "debit", "credit", "amount", "direction", "letter", "due",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of an entry as text by field, with its row in the file."""

    row: int
    said: Mapping[str, str]


def read_entry_lines(
    lines: Iterable[EntryLine],
    options: ReadOptions,
    file: str,
    form: str,
    *,
    date_order: DateOrder,
    decimal: DecimalMark,
    sided: bool,
    currency: str = "",
) -> Reading:
    """The books that some lines make; `sided` where an amount comes with its side instead of debit and credit."""
    left_out = {"debit", "credit"} if sided else {"amount", "direction"}
    fields = tuple(f for f in _FIELDS if f not in left_out)
    records = (Record(line.row, tuple(line.said.get(f, "") for f in fields)) for line in lines)
    header = Record(0, fields)
    try:
        table = table_of_records((header, *records), header_row=0)
    except TableTooLarge as error:
        return refused(file, form, f"import.too_many_{error.what}")
    columns = EntryColumns(
        by_field={f: f for f in fields}, date_order=date_order, decimal=decimal, currency=currency or options.currency
    )
    findings = Findings(file, table)
    entries = read_entries(table, columns, findings)
    return read_books(entries, options, file, form, findings)
