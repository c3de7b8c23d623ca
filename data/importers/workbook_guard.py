"""How large the sheets of a workbook would become in memory, measured before any library opens them.

A library that lays a sheet out as a rectangle needs half a terabyte for two cells in opposite corners, and ends the
process when there is not as much.
"""

from __future__ import annotations

import re
import zipfile
from typing import Final

from lxml import etree

from data.importers.archive import ArchiveRefused, read_entry
from data.importers.limits import COLUMN_LIMIT, ROW_LIMIT
from data.importers.xml_safety import XmlRefused, local, parse_xml

#: Cells of the rectangle that a sheet spans.
CELL_LIMIT: Final = 40_000_000

_ROW: Final = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"(\d{1,9})\"")
_WIDE: Final = tuple(re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{%d})\d" % letters) for letters in (3, 2, 1))
_FORMULA: Final = re.compile(
    rb"<c\b[^>]*?\br=\"([A-Z]{1,3}\d{1,7})\"[^>]*?(?:\bt=\"(\w+)\"[^>]*)?>\s*<f\b[^>]*?(?:/>|>([^<]*)</f>)\s*(?:<v\s*/>|<v>([^<]*)</v>)?\s*</c>"
)


def column_number(letters: str) -> int:
    """The place of a column by its letters, "A" is 1.

    >>> column_number("AB")
    28
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _extent(sheet: bytes) -> tuple[int, int]:
    """The last row and the last column that a sheet of an xlsx mentions."""
    last_row = max((int(m.group(1)) for m in _ROW.finditer(sheet)), default=0)
    for pattern in _WIDE:
        widest = max((column_number(m.group(1).decode()) for m in pattern.finditer(sheet)), default=0)
        if widest:
            return last_row, widest
    return last_row, 0


def check_xlsx(archive: zipfile.ZipFile) -> None:
    """ArchiveRefused where a sheet spans more rows, columns or cells than a table may."""
    for entry in archive.infolist():
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename, re.IGNORECASE):
            content = read_entry(archive, entry)
            if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", content):
                raise ArchiveRefused("import.xml_doctype")
            rows, columns = _extent(content)
            _weigh(rows, columns)


def _weigh(rows: int, columns: int) -> None:
    if rows > ROW_LIMIT or rows * columns > CELL_LIMIT:
        raise ArchiveRefused("import.too_many_rows")
    if columns > 16 * COLUMN_LIMIT:
        raise ArchiveRefused("import.too_many_columns")


def _times(element: etree._Element, name: str) -> int:
    """How often a cell or row of an ods is repeated."""
    for key, value in element.attrib.items():
        if str(key).endswith(name) and str(value).isdigit():
            return int(value)
    return 1


def check_ods(archive: zipfile.ZipFile) -> None:
    """ArchiveRefused where repeated cells and rows of an ods would unfold to more than a table may hold."""
    try:
        root = parse_xml(read_entry(archive, archive.getinfo("content.xml")))
    except (KeyError, XmlRefused) as error:
        raise ArchiveRefused(error.code if isinstance(error, XmlRefused) else "import.archive_broken") from error
    rows = cells = 0
    for row in root.iter("{*}table-row"):
        width = place = 0
        for cell in row:
            if local(cell) in {"table-cell", "covered-table-cell"}:
                place += _times(cell, "number-columns-repeated")
                if len(cell) or cell.attrib.get("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value"):
                    width = place
        if width:
            times = _times(row, "number-rows-repeated")
            rows, cells = rows + times, cells + times * width
        if rows > ROW_LIMIT or cells > CELL_LIMIT:
            raise ArchiveRefused("import.too_many_rows")


def empty_formulas(archive: zipfile.ZipFile, sheet_file: str) -> dict[tuple[int, int], str]:
    """Cells of an xlsx whose formula has no value or an error, by row and column from 1, as "=formula" or "#REF!".

    The library shows them as empty; the user must hear that a formula stands where a number should.
    """
    found: dict[tuple[int, int], str] = {}
    try:
        content = read_entry(archive, archive.getinfo(sheet_file))
    except KeyError:
        return found
    for match in _FORMULA.finditer(content):
        place, kind, formula, value = (g.decode("utf-8", "replace") if g else "" for g in match.groups())
        if value and kind != "e":
            continue
        letters = place.rstrip("0123456789")
        found[int(place[len(letters) :]), column_number(letters)] = value if value else f"={formula}"
    return found


def sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    """The file of each sheet of an xlsx, by the sheet's name; empty where the workbook's parts cannot be read."""
    try:
        book = parse_xml(read_entry(archive, archive.getinfo("xl/workbook.xml")))
        links = parse_xml(read_entry(archive, archive.getinfo("xl/_rels/workbook.xml.rels")))
    except (KeyError, XmlRefused, ArchiveRefused):
        return {}
    targets = {str(link.attrib.get("Id", "")): str(link.attrib.get("Target", "")) for link in links}
    files = {}
    for sheet in book.iter("{*}sheet"):
        identifier = next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
        target = targets.get(identifier, "").lstrip("/")
        files[str(sheet.attrib.get("name", ""))] = target if target.startswith("xl/") else f"xl/{target}"
    return files
