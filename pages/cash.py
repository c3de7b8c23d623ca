"""How much cash, how low, when, how sure, and what protection changes."""

from __future__ import annotations

import streamlit as st

from pages.ui import (
    accuracy_parts,
    answering,
    behaviour_parts,
    cash_parts,
    change_parts,
    day_parts,
    frame,
    group_parts,
    library,
    next_parts,
    panel,
    session,
)
from pages.ui.cash_words import Outlook, headlines, sentence


def show() -> None:
    """Title, then everything that a control can move, in one fragment."""
    at = session.desk()
    group_parts.arrive(at)
    cash_parts.title(group_parts.chosen(at))
    group_parts.choose(at)
    group_parts.unknown(at)
    st.session_state["whole_run"] = True
    cockpit()


@st.fragment
def cockpit() -> None:
    """Sentence, numbers, panel, curve, causes, weeks: a control redraws them and nothing else."""
    at = group_parts.chosen(session.desk())
    ledger = session.ledger(at)
    if session.is_empty(ledger):
        cash_parts.empty(at)
        return
    repairs = panel.arrive(ledger, session.saved_ids(at))
    coarse = cash_parts.first_look(at, panel.asked())
    if coarse:
        # Before anything is drawn: what arrives together is drawn once, and a browser draws the whole page each time.
        answering.answer(at, panel.asked(), coarse=True)
    words, numbers = st.container(), st.container()
    question, status = panel.panel(ledger, at.say, phone=at.phone, library=lambda asked: library.controls(at, asked))
    below = st.container()
    with cash_parts.waiting(at, question, status, ((words, 32), (numbers, 96), (below, 480))):
        answer = answering.answer(at, question, coarse=coarse)
        outlook = Outlook(question=question, projection=answer, ledger=ledger, coarse=coarse)
    with words:
        frame.sentence(sentence(outlook, at.say), coarse=coarse)
        cash_parts.notices(at, outlook, repairs)
        behaviour_parts.notice(at)
        next_parts.next_steps(at, outlook)
    with numbers:
        frame.headlines(headlines(outlook, at.say, phone=at.phone), phone=at.phone)
    curve, causes = cash_parts.grid(at)
    with curve:
        cash_parts.curve(at, outlook)
        if coarse:
            # Causes and weeks stay as they are until the whole answer, which the next run draws, brings theirs.
            panel.write_address()
            session.rest(cash_parts.DRAWN_SECONDS)
            st.rerun(scope="fragment")
        accuracy_parts.beside(at, outlook)
    with causes:
        if not at.phone:
            day_parts.beside(at, outlook)
        cash_parts.causes(at, outlook)
    day_parts.behind(at, outlook)
    cash_parts.weeks(at, outlook)
    group_parts.between(at)
    change_parts.changed(at)
    panel.write_address()


show()
