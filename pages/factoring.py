"""What a factoring offer advances, what it costs, and what it refuses."""

from __future__ import annotations

import streamlit as st

from pages.ui import contract_library, factoring_form, factoring_parts, frame, session


def show() -> None:
    """The offer's terms at the left, what they do at the right."""
    at = session.desk()
    ledger = session.ledger(at)
    offer = contract_library.current(at, "factoring", lambda: factoring_form.blank(ledger))
    frame.title_row(
        at.say("factoring.title"), factoring_parts.note(offer, at.say), at.say, lambda: contract_library.actions(at, offer)
    )
    words = st.container()
    # A phone shows what the offer does before its terms.
    form, results = [st.container(), st.container()][::-1] if at.phone else st.columns([3.3, 8.7], gap="large")
    with form:
        contract_library.picker(at, offer)
        factoring_form.form(at, offer, ledger)
    factoring_parts.results(at, offer, words, results)


show()
