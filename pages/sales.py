"""What a salesperson may know: own customers, their limits and disputes, and what an order does; nothing of the treasury."""

from __future__ import annotations

import streamlit as st

from pages.ui import frame, sales_parts, session


def show() -> None:
    """Sentence, numbers, an order, disputes, customers."""
    at = session.desk()
    say = at.say
    frame.title_row(say("sales.title"), say("app.as_of", day=say.f.long_day(session.ledger(at).as_of)), say)
    found = sales_parts.positions(at)
    frame.sentence(sales_parts.sentence(found, say))
    frame.headlines(sales_parts.headlines(found, say), phone=at.phone)
    left, right = [st.container(), st.container()] if at.phone else st.columns([5, 7], gap="large")
    with left:
        sales_parts.order(at, found)
    with right:
        sales_parts.disputes(at)
        sales_parts.switch(at, found)
    sales_parts.listed(at, found)


show()
