"""Workbooks: several sheets, numbers and dates as cells, formulas without value, sheets that would fill the memory."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.importers.excel_file import cell_text
from data.importers.preview import preview
from data.importers.protocol import ReadOptions, SourceFile
from data.importers.recognise import read_files
from tests.data.importers.shared_files import SHARED, codes, needs, read
from tests.data.importers.workbooks import archive, workbook

HEADER = ["N° facture", "Client", "Date facture", "Échéance", "Montant TTC"]
DAY, DUE = date(2026, 1, 15), date(2026, 2, 28)


def one(file: SourceFile, options: ReadOptions | None = None):  # type: ignore[no-untyped-def]
    (reading,) = read_files((file,), options or ReadOptions())
    return reading


def test_cells_are_read_as_they_are_meant() -> None:
    reading = one(
        workbook(
            {
                "Factures": [
                    ["Exemple SA"],
                    [],
                    HEADER,
                    [20260001, "Dupont", DAY, DUE, 1234.5],
                    ["F2", "Durand", DAY, None, "7,25"],
                ]
            }
        )
    )
    assert (reading.format, reading.accepted, reading.total_minor) == ("xlsx", 2, {"EUR": 123450 + 725})
    first = reading.invoices[0]
    assert (first.number, first.issue, first.due, first.source_row, first.source_sheet) == (
        "20260001",
        DAY,
        DUE,
        4,
        "Factures",
    )


def test_an_empty_last_column_is_no_missing_separator() -> None:
    """The last column of most lists says when an invoice was paid: it is empty for all that count."""
    rows = [[f"F{k}", "Dupont", DAY, DUE, 10 + k, date(2026, 2, 20) if k < 38 else None] for k in range(40)]
    reading = one(workbook({"Factures": [[*HEADER, "Payée le"], *rows]}))
    assert (reading.accepted, reading.rejected, codes(reading)) == (40, 0, [])
    assert [row.paid for row in reading.invoices[-2:]] == [None, None]


def test_sheets_of_customers_and_suppliers_are_read_together_and_others_named() -> None:
    file = workbook(
        {
            "Clients": [HEADER, ["F1", "Dupont", DAY, DUE, 10]],
            "Fournisseurs": [["Facture", "Fournisseur", "Date", "Montant TTC"], ["B1", "Acier SA", DAY, 20.5]],
            "Notes": [["bonjour"], ["rien à voir"]],
            "Ancien": [HEADER, ["F9", "Dupont", DAY, DUE, 99]],
            "Vide": [],
        },
        hidden=["Ancien"],
    )
    reading = one(file)
    assert [(r.side, r.number, r.amount_minor, r.source_sheet) for r in reading.invoices] == [
        ("customer", "F1", 1000, "Clients"),
        ("supplier", "B1", 2050, "Fournisseurs"),
    ]
    assert len(reading.mappings) == 2 and codes(reading) == ["import.sheet_left"]
    assert [p.mapping.sheet for p in preview(file, ReadOptions())] == ["Clients", "Fournisseurs", "Notes"]


def test_a_formula_where_a_number_should_be_is_named_with_its_cell() -> None:
    reading = one(workbook({"F": [HEADER, ["F1", "Dupont", DAY, DUE, "=A1*2"], ["F2", "Dupont", DAY, DUE, 5]]}))
    assert [(p.code, p.row, p.column, dict(p.values)["text"]) for p in reading.problems] == [
        ("import.amount_formula", 2, "Montant TTC", "=A1*2")
    ]
    assert (reading.accepted, reading.rejected) == (1, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.0, "1234"),
        (1.234, "1.2340"),
        (0.1, "0.1"),
        (True, "true"),
        (None, ""),
        (float("nan"), ""),
        (1e20, "100000000000000000000"),
    ],
)
def test_a_cell_as_text_reads_back_unambiguously(value: object, text: str) -> None:
    assert cell_text(value) == text  # type: ignore[arg-type]


def sheet_xml(cells: str) -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{cells}</sheetData></worksheet>"
    ).encode()


def with_sheet(content: bytes) -> SourceFile:
    """A workbook whose first sheet is replaced."""
    file = workbook({"F": [HEADER]})
    parts = {
        n: zipfile.ZipFile(io.BytesIO(file.content)).read(n) for n in zipfile.ZipFile(io.BytesIO(file.content)).namelist()
    }
    return archive({**parts, "xl/worksheets/sheet1.xml": content}, "book.xlsx")


def test_two_cells_in_opposite_corners_do_not_fill_the_memory() -> None:
    """The library would ask for half a terabyte and end the process."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert codes(one(with_sheet(sheet_xml(cells)))) == ["import.too_many_rows"]


def test_a_workbook_that_expands_to_gigabytes_is_not_opened() -> None:
    reading = one(with_sheet(sheet_xml(" " * 40_000_000)))
    assert codes(reading) == ["import.archive_bomb"] and reading.accepted == 0


def test_entities_inside_a_sheet_are_refused() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
    )
    assert codes(one(with_sheet(evil))) == ["import.xml_doctype"]


@pytest.mark.parametrize("cut", [30, 200, 2000])
def test_a_damaged_workbook_is_refused(cut: int) -> None:
    reading = one(SourceFile(name="book.xlsx", content=workbook({"F": [HEADER]}).content[:cut]))
    assert len(codes(reading)) == 1 and codes(reading)[0].startswith("import.archive_broken")


def test_an_old_workbook_that_is_none_is_refused() -> None:
    reading = one(SourceFile(name="book.xls", content=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)))
    assert codes(reading) == ["import.workbook_broken"] and reading.format == "xls"


def test_repeated_cells_of_an_ods_do_not_fill_the_memory() -> None:
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    row = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="1000"><text:p>1</text:p></table:table-cell></table:table-row>'
    content = f'<office:document-content {office}><office:body><office:spreadsheet><table:table table:name="A">{row}</table:table></office:spreadsheet></office:body></office:document-content>'
    file = archive(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}, "book.ods"
    )
    assert codes(one(file)) == ["import.too_many_rows"]


@given(
    cells=st.lists(
        st.lists(
            st.one_of(st.text(max_size=12), st.floats(), st.integers(-(10**15), 10**15), st.booleans(), st.dates()),
            max_size=6,
        ),
        max_size=8,
    )
)
@settings(derandomize=True, max_examples=25, deadline=None)
def test_any_cells_are_read_or_refused(cells: list[list[object]]) -> None:
    clean = [
        [
            c
            for c in row
            if not (isinstance(c, float) and (c != c or abs(c) == float("inf")))
            and not (isinstance(c, str) and c.startswith(("=", "{")))
        ]
        for row in cells
    ]
    clean = [[c if not isinstance(c, date) or c.year >= 1900 else None for c in row] for row in clean]
    reading = one(workbook({"A": [HEADER, *clean]}))
    assert "import.unreadable" not in codes(reading)


@needs("accounting_exports")
def test_the_statement_sheets_of_an_ods_follow_line_by_line() -> None:
    reading = read(SHARED / "accounting_exports" / "ekylibre_bank_statements.ods")
    assert (reading.format, reading.accepted, reading.rejected) == ("ods", 24 + 32, 0)
    # the first sheet: 10993.20 after a card payment of 54.80, the last balance 15694.53
    assert [(b.kind, b.balance_minor) for b in reading.balances[:2]] == [("opening", 1104800), ("closing", 1569453)]
    assert reading.balances[0].balance_minor + sum(b.amount_minor for b in reading.bank[:24]) == 1569453
