"""A first walk through the sample company: five stops, each on its page, left at any time and not shown again."""

from __future__ import annotations

from typing import Final

import streamlit as st

from data import repository
from data.access import may
from pages.ui import session
from pages.ui.session import Desk

_SETTING: Final = "tour"
#: The stops: the page's address and the file that shows it.
STOPS: Final[tuple[tuple[str, str], ...]] = (
    ("", "pages/cash.py"),
    ("factoring", "pages/factoring.py"),
    ("insurance", "pages/insurance.py"),
    ("decide", "pages/decide.py"),
    ("load", "pages/load.py"),
)


def tour(at: Desk, page: str) -> None:
    """The stop that the reader has come to, with the way on and the way out; nothing once it was left or finished."""
    if not may(at.principal, "change_data") or not _is_wanted(at):
        return
    place = int(st.session_state.get("tour_stop", 0))
    say, last = at.say, place == len(STOPS) - 1
    here = page in (STOPS[place][0], "treasury") if place == 0 else page == STOPS[place][0]
    with st.container(border=True, key="tour", horizontal=not at.phone, vertical_alignment="center"):
        st.markdown(
            say(f"tour.stop.{place + 1}" if here else "tour.away", place=place + 1, count=len(STOPS)), width="stretch"
        )
        if not here:
            if st.button(say("tour.back"), key="tour_back"):
                st.switch_page(STOPS[place][1])
        elif st.button(say("tour.finish" if last else "tour.next"), type="primary", key="tour_next"):
            if last:
                # The last stop asks for files: there the reader stays.
                _leave(at)
                st.rerun()
            st.session_state["tour_stop"] = place + 1
            st.switch_page(STOPS[place + 1][1])
        if st.button(say("tour.leave"), type="tertiary", key="tour_leave"):
            _leave(at)
            st.rerun()


def _is_wanted(at: Desk) -> bool:
    if st.session_state.get("tour_left"):
        return False
    return session.remembered(at, _SETTING) != "left" and session.is_sample(at)


def _leave(at: Desk) -> None:
    st.session_state["tour_left"] = True
    repository.save_settings(at.store, at.principal, {_SETTING: "left"})
