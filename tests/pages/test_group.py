"""A group on the cash and plan pages: which company is looked at, what lies between them, and nothing of it for one alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import repository
from data.access import FINANCE
from data.store import Cursor
from pages.ui import audit_parts, frame, panel, session
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.voice import voice_of
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


def of_the_store(path: Path) -> dict[str, str]:
    known = repository.partners(session.open_store(str(path)), FINANCE)
    return {p.partner_id: p.group_entity for p in known if p.group_entity}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_says_which_company_a_partner_is(company: Path, language: Language) -> None:
    say = voice_of(language)
    share_out(company)
    app = opened_page("load", language, load_view="settings")
    assert say("group.member.by.name") in "".join(t.value.to_string() for t in app.table), "Sud is known by its name"
    partner = next(s for s in app.selectbox if s.key == "member_partner")
    stranger = next(o for o in partner.options if "SUD" not in o)
    partner.select(stranger)
    app.selectbox(key="member_entity").select("Sud")
    next(b for b in app.button if b.label == say("group.member.save")).click().run()
    assert not app.exception, app.exception
    said = of_the_store(company)
    assert [*said.values()] == ["Sud"] and next(iter(said)) in stranger
    assert say("group.member.by.said") in "".join(t.value.to_string() for t in app.table)
    assert [s.value for s in app.success] == [say("settings.saved")]
    (entry, *_) = repository.audit_trail(session.open_store(str(company)), FINANCE)
    assert audit_parts.action(entry.action, say) == say("audit.action.group_entity")
    assert audit_parts.details(entry, say) == [f"{say('audit.detail.entity')} Sud"]


def test_a_company_by_itself_is_not_asked_who_belongs_to_its_group(company: Path) -> None:
    app = opened_page("load", "en", load_view="settings")
    assert not [s for s in app.selectbox if s.key.startswith("member_")]


def shown(app: AppTest) -> str:
    return str(next(b for b in app.button_group if b.key == "entity").value)


def address(app: AppTest) -> list[str]:
    found = app.query_params.get("entity", [])
    return [found] if isinstance(found, str) else list(found)


def test_a_link_opens_the_company_that_it_names(company: Path) -> None:
    share_out(company)
    app = opened_page("cash", "en")
    whole = sentence(app)
    assert address(app) == [], "the whole is the usual, and stands in no address"
    next(b for b in app.button_group if b.key == "entity").set_value("Nord").run()
    assert address(app) == ["Nord"]
    north = sentence(app)
    assert north != whole
    assert panel.link("http://here/?lang=fr", "en", "Nord") == "http://here/?entity=Nord&lang=en", "the copied link"
    again = opened_page("cash", "en", address={"entity": "Nord"})
    assert (shown(again), sentence(again), address(again)) == ("Nord", north, ["Nord"])
    next(b for b in again.button_group if b.key == "entity").set_value("").run()
    assert (sentence(again), address(again)) == (whole, []), "a moved control wins over the address that it came with"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_to_a_company_that_does_not_exist_shows_the_whole_and_says_so(company: Path, language: Language) -> None:
    words = voice_of(language)("group.unknown", asked="Ouest")
    alone = opened_page("cash", language, address={"entity": "Ouest"})
    assert words in [i.value for i in alone.info] and address(alone) == []
    share_out(company)
    app = opened_page("cash", language, address={"entity": "Ouest"})
    assert shown(app) == "" and words in [i.value for i in app.info] and address(app) == []
    next(b for b in app.button_group if b.key == "entity").set_value("Nord").run()
    assert address(app) == ["Nord"] and words not in [i.value for i in app.info]
