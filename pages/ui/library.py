"""Named scenarios: save what the panel shows, open, duplicate, rename, delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from data import repository
from data.access import may
from data.scenario_files import inherited_text, write_scenario
from forecasting.errors import InputRejected
from forecasting.money import Currency
from pages.ui import panel, session
from pages.ui.question import Question, question_of
from pages.ui.session import Desk


def controls(at: Desk, question: Question) -> None:
    """Beside the ready scenarios: open a named one, or save what the panel shows."""
    saved = {found.scenario_id: found.name for found in session.saved_scenarios(at)}
    if saved:
        st.menu_button(
            at.say("scenarios.open"),
            options=list(saved),
            format_func=lambda key: saved[key],
            key="open_scenario",
            on_click=lambda: open_scenario(at, str(st.session_state["open_scenario"])),
        )
    if may(at.principal, "change_library"):
        with st.popover(at.say("scenarios.save"), key="save_scenario"):
            _save_form(at, question, saved.get(question.saved, ""))


def _save_form(at: Desk, question: Question, known_as: str) -> None:
    name = st.text_input(at.say("scenarios.name"), value=known_as, max_chars=120, key=f"scenario_name_{question.saved}")
    if known_as and st.button(at.say("scenarios.update", name=known_as), type="primary", key="scenario_update"):
        _save(at, question, name or known_as, question.saved)
    label = at.say("scenarios.save_new" if known_as else "scenarios.save")
    if st.button(label, type="secondary" if known_as else "primary", key="scenario_save"):
        _save(at, question, name, "")


def _save(at: Desk, question: Question, name: str, scenario_id: str) -> None:
    def write() -> str:
        asked = replace(session.scenario(at, question), name=name)
        content = write_scenario(asked, exponent=Currency(at.company.currency).exponent)
        parent = question.saved if not scenario_id else ""
        of = session.ledger(at)
        return repository.save_scenario(
            at.store,
            at.principal,
            name=name,
            content=content,
            scenario_id=scenario_id,
            parent_id=parent,
            heir=lambda before, after, child: inherited_text(before, after, child, of),
        )

    key = guarded(at, write)
    if key:
        panel.adopt(replace(question, saved=key))
        st.toast(at.say("scenarios.saved", name=name), icon=":material/check:")
        st.rerun(scope="fragment")


def open_scenario(at: Desk, scenario_id: str) -> None:
    """Set the panel to a named scenario."""
    found = session.saved_scenario(at, scenario_id)
    if found is not None:
        panel.put(question_of(found, scenario_id, panel.current().band), session.ledger(at))


def duplicate(at: Desk, scenario_id: str, name: str) -> bool:
    """Copy a named scenario under another name; whether it was done."""
    return bool(guarded(at, lambda: repository.duplicate_scenario(at.store, at.principal, scenario_id, name)))


def rename(at: Desk, scenario_id: str, name: str) -> bool:
    """Give a named scenario another name; whether it was done."""

    def write() -> str:
        repository.rename_scenario(at.store, at.principal, scenario_id, name)
        return scenario_id

    return bool(guarded(at, write))


def delete(at: Desk, scenario_id: str) -> None:
    """Delete a named scenario; the panel keeps its values and forgets the name."""
    repository.delete_scenario(at.store, at.principal, scenario_id)
    if panel.current().saved == scenario_id:
        panel.adopt(replace(panel.current(), saved=""))


def guarded(at: Desk, change: Callable[[], str]) -> str:
    """Do a change and return its result; say in sentences what is wrong where it is refused, and return ""."""
    try:
        return change()
    except InputRejected as rejected:
        for found in rejected.problems:
            st.error(at.say.problem(found), icon=":material/error:")
        return ""
