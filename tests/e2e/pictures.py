"""The pictures of `docs/screenshots`, taken anew: python -m tests.e2e.pictures [FOLDER]."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, Reader, serve

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
#: Page, width, light or dark, language; the name of a picture says the same.
PICTURES = (
    ("cash", 1440, "dark", "en"),
    ("cash", 1440, "light", "fr"),
    ("cash", 390, "dark", "fr"),
    ("cash", 390, "light", "en"),
    ("collect", 1440, "light", "fr"),
    ("customers", 1440, "dark", "en"),
    ("decide", 1440, "light", "en"),
    ("decide", 390, "light", "fr"),
    ("factoring", 1440, "light", "fr"),
    ("factoring", 390, "light", "fr"),
    ("insurance", 1440, "dark", "en"),
    ("invoices", 1440, "light", "en"),
    ("load", 1440, "light", "fr"),
    ("load", 390, "light", "en"),
    ("plan", 1440, "light", "fr"),
    ("plan", 390, "dark", "en"),
    ("scenarios", 1440, "light", "fr"),
    # Last: past forecasts are judged at the lowest priority meanwhile.
    ("accuracy", 1440, "dark", "fr"),
    ("settings", 1440, "dark", "fr"),
)
#: Where the name of a picture is not the page's address.
ADDRESSES = {"cash": "", "settings": "load?view_of=settings"}
#: As tall as the page, up to so many pixels.
TALLEST = 2600


def take(folder: Path) -> None:
    """Every picture on the sample company, without the tour, once its page stands still."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for server in serve(Path(place) / "sample.duckdb"):
            for page_name, width, theme, language in PICTURES:
                reader = Reader(browser, server, language, phone=width == 390, dark=theme == "dark")
                page = reader.open(f"/{ADDRESSES.get(page_name, page_name)}")
                leave = page.get_by_role("button", name="Quitter la visite" if language == "fr" else "Leave the tour")
                if leave.count():
                    leave.first.click()
                    reader.settle()
                page.locator("[data-testid=stProgress]").first.wait_for(state="hidden", timeout=300_000)
                reader.settle()
                page.wait_for_timeout(1500)
                height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": min(int(height), TALLEST)})
                page.wait_for_timeout(1500)
                page.screenshot(path=folder / f"{page_name}-{width}-{theme}-{language}.png")
                reader.context.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
