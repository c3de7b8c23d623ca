"""The main job in a browser: read the curves, ask what if, save, reopen from the address, load files, undo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.ui.style import RULES
from tests.e2e.conftest import PATIENCE_MS, Reader, Server, curves_are_named, serve

pytestmark = pytest.mark.browser

CUSTOMERS = """Compte tiers;Nom;Pièce;Date;Éch.;Montant TTC
411NOR;Nordex SAS;FA-26-10873;18/11/2026;17/01/2027;12 480,00
411BET;Béton du Rhône;FA-26-10874;18/11/2026;31/02/2027;3 200,50
411GAR;Garnier;FA-26-10876;20/11/2026;19/01/2027;8 100,00
TOTAL;;;;;23 780,50
"""
SUPPLIERS = """Supplier,Invoice number,Invoice date,Due date,Amount incl. VAT
Steelworks Ltd,S-9001,2026-11-02,2026-12-02,"4,250.00"
Power & Co,S-9002,2026-11-05,2026-12-05,990.10
"""


def test_the_director_asks_saves_and_reopens(reader: Reader) -> None:
    page = reader.open()
    plain = reader.sentence()
    curves_are_named(page)
    slider = page.get_by_role("slider", name="Paiements clients, retard")
    for _ in range(15):
        slider.press("ArrowRight")
    page.get_by_text(re.compile("15 jours de retard")).wait_for()
    reader.settle()
    factor = page.get_by_role("slider", name="Défauts clients")
    factor.press("ArrowRight")
    page.get_by_text(re.compile("défauts ×1,5")).wait_for()
    reader.settle()
    page.wait_for_url(re.compile(r"(?=.*delay=15)(?=.*defaults=1\.5)"), timeout=PATIENCE_MS)
    asked = reader.says_anew(plain)
    page.get_by_role("radio", name="Les deux").click()
    page.wait_for_url(re.compile("band=both"))
    reader.settle()
    page.get_by_test_id("stPopover").filter(has_text="Enregistrer").get_by_role("button").click()
    page.get_by_label("Nom du scénario").fill("Retard et défauts")
    page.get_by_label("Nom du scénario").press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(re.compile("scenario=[0-9a-f]{12}"))
    address = page.url
    other = reader.context.new_page()
    other.goto(address)
    other.get_by_text(re.compile("15 jours de retard")).wait_for()
    other.wait_for_function(
        "asked => document.querySelector('.st-key-say')?.innerText.trim() === asked", arg=asked, timeout=PATIENCE_MS
    )
    expect(other.get_by_role("radio", name="Les deux")).to_be_checked()
    other.close()


def test_a_week_lists_its_invoices(reader: Reader) -> None:
    page = reader.open()
    bars = page.locator(".st-key-weeks_light .bars .point, [class*='st-key-weeks'] .bars .point")
    bars.nth(2).click(force=True)
    page.get_by_text(re.compile("Échéances de la semaine")).wait_for()
    page.get_by_text(re.compile("Ateliers Orvalise")).first.wait_for()


def test_a_click_on_the_curve_tells_what_stands_behind_the_day(reader: Reader) -> None:
    page = reader.open("/?band=both")
    plot = page.locator("[class*='st-key-hero'] .nsewdrag")
    plot.wait_for()
    at = plot.bounding_box()
    assert at is not None
    page.mouse.click(at["x"] + at["width"] * 0.3, at["y"] + at["height"] * 0.4)
    behind = page.locator(".st-key-day_behind")
    behind.get_by_text(re.compile("solde médian")).wait_for()
    behind.get_by_text("Virements du factor").first.wait_for()
    behind.get_by_text(re.compile("Le factor finance")).wait_for()
    behind.get_by_text(re.compile(r"Ateliers Orvalise, \d+")).first.wait_for()
    clicked = behind.inner_text()
    beside = page.locator(".st-key-day_beside")
    assert beside.bounding_box()["y"] < at["y"] + at["height"], "the answer stands beside the curve that was clicked"  # type: ignore[index]
    assert beside.locator("p").inner_text().startswith(behind.locator("p").first.inner_text())
    beside.get_by_role("link").click()
    page.wait_for_function(
        "() => { const y = document.querySelector('.st-key-day_behind').getBoundingClientRect().top; return y >= 0 && y < innerHeight }"
    )
    page.get_by_role("button", name=re.compile("Le point bas")).press("Enter")  # the keyboard's way
    page.wait_for_function("before => document.querySelector('.st-key-day_behind').innerText !== before", arg=clicked)
    reader.settle()
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.fixture
def own_company(chromium: Browser, tmp_path: Path) -> Iterator[Reader]:
    for server in serve(tmp_path / "own.duckdb"):
        someone = Reader(chromium, server, "fr", phone=False, dark=False)
        yield someone
        someone.context.close()


def drop(page: Page, *files: tuple[str, str]) -> None:
    payload = [{"name": name, "mimeType": "text/csv", "buffer": text.encode("utf-8")} for name, text in files]
    page.set_input_files("input[type=file]", files=payload)


def test_a_question_outlives_a_walk_to_another_page(reader: Reader) -> None:
    """The way back writes it into the address again, so that the next click, a reload and a copied link ask it too."""
    page = reader.open("/?delay=10&defaults=2")
    for name in ("Scénarios", "Trésorerie"):
        page.get_by_role("link", name=name).first.click()
        page.get_by_role("heading", level=1, name=name).wait_for()
    page.wait_for_url("**/?delay=10&defaults=2*")
    page.get_by_role("button", name="Le point bas").click()
    page.get_by_text("Solde médian").first.wait_for()
    expect(page.locator(".st-key-ask_delay")).to_contain_text("10 jours", use_inner_text=True)


def test_own_files_from_empty_to_curve_and_back(own_company: Reader) -> None:
    page = own_company.open("/load")
    page.get_by_role("button", name="Repartir à vide").click()
    page.get_by_role("button", name="Charger la société d’exemple").wait_for()
    own_company.settle()
    drop(page, ("clients.csv", CUSTOMERS), ("suppliers.csv", SUPPLIERS))
    page.get_by_text(re.compile("31/02/2027 n’existe pas")).wait_for()
    assert "4 lignes sur 5 sont prêtes" in own_company.sentence().replace("\u202f", " ").replace("\u00a0", " ")
    page.get_by_role("button", name=re.compile("Importer les 4 bonnes lignes")).click()
    page.get_by_text(re.compile("clients.csv")).first.wait_for()
    page.get_by_role("button", name="Voir la trésorerie").wait_for()
    page.get_by_role("radio", name=re.compile("Réglages")).click()
    page.get_by_role("textbox", name=re.compile("Solde d’ouverture")).fill("50 000,00")
    page.get_by_role("textbox", name=re.compile("Découvert autorisé")).fill("10 000")
    page.get_by_role("textbox", name=re.compile("Seuil de trésorerie")).fill("5 000")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_text("Enregistré.").wait_for()
    page.get_by_role("radio", name=re.compile("Imports faits")).click()
    page.get_by_text("clients.csv").first.wait_for()
    page.goto(own_company.server.url + "/")
    page.get_by_text(re.compile("La courbe s’arrête le")).wait_for()
    page.get_by_text(re.compile("cette sortie|ces sorties n’y sont pas")).first.wait_for(state="attached")
    page.goto(own_company.server.url + "/load?view_of=history")
    page.get_by_role("button", name="Annuler cet import").click()
    page.get_by_text("annulé").first.wait_for()


def test_every_style_hook_still_matches(reader: Reader) -> None:
    """Streamlit may rename its parts; a rule without its part is a rule that no longer acts."""
    hooks = set(re.findall(r'\[data-testid="(\w+)"\]', RULES)) | {f".{k}" for k in re.findall(r"\.(st-key-\w+)", RULES)}
    for path in ("/", "/load", "/factoring"):
        page = reader.open(path)
        if path == "/load":
            drop(page, ("clients.csv", CUSTOMERS))
            page.get_by_role("button", name=re.compile("Importer")).last.wait_for()
        page.wait_for_timeout(2_000)
        hooks -= {h for h in hooks if page.locator(h if h.startswith(".") else f'[data-testid="{h}"]').count()}
    assert not hooks, hooks


def test_the_keyboard_alone_suffices(reader: Reader) -> None:
    page = reader.open()
    before = reader.sentence()
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_text(re.compile("2 jours de retard")).wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.get_by_text(re.compile("défauts ×1,5")).wait_for()
    reader.says_anew(before)


def test_a_hostile_link_gets_a_sentence(reader: Reader) -> None:
    page = reader.open("/?delay=999&who=segment:%3Cscript%3E&band=all&months=1e9")
    page.get_by_text(re.compile("Ce lien demandait un retard de 999 jours")).wait_for()
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_second_process_gets_a_sentence(reader: Reader, server: Server, chromium: Browser) -> None:
    reader.open()
    for second in serve(server.store):
        someone = Reader(chromium, second, "fr", phone=False, dark=False)
        someone.page.goto(second.url)
        someone.page.get_by_text(re.compile("ouvertes par un autre processus")).wait_for()
        someone.context.close()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/factoring", "Commission (%)"),
        pytest.param("/insurance", "Quotité garantie (%)", marks=pytest.mark.proof),
    ],
)
def test_an_offer_is_entered_saved_compared_and_taken_out(reader: Reader, path: str, field: str) -> None:
    page = reader.open(path)
    page.get_by_role("combobox", name="Offre").click()
    page.get_by_role("option", name="Nouvelle offre").click()
    page.get_by_text(re.compile("Cette (offre|police)")).wait_for()
    reader.settle()
    page.wait_for_timeout(1_000)
    before = reader.sentence()
    page.get_by_role("textbox", name=field).fill("abc")
    page.get_by_role("button", name="Recalculer").click()
    page.get_by_text(re.compile(re.escape(field) + r".*«\sabc\s» n’est pas")).wait_for()
    page.get_by_role("textbox", name=field).fill("50" if path == "/insurance" else "1,3")
    page.get_by_role("button", name="Recalculer").click()
    page.wait_for_function("before => document.querySelector('.st-key-say').innerText !== before", arg=before)
    reader.settle()
    page.get_by_label("Nom de l’offre").fill(f"Offre d’essai {path}")
    page.locator(".st-key-contract_save").get_by_role("button", name="Enregistrer").click()
    page.get_by_text(re.compile("Comparer les 2")).first.click()
    page.get_by_text(f"Offre d’essai {path}").last.wait_for()
    page.get_by_test_id("stPopover").filter(has_text="Fichier").get_by_role("button").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter en TOML").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert ('service_fee_rate = "0.013"' if path == "/factoring" else 'insured_pct = "0.5"') in text


def test_the_cash_page_is_found_by_its_name(reader: Reader) -> None:
    page = reader.open("/cash?delay=15")
    page.wait_for_url(re.compile(r"/\?.*delay=15"))
    page.get_by_text(re.compile("Avec 15 jours de retard")).first.wait_for()


def test_a_narrow_window_is_laid_out_like_a_phone(chromium: Browser, server: Server) -> None:
    """At its first visit and at any later one, until it is opened wide again."""
    context = chromium.new_context(viewport={"width": 420, "height": 900}, locale="fr-FR")
    page = context.new_page()
    try:
        for width, phone in ((420, True), (420, True), (1440, False)):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{server.url}/?delay=3")
            layout = page.locator(".st-key-panel summary" if phone else ".st-key-panel h2").first
            layout.wait_for(timeout=60_000)
            page.get_by_text(re.compile("3 jours de retard")).first.wait_for(timeout=60_000)
    finally:
        context.close()


def test_several_customers_fail_together(reader: Reader) -> None:
    page = reader.open("/?fails=C001")
    field = page.get_by_role("combobox", name="Clients en défaillance")
    field.click()
    page.get_by_role("option").nth(2).click()
    page.get_by_text(re.compile("la défaillance de .+ et .+, la trésorerie")).first.wait_for()
    page.wait_for_url(re.compile(r"fails=C001(,|%2C)"))
    page.get_by_text("Défaillance de 2 clients").first.wait_for()


def test_a_curve_is_pinned_a_move_undone_and_everything_reset(reader: Reader) -> None:
    page = reader.open()
    plain = reader.sentence()
    lines = page.locator("[class*='st-key-hero'] .js-line")
    curves_are_named(page)  # the page stands before its charts are drawn
    before = lines.count()
    page.get_by_role("button", name="Épingler cette courbe").click()
    page.get_by_role("button", name="Retirer la courbe épinglée").wait_for()
    page.get_by_role("slider", name="Paiements clients, retard").press("ArrowRight")
    page.wait_for_url(re.compile("delay=1"))
    reader.settle()
    expect(lines).to_have_count(before + 1)
    page.get_by_role("button", name="Annuler").click()
    page.wait_for_url(lambda url: "delay" not in url)
    reader.says_again(plain)
    page.locator(".st-key-ask_ready").get_by_text(re.compile("Récession")).click()
    page.wait_for_url(re.compile("defaults=2"))
    reader.says_anew(plain)
    page.get_by_role("button", name="Rétablir").click()
    page.wait_for_url(lambda url: "defaults" not in url)
    reader.says_again(plain)
    page.get_by_role("button", name="Retirer la courbe épinglée").click()
    expect(lines).to_have_count(before)


@pytest.mark.proof
def test_the_keyboard_alone_tells_the_whole_story(reader: Reader, tmp_path: Path) -> None:
    """From the top of the page by Tab: a move, its lowest day explained, an offer chosen, the pack taken."""
    page = reader.open()
    before = reader.sentence()

    focused = """() => { const at = document.activeElement;
        return at === document.body ? "" : (at.getAttribute("aria-label") || at.innerText || "").slice(0, 60) }"""

    def to(name: str, *, limit: int = 120) -> None:
        for _ in range(limit):
            told = page.evaluate(focused)
            if re.search(name, told):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {name}")

    page.locator("body").press("Tab")
    to("Paiements clients, retard")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("delay=1"))
    reader.says_anew(before)
    to("Le point bas")
    page.keyboard.press("Enter")
    page.locator(".st-key-day_behind").get_by_text("Solde médian").first.wait_for()
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges(); document.body.focus()")
    to("^Décider$")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Pourquoi ")).first.wait_for(timeout=PATIENCE_MS)
    reader.settle()
    to("Retenir l’offre")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Les courbes montrent l’offre")).first.wait_for()
    to("^Trésorerie$")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Trésorerie").wait_for()
    reader.settle()
    to("Exporter")
    page.keyboard.press("Enter")
    to("Tout, en un fichier")
    with page.expect_download(timeout=120_000) as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "pack.zip")
    assert (tmp_path / "pack.zip").stat().st_size > 100_000
