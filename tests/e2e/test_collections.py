"""Getting paid, driven in Chromium: the list of the day as finance, an order as sales, and what sales does not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Reader, serve

pytestmark = pytest.mark.browser


@pytest.fixture
def person(chromium: Browser, tmp_path: Path) -> Iterator[Reader]:
    """A reader of a server of its own: what is logged moves nobody else's curve."""
    for server in serve(tmp_path / "own.duckdb"):
        someone = Reader(chromium, server, "fr", phone=False, dark=False)
        yield someone
        someone.context.close()


@pytest.mark.proof
def test_finance_works_the_list_and_sales_sees_its_own(person: Reader) -> None:
    page = person.open("/")
    before = page.locator(".st-key-kpi").inner_text()
    page = person.open("/collect")
    assert re.search(r"clients à relancer aujourd’hui.* commencez par", person.sentence())
    page.get_by_role("button", name="Ce que vaut chaque action").click()
    page.get_by_text("Injonction de payer, 120 jours").wait_for()
    person.settle()
    page.get_by_role("button", name="Préparer le PDF").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.get_by_text("Un échéancier : par semaine ou par mois".replace(" :", "\u00a0:")).click()
    page.get_by_role("button", name="Convenir par semaine").click()
    page.get_by_text(re.compile("Échéancier convenu le")).wait_for()
    page.get_by_role("combobox", name="Client", exact=True).click()
    page.get_by_role("option").nth(1).click()
    person.settle()
    page.get_by_role("radio", name="Promesse").click()
    page.get_by_role("button", name="Noter", exact=True).click()
    page.get_by_text(re.compile("noté", re.IGNORECASE)).first.wait_for()
    page = person.open("/")
    # a promise and a plan move the curve
    page.wait_for_function("before => document.querySelector('.st-key-kpi')?.innerText !== before", arg=before)

    page = person.open("/sales")
    page.get_by_role("combobox", name="Client", exact=True).click()
    page.get_by_role("option", name="Groupe Tablée d’Arvor").click()
    page.get_by_label(re.compile("Montant TTC")).fill("500 000")
    page.get_by_role("button", name="Vérifier la commande").click()
    page.get_by_text(re.compile("refus", re.IGNORECASE)).first.wait_for()
    answer = page.locator("[data-testid=stMain]").inner_text()
    assert "limite" in answer.lower()
    page.get_by_role("button", name="Voir avec ce profil").click()
    page.get_by_role("button", name=re.compile("Voir avec ce profil|Revenir|finance", re.IGNORECASE)).first.wait_for()
    person.settle()
    links = page.locator("[data-testid=stTopNavLink], [data-testid=stTopNavLinkContainer], nav a").all_inner_texts()
    assert not any("Trésorerie" in link for link in links), links
    page.evaluate("() => window.history.pushState({}, '', '/cash')")
    page.evaluate("() => window.dispatchEvent(new PopStateEvent('popstate'))")
    person.settle()
    assert "Solde par jour" not in page.locator("[data-testid=stMain]").inner_text()
