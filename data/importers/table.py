"""A table as columns of text with the row of the file that each line came from, however the file was cut into cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.importers.ageing import ageing_band
from data.importers.csv_text import Record
from data.importers.datestyles import looks_like_date
from data.importers.limits import COLUMN_LIMIT, ROW_LIMIT
from data.importers.numbers import BLANKS, AmountError, read_amount
from data.importers.vocabulary import fields_of

T = TypeVar("T")

#: Records that are looked at to find the header.
HEAD_RECORDS: Final = 80

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


def header_cells(head: Sequence[Record], place: int) -> tuple[str, ...]:
    """The header's cells; a blank one takes a known word right above it, as merged cells of two header lines leave it."""
    if place < 0:
        return ()
    cells, above = head[place].cells, head[place - 1].cells if place else ()
    return tuple(
        above[i] if not cell.strip() and i < len(above) and fields_of(above[i]) else cell for i, cell in enumerate(cells)
    )


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


def words_above(head: Sequence[Record], place: int) -> tuple[str, ...]:
    """The lines above the header, each as one text."""
    return tuple(" ".join(c.strip() for c in r.cells if c.strip()) for r in head[: max(place, 0)] if any(r.cells))


def usual_width(head: Sequence[Record], place: int) -> int:
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
    head = list(islice(stream, HEAD_RECORDS))
    place = find_header(head) if header_row is None else next((i for i, r in enumerate(head) if r.row == header_row), -1)
    width = usual_width(head, place)
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
        header=unique_names(header_cells(head, place), width),
        columns=tuple(trimmed(pa.array(column, pa.string())) for column in cells),
        rows=np.array(rows, np.int64),
        widths=np.array(widths, np.int32),
        header_row=head[place].row if place >= 0 else 0,
        above=words_above(head, place),
        sheet=sheet,
        delimiter=delimiter,
        encoding=encoding,
    )


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
