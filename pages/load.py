"""What the company owes, is owed and has: files, settings, regular payments, and every import with a way back."""

from __future__ import annotations

import streamlit as st

from pages.ui import frame, load_parts, matching_parts, session, settings_parts

VIEWS = ("files", "bank", "settings", "history")


def show() -> None:
    """One of four views: drop files, match the bank, say what no file says, look at what was loaded."""
    at = session.desk()
    say = at.say
    frame.title_row(say("load.title"), load_parts.note(at), say)
    if "load_view" not in st.session_state:
        asked = st.query_params.get("view_of")
        st.session_state["load_view"] = asked if asked in VIEWS else "files"
    lacking = len(session.missing(at))
    view = st.segmented_control(
        say("load.views"),
        options=VIEWS,
        format_func=lambda v: (
            say("load.view.settings_missing", count=lacking) if v == "settings" and lacking else say(f"load.view.{v}")
        ),
        key="load_view",
        required=True,
        label_visibility="collapsed",
        width="stretch" if at.phone else "content",
    )
    shown = {
        "files": load_parts.files,
        "bank": matching_parts.matching,
        "settings": settings_parts.settings,
        "history": load_parts.history,
    }
    shown[view or "files"](at)


show()
