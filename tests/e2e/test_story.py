"""The whole story of a meeting in four looks: ask, see why, compare, choose, take away, share; the pack says the screen."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, expect
from pptx import Presentation
from python_calamine import CalamineWorkbook

from pages.ui.voice import Voice, voice_of
from tests.e2e.conftest import Reader, serve
from tests.e2e.test_screens import axe

pytestmark = [pytest.mark.browser, pytest.mark.proof]


@pytest.fixture(
    params=[("fr", False, False), ("en", True, False), ("en", False, True), ("fr", True, True)],
    ids=["fr-1440-light", "en-390-light", "en-1440-dark", "fr-390-dark"],
)
def director(chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Somebody with an own server, because the story chooses an offer."""
    language, phone, dark = request.param
    for server in serve(tmp_path / "story.duckdb"):
        someone = Reader(chromium, server, language, phone=phone, dark=dark)
        yield someone
        someone.context.close()


def as_read(text: str) -> str:
    """Text without what only spaces it: joiners, kinds of space, emphasis."""
    return re.sub(r"[\s\u00a0\u202f\u2060]+", " ", text.replace("\u2060", "").replace("**", "")).strip()


def walk(reader: Reader, name: str) -> None:
    """To another page by the menu, as the screen has it."""
    page = reader.page
    if reader.phone:
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebarNavLink").filter(has_text=name).first.click()
        page.keyboard.press("Escape")
    else:
        page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    reader.settle()


def settled_violations(reader: Reader) -> list[dict[str, object]]:
    """What axe finds three times: while it is drawn anew a page is faded, and a run may begin while axe looks."""
    found: list[dict[str, object]] = []
    for _ in range(3):
        reader.settle()
        found = axe(reader.page)
        if not found:
            break
        reader.page.wait_for_timeout(1_000)
    return found


def told(reader: Reader) -> tuple[str, list[str]]:
    """The sentence and the headline numbers on screen."""
    numbers = reader.page.locator(".st-key-kpi [data-testid=stMetricValue]").all_inner_texts()
    return as_read(reader.sentence()), [as_read(number) for number in numbers]


def test_the_story_of_a_meeting(director: Reader, tmp_path: Path) -> None:
    say: Voice = voice_of(director.language)
    page = director.open()

    # ask
    if director.phone:
        page.locator(".st-key-panel summary").click()
    page.locator(".st-key-ask_ready").get_by_text(re.compile(re.escape(say("cash.ready.recession")))).click()
    page.wait_for_url(re.compile("delay=10.*defaults=2"))  # may be known before the answer is
    expect(page.locator(".st-key-say")).to_contain_text(say("cash.panel.days", count=10), use_inner_text=True)
    director.settle()

    # why
    page.get_by_role("button", name=re.compile(re.escape(say("day.lowest", day="").strip().rstrip(",")))).click()
    page.locator(".st-key-day_behind").get_by_text(say("day.median")).first.wait_for()
    assert not settled_violations(director), "a day that is explained is accessible"

    # compare
    walk(director, say("scenarios.title"))
    page.get_by_text(say("scenarios.total")).first.wait_for()
    assert not settled_violations(director)

    # choose
    walk(director, say("decide.title"))
    take = page.get_by_role("button", name=re.compile(re.escape(say("decide.choose", letter="").strip())))
    take.wait_for(timeout=180_000)
    assert as_read(say("cash.panel.days", count=10)) in as_read(page.locator("body").inner_text()), "under which question"
    take.click()
    page.get_by_text(re.compile(re.escape(say("decide.chosen", letter="").strip().rstrip(".")))).first.wait_for()

    # take away
    walk(director, say("cash.title"))
    page.locator(".st-key-whole").first.wait_for()
    director.settle()
    sentence, numbers = told(director)
    assert len(numbers) == 5 and sentence
    page.get_by_role("button", name=say("app.export")).click()
    with page.expect_download(timeout=120_000) as download:
        page.get_by_role("button", name=say("pack.offer.all")).click()
    target = tmp_path / "pack.zip"
    download.value.save_as(target)
    for name, text in read_pack(target).items():
        # A document is read glyph by glyph: where one ends and a space begins is a matter of distances.
        text = text.replace(" ", "")
        assert sentence.replace(" ", "") in text, f"{name} says the sentence of the screen"
        for number in numbers if name != "pack.xlsx" else ():
            assert number.replace(" ", "") in text, f"{name} shows {number}"
    with zipfile.ZipFile(target) as files:
        assert say("decide.verdict.chosen") in files.read("csv/offers.csv").decode(), "what was weighed goes with it"
    amounts = {re.sub(r"\D", "", number) for number in numbers if "%" not in number}
    assert amounts <= numbers_in(target), "the workbook holds the amounts as numbers"
    assert not director.outside
    assert page.locator("[data-testid=stException]").count() == 0


def numbers_in(pack: Path) -> set[str]:
    """The whole numbers of the workbook's first sheet, without their sign."""
    with zipfile.ZipFile(pack) as files:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(files.read("pack.xlsx"))).get_sheet_by_index(0).to_python()
    return {str(abs(round(cell))) for row in rows for cell in row if isinstance(cell, float)}


def read_pack(pack: Path) -> dict[str, str]:
    """What document, slides and workbook say on their first page, as a reader reads it."""
    with zipfile.ZipFile(pack) as files:
        document = pypdf.PdfReader(io.BytesIO(files.read("pack.pdf"))).pages[0].extract_text()
        cover = Presentation(io.BytesIO(files.read("pack.pptx"))).slides[0]
        slide = " ".join(shape.text_frame.text for shape in cover.shapes if shape.has_text_frame)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(files.read("pack.xlsx")))
        first = workbook.get_sheet_by_index(0).to_python()
    sheet = " ".join(str(cell) for row in first for cell in row if cell != "")
    found = {"pack.pdf": document, "pack.pptx": slide, "pack.xlsx": sheet}
    return {name: as_read(text) for name, text in found.items()}
