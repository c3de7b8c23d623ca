"""The management pack: its numbers are the screen's, its files open, nothing in them runs, the same view gives the same."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from decimal import Decimal

import pypdf
import pytest
from pptx import Presentation
from python_calamine import CalamineWorkbook

from pages.ui.cash_words import headlines, sentence
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.reports.csv_files import csv_files, harmless
from pages.ui.reports.offer import everything
from pages.ui.reports.pack import Pack, pack_of
from pages.ui.reports.pdf import pdf
from pages.ui.reports.slides import slides
from pages.ui.reports.words import clean, printable, runs
from pages.ui.reports.workbook import workbook
from pages.ui.voice import Voice, voice_of
from tests.pages.fixtures.views import small_view


@pytest.fixture(scope="module", params=LANGUAGES)
def pack(request: pytest.FixtureRequest) -> Pack:
    language: Language = request.param
    return pack_of(small_view(), voice_of(language))


def screen_words(say: Voice) -> list[str]:
    """The sentence and the headline values, as the cash page says them."""
    outlook = small_view().outlook
    said = "".join(words for words, _ in runs(sentence(outlook, say)))
    return [said, *(clean(h.value) for h in headlines(outlook, say, phone=False))]


def squeezed(text: str) -> str:
    """Without spaces, and with ligatures taken apart as a reader does."""
    return printable("".join(unicodedata.normalize("NFKC", text).split()))


def test_the_document_says_what_the_screen_says_on_a4_across_as_pdf_a(pack: Pack) -> None:
    made = pdf(pack)
    reader = pypdf.PdfReader(io.BytesIO(made))
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    for words in screen_words(pack.say):
        assert squeezed(words) in text, words
    for page in reader.pages:
        assert sorted(round(float(side)) for side in page.mediabox[2:]) == [595, 842]
        assert squeezed(str(pack.view.outlook.projection.seed)) in squeezed(page.extract_text())
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part>" in metadata and "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert made == pdf(pack)


def test_the_slides_hold_native_charts_of_the_curves(pack: Pack) -> None:
    show = Presentation(io.BytesIO(slides(pack)))
    text = squeezed(" ".join(s.text_frame.text for page in show.slides for s in page.shapes if s.has_text_frame))
    for words in screen_words(pack.say):
        assert squeezed(words) in text, words
    charts = [shape.chart for page in show.slides for shape in page.shapes if shape.has_chart]
    assert len(charts) >= 3
    curves = pack.view.outlook.projection.curves
    unit = pack.say.f.thousands(1_000_000_00) / 1_000_000_00
    drawn = {tuple(round(v) for v in series.values) for series in charts[0].plots[0].series}
    wanted = tuple(round(v * unit) for v in curves[pack.view.shown].p50_minor.tolist())
    assert any(len(row) == len(wanted) and all(abs(a - b) <= 1 for a, b in zip(row, wanted, strict=True)) for row in drawn)
    assert all(pack.footer in [s.text_frame.text for s in page.shapes if s.has_text_frame] for page in show.slides)


def test_the_workbook_holds_amounts_to_the_cent_and_native_charts(pack: Pack) -> None:
    made = workbook(pack)
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert sum(name.startswith("xl/charts/chart") for name in names) >= 2
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    cells = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    balance = pack.sheet("balance")
    flat = {value for rows in cells.values() for row in rows for value in row if isinstance(value, int | float)}
    for row in balance.rows[::30]:
        for amount in row[1:3]:
            assert isinstance(amount, int)
            assert float(Decimal(amount).scaleb(-2)) in flat


def test_text_from_a_file_is_never_run(pack: Pack) -> None:
    hostile = pack.view.invoices[1].partner_name
    assert hostile.startswith("=")
    made = zipfile.ZipFile(io.BytesIO(workbook(pack)))
    formulas = "".join(made.read(n).decode() for n in made.namelist() if n.startswith("xl/worksheets/sheet"))
    assert "cmd|" not in formulas
    text = csv_files(pack)["invoices.csv"].decode("utf-8-sig")
    assert all(not cell.startswith(("=", "@")) for row in csv.reader(io.StringIO(text)) for cell in row)
    assert harmless(hostile).startswith("'=")


def test_the_text_files_add_up_to_the_cent(pack: Pack) -> None:
    french = pack.say.t.language == "fr"
    text = csv_files(pack)["causes.csv"].decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if french else ","))
    amounts = [Decimal(row[1].replace(",", ".")) for row in rows[1:] if len(row) == 2]
    assert sum(amounts[:-1]) == amounts[-1]
    lowest = pack.view.outlook.projection.curves[pack.view.shown].lowest.median_minor
    assert amounts[-1] == Decimal(lowest).scaleb(-2)
    assert rows[-1] == [harmless(pack.footer)]


def test_one_archive_holds_everything(pack: Pack) -> None:
    names = set(zipfile.ZipFile(io.BytesIO(everything(pack))).namelist())
    assert {"pack.pdf", "pack.pptx", "pack.xlsx", "csv/balance.csv", "csv/invoices.csv"} <= names
