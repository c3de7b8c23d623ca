"""The first rows of a table with what each column is taken for, for the screen that asks whether that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from data.importers.archive import ArchiveRefused
from data.importers.csv_file import csv_table
from data.importers.excel_file import sheets, workbook_kind
from data.importers.guess import TableKind
from data.importers.magic import looks_binary
from data.importers.protocol import ReadOptions, SourceFile, TableMapping
from data.importers.table import Table, TableTooLarge
from data.importers.tables import proposal

_ROWS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePreview:
    """A proposal to be changed or accepted.

    `kind` is what the table is taken for, `mapping` how it would be read, `rows` the first lines as the file writes
    them (cells in the order of `mapping.columns`), `row_numbers` where they stand, `above` what stood over the header,
    `side_known` whether anything in the file says whose invoices they are, `unsure` what its values leave open
    ("date_order").
    """

    kind: TableKind
    mapping: TableMapping
    rows: tuple[tuple[str, ...], ...]
    row_numbers: tuple[int, ...]
    above: tuple[str, ...]
    side_known: bool
    unsure: tuple[str, ...]


def table_preview(table: Table, options: ReadOptions, file: str) -> TablePreview:
    """What a table would be read as, under the user's mapping where there is one."""
    kind, _, mapping, style, known = proposal(table, options, file)
    shown = range(min(_ROWS, len(table)))
    return TablePreview(
        kind=kind,
        mapping=mapping,
        rows=tuple(tuple(column[i].as_py() for column in table.columns) for i in shown),
        row_numbers=tuple(int(table.rows[i]) for i in shown),
        above=table.above,
        side_known=known,
        unsure=style.unsure,
    )


def preview(file: SourceFile, options: ReadOptions) -> tuple[TablePreview, ...]:
    """The tables of a text file or workbook as they would be read; none where a file holds no table."""
    try:
        if workbook_kind(file.content):
            return tuple(
                table_preview(s.table, options, file.name)
                for s in sheets(file, options)
                if s.table is not None and len(s.table)
            )
        if looks_binary(file.content):
            return ()
        table, _ = csv_table(file, options)
    except (ArchiveRefused, TableTooLarge):
        return ()
    return (table_preview(table, options, file.name),) if len(table) else ()
