"""What if the business changed: sales, customers, orders, prices, terms, wages; and thirteen weeks as treasurers read them."""

from __future__ import annotations

import streamlit as st

from pages.ui import budget_parts, cash_parts, frame, group_parts, plan_parts, session


def show() -> None:
    """Title, sentence, numbers, what may change, both curves with the reason, working capital, calendar."""
    here = session.desk()
    group_parts.arrive(here)
    at = group_parts.chosen(here)
    say, of = at.say, session.ledger(at)
    frame.title_row(say("plan.title"), say("app.as_of", day=say.f.long_day(of.as_of)), say)
    if session.is_empty(of):
        cash_parts.empty(at)
        return
    at = group_parts.choose(at)
    group_parts.unknown(at)
    of = session.ledger(at)
    words, numbers = st.container(), st.container()
    asked = plan_parts.changes(at, of)
    found = plan_parts.answer(at, of, asked)
    with words:
        frame.sentence(plan_parts.sentence(found, say))
    with numbers:
        frame.headlines(plan_parts.numbers(at, found), phone=at.phone)
    plan_parts.pictures(at, found)
    plan_parts.exposed(at, of, asked)
    plan_parts.capital(at, found)
    budget_parts.budget(at, of)
    plan_parts.calendar(at, found)
    st.caption(say("plan.overdue_rule"))
    if st.button(say("plan.edit_flows"), icon=":material/edit_calendar:", key="plan_edit"):
        st.switch_page("pages/load.py")
    st.space("small")


show()
