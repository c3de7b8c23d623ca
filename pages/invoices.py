"""Who owes what, since when, and from which file and row each invoice came."""

from __future__ import annotations

import streamlit as st

from pages.ui import frame, invoice_parts, session


def show() -> None:
    """Title, then filters and list in one fragment."""
    at = session.desk()
    day = at.say.f.long_day(session.ledger(at).as_of)
    frame.title_row(at.say("invoices.title"), at.say("app.as_of", day=day), at.say)
    invoices()


@st.fragment
def invoices() -> None:
    """A filter redraws the sentence and the list, nothing else."""
    at = session.desk()
    words = st.container()
    wanted = invoice_parts.filters(at)
    page = invoice_parts.page_of(at, wanted)
    with words:
        frame.sentence(invoice_parts.sentence(page, at.say))
    invoice_parts.listed(at, wanted, page)


show()
