"""A company that loads its invoices alone: the curve goes on, the screen says so, and a switch leaves it out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from data import repository
from data.access import FINANCE
from data.sample_store import fill_store
from forecasting.activity import completed, expected_count
from forecasting.ledger_edit import columns_from
from pages.ui import session
from pages.ui.i18n import catalogue
from tests.pages.fixtures.company import small_ledger, small_sample
from tests.pages.test_pages import opened


@pytest.fixture
def past_alone(tmp_path: Path) -> Iterator[Path]:
    """The small sample without the invoices that it expects itself."""
    known, path = small_ledger(), tmp_path / "past.duckdb"
    sales = columns_from(known, "customer", known.customers.issue < known.as_of)
    costs = columns_from(known, "supplier", known.suppliers.issue < known.as_of)
    names = {"customer": set(sales.invoice_id), "supplier": set(costs.invoice_id)}
    payments = tuple(p for p in small_sample().payments if p.invoice_id in names[p.side])
    with repository.create_store(path) as store:
        fill_store(store, FINANCE, replace(small_sample(), customers=sales, suppliers=costs, payments=payments))
    before = os.environ.get("ENCAISSE_STORE")
    os.environ["ENCAISSE_STORE"] = str(path)
    yield path
    session.open_store(str(path)).close()
    st.cache_resource.clear()
    if before is None:
        del os.environ["ENCAISSE_STORE"]
    else:
        os.environ["ENCAISSE_STORE"] = before


def test_the_curve_goes_on_and_the_switch_leaves_it_out(past_alone: Path) -> None:
    words = catalogue("en")
    app = opened(language="en")
    switch = app.toggle(key="count_expected")
    assert switch.value
    assert any(words["expected.switch"] == t.label for t in app.toggle)
    counted = words["expected.counted"].partition("{count}")[2]
    assert any(counted in i.value for i in app.info)
    lowest = [m.value for m in app.metric]
    switch.set_value(False).run()
    assert not app.exception
    assert any(i.value == words["expected.left_out"] for i in app.info)
    assert [m.value for m in app.metric] != lowest
    app.toggle(key="count_expected").set_value(True).run()
    assert [m.value for m in app.metric] == lowest


def test_the_sample_brings_its_own_business_to_come() -> None:
    assert completed(small_ledger()) == small_ledger()
    assert expected_count(small_ledger()) == 0
