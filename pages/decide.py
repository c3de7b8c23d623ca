"""Which protection to buy: offers weighed on the same luck, the efficient ones, the cheapest within the accepted risk."""

from __future__ import annotations

import streamlit as st

from pages.ui import decide_desk, decide_parts, decide_words, frame, session


def show() -> None:
    """Title, sentence, frontier and advice, offers, negotiating sheet; or how far the search is."""
    at = session.desk()
    say = at.say
    if session.is_empty(session.ledger(at)):
        frame.title_row(say("decide.title"), "", say)
        frame.empty_state(say, "cash.empty", lambda: None)
        return
    choice = decide_desk.choice(at)
    offers = choice.candidates.offers
    months = max(1, round(choice.scenario.horizon_days / 30.4))
    frame.title_row(say("decide.title"), say("decide.note", count=len(offers) - 1, horizon=months), say)
    if len(offers) == 1:
        decide_parts.nothing(at)
        return
    work = decide_desk.search(choice)
    if work.figures is None:
        decide_parts.waiting(at, work)
        return
    words = st.container()
    left, right = (st.container(), st.container()) if at.phone else st.columns([7.6, 4.4], gap="large")
    with right:
        level = decide_parts.level(at)
    with left:
        measure = decide_parts.measure(at)
    found = decide_words.weighed(offers, work.figures, level, measure)
    with words:
        frame.sentence(decide_words.sentence(found, say))
        decide_parts.asked(at)
    with left:
        decide_parts.picture(at, choice, found)
    with right:
        decide_parts.advice(at, choice, found)
    decide_parts.table(at, found)
    decide_parts.sheet(at, choice, found)
    st.space("small")


show()
