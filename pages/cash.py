"""How much cash, how low, when, how sure, and what protection changes."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from forecasting.ledger import Ledger
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
    first, coarse = cash_parts.is_first_look(at, panel.asked()), cash_parts.is_late(at, panel.asked())
    if first and not coarse:
        _first_look(at, ledger)
    words, numbers, controls, below = (st.container() for _ in range(4))
    with controls:
        question, status = panel.panel(ledger, at.say, phone=at.phone, library=lambda asked: library.controls(at, asked))
    with cash_parts.waiting(at, question, status, ((words, 32), (numbers, 96), (below, 480))):
        answer = answering.answer(at, question, first=answering.FIRST_PATHS if coarse else None)
        outlook = Outlook(question=question, projection=answer, ledger=ledger, coarse=coarse)
    with words:
        frame.sentence(sentence(outlook, at.say), coarse=coarse)
        if coarse:
            cash_parts.late(at, question)
        cash_parts.notices(at, outlook, repairs)
        behaviour_parts.notice(at)
        next_parts.next_steps(at, outlook)
    with numbers:
        frame.headlines(headlines(outlook, at.say, phone=at.phone), phone=at.phone)
    curve, causes = cash_parts.grid(at)
    with curve:
        cash_parts.curve(at, outlook)
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


def _first_look(at: session.Desk, ledger: Ledger) -> NoReturn:
    """Sentence, numbers and curve over the first draws, each in the place where it stands; the rest stays as it is.

    The browser draws the page anew for all that it is sent, changed or not: panel, causes and weeks are left to the run
    that follows by itself with the whole answer. All is made before anything is sent, what arrives together is drawn once,
    and the curve goes first: it takes the browser longest.
    """
    question = panel.asked()
    answer = answering.answer(at, question, first=answering.FIRST_PATHS)
    outlook = Outlook(question=question, projection=answer, ledger=ledger, coarse=True)
    figure = cash_parts.picture(at, outlook, glance=True)
    words, numbers, _, _ = (st.container() for _ in range(4))
    with cash_parts.grid(at)[0]:
        cash_parts.curve(at, outlook, glance=figure)
    with words:
        st.empty()
        frame.sentence(sentence(outlook, at.say), coarse=True)
    with numbers:
        st.empty()
        frame.headlines(headlines(outlook, at.say, phone=at.phone), phone=at.phone)
    session.rest(cash_parts.DRAWN_SECONDS)
    # The run that follows is told this address, not the one that the browser still shows.
    panel.write_address()
    st.rerun(scope="fragment")


show()
