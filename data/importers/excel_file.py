"""Workbooks (xlsx, xls, ods): each visible sheet is a table, read as a text file with separators would be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from data.importers.archive import ArchiveRefused, archive_kind, open_archive
from data.importers.combine import combine
from data.importers.csv_text import Record
from data.importers.magic import kind_of_bytes
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.table import Table, TableTooLarge, table_of_records
from data.importers.tables import read_table
from data.importers.workbook_guard import check_ods, check_xlsx, empty_formulas, sheet_files
from forecasting.errors import Problem, problem

#: Workbooks whose formulas without value are looked for: above, the search would cost more than it tells.
_FORMULA_SIZE: Final = 20 * 1024 * 1024
_SHEET_LIMIT: Final = 200

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name, as a table, or why it is none."""

    name: str
    table: Table | None
    problem: Problem | None = None


def cell_text(value: Cell) -> str:
    """A cell as text that reads back unambiguously: ISO dates, points in numbers, never three decimals.

    Three decimals after a point could be taken for thousands; a zero behind them cannot.

    >>> cell_text(1234.0), cell_text(1.234), cell_text(date(2026, 3, 1))
    ('1234', '1.2340', '2026-03-01')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        text = str(int(value)) if value.is_integer() and abs(value) < 1e18 else format(Decimal(repr(value)), "f")
        return f"{text}0" if len(text.partition(".")[2]) == 3 else text
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def workbook_kind(content: bytes) -> str:
    """ "xlsx", "xls" or "ods" by content, "" where a file is no workbook."""
    kind = kind_of_bytes(content)
    if kind == "ole":
        return "xls"
    return inner if kind == "zip" and (inner := archive_kind(content)) in {"xlsx", "ods"} else ""


def _guarded(content: bytes, kind: str) -> zipfile.ZipFile | None:
    """The archive of a workbook after it was weighed; None for the old format, which is no archive."""
    if kind == "xls":
        return None
    archive = open_archive(content)
    if "xl/workbook.bin" in archive.namelist():
        raise ArchiveRefused("import.workbook_binary")
    if kind == "xlsx":
        check_xlsx(archive)
    else:
        check_ods(archive)
    return archive


def _records(rows: Iterable[Sequence[Cell]], formulas: dict[tuple[int, int], str]) -> Iterator[Record]:
    for number, row in enumerate(rows, start=1):
        cells = [cell_text(value) for value in row]
        for column in range(len(cells)):
            if not cells[column] and (formula := formulas.get((number, column + 1))):
                cells[column] = formula
        while cells and not cells[-1]:
            cells.pop()
        yield Record(number, tuple(cells))


def sheets(file: SourceFile, options: ReadOptions) -> Iterator[Sheet]:
    """The visible sheets that hold something; ArchiveRefused where the workbook is broken or a bomb."""
    kind = workbook_kind(file.content)
    archive = _guarded(file.content, kind)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
    except (CalamineError, ValueError, OSError) as error:
        locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
        raise ArchiveRefused("import.archive_locked" if locked else "import.workbook_broken") from error
    files = sheet_files(archive) if archive is not None and kind == "xlsx" and len(file.content) < _FORMULA_SIZE else {}
    visible = [m.name for m in workbook.sheets_metadata if m.visible == SheetVisibleEnum.Visible][:_SHEET_LIMIT]
    given = options.mapping
    for name in visible:
        formulas = empty_formulas(archive, files[name]) if archive is not None and name in files else {}
        header_row = given.header_row if given and given.sheet == name else None
        yield _sheet(workbook, name, formulas, header_row, file.name)


def _sheet(
    workbook: CalamineWorkbook, name: str, formulas: dict[tuple[int, int], str], header_row: int | None, file: str
) -> Sheet:
    try:
        rows = workbook.get_sheet_by_name(name).iter_rows()
        return Sheet(name, table_of_records(_records(rows, formulas), header_row=header_row, sheet=name))
    except TableTooLarge as error:
        return Sheet(name, None, problem(f"import.too_many_{error.what}", file=file))
    except (CalamineError, ValueError, OSError):
        return Sheet(name, None, problem("import.sheet_broken", file=file, text=name))


class ExcelFile:
    """Reads workbooks; one reading for all sheets."""

    format = "xlsx"

    def recognise(self, file: SourceFile) -> float:
        """The inner files of a workbook are unmistakable."""
        return 0.95 if workbook_kind(file.content) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The rows of every sheet that holds a table of ours; the other sheets are named."""
        kind = workbook_kind(file.content)
        try:
            found = list(sheets(file, options))
        except ArchiveRefused as error:
            return Reading(file=file.name, format=kind, problems=(error.problem_in(file.name),))
        readings = [
            _read_sheet(sheet, options, file.name, kind) for sheet in found if sheet.table is None or len(sheet.table)
        ]
        taken = [r for r in readings if r.accepted or r.duplicates or (r.rejected and r.mapping and _known(r))]
        if not readings:
            return refused(file.name, kind, "import.no_rows")
        if not taken:
            return combine(readings, file.name, kind)
        left = tuple(
            replace(p, code="import.sheet_left", values=(("text", sheet.name),), severity="warning", row=None, column="")
            for sheet, r in zip((s for s in found if s.table is None or len(s.table)), readings, strict=True)
            if r not in taken
            for p in r.problems[:1]
        )
        whole = combine(taken, file.name, kind)
        return replace(whole, problems=whole.problems + left)


def _known(reading: Reading) -> bool:
    """Whether a sheet was read as a table of ours though none of its rows is right."""
    return not any(p.code in {"import.unknown_table", "import.no_header", "import.no_rows"} for p in reading.problems)


def _read_sheet(sheet: Sheet, options: ReadOptions, file: str, kind: str) -> Reading:
    if sheet.table is None:
        return Reading(file=file, format=kind, problems=(sheet.problem,) if sheet.problem else ())
    return read_table(sheet.table, options, file, kind)
