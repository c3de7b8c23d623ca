"""A text with separators as a table: cut by Arrow where it is large and even, record by record elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from data.importers.csv_text import Dialect, Record, records, without_quotes
from data.importers.encoding import Decoded
from data.importers.limits import COLUMN_LIMIT, ROW_LIMIT
from data.importers.table import (
    HEAD_RECORDS,
    Table,
    TableTooLarge,
    find_header,
    header_cells,
    table_of_records,
    trimmed,
    unique_names,
    usual_width,
    words_above,
)

#: From this many characters on a text is cut by Arrow instead of record by record.
ARROW_FROM: Final = 4_000_000


def _by_arrow(decoded: Decoded, dialect: Dialect, header_row: int | None) -> Table | None:
    """The same table cut by Arrow; None where the text needs the careful way."""
    head = list(islice(records(decoded.text, dialect), HEAD_RECORDS))
    place = find_header(head) if header_row is None else next((i for i, r in enumerate(head) if r.row == header_row), -1)
    width = usual_width(head, place)
    skipped = head[place].row if place >= 0 else 0
    several_lines = any("\n" in c or "\r" in c for r in head[: place + 1] for c in r.cells)
    if several_lines or width > COLUMN_LIMIT or dialect.quote == "'" or "\n" not in decoded.text[:1_000_000]:
        return None
    odd: list[pacsv.InvalidRow] = []

    def keep_apart(row: pacsv.InvalidRow) -> str:
        odd.append(row)
        return "skip" if len(odd) < 50_000 else "error"

    names = [str(i) for i in range(width)]
    try:
        cut = pacsv.read_csv(
            io.BytesIO(decoded.text.encode("utf-8")),
            read_options=pacsv.ReadOptions(use_threads=False, skip_rows=skipped, column_names=names, block_size=1 << 24),
            parse_options=pacsv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote or False,
                escape_char=dialect.escape or False,
                newlines_in_values=bool(dialect.quote),
                ignore_empty_lines=False,
                invalid_row_handler=keep_apart,
            ),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return None
    if len(cut) + len(odd) > ROW_LIMIT:
        raise TableTooLarge("rows")
    return _with_odd_rows(cut, odd, head, place, width, decoded, dialect, skipped)


def _with_odd_rows(
    cut: pa.Table,
    odd: Sequence[pacsv.InvalidRow],
    head: Sequence[Record],
    place: int,
    width: int,
    decoded: Decoded,
    dialect: Dialect,
    skipped: int,
) -> Table:
    """Arrow's even rows and the rows of another width in the order of the file."""
    total = len(cut) + len(odd)
    odd_rows = np.array([r.number for r in odd], np.int64)
    rows = np.arange(skipped + 1, skipped + 1 + total, dtype=np.int64)
    is_odd = np.isin(rows, odd_rows)
    # Where the numbers of the odd rows do not fit the count, order is unknown: they go to the end under their number.
    order = np.argsort(np.concatenate([rows[~is_odd], odd_rows]), kind="stable")
    widths = np.full(total, width, np.int32)
    extra: list[list[str]] = [[] for _ in range(width)]
    odd_widths = []
    for row in odd:
        cells = next(iter(records(row.text, dialect)), Record(0, ())).cells
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        odd_widths.append(len(cells))
        for column in range(width):
            extra[column].append(cells[column] if column < len(cells) else "")
    columns = []
    for column in range(width):
        joined = pa.chunked_array([*cut.column(column).chunks, pa.array(extra[column], pa.string())], pa.string())
        ordered = joined.take(pa.array(order)) if odd else joined
        combined = ordered.combine_chunks()
        columns.append(trimmed(combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined))
    all_widths = np.concatenate([widths[~is_odd], np.array(odd_widths, np.int32)])
    return Table(
        header=unique_names(header_cells(head, place), width),
        columns=tuple(columns),
        rows=np.concatenate([rows[~is_odd], odd_rows])[order],
        widths=all_widths[order],
        header_row=skipped,
        above=words_above(head, place),
        delimiter=dialect.delimiter,
        encoding=decoded.encoding,
    )


def table_of_text(decoded: Decoded, dialect: Dialect, header_row: int | None = None) -> Table:
    """The table that a text with separators holds; a quote that never closes makes quotes plain characters."""
    if len(decoded.text) >= ARROW_FROM and (fast := _by_arrow(decoded, dialect, header_row)) is not None:
        return fast
    try:
        found = records(decoded.text, dialect)
        return table_of_records(found, header_row=header_row, delimiter=dialect.delimiter, encoding=decoded.encoding)
    except csv.Error:
        found = records(decoded.text, without_quotes(dialect))
        table = table_of_records(found, header_row=header_row, delimiter=dialect.delimiter, encoding=decoded.encoding)
        return replace(table, unclosed_quote=True)
