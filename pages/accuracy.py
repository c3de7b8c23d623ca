"""How right the forecast was: past mornings asked again, and forecasts that were shown, held against what came in."""

from __future__ import annotations

import streamlit as st

from pages.ui import accuracy_parts, collect_parts, frame, session


def show() -> None:
    """Title, then what is known of past forecasts, or how far its computation is."""
    at = session.desk()
    say = at.say
    frame.title_row(say("accuracy.title"), say("app.as_of", day=say.f.long_day(session.ledger(at).as_of)), say)
    if not collect_parts.empty(at):
        accuracy_parts.body(at)
    st.space("small")


show()
