"""A table as columns of text with the row of the file that each line came from, however the file was cut into cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from data.importers.ageing import ageing_band
from data.importers.csv_text import Dialect, Record, records, without_quotes
from data.importers.datestyles import looks_like_date
from data.importers.encoding import Decoded
from data.importers.limits import COLUMN_LIMIT, ROW_LIMIT
from data.importers.numbers import BLANKS, AmountError, read_amount
from data.importers.vocabulary import fields_of

T = TypeVar("T")

#: Records that are looked at to find the header.
_HEAD_RECORDS: Final = 80
#: From this many characters on a text is cut by Arrow instead of record by record.
ARROW_FROM: Final = 4_000_000

Mask = npt.NDArray[np.bool_]

#: Blank cells as exports write them (see `numbers.is_blank`).
_BLANK_CELLS: Final = pa.array(
    sorted({f(text) for text in BLANKS for f in (str, str.upper, str.capitalize)} | {"NaN", "#N/A"})
)


class TableTooLarge(ValueError):
    """More rows or columns than a table may have; `what` is "rows" or "columns"."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of trimmed text of equal length n ("" for an empty cell).

    `rows` int64 (n,) is the row of the file (first record = 1), `widths` int32 (n,) how many cells the record had.
    `above` is what stood over the header. Names are unique; a column without one is called "#3" by its place.
    """

    header: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    rows: npt.NDArray[np.int64]
    widths: npt.NDArray[np.int32]
    header_row: int
    above: tuple[str, ...] = ()
    sheet: str = ""
    delimiter: str = ""
    encoding: str = ""
    unclosed_quote: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> pa.Array:
        """The column of that name."""
        return self.columns[self.header.index(name)]


def _is_value(cell: str) -> bool:
    """Whether a cell is an amount or a date, which a header never is."""
    if looks_like_date(cell):
        return True
    try:
        read_amount(cell, ".")
    except AmountError:
        return False
    return True


def find_header(head: Sequence[Record]) -> int:
    """The place in `head` of the record that names the columns, -1 where none does.

    The record with most words that we know wins; without such, the first record of the usual width that holds only
    words while the record after it holds an amount or a date.
    """
    best, best_score = -1, 1
    for place, record in enumerate(head):
        cells = [c.strip() for c in record.cells if c.strip()]
        known = sum(1 for c in cells if fields_of(c) or ageing_band(c))
        values = sum(1 for c in cells if _is_value(c) and not ageing_band(c))
        if known - 2 * values > best_score and 3 * known >= len(cells):
            best, best_score = place, known - 2 * values
    if best >= 0:
        return best
    filled = [(i, [c for c in r.cells if c.strip()]) for i, r in enumerate(head)]
    filled = [(i, cells) for i, cells in filled if cells]
    widest = max((len(cells) for _, cells in filled), default=0)
    for (place, cells), (_, below) in pairwise(filled):
        if 2 * len(cells) > widest > 1 and not any(_is_value(c) for c in cells) and any(_is_value(c) for c in below):
            return place
    only = [i for i, cells in filled if not any(_is_value(c) for c in cells)]
    return only[0] if len(filled) == 1 and only and widest > 1 else -1


def unique_names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """The header's cells as distinct names; a blank one is called by its place ("#1")."""
    seen: dict[str, int] = {}
    names = []
    for place in range(width):
        name = " ".join(cells[place].split()) if place < len(cells) else ""
        name = name or f"#{place + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def trimmed(values: pa.Array) -> pa.Array:
    """Text without blanks of any kind at both ends."""
    return pc.utf8_trim_whitespace(values)


def _above(head: Sequence[Record], place: int) -> tuple[str, ...]:
    return tuple(" ".join(c.strip() for c in r.cells if c.strip()) for r in head[: max(place, 0)] if any(r.cells))


def _usual_width(head: Sequence[Record], place: int) -> int:
    """How many columns the table has: those of the header, more where most records below it are wider."""
    named = len(head[place].cells) if place >= 0 else 0
    widths = sorted(len(r.cells) for r in head[place + 1 :] if any(c.strip() for c in r.cells))
    usual = widths[len(widths) // 2] if widths else named
    return max(named, usual)


def table_of_records(
    found: Iterable[Record], *, header_row: int | None = None, sheet: str = "", delimiter: str = "", encoding: str = ""
) -> Table:
    """A table from records; `header_row` is the row that names the columns (0: none, None: to be found)."""
    stream = iter(found)
    head = list(islice(stream, _HEAD_RECORDS))
    place = find_header(head) if header_row is None else next((i for i, r in enumerate(head) if r.row == header_row), -1)
    width = _usual_width(head, place)
    if width > COLUMN_LIMIT:
        raise TableTooLarge("columns")
    cells: list[list[str]] = [[] for _ in range(width)]
    rows: list[int] = []
    widths: list[int] = []
    for record in (*head[place + 1 :], *stream):
        rows.append(record.row)
        given = record.cells
        while len(given) > width and not given[-1].strip():
            given = given[:-1]
        widths.append(len(given))
        for column in range(width):
            cells[column].append(given[column] if column < len(given) else "")
        if len(rows) > ROW_LIMIT:
            raise TableTooLarge("rows")
    return Table(
        header=unique_names(head[place].cells if place >= 0 else (), width),
        columns=tuple(trimmed(pa.array(column, pa.string())) for column in cells),
        rows=np.array(rows, np.int64),
        widths=np.array(widths, np.int32),
        header_row=head[place].row if place >= 0 else 0,
        above=_above(head, place),
        sheet=sheet,
        delimiter=delimiter,
        encoding=encoding,
    )


def _by_arrow(decoded: Decoded, dialect: Dialect, header_row: int | None) -> Table | None:
    """The same table cut by Arrow; None where the text needs the careful way."""
    head = list(islice(records(decoded.text, dialect), _HEAD_RECORDS))
    place = find_header(head) if header_row is None else next((i for i, r in enumerate(head) if r.row == header_row), -1)
    width = _usual_width(head, place)
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
        header=unique_names(head[place].cells if place >= 0 else (), width),
        columns=tuple(columns),
        rows=np.concatenate([rows[~is_odd], odd_rows])[order],
        widths=all_widths[order],
        header_row=skipped,
        above=_above(head, place),
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


def each_different(column: pa.Array, read: Callable[[str], T]) -> tuple[list[T], npt.NDArray[np.int32]]:
    """What `read` makes of each different text of a column, and for every line which of them it is; int32 (n,).

    A column of a million dates holds a few thousand different ones: each is read with care, once.
    """
    encoded = column.dictionary_encode()
    texts: list[str] = encoded.dictionary.to_pylist()
    return [read(text) for text in texts], encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)


def matching(column: pa.Array, test: Callable[[str], bool], hint: str = "") -> Mask:
    """For every line whether its text passes a test; bool (n,).

    `hint` is a pattern that every passing text holds, so that a long column is sifted before the test looks at it.
    """
    found = np.zeros(len(column), np.bool_)
    if hint:
        places = np.flatnonzero(pc.match_substring_regex(column, hint).to_numpy(zero_copy_only=False))
        found[places] = [test(column[int(i)].as_py()) for i in places]
        return found
    if len(column):
        answers, which = each_different(column, test)
        found = np.array(answers, np.bool_)[which]
    return found


def filled(column: pa.Array) -> Mask:
    """For every line whether the cell says something; bool (n,)."""
    return ~np.asarray(pc.is_in(column, value_set=_BLANK_CELLS).to_numpy(zero_copy_only=False), np.bool_)


def repeats_header(table: Table) -> Mask:
    """Lines that say the header again, as exports do on every printed page; bool (n,)."""
    again = np.ones(len(table), np.bool_)
    compared = 0
    for name, column in zip(table.header, table.columns, strict=True):
        if not name.startswith("#") and not name.endswith(")"):
            again &= pc.equal(pc.utf8_lower(column), name.lower()).to_numpy(zero_copy_only=False)
            compared += 1
    return again if compared else np.zeros(len(table), np.bool_)
