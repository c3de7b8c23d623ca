"""Whom to call first about what is unpaid, what came of it, and what it is worth."""

from __future__ import annotations

import streamlit as st

from pages.ui import action_parts, collect_parts, collecting, frame, instalment_parts, letter_parts, session
from pages.ui.rules import ten_rules


def show() -> None:
    """Sentence, numbers, the list of the day; then one customer: why, the log, the letter."""
    at = session.desk()
    say = at.say
    frame.title_row(say("collect.title"), say("app.as_of", day=say.f.long_day(session.ledger(at).as_of)), say)
    if collect_parts.empty(at):
        return
    found = collecting.collecting(at)
    frame.sentence(collect_parts.sentence(found, say))
    frame.headlines(collect_parts.headlines(found, say), phone=at.phone)
    collect_parts.listed(at, found)
    st.header(say("collect.case"), anchor=False)
    item = collect_parts.chosen(at, found)
    if item is None:
        st.caption(say("collect.nobody"))
        return
    left, right = [st.container(), st.container()] if at.phone else st.columns(2, gap="large")
    with left:
        collect_parts.log(at, item, found)
        collect_parts.value(at, item, found)
        action_parts.worth(at, item, found)
        action_parts.indemnity(at, item)
        action_parts.beyond_law(item, found, say)
        action_parts.contacts(at, item)
        collect_parts.history(item, found, say)
        collect_parts.reasons(item, found, say)
    with right:
        letter_parts.letters(at, item, found)
        action_parts.standing(at, item)
        instalment_parts.plan(at, item, found)
    ten_rules("collect", say)


show()
