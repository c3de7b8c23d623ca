"""Every page in both languages on a small company: it renders, and every control changes what it says."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import repository
from data.access import FINANCE
from data.sample_store import fill_store
from forecasting.errors import StoreBusy
from pages.ui import answering, session
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
from tests.pages.fixtures.company import small_sample
from tests.stores import new_store, sample_store

APP = str(Path(__file__).parents[2] / "app.py")
PAGES = ("cash", "scenarios", "factoring", "insurance", "invoices", "load")
PATIENCE = 120


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("store") / "small.duckdb"
    sample_store(path, small_sample()).close()
    yield from _with_store(path)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "empty.duckdb"
    new_store(path).close()
    yield from _with_store(path)


def _with_store(path: Path) -> Iterator[Path]:
    before = os.environ.get("ENCAISSE_STORE")
    os.environ["ENCAISSE_STORE"] = str(path)
    yield path
    session.open_store(str(path)).close()
    st.cache_resource.clear()
    if before is None:
        del os.environ["ENCAISSE_STORE"]
    else:
        os.environ["ENCAISSE_STORE"] = before


def opened(page: str = "cash", language: Language = "fr", **address: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=PATIENCE)
    app.query_params["lang"] = language
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    if page != "cash":
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    """The sentence of the page, below the tour's."""
    return next(m.value for m in app.markdown if "**" in m.value and not m.value.startswith("**1 "))


def test_payment_terms_that_nobody_understands_are_said_and_not_kept(company: Path) -> None:
    app = opened("load", view_of="settings")
    for typed, wrong in (("quarante-cinq", True), ("45 jours fin de mois", False)):
        app.text_input(key="customer_terms").set_value(typed)
        next(b for b in app.button if b.label == voice_of("fr")("settings.save")).click().run()
        assert not app.exception and any(typed in e.value for e in app.error) == wrong
        kept = repository.company(session.open_store(str(company)), FINANCE).customer_terms
        assert (kept == typed) != wrong


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks(company: Path, page: str, language: Language) -> None:
    app = opened(page, language)
    assert app.title[0].value
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_is_no_error(empty: Path, page: str) -> None:
    app = opened(page)
    assert not app.error


@pytest.mark.parametrize(
    ("control", "value"),
    [("ask_delay", 30), ("ask_factor", Decimal(3)), ("ask_months", 3), ("ask_ready", "largest_fails")],
)
def test_every_control_changes_the_result(company: Path, control: str, value: Any) -> None:
    app = opened()
    plain = [m.value for m in app.metric] + [said(app)]
    if control == "ask_ready":
        app.button_group(key=control).set_value(value)
    else:
        app.session_state[control] = value
    app.run()
    assert not app.exception
    assert [m.value for m in app.metric] + [said(app)] != plain


def test_a_browser_that_lags_behind_undoes_no_control(company: Path) -> None:
    app = opened(delay="15")
    assert app.session_state["ask_ready"] == "later_15", "the control's value is a ready-made question"
    app.button_group(key="ask_ready").set_value(None)  # what a browser that has not drawn it yet sends with the next move
    app.select_slider(key="ask_factor").set_value(Decimal("1.5")).run()
    assert (app.select_slider(key="ask_delay").value, app.select_slider(key="ask_factor").value) == (15, Decimal("1.5"))


def test_an_address_that_was_replaced_a_moment_ago_is_no_news_however_long_it_stood(company: Path) -> None:
    app = opened()
    app.select_slider(key="ask_delay").set_value(15).run()
    now = time.monotonic()
    for replaced, left in ((now, 15), (now - 60, 0)):
        app.session_state["question_written"] = [(now - 600, {}), (replaced, {"delay": "15"})]
        app.query_params.clear()  # what the browser shows until it has heard of ours, or after its way back
        app.query_params["lang"] = "fr"
        app.run()
        assert app.select_slider(key="ask_delay").value == left


@pytest.mark.parametrize(
    ("language", "days", "words"), [("fr", 37, "Premier aperçu sur 100 des"), ("en", 38, "First look over 100 of")]
)
def test_where_others_compute_the_first_draws_are_shown_and_the_whole_answer_follows(
    company: Path, language: Language, days: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(language=language)
    monkeypatch.setattr(answering, "is_pressed", lambda: True)
    monkeypatch.setattr(answering, "is_wanted", lambda: True)
    app.select_slider("ask_delay").set_value(days).run()
    assert any(words in c.value for c in app.caption) and not app.exception
    monkeypatch.undo()
    patience = time.monotonic() + PATIENCE
    while session.memory().later.is_waiting(app.session_state["me"]):
        assert time.monotonic() < patience
        time.sleep(0.01)
    app.run()
    assert not any(words in c.value for c in app.caption) and not app.exception


def test_whom_a_shock_concerns_matters(company: Path) -> None:
    ledger = small_sample().ledger()
    segment = max({p.segment for p in ledger.partners if p.segment})
    named = opened(delay="30", who=f"segment:{segment}")
    assert not named.info, "the segment is known"
    assert [m.value for m in opened(delay="30").metric] != [m.value for m in named.metric]


def test_a_link_reopens_the_question(company: Path) -> None:
    app = opened(delay="15", defaults="2", months="6", band="both")
    assert app.select_slider(key="ask_delay").value == 15
    assert "**15 jours** de retard" in said(app) and "×2" in said(app)


def test_a_broken_link_is_repaired_and_says_so(company: Path) -> None:
    app = opened(delay="999", who="segment:nobody")
    told = " ".join(i.value for i in app.info)
    assert "999" in told and "60 jours" in told and "segment:nobody" in told
    assert app.select_slider(key="ask_delay").value == 60


def test_missing_settings_say_what_the_curve_is_not(empty: Path) -> None:
    with repository.create_store(empty) as store:
        fill_store(store, FINANCE, small_sample())
        told = repository.company(store, FINANCE)
        repository.save_company(store, FINANCE, replace(told, opening_cash_minor=None, opening_date=None))
        assert repository.missing_settings(store, FINANCE) == (), "the bank's own balance is one"
        store.write(lambda cursor: cursor.execute("DELETE FROM bank_balance"))
    warned = " ".join(w.value for w in opened().warning)
    assert "solde d’ouverture" in warned and "des variations, pas un solde" in warned


def test_a_busy_store_gets_a_sentence(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: str) -> None:
        raise StoreBusy("small.duckdb", 4242)

    monkeypatch.setattr(session, "open_store", busy)
    app = AppTest.from_file(APP, default_timeout=PATIENCE).run()
    assert not app.exception
    assert "4242" in app.error[0].value


def test_the_language_button_switches(company: Path) -> None:
    app = opened()
    assert app.title[0].value == "Trésorerie"
    app.button(key="language").click().run()
    assert app.title[0].value == "Cash"
