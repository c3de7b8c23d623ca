"""The management pack: its numbers are the screen's, its files open, nothing in them runs, the same view gives the same."""

from __future__ import annotations

import csv
import html
import io
import math
import re
import unicodedata
import zipfile
from dataclasses import replace
from decimal import Decimal

import pypdf
import pytest
from pptx import Presentation
from pptx.util import Pt
from python_calamine import CalamineWorkbook

from forecasting.dates import to_date
from pages.ui.cash_words import bridge, headlines, sentence
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.reports.csv_files import csv_files, harmless
from pages.ui.reports.offer import everything
from pages.ui.reports.pack import Pack, pack_of, with_total, written
from pages.ui.reports.pdf import pdf
from pages.ui.reports.slides import slides
from pages.ui.reports.words import clean, printable, runs
from pages.ui.reports.workbook import workbook
from pages.ui.voice import Voice, voice_of
from tests.pages.fixtures.views import small_view, weighed_view


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


def tables_of(pack: Pack) -> dict[str, list[list[str]]]:
    """The tables that paper and slides show, in the words that the screen's writers give them."""
    codes = ("variants", "weeks")
    told = {code: written(pack.sheet(code), pack.say)[1] for code in codes}
    return told | {"costs": written(with_total(pack.sheet("costs"), pack.say), pack.say)[1]}


def test_every_table_on_paper_says_what_the_screen_says(pack: Pack) -> None:
    text = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(pack))).pages))
    for rows in tables_of(pack).values():
        assert rows
        for row in rows:
            assert squeezed("".join(row)) in text, row
    outlook, say = pack.view.outlook, pack.say
    told = bridge(outlook, pack.view.causes[pack.view.shown], say)
    for name, amount in (told.start, *told.causes, told.result):
        assert squeezed(clean(name)) in text and squeezed(say.f.of_thousands(amount, signed=True)) in text, name


def test_the_slides_tables_and_bars_are_the_screens(pack: Pack) -> None:
    show = Presentation(io.BytesIO(slides(pack)))
    shapes = [shape for page in show.slides for shape in page.shapes]
    tables = [[[c.text for c in row.cells] for row in s.table.rows][1:] for s in shapes if s.has_table]
    assert tables[0] == tables_of(pack)["variants"] and tables[1] == tables_of(pack)["costs"]
    told = bridge(pack.view.outlook, pack.view.causes[pack.view.shown], pack.say)
    charts = [shape.chart for shape in shapes if shape.has_chart]
    wanted = [(clean(name), amount) for name, amount in (told.start, *told.causes, told.result)]
    bars = charts[1].plots[0]
    assert [(str(c), v) for c, v in zip(bars.categories, bars.series[0].values, strict=True)] == wanted
    weeks = pack.sheet("weeks")
    for k, series in enumerate(charts[2].plots[0].series, start=1):
        assert list(series.values) == [pack.say.f.thousands(int(row[k] or 0)) for row in weeks.rows]


def test_nothing_on_a_slide_reaches_its_foot_or_leaves_it(pack: Pack) -> None:
    show = Presentation(io.BytesIO(slides(pack)))
    for page in show.slides:
        foot = next(s.top for s in page.shapes if s.has_text_frame and s.text_frame.text == pack.footer)
        for shape in page.shapes:
            bottom = (
                sum(row.height for row in shape.table.rows) + shape.top if shape.has_table else shape.top + shape.height
            )
            assert shape.left + shape.width <= show.slide_width
            assert bottom <= foot or shape.top >= foot - 20_000, shape.name


def test_the_words_beneath_a_headline_number_do_not_lie_on_each_other(pack: Pack) -> None:
    """The second line of a number and the remark after it, each as tall as its text is at 12 points."""
    cover = Presentation(io.BytesIO(slides(pack))).slides[0]
    found = {shape.text_frame.text: shape for shape in cover.shapes if shape.has_text_frame}
    both = [number for number in pack.numbers if number.second and number.aside]
    assert both
    for number in both:
        second, aside = found[clean(number.second)], found[clean(number.aside)]
        lines = math.ceil(len(number.second) * Pt(6) / second.width)
        assert aside.top - second.top >= lines * Pt(14), number.label


def test_the_first_sheet_shows_the_screens_numbers(pack: Pack) -> None:
    """The value of each headline under its own number format reads as on screen, chances near certainty included."""
    made = workbook(pack)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    shown = headlines(pack.view.outlook, pack.say, phone=False)
    assert rows[4][:5] == [clean(h.label) for h in shown]
    outlook, f = pack.view.outlook, pack.say.f
    best = outlook.best
    assert best is not None
    low = f.thousands(outlook.baseline.lowest.median_minor)
    protected = f.thousands(outlook.projection.curves[best].lowest.median_minor)
    wanted = (f.thousands(outlook.ledger.opening_cash_minor), low, outlook.baseline.probability_below_floor_ever)
    assert [re.sub(r"\D", "", h.value) for h in (*shown[:2], *shown[3:])] == [
        str(abs(int(rows[5][k]))) for k in (0, 1, 3, 4)
    ]
    assert rows[5][:5] == [*wanted, f.thousands(outlook.cost_minor(best)), protected - low]


@pytest.mark.parametrize(("probability", "told"), [(0.999, ">"), (0.001, "<"), (1.0, ""), (0.0, ""), (0.42, "")])
def test_a_sheet_never_rounds_a_chance_to_certainty(pack: Pack, probability: float, told: str) -> None:
    curves = dict(pack.view.outlook.projection.curves)
    curves["baseline"] = replace(curves["baseline"], probability_below_floor_ever=probability)
    outlook = replace(pack.view.outlook, projection=replace(pack.view.outlook.projection, curves=curves))
    made = workbook(pack_of(replace(pack.view, outlook=outlook), pack.say))
    styles = zipfile.ZipFile(io.BytesIO(made)).read("xl/styles.xml").decode()
    words = html.escape(f'"{clean(pack.say.f.chance(probability))}"')
    assert (words in styles) == bool(told)


def test_days_in_the_workbook_are_days(pack: Pack) -> None:
    """Also where a formula finds them, for a reader without a calculator."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(pack)))
    variants = pack.sheet("variants")
    rows = book.get_sheet_by_name(clean(variants.title)[:31]).to_python()[3:]
    place = variants.column("day")
    assert [row[place] for row in rows] == [to_date(int(row[place] or 0)) for row in variants.rows]


def test_the_foot_tells_an_unsaved_assumption_from_a_saved_scenario(pack: Pack) -> None:
    days = "15 jours de retard" if pack.say.t.language == "fr" else "15 days"
    unsaved = pack_of(replace(pack.view, scenario=""), pack.say)
    assert "Retard de 15 jours" in pack.footer and days in pack.footer
    assert days in unsaved.footer and pack.say("pack.usual") not in unsaved.footer
    assert pack.say("pack.unsaved") in dict(unsaved.facts).values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_offers_that_were_weighed_are_taken_away_with_the_advice(language: Language) -> None:
    pack = pack_of(weighed_view(), voice_of(language))
    sheet, found = pack.sheet("offers"), weighed_view().weighed
    assert found is not None and len(found.efficient) > 5
    assert [row[0] for row in sheet.rows] == [
        found.letters[found.chosen],
        *(found.letters[k] for k in found.efficient if k and k != found.chosen),
        "",
    ]
    assert sheet.rows[0][sheet.column("cost")] == found.figures[found.chosen].cost_minor
    rows = written(sheet, pack.say)[1]
    paper = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(pack))).pages))
    assert squeezed(pack.advice) in paper and all(squeezed("".join(row)) in paper for row in rows)
    show = Presentation(io.BytesIO(slides(pack)))
    shapes = [shape for page in show.slides for shape in page.shapes]
    tables = [[[c.text for c in row.cells] for row in s.table.rows][1:] for s in shapes if s.has_table]
    assert rows[:8] in tables and pack.advice in [s.text_frame.text for s in shapes if s.has_text_frame]
    test_nothing_on_a_slide_reaches_its_foot_or_leaves_it(pack)
    assert pack.has("offers") and "offers.csv" in csv_files(pack)
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(pack)))
    told = book.get_sheet_by_name(pack.say("pack.sheet.offers")).to_python()
    assert [row[2] for row in told[3 : 3 + len(rows)]] == [row[2] / 100 for row in sheet.rows]  # type: ignore[operator]


def test_where_no_offer_was_weighed_none_is_told_of(pack: Pack) -> None:
    assert not pack.has("offers") and pack.advice == "" and "offers.csv" not in csv_files(pack)
    assert pack.say("pack.sheet.offers") not in CalamineWorkbook.from_filelike(io.BytesIO(workbook(pack))).sheet_names
    assert len(Presentation(io.BytesIO(slides(pack))).slides) == 7
