"""What a credit-insurance policy covers, what it costs, and what stays with the company."""

from __future__ import annotations

import streamlit as st

from pages.ui import contract_library, frame, insurance_form, insurance_parts, session


def show() -> None:
    """The policy's terms at the left, what they do at the right."""
    at = session.desk()
    ledger = session.ledger(at)
    offer = contract_library.current(at, "insurance", lambda: insurance_form.blank(ledger))
    frame.title_row(
        at.say("insurance.title"), insurance_parts.note(offer), at.say, lambda: contract_library.actions(at, offer)
    )
    words = st.container()
    # A phone shows what the offer does before its terms.
    form, results = [st.container(), st.container()][::-1] if at.phone else st.columns([3.3, 8.7], gap="large")
    with form:
        contract_library.picker(at, offer)
        insurance_form.form(at, offer, ledger)
    insurance_parts.results(at, offer, words, results)


show()
