"""Guided: the first walk through the sample, a term found where it stands, a number explained; as a newcomer sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pages.ui.tour import STOPS
from pages.ui.voice import voice_of
from tests.e2e.conftest import Reader, serve
from tests.e2e.test_story import settled_violations

pytestmark = [pytest.mark.browser, pytest.mark.proof]


@pytest.fixture(params=[("fr", False), ("en", True)], ids=["fr-1440", "en-390"])
def newcomer(chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Somebody with an own server, because whoever has taken the tour is not offered it again."""
    language, phone = request.param
    for server in serve(tmp_path / "tour.duckdb"):
        someone = Reader(chromium, server, language, phone=phone, dark=phone)
        yield someone
        someone.context.close()


def test_the_tour_and_the_words(newcomer: Reader) -> None:
    say = voice_of(newcomer.language)  # type: ignore[arg-type]
    page = newcomer.open()
    tour = page.locator(".st-key-tour")

    # every number and every term explains itself where it stands
    page.locator(".st-key-kpi").get_by_test_id("stTooltipIcon").first.hover()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text("Formule" if newcomer.language == "fr" else "Formula")
    page.mouse.move(0, 0)
    page.get_by_role("button", name=say("explain.words.title")).click()
    page.get_by_label(say("explain.words.search")).fill(say("glossary.guarantee_fund.term").upper())
    page.keyboard.press("Enter")
    page.get_by_text(say("glossary.guarantee_fund.definition")).wait_for()
    assert not settled_violations(newcomer), "the open glossary is accessible"
    page.keyboard.press("Escape")

    # five stops, each on its page
    for place, (path, _) in enumerate(STOPS, start=1):
        page.wait_for_url(re.compile(rf"/{path}(\?|$)"))
        told = say(f"tour.stop.{place}", place=place, count=len(STOPS)).replace("**", "")
        expect(tour).to_contain_text(told, use_inner_text=True)
        newcomer.settle()
        tour.get_by_role("button", name=say("tour.finish" if place == len(STOPS) else "tour.next")).click()
    expect(tour).to_have_count(0)
    newcomer.open()
    expect(tour).to_have_count(0)
    assert not newcomer.outside
