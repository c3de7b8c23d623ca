"""Who owes how much, since when, against which limits, and how surely each will pay."""

from __future__ import annotations

import streamlit as st

from pages.ui import behaviour_parts, collect_parts, customer_parts, frame, session


def show() -> None:
    """Sentence, days of sales, ageing, exposure, solvency."""
    at = session.desk()
    say = at.say
    frame.title_row(say("customers.title"), say("app.as_of", day=say.f.long_day(session.ledger(at).as_of)), say)
    if collect_parts.empty(at):
        return
    found = customer_parts.customers(at)
    frame.sentence(customer_parts.sentence(found, say))
    frame.headlines(customer_parts.headlines(found, say), phone=at.phone)
    left, right = [st.container(), st.container()] if at.phone else st.columns([5, 7], gap="large")
    with left:
        customer_parts.aged(found, say)
        customer_parts.definitions(say)
    with right:
        customer_parts.facts(at, found)
    customer_parts.exposed(at, found)
    behaviour_parts.card()


show()
