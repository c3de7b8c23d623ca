"""Plan and Decide driven in Chromium: the business changes and the reason is read; an offer is retained; the pack is taken."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Reader

pytestmark = pytest.mark.browser


@pytest.mark.proof
def test_a_customer_lost_an_order_and_late_wages_are_read_with_their_reason(reader: Reader) -> None:
    page = reader.open("/plan")
    before = reader.sentence()
    assert re.search(r"point bas médian est de .+ le \d", before)
    page.get_by_role("combobox", name="Client perdu").click()
    page.get_by_role("option").nth(1).click()
    page.get_by_label(re.compile("Grosse commande")).fill("300000")
    page.get_by_label(re.compile("Grosse commande")).press("Tab")
    page.get_by_role("slider", name="Salaires payés plus tard (jours)").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Recalculer").click()
    page.wait_for_function("before => document.querySelector('.st-key-say').innerText !== before", arg=before)
    reader.settle()
    assert re.search(r"Le point bas passe de .+ à .+ le .+ la raison principale", reader.sentence())
    reasons = page.locator(".st-key-plan_causes_light").inner_text()
    assert all(word in reasons for word in ("Client perdu", "Grosse commande", "Date des salaires"))


def test_an_offer_is_retained_and_the_pack_is_taken_away(reader: Reader, tmp_path: Path) -> None:
    page = reader.open("/decide")
    page.get_by_text(re.compile(r"Pourquoi ")).wait_for(timeout=120_000)
    assert re.search(r"offre|protection", reader.sentence())
    page.get_by_role("button", name=re.compile("Retenir l’offre")).click()
    page.get_by_text(re.compile("Les courbes montrent l’offre")).wait_for()
    reader.open("/")
    page.get_by_role("button", name="Exporter").click()
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Tout, en un fichier").click()
    target = tmp_path / "pack.zip"
    download.value.save_as(target)
    names = zipfile.ZipFile(target).namelist()
    assert {"pack.pdf", "pack.pptx", "pack.xlsx"} <= set(names)
