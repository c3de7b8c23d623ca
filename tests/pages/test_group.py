"""A group on the cash and plan pages: which company is looked at, what lies between them, and nothing of it for one alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import repository
from data.store import Cursor
from pages.ui import frame
from pages.ui.i18n import LANGUAGES, Language
from tests.pages.fixtures.store import opened_page, small_store

company = small_store


def share_out(path: Path) -> str:
    """The small company as two: Nord has the customers' invoices, Sud the suppliers'; Sud is one of Nord's customers.

    The number of an open invoice of Nord to Sud, which Sud's books do not have.
    """
    numbers: list[str] = []

    def change(cursor: Cursor) -> None:
        cursor.execute("UPDATE invoice SET entity = CASE side WHEN 'customer' THEN 'Nord' ELSE 'Sud' END")
        sister, number = cursor.execute(
            "SELECT partner_id, number FROM invoice WHERE side = 'customer' AND paid IS NULL AND amount_minor > 0 "
            "ORDER BY amount_minor DESC, number LIMIT 1"
        ).fetchall()[0]
        cursor.execute("UPDATE partner SET name = 'SUD', intra_group = true WHERE partner_id = ?", [sister])
        numbers.append(number)

    with repository.create_store(path) as store:
        store.write(change)
    return numbers[0]


def sentence(app: AppTest) -> str:
    return next(m.value for m in app.markdown if "**" in m.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_chooses_a_company_and_reads_what_differs(company: Path, language: Language) -> None:
    number = share_out(company)
    app = opened_page("cash", language)
    whole = sentence(app)
    choice = next(b for b in app.button_group if b.key == "entity")
    assert len(choice.options) == 3
    tables = [shown.value for shown in app.table]
    listed = [t for t in tables if frame.plain(number) in t.to_string()]
    assert listed, "the invoice that Sud does not have is listed"
    choice.set_value("Nord").run()
    assert not app.exception, app.exception
    assert sentence(app) != whole
    choice = next(b for b in app.button_group if b.key == "entity")
    choice.set_value("Sud").run()
    assert not app.exception, app.exception


def test_the_plan_looks_at_the_same_company(company: Path) -> None:
    share_out(company)
    app = opened_page("plan", "en")
    whole = [m.value for m in app.markdown]
    next(b for b in app.button_group if b.key == "entity").set_value("Nord").run()
    assert not app.exception, app.exception
    assert [m.value for m in app.markdown] != whole


def test_a_company_by_itself_is_asked_nothing(company: Path) -> None:
    for page in ("cash", "plan"):
        app = opened_page(page, "en")
        assert not [b for b in app.button_group if b.key == "entity"]
        assert not [e for e in app.expander if e.label.startswith("Between companies")]
