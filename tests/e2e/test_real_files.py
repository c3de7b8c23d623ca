"""Real ledgers of others, where they are at hand, dropped on the Load page as the command line takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Reader, serve

pytestmark = [pytest.mark.browser, pytest.mark.proof]

DATA = Path(__file__).parents[2].parent / "shared" / "data"
#: File, its invoices by a count of the raw lines (header and exact repeats apart), what is said of it.
FILES = (
    ("receivables/highradius_dev_history.csv", 24_346, "Recon"),
    ("receivables/ibm_history.csv", 2_466, "Recon"),
    ("payables/cabinetoffice/2020-02.csv", 279, "un historique sans échéance"),
    ("payables/darlington/2021-01.csv", 1_420, "Les montants sont hors taxes"),
)


@pytest.fixture
def newcomer(chromium: Browser, tmp_path: Path) -> Iterator[Reader]:
    for server in serve(tmp_path / "own.duckdb"):
        someone = Reader(chromium, server, "fr", phone=False, dark=False)
        yield someone
        someone.context.close()


@pytest.mark.skipif(not DATA.exists(), reason=f"the files of others are not at hand ({DATA.name})")
def test_real_ledgers_load_with_the_problems_that_are_there(newcomer: Reader) -> None:
    page = newcomer.open("/load")
    page.get_by_role("button", name="Repartir à vide").click()
    page.get_by_role("button", name="Charger la société d’exemple").wait_for()
    newcomer.settle()
    page.set_input_files("input[type=file]", files=[DATA / name for name, _, _ in FILES])
    rows = sum(count for _, count, _ in FILES)
    spaced = f"{rows:,}".replace(",", "\u202f")
    page.get_by_text(re.compile(f"{spaced} lignes sur")).wait_for(timeout=90_000)
    newcomer.settle()
    body = page.locator("[data-testid=stMain]").inner_text()
    for _, _, said in FILES:
        assert said in body, said
    # The one due date before its invoice date; 78 exact repeats of one file in one line.
    page.get_by_text(re.compile("2018-12-24")).first.wait_for()
    page.get_by_text(re.compile("et 72 autres")).first.wait_for()
    page.get_by_role("button", name=re.compile("^Importer .* lignes")).click()
    page.get_by_role("button", name="Voir la trésorerie").wait_for(timeout=90_000)
    stored = page.locator("[data-testid=stMain]").inner_text()
    for name, count, _ in FILES:
        number = f"{count:,}".replace(",", "[\\s\u202f]")
        assert re.search(f"{re.escape(Path(name).name)}.*{number} lignes nouvelles", stored), (name, stored)
