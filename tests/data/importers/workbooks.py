"""Small workbooks and archives made for the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

import xlsxwriter

from data.importers.protocol import SourceFile


def workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]], name: str = "book.xlsx", hidden: Sequence[str] = ()
) -> SourceFile:
    """An xlsx with the given rows; a text that begins with "=" is a formula without a value."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        if title in hidden:
            sheet.hide()
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(r, c, value, day)
                elif isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(r, c, value, None, "")
                elif value is not None:
                    sheet.write(r, c, value)
    book.close()
    return SourceFile(name=name, content=stream.getvalue())


def archive(files: Mapping[str, bytes], name: str = "files.zip") -> SourceFile:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for title, content in files.items():
            packed.writestr(title, content)
    return SourceFile(name=name, content=stream.getvalue())
