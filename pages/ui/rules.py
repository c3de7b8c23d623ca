"""The ten rules of a subject, each with the place on the page that keeps it in view."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from pages.ui.voice import Voice

Subject = Literal["factoring", "insurance", "collect"]
RULES: Final = 10


def ten_rules(subject: Subject, say: Voice) -> None:
    """A folded list: the rule, then where the page shows it."""
    with st.expander(say(f"rules.{subject}.title"), key=f"rules_{subject}"):
        lines = [
            f"{n}. **{say(f'rules.{subject}.{n}.rule')}** {say(f'rules.{subject}.{n}.where')}" for n in range(1, RULES + 1)
        ]
        st.markdown("\n".join(lines))
