"""Every page in four looks: accessible, inside its frame, in the reader's language, and asking nothing of the world outside."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pages.ui.i18n import Language, catalogue
from tests.e2e.conftest import Reader

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/scenarios",
    "/factoring",
    "/insurance",
    "/plan",
    "/decide",
    "/collect",
    "/customers",
    "/sales",
    "/accuracy",
    "/invoices",
    "/load",
    "/load?view_of=bank",
    "/load?view_of=settings",
    "/load?view_of=history",
)
#: What axe finds inside Streamlit's own components, and nothing of ours.
STREAMLITS_OWN = {"presentation-role-conflict"}  # the drop zone of the file uploader (minor)
#: Language, phone, dark; one look at every run, the others among the long laws.
LOOKS = [
    pytest.param(("fr", False, False), id="fr-1440-light"),
    pytest.param(("en", True, False), id="en-390-light", marks=pytest.mark.proof),
    pytest.param(("en", False, True), id="en-1440-dark", marks=pytest.mark.proof),
    pytest.param(("fr", True, True), id="fr-390-dark", marks=pytest.mark.proof),
]


def axe(page: Page) -> list[dict[str, object]]:
    import axe_playwright_python

    script = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    page.evaluate(script.read_text(encoding="utf-8"))
    found = page.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}))"
        ".violations.map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 200))}))"
    )
    return [violation for violation in found if violation["id"] not in STREAMLITS_OWN]


def left_in(page: Page, other: Language, language: Language) -> set[str]:
    """Words of the other language that stand on a page.

    The sample's own names (offers, customers) are French: on an English page, words of fewer than four count only where a
    line says nothing else.
    """
    spoken = set(catalogue(language).values())
    foreign = {words for words in catalogue(other).values() if len(words) > 9 and "{" not in words and words not in spoken}
    seen = page.inner_text("body").replace("\u202f", " ")
    lines = {line.strip() for line in seen.splitlines()}
    long = foreign if other == "en" else {words for words in foreign if words.count(" ") >= 3}
    return (foreign & lines) | {
        words for words in long if words in seen and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", seen)
    }


@pytest.mark.parametrize("reader", LOOKS, indirect=True)
def test_every_page_is_ours_accessible_and_stays_inside(reader: Reader) -> None:
    problems: dict[str, object] = {}
    for path in PAGES:
        page = reader.open(path)
        if found := axe(page):
            problems[path] = found
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{path} scrolls sideways"
        assert page.locator("[data-testid=stException]").count() == 0, path
        language: Language = page.evaluate("document.documentElement.lang")
        assert language in ("fr", "en")
        left = left_in(page, "en" if language == "fr" else "fr", language)
        assert not left, f"{path}: {left}"
    assert not problems, json.dumps(problems, indent=1, ensure_ascii=False)
    assert not reader.outside, f"requests that leave the app: {reader.outside}"
