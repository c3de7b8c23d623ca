"""Every table of the pack as a text file, exact to the cent, in the reader's marks; text can never become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from forecasting.dates import to_date
from forecasting.money import Currency
from pages.ui.reports.words import clean

if TYPE_CHECKING:
    # The pack's tables are drawn with the frame, and the frame's tables are written here.
    from pages.ui.reports.pack import Pack
    from pages.ui.reports.sheets import Cell

#: A cell that begins with one of these would be run by a spreadsheet.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_files(pack: Pack) -> dict[str, bytes]:
    """The files by name: semicolons and decimal commas in French, commas and points in English, UTF-8 with its mark."""
    return {f"{sheet.code}.csv": csv_of(pack, sheet.code) for sheet in pack.sheets}


def csv_of(pack: Pack, code: str) -> bytes:
    """One table as a file; its last line says what the figures rest on."""
    sheet, french = pack.sheet(code), pack.say.t.language == "fr"
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow([harmless(column.title) for column in sheet.columns])
    exponent = Currency(pack.say.f.currency).exponent
    for row in sheet.rows:
        writer.writerow([_cell(c, k.kind, exponent, french) for c, k in zip(row, sheet.columns, strict=True)])
    writer.writerow([])
    writer.writerow([harmless(pack.footer)])
    return ("\ufeff" + target.getvalue()).encode()


def spreadsheet(rows: Iterable[Sequence[str | Decimal]], *, french: bool) -> bytes:
    """Rows as a text file for a spreadsheet, in the reader's marks: amounts stay numbers, text can never become a formula."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";" if french else ",", lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else _number(cell, french) for cell in row])
    return ("\ufeff" + target.getvalue()).encode()


def _number(value: Decimal, french: bool) -> str:
    text = f"{value:f}"
    return text.replace(".", ",") if french else text


def harmless(words: str) -> str:
    """Text that no spreadsheet runs: an apostrophe stands before what would begin a formula.

    >>> harmless("=1+1"), harmless("Nordex")
    ("'=1+1", 'Nordex')
    """
    told = clean(words)
    return f"'{told}" if told.lstrip().startswith(_RUNS) or words.startswith(_RUNS) else told


def _cell(cell: Cell, kind: str, exponent: int, french: bool) -> str:
    if cell is None:
        return ""
    if kind == "amount":
        assert isinstance(cell, int)
        return _number(Decimal(cell).scaleb(-exponent), french)
    if kind == "day":
        assert isinstance(cell, int)
        return to_date(cell).isoformat()
    if kind == "chance":
        text = f"{cell:.4f}"
        return text.replace(".", ",") if french else text
    return harmless(cell) if isinstance(cell, str) else str(cell)
