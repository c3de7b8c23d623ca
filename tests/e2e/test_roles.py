"""Hosted behind a proxy that names people: each role gets its pages by their addresses, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from data import repository
from data.access import FINANCE, Principal
from data.hosting import PROOF_HEADER
from data.repository import Person
from data.sample_store import fill_store
from tests.e2e.conftest import PATIENCE_MS, Server, context_of, serve
from tests.pages.fixtures.company import small_sample

pytestmark = pytest.mark.browser

SECRET = "tq7Zp3uWkV9xLr2mYc8sNd5fHb4jGa6eRw1oKi0"
CHIEF = "chef@orvalise.fr"
SELLER = "Inès Lacaze"
#: Addresses that ask for the right to read the treasury, and those that ask for finance's work.
TREASURY = ("treasury", "scenarios", "plan", "factoring", "insurance", "decide", "accuracy", "customers")
CLERKS = ("load", "collect")

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("hosted") / "s.duckdb"
    with repository.create_store(path) as store:
        fill_store(store, FINANCE, small_sample())
        people = [
            Person(email="ines@orvalise.fr", role="sales", owner=SELLER),
            Person(email="paul@orvalise.fr", role="viewer"),
            Person(email="lea@orvalise.fr", role="finance"),
        ]
        repository.replace_people(store, Principal(role="administrator", name=CHIEF), people)
    yield from serve(
        path,
        ENCAISSE_SIGN_IN="proxy",
        ENCAISSE_ADMINISTRATORS=CHIEF,
        ENCAISSE_PROXY_SECRET=SECRET,
    )


@pytest.fixture
def visit(chromium: Browser, hosted: Server) -> Iterator[Visit]:
    """Open an address as somebody, past the proxy, and wait until the page says its sentence."""
    contexts = {}

    def open_as(email: str, path: str, proof: str = SECRET) -> Page:
        if (email, proof) not in contexts:
            headers = {"X-Forwarded-Email": email, PROOF_HEADER: proof} if email else {}
            contexts[email, proof] = context_of(chromium, locale="fr-FR", extra_http_headers=headers)
        page = contexts[email, proof].new_page()
        page.goto(f"{hosted.url}/{path}")
        page.locator("h1").first.wait_for(timeout=PATIENCE_MS)
        page.wait_for_function("() => window.encaisseTables", timeout=PATIENCE_MS)
        page.wait_for_timeout(300)
        return page

    yield open_as
    for context in contexts.values():
        context.close()


def is_titled(page: Page, title: str) -> None:
    expect(page.locator("h1").first).to_have_text(title)


def test_a_salesperson_asks_for_every_page_and_gets_the_own_ones(visit: Visit) -> None:
    is_titled(visit("ines@orvalise.fr", ""), "Ventes")
    for path in (*TREASURY, *CLERKS, "cash"):
        page = visit("ines@orvalise.fr", path)
        page.get_by_text("Votre profil n’ouvre pas cette page.").wait_for()
        is_titled(page, "Encaisse")
        assert page.locator("[data-testid=stMetric]").count() == 0
        seen = page.inner_text("body")
        assert "Trésorerie" not in seen and "découvert" not in seen.lower(), path
        page.close()
    page = visit("ines@orvalise.fr", "invoices")
    is_titled(page, "Factures")
    page.locator(".st-key-foot").get_by_text("ines@orvalise.fr · commercial").wait_for()
    assert "profil" not in visit("ines@orvalise.fr", "sales").inner_text("body").lower(), "no switch of profile when hosted"


@pytest.mark.proof
def test_a_viewer_reads_every_curve_and_changes_nothing(visit: Visit) -> None:
    for path in TREASURY:
        page = visit("paul@orvalise.fr", path)
        expect(page.locator("h1").first).not_to_have_text(re.compile("Ventes|Encaisse"))
        for name in ("Enregistrer", "Supprimer l’offre", "Dupliquer l’offre", "Supprimer"):
            assert page.get_by_role("button", name=name, exact=True).count() == 0, (path, name)
        page.close()
    for path in (*CLERKS, "sales"):
        visit("paul@orvalise.fr", path).get_by_text("Votre profil n’ouvre pas cette page.").wait_for()


def test_finance_opens_everything_but_people(visit: Visit) -> None:
    page = visit("lea@orvalise.fr", "load?view_of=settings")
    is_titled(page, "Importer")
    page.locator(".st-key-foot").get_by_text("lea@orvalise.fr · finance").wait_for()
    assert page.get_by_role("heading", name="Personnes").count() == 0


def test_an_administrator_sees_people_and_the_trail(visit: Visit) -> None:
    page = visit(CHIEF, "load?view_of=settings")
    page.get_by_role("heading", name="Personnes").wait_for()
    page = visit(CHIEF, "load?view_of=history")
    page.get_by_text(re.compile("Journal")).click()
    page.get_by_text("Aucune entrée n’a été changée").wait_for()
    page.get_by_text("connexion", exact=True).first.wait_for()


def test_an_administrator_erases_a_customer_and_finance_is_not_offered_it(visit: Visit) -> None:
    finance = visit("lea@orvalise.fr", "customers")
    finance.get_by_role("button", name="Télécharger les données de ce client").wait_for()
    assert finance.get_by_role("button", name="Effacer l’identité de ce client").count() == 0
    page = visit(CHIEF, "customers")
    picked = page.locator(".st-key-solvency_customer input")
    expect(picked).not_to_have_value("")
    name = picked.input_value()
    page.get_by_text(name).first.wait_for(state="attached")
    page.get_by_role("button", name="Effacer l’identité de ce client").click()
    page.get_by_role("button", name="Effacer définitivement").click()
    page.get_by_text("est effacé.").wait_for()
    page.get_by_text("Effacer définitivement").wait_for(state="hidden")
    page.wait_for_function("seen => !document.body.innerText.includes(seen)", arg=name)
    page.wait_for_function("seen => document.querySelector('.st-key-solvency_customer input').value !== seen", arg=name)


@pytest.mark.parametrize(
    ("email", "proof", "said"),
    [
        ("", SECRET, "ne s’ouvre que par l’adresse"),
        (CHIEF, "", "ne s’ouvre que par l’adresse"),
        (CHIEF, SECRET[:-1], "ne s’ouvre que par l’adresse"),
        ("qui@ailleurs.fr", SECRET, "Aucun accès pour qui@ailleurs.fr"),
        ("%@orvalise.fr", SECRET, "Aucun accès pour %@orvalise.fr"),
        ("x' or '1'='1@orvalise.fr", SECRET, "ne s’ouvre que par l’adresse"),
    ],
    ids=["nobody", "no proof", "wrong proof", "stranger", "wildcard", "injection"],
)
def test_who_may_not_come_in_sees_the_door(visit: Visit, email: str, proof: str, said: str) -> None:
    for path in ("", "load"):
        page = visit(email, path, proof)
        page.get_by_text(re.compile(re.escape(said))).wait_for()
        is_titled(page, "Encaisse")
        assert page.locator("[data-testid=stMetric]").count() == 0
        page.close()
