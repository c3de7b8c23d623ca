"""How much cash, how low, when, how sure, and what protection changes."""

from __future__ import annotations

import streamlit as st

from pages.ui import cash_parts, frame, library, panel, session
from pages.ui.cash_words import Outlook, headlines, sentence


def show() -> None:
    """Title, then everything that a control can move, in one fragment."""
    at = session.desk()
    cash_parts.title(at)
    cockpit()


@st.fragment
def cockpit() -> None:
    """Sentence, numbers, panel, curve, causes, weeks: a control redraws them and nothing else."""
    at = session.desk()
    ledger = session.ledger(at)
    if session.is_empty(ledger):
        cash_parts.empty(at)
        return
    repairs = panel.arrive(ledger, session.saved_ids(at))
    words, numbers = st.container(), st.container()
    question, status = panel.panel(ledger, at.say, phone=at.phone, library=lambda asked: library.controls(at, asked))
    below = st.container()
    with cash_parts.waiting(at, question, status, ((words, 32), (numbers, 96), (below, 480))):
        outlook = Outlook(question=question, projection=session.answer(at, question), ledger=ledger)
    with words:
        frame.sentence(sentence(outlook, at.say))
        cash_parts.notices(at, outlook, repairs)
    with numbers:
        frame.headlines(headlines(outlook, at.say, phone=at.phone), phone=at.phone)
    curve, causes = cash_parts.grid(at)
    with curve:
        cash_parts.curve(at, outlook)
    with causes:
        cash_parts.causes(at, outlook)
    cash_parts.weeks(at, outlook)
    panel.write_address()


show()
