"""The page of collections on a small company: the list, a promise in two clicks that moves the curve, the letter."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import repository
from data.access import FINANCE
from data.repository import InvoiceFilter
from forecasting.behaviour.history import overdue
from forecasting.dates import to_date, to_day
from forecasting.latepayment import late_interest
from forecasting.ledger import NO_DAY
from pages.ui import collecting, session
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.letters import Claimed, letter
from pages.ui.voice import voice_of
from tests.pages.fixtures.company import DAY, small_sample
from tests.pages.fixtures.store import opened_page, small_store

company = small_store
PAGE = Path(__file__).parents[2] / "pages" / "collect.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_whom_to_call_first(company: Path, language: Language) -> None:
    app = opened_page("collect", language)
    said = next(m.value for m in app.markdown if "**" in m.value)
    assert any(name in said for name in {p.name for p in small_sample().partners})
    assert (app.text_area[0].value or "").strip()
    listed = repository.invoices(session.open_store(str(company)), FINANCE, InvoiceFilter(status="disputed"))
    assert app.metric[4].value == str(listed.count) != "0"
    assert not app.error


def test_a_promise_takes_two_clicks_and_moves_the_ledger(company: Path) -> None:
    app = opened_page("collect")
    partner = app.selectbox(key="collect_customer").value
    app.button_group(key="collect_outcome").set_value("promised").run()
    app.button(key="collect_keep").click().run()
    assert not app.exception and not app.error
    store = session.open_store(str(company))
    (action,) = repository.collection_log(store, FINANCE)
    assert (action.partner_id, action.outcome) == (partner, "promised")
    promised = date(2026, 11, 27)
    assert action.promise_day == to_day(promised) and promised - DAY == timedelta(days=7)
    side = repository.load_ledger(store, FINANCE).customers
    rows = [side.invoice_id.index(name) for name in action.invoice_ids]
    assert set(side.paid[rows].tolist()) == {to_day(promised)} != {NO_DAY}
    assert app.selectbox(key="collect_customer").value != partner, "the next customer to call is up"


def test_nobody_is_called_who_has_paid_today(company: Path) -> None:
    at = session.desk()
    of = session.ledger(at)
    item = collecting.collecting(at).items[0]
    assert set(item.invoice_ids) <= {one.invoice_id for one in collecting.open_lines(at, of)[item.partner_id]}
    store = session.open_store(str(company))
    paid = "UPDATE invoice SET paid = ?, paid_minor = NULL WHERE side = 'customer' AND list_contains(?, ledger_id)"
    store.write(lambda cursor: cursor.execute(paid, [to_date(of.as_of), list(item.invoice_ids)]))
    at = session.desk()
    assert all(set(one.invoice_ids).isdisjoint(item.invoice_ids) for one in collecting.collecting(at).items)
    still = {one.invoice_id for one in collecting.open_lines(at, session.ledger(at)).get(item.partner_id, ())}
    assert set(item.invoice_ids) <= still, "the morning's figures keep them: the cash comes in today"


def test_a_dispute_without_owner_is_refused_in_words(company: Path) -> None:
    app = opened_page("collect")
    app.button_group(key="collect_outcome").set_value("disputed").run()
    app.text_input(key="collect_owner").set_value(" ")
    app.button(key="collect_keep").click().run()
    assert "responsable" in app.error[0].value
    assert not repository.collection_log(session.open_store(str(company)), FINANCE)


def test_the_letter_claims_interest_and_forty_euros() -> None:
    """12,000.00 due 31 January, written 2 March 2026: 30 days at 12.15 %, 119.84; with 40.00, 12,159.84."""
    due, day = date(2026, 1, 31), date(2026, 3, 2)
    interest = late_interest(amount_minor=12_000_00, due=due, paid=day)
    claim = Claimed(number="F1", issue=date(2026, 1, 1), due=due, open_minor=12_000_00, interest=interest)
    expected: dict[Language, tuple[str, str]] = {
        "en": ("€12,159.84", "12.15% in the first half of 2026"),
        "fr": ("159,84", "premier semestre 2026"),
    }
    for language, (total, rate) in expected.items():
        text = letter(
            "formal_notice", [claim], customer="Durand", company="Ateliers", day=to_day(day), say=voice_of(language)
        )
        assert total in text and rate in text and text.rstrip().endswith("Ateliers")
        assert "L441-10" in text and "{" not in text


def test_a_letter_without_a_known_rate_claims_the_principal_alone() -> None:
    claim = Claimed(number="F1", issue=None, due=date(2026, 1, 31), open_minor=100_00, interest=None)
    text = letter("reminder", [claim], customer="D", company="A", day=to_day(date(2026, 3, 2)), say=voice_of("en"))
    assert "Total due today: €100.00" in text and "Rates applied" not in text


def test_weekly_and_monthly_instalments_are_compared(company: Path) -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=120)
    app.session_state["entered"], app.session_state["lang"], app.session_state["instalments"] = True, "en", True
    app.run()
    assert not app.exception
    compared = next(t.value for t in app.table if "Rhythm" in t.value.columns)
    assert compared["Rhythm"].tolist() == ["Every week", "Every 30 days"]
    assert compared["Instalments"].str.split().str[0].tolist() == ["13", "3"]
    assert compared["Average day"].tolist() == ["49 days", "60 days"]


def test_cash_and_collections_count_the_same_overdue(company: Path) -> None:
    at = session.desk()
    found = collecting.collecting(at)
    late = [item.overdue_minor for item in found.items if item.overdue_minor]
    assert overdue(session.ledger(at)) == (len(late), sum(late)) and late
