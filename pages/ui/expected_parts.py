"""What the screen says of the business to come, and the switch that leaves it out."""

from __future__ import annotations

from typing import Final

import streamlit as st

from data.access import may
from forecasting.activity import expected_count
from forecasting.ledger import Ledger
from pages.ui import session
from pages.ui.session import Desk

_SWITCH: Final = "count_expected"


def expected_notice(at: Desk, of: Ledger) -> None:
    """One line where the curve counts invoices that nobody has issued, or was told not to; nothing otherwise."""
    count, on = expected_count(of), session.counts_expected(at)
    if on and not count:
        return
    words = at.say("expected.counted", count=at.say.f.whole(count)) if on else at.say("expected.left_out")
    st.info(words, icon=":material/trending_up:")
    if may(at.principal, "change_data"):
        st.session_state[_SWITCH] = on
        st.toggle(at.say("expected.switch"), key=_SWITCH, on_change=lambda: _switched(at))


def _switched(at: Desk) -> None:
    session.count_expected(at, bool(st.session_state[_SWITCH]))
