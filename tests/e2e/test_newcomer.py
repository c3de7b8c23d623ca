"""A newcomer drops books, a bank statement and e-invoices together: few clicks to the first curve, the bank matched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.data.importers import shared_files
from tests.e2e.conftest import Reader, serve

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
SALES = """invoice_id;client;date;échéance;montant TTC
FA-2001;Nordex SAS;02/11/2026;02/12/2026;12 480,00
FA-2002;Garnier;03/11/2026;03/12/2026;8 100,00
"""
STATEMENT = """:20:STMT
:25:FR7630001007941234567890185
:28C:1/1
:60F:C261118EUR40000,00
:61:2611201120C12480,00NTRFNONREF//1
:86:VIR NORDEX SAS FA-2001
:62F:C261120EUR52480,00
-
"""


@pytest.fixture
def newcomer(chromium: Browser, tmp_path: Path) -> Iterator[Reader]:
    for server in serve(tmp_path / "own.duckdb"):
        someone = Reader(chromium, server, "fr", phone=False, dark=False)
        yield someone
        someone.context.close()


def test_dropped_files_give_a_curve_and_the_bank_closes_an_invoice(newcomer: Reader) -> None:
    """Five clicks: start empty, import, see the bank, accept, see the cash."""
    page = newcomer.open("/load")
    page.get_by_role("button", name="Repartir à vide").click()
    page.get_by_role("button", name="Charger la société d’exemple").wait_for()
    newcomer.settle()
    page.set_input_files(
        "input[type=file]",
        files=[
            {"name": "clients.csv", "mimeType": "text/csv", "buffer": SALES.encode()},
            {"name": "releve.sta", "mimeType": "text/plain", "buffer": STATEMENT.encode()},
        ],
    )
    page.get_by_role("button", name=re.compile("^Importer .* lignes?")).click()
    page.get_by_role("button", name="Voir la trésorerie").wait_for()
    newcomer.settle()
    page.get_by_role("radio", name="Banque").click()
    page.get_by_text(re.compile("FA-2001 de Nordex SAS")).wait_for()
    page.get_by_role("button", name="Accepter la ligne sûre").click()
    page.get_by_text("Toutes les lignes reconnues sont rapprochées.").wait_for()
    newcomer.open("/")
    expect(page.locator("[data-testid=stMain]")).to_contain_text(re.compile(r"52\s480|52\sk€"), use_inner_text=True)


@pytest.mark.proof
@pytest.mark.skipif(not shared_files.SHARED.exists(), reason="the files of others are not at hand")
def test_books_a_statement_and_e_invoices_of_others_together(newcomer: Reader) -> None:
    shared = shared_files.SHARED
    page = newcomer.open("/load")
    page.get_by_role("button", name="Repartir à vide").click()
    page.get_by_role("button", name="Charger la société d’exemple").wait_for()
    newcomer.settle()
    invoices = [
        shared / "einvoices" / "akretion" / f"{name}.xml"
        for name in ("factur-x-en16931", "ubl-21-en16931", "zugferd-basic")
    ]
    statement = shared / "bank" / "genkgo_camt" / "camt053.v2.minimal.xml"
    page.set_input_files(
        "input[type=file]", files=[shared / "fec" / "odicom_123456789FEC20200331.txt", statement, *invoices]
    )
    page.get_by_role("button", name=re.compile("^Importer .* lignes?")).click(timeout=90_000)
    page.get_by_role("button", name="Voir la trésorerie").click(timeout=90_000)
    page.locator(".js-plotly-plot").first.wait_for(timeout=120_000)
