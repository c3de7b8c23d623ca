"""A view is frozen, opened by its link on a phone without menus or names, and revoked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Reader, Server
from tests.e2e.test_screens import axe

pytestmark = pytest.mark.browser


def test_a_frozen_view_opens_by_its_link_alone(reader: Reader, server: Server, chromium: Browser) -> None:
    page = reader.open("/?delay=15")
    sentence = reader.sentence()
    page.get_by_role("button", name="Partager").click()
    page.get_by_label("Titre").fill("Conseil d’administration")
    page.get_by_role("button", name="Créer le lien").click()
    page.get_by_text(re.compile(r"/shared\?key=")).wait_for()
    link = page.get_by_text(re.compile(r"/shared\?key=")).first.inner_text().strip()
    guest = Reader(chromium, server, "en", phone=True, dark=False)
    guest.page.goto(link)
    guest.page.locator(".js-plotly-plot").first.wait_for()
    guest.settle()
    guest.page.get_by_text(re.compile("1,000 draws")).first.wait_for(state="attached")
    assert not axe(guest.page), "a shared view is accessible"
    body = guest.page.locator("body").inner_text()
    assert "Conseil d’administration" in body and "1,000 draws" in body
    assert not re.search("Orvalise|Castelune|Import|Factoring offer", body), "no name, no menu"
    assert guest.page.get_by_role("dialog").count() == 0, "the address is a page of the app"
    low = re.search(r"−(\d+)", sentence)
    assert low and f"−€{low[1]}k" in body.replace("\u2060", ""), "the figures are those that were frozen"
    wrong = link[:-3] + "xyz"
    guest.page.goto(wrong)
    guest.page.get_by_text("This link opens nothing").wait_for()
    guest.context.close()
