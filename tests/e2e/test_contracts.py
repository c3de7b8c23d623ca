"""A factoring offer and a policy entered from blank, four curves, an invoice's story, the entries: driven in Chromium."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from forecasting.factoring.journal import FEC_COLUMNS
from tests.e2e.conftest import Reader, curves_are_named, serve

pytestmark = [pytest.mark.browser, pytest.mark.proof]


@pytest.fixture
def director(chromium: Browser, tmp_path: Path) -> Iterator[Reader]:
    """A reader of a server of its own, whose chosen contracts nobody else looks at."""
    for server in serve(tmp_path / "own.duckdb"):
        someone = Reader(chromium, server, "fr", phone=False, dark=False)
        yield someone
        someone.context.close()


def entered(director: Reader, path: str, name: str, *fields: tuple[str, str]) -> None:
    """An offer from blank: its fields are filled, it is saved under a name and shown in the curves."""
    page = director.open(path)
    page.get_by_role("combobox", name="Offre").click()
    page.get_by_role("option", name="Nouvelle offre").click()
    page.get_by_text(re.compile("Cette (offre|police)")).first.wait_for()
    director.settle()
    for field, value in fields:
        page.get_by_role("textbox", name=field).fill(value)
    page.get_by_label("Nom de l’offre").fill(name)
    page.locator(".st-key-contract_save").get_by_role("button", name="Enregistrer").click()
    page.get_by_text(re.compile(re.escape(f"Offre « {name} » enregistrée").replace(r"\ ", r"\s"))).wait_for()
    page.get_by_text("Montrer dans les courbes").click()
    director.settle()


def test_offers_from_blank_move_four_curves_and_tell_their_story(director: Reader) -> None:
    page = director.open("/")
    before = director.sentence()
    entered(director, "/factoring", "Factor A", ("Commission (%)", "0,9"), ("Marge (%)", "1,1"), ("Quotité (%)", "90"))
    entered(director, "/insurance", "Police B", ("Quotité garantie (%)", "80"), ("Taux de prime (%)", "0,5"))
    director.open("/")
    director.says_anew(before)
    curves_are_named(page)

    director.open("/factoring")
    page.get_by_role("heading", name="L’histoire d’une facture").wait_for()
    page.get_by_role("combobox", name="Facture", exact=True).click()
    page.keyboard.type("attendue")
    page.get_by_role("option").first.click()
    page.get_by_text("Cédée au factor pour").wait_for()
    story = page.get_by_test_id("stTable").filter(has_text="Ce qui se passe")
    told = story.inner_text()
    assert "Commission d’affacturage" in told and "Le client paie" in told
    page.get_by_role("spinbutton", name="Tirage").fill("7")
    page.get_by_role("spinbutton", name="Tirage").press("Enter")
    page.wait_for_function(
        "before => ![...document.querySelectorAll('[data-testid=stTable]')].some(t => t.innerText === before)", arg=told
    )
    director.settle()

    page.get_by_text("Écritures comptables (FEC)").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter les écritures").click()
    rows = [line.split("\t") for line in Path(download.value.path()).read_text(encoding="utf-8").splitlines()]
    assert tuple(rows[0]) == FEC_COLUMNS
    number, debit, credit = (FEC_COLUMNS.index(name) for name in ("EcritureNum", "Debit", "Credit"))
    balance: Counter[str] = Counter()
    for row in rows[1:]:
        balance[row[number]] += int(100 * (Decimal(row[debit].replace(",", ".")) - Decimal(row[credit].replace(",", "."))))
    assert len(balance) > 100 and set(balance.values()) == {0}
