"""The sales page on a small company: own customers only, an order refused for want of limit, no treasury by any address."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import repository
from data.access import Principal
from pages.ui import session
from pages.ui.i18n import LANGUAGES, Language
from tests.pages.fixtures.company import small_sample
from tests.pages.fixtures.store import opened_page, small_store
from tests.stores import new_store

company = small_store
PAGES = Path(__file__).parents[2] / "pages"
OWNER = min(p.owner for p in small_sample().partners if p.owner)


def as_seller(page: str = "sales") -> AppTest:
    app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    app.session_state["entered"], app.session_state["lang"], app.session_state["profile"] = True, "en", OWNER
    return app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks(company: Path, language: Language) -> None:
    app = opened_page("sales", language)
    assert app.title[0].value == {"fr": "Ventes", "en": "Sales"}[language]
    assert not app.error


def test_the_switch_narrows_to_own_customers(company: Path) -> None:
    app = opened_page("sales", "en")
    everybody = app.selectbox(key="order_customer").options
    app.selectbox(key="profile_owner").set_value(OWNER).run()
    app.button(key="profile_look").click().run()
    names = {p.partner_id: p.name for p in small_sample().partners if p.owner == OWNER}
    own = set(app.selectbox(key="order_customer").options)
    assert own and own <= set(names.values()) and own < set(everybody)
    assert any(OWNER in c.value for c in app.caption)
    app.button(key="profile_back").click().run()
    assert app.selectbox(key="order_customer").options == everybody


def test_an_order_beyond_the_limit_is_refused_and_says_why(company: Path) -> None:
    app = as_seller()
    who = Principal(role="sales", owner=OWNER, name=OWNER)
    positions = repository.customer_positions(session.open_store(str(company)), who)
    limited = next(p for p in positions if p.partner.credit_limit_minor is not None)
    app.selectbox(key="order_customer").set_value(limited.partner.partner_id)
    app.text_input(key="order_amount").set_value("9,000,000.00")
    app.button(key="order_ask").click().run()
    assert not app.exception
    assert "refused" in app.error[0].value and "€9,000,000.00" in app.error[0].value
    assert any("internal limit is too small" in c.value for c in app.caption)
    assert any("Proposed terms" in c.value for c in app.caption)


def test_what_is_no_amount_is_said(company: Path) -> None:
    app = as_seller()
    app.text_input(key="order_amount").set_value("a lot")
    app.button(key="order_ask").click().run()
    assert "a lot" in app.error[0].value


@pytest.mark.parametrize("page", ["cash", "collect", "customers", "factoring", "scenarios", "load"])
def test_a_page_of_the_treasury_opened_by_its_file_shows_nothing(
    company: Path, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = as_seller(page)
    assert len(app.exception) == 1 and "sales has no right to read_" in caplog.text
    assert not app.metric and not app.table


def test_the_navigation_of_a_salesperson_holds_no_treasury(company: Path) -> None:
    app = AppTest.from_file(str(PAGES.parent / "app.py"), default_timeout=120)
    app.session_state["lang"], app.session_state["profile"] = "en", OWNER
    app.run()
    assert app.title[0].value == "Sales" and not app.exception
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page("pages/cash.py")


@pytest.mark.parametrize("page", ["collect", "customers", "sales"])
def test_pages_about_customers_stand_on_a_phone(company: Path, page: str) -> None:
    app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    app.session_state["entered"], app.session_state["lang"], app.session_state["phone"] = True, "fr", True
    app.run()
    assert not app.exception and not app.error
    assert max(len(table.value.columns) for table in app.table) <= 5


@pytest.mark.parametrize("page", ["collect", "customers", "sales"])
def test_an_empty_store_is_no_error(tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "empty.duckdb"
    new_store(path).close()
    monkeypatch.setenv("ENCAISSE_STORE", str(path))
    app = opened_page(page)
    assert app.title[0].value and not app.error
    session.open_store(str(path)).close()
    st.cache_resource.clear()
