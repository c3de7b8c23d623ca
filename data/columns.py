"""A file of the file interface as columns: UTF-8, header, commas; every fault with its row, column and remedy.

The header is row 1. Rows keep the number that they have in the file, blank lines counted, so that a problem names the
line that a spreadsheet shows.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Final, TextIO, TypeVar

from data.values import BadValue, shown
from forecasting.errors import InputRejected, Problem, problem

#: A file may not pass this size, nor hold more rows.
FILE_BYTES_MAX: Final = 2**30
ROWS_MAX: Final = 5_000_000
#: Equal texts of a column are kept once, while it holds no more different texts than this.
_POOL_MAX: Final = 50_000
_CHUNK: Final = 20_000

_Value = TypeVar("_Value")


class Table:
    """The rows of one file by column; reading its values collects `problems`."""

    def __init__(self, file: str, columns: dict[str, list[str]], rows: list[int], problems: list[Problem]) -> None:
        self.file, self.columns, self.rows, self.problems = file, columns, rows, problems

    def __len__(self) -> int:
        return len(self.rows)

    def wrong(self, index: int | None, column: str, code: str, /, **values: object) -> None:
        """Notes a problem of a row (by its index in the columns) or, for None, of the file."""
        row = self.rows[index] if index is not None else None
        texts = tuple((name, str(value)) for name, value in values.items())
        self.problems.append(Problem(code=code, values=texts, file=self.file, row=row, column=column))

    def text(self, name: str, *, required: bool = False) -> list[str]:
        """A column of text, "" where it is empty or absent."""
        column = self.columns.get(name)
        if column is None:
            return [""] * len(self)
        if required and "" in column:
            for index, text in enumerate(column):
                if not text:
                    self.wrong(index, name, "value.missing")
        return column

    def values(
        self,
        name: str,
        parse: Callable[[str], _Value],
        absent: _Value | None = None,
        *,
        required: bool = False,
    ) -> list[_Value]:
        """A column read by `parse`; where it is empty or cannot be read, `absent` (what cannot be read is a problem)."""
        column = self.text(name, required=required)
        known = _Parsed(parse, absent)
        found = list(map(known.__getitem__, column))
        if known.bad:
            for index, text in enumerate(column):
                if text in known.bad:
                    self.problems.append(known.bad[text].at(file=self.file, row=self.rows[index], column=name))
        return found

    def unique(self, name: str) -> list[str]:
        """A column of ids, each of which must be there and may stand once."""
        ids = self.text(name, required=True)
        if len(set(ids)) < len(ids):
            first: dict[str, int] = {}
            for index, identity in enumerate(ids):
                if identity and first.setdefault(identity, index) != index:
                    self.wrong(index, name, "file.id_twice", id=identity, first=self.rows[first[identity]])
        return ids

    def reject(self) -> None:
        """Raises InputRejected where anything is wrong, in the order of the rows."""
        if any(found.severity == "error" for found in self.problems):
            raise InputRejected(tuple(sorted(self.problems, key=lambda found: found.row or 0)))


class _Parsed(dict[str, "_Value"]):
    """Texts that were read already; reading a new one parses it, and what cannot be read stands in `bad`."""

    def __init__(self, parse: Callable[[str], _Value], absent: _Value | None) -> None:
        super().__init__()
        self.parse, self.absent = parse, absent
        self.bad: dict[str, BadValue] = {}
        self[""] = absent  # type: ignore[assignment]  # the caller's own "nothing"

    def __missing__(self, text: str) -> _Value:
        try:
            value = self.parse(text)
        except BadValue as bad:
            self.bad[text] = bad
            value = self.absent  # type: ignore[assignment]
        self[text] = value
        return value


def read_table(path: Path, *, required: Sequence[str], optional: Sequence[str] = (), name: str = "") -> Table:
    """The named columns of a file; other columns are ignored, their order is free.

    What is wrong with the file itself is among the table's problems. `name` stands for the file in problems.
    """
    table = Table(name or str(path), {}, [], [])
    size = path.stat().st_size
    if size == 0:
        table.wrong(None, "", "file.empty")
    elif size > FILE_BYTES_MAX:
        table.wrong(None, "", "file.too_large", limit=f"{FILE_BYTES_MAX // 2**20} MB")
    else:
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                _read(stream, table, required, optional)
        except UnicodeDecodeError:
            table.problems[:] = [_not_utf8(path, table.file)]
    return table


def _read(stream: TextIO, table: Table, required: Sequence[str], optional: Sequence[str]) -> None:
    reader = csv.reader(stream, strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        places = _places(header, table, required, optional)
        if places:
            _read_rows(enumerate(reader, start=2), len(header), places, table)
    except csv.Error:
        table.problems.append(problem("file.broken_quotes", file=table.file, row=reader.line_num))


def _places(header: list[str], table: Table, required: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """Where each wanted column stands; empty when the file cannot be read for want of one."""
    if len(header) <= 1 and any(mark in "".join(header) for mark in ";\t|"):
        table.wrong(None, "", "file.not_comma_separated")
        return {}
    twice = sorted(name for name in {*required, *optional} if header.count(name) > 1)
    for name in twice:
        table.wrong(None, name, "file.column_twice", name=name)
    missing = [name for name in required if name not in header]
    for name in missing:
        table.wrong(None, name, "file.column_missing", name=name, found=shown(", ".join(header)))
    return {} if missing or twice else {name: header.index(name) for name in (*required, *optional) if name in header}


def _read_rows(numbered: Iterator[tuple[int, list[str]]], width: int, places: dict[str, int], table: Table) -> None:
    pick = itemgetter(*places.values()) if len(places) > 1 else lambda row: (row[next(iter(places.values()))],)
    table.columns = {name: [] for name in places}
    pools: dict[str, _Pool] = {name: _Pool() for name in places}
    while chunk := list(islice(numbered, _CHUNK)):
        whole = [(number, row) for number, row in chunk if len(row) == width]
        if len(whole) < len(chunk):
            _note_ragged(chunk, width, table)
        table.rows.extend(number for number, row in whole)
        for name, texts in zip(places, zip(*(pick(row) for _, row in whole), strict=True), strict=False):
            table.columns[name].extend(pools[name].stripped(texts))
        if len(table.rows) > ROWS_MAX:
            table.wrong(None, "", "file.too_many_rows", limit=ROWS_MAX)
            return
    _drop_blank(table)


def _note_ragged(chunk: list[tuple[int, list[str]]], width: int, table: Table) -> None:
    for number, row in chunk:
        if len(row) != width and any(cell.strip() for cell in row):
            table.problems.append(problem("file.ragged_row", file=table.file, row=number, cells=len(row), columns=width))


def _drop_blank(table: Table) -> None:
    """Rows whose wanted cells are all empty say nothing: spreadsheets leave them at the end."""
    columns = list(table.columns.values())
    if not any("" in column for column in columns):
        return
    blank = [not any(cells) for cells in zip(*columns, strict=True)]
    if any(blank):
        table.rows = [row for row, empty in zip(table.rows, blank, strict=True) if not empty]
        for name, column in table.columns.items():
            table.columns[name] = [text for text, empty in zip(column, blank, strict=True) if not empty]


class _Pool(dict[str, str]):
    """Texts of a column without the blanks around them, equal ones kept once."""

    def __missing__(self, text: str) -> str:
        stripped = self[text] = text.strip()
        return stripped

    def stripped(self, texts: Iterable[str]) -> Iterable[str]:
        if len(self) > _POOL_MAX:
            return map(str.strip, texts)
        return map(self.__getitem__, texts)


def _not_utf8(path: Path, name: str) -> Problem:
    """Text in another encoding, with the row of its first strange byte; or no text at all."""
    content = path.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if b"\0" not in content[:4096]:
            return problem("file.not_utf8", file=name, row=content.count(b"\n", 0, error.start) + 1)
    return problem("file.not_text", file=name)
