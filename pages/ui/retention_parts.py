"""How long is kept who partners are, for administrators: the years, what is older today, and letting it go."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data import repository
from data.access import may
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: What is proposed: three years after the last contact (customers' data), five (claims end), ten (accounts are kept).
_PROPOSED = (None, 3, 5, 10)


def retention(at: Desk) -> None:
    """Nothing for who does not administer; else the choice with what it would take away today."""
    if not may(at.principal, "administer"):
        return
    say = at.say
    st.header(say("retention.title"), anchor=False)
    st.caption(say("retention.note"))
    known = repository.retention_years(at.store, at.principal)
    years = st.selectbox(
        say("retention.years"),
        sorted({*_PROPOSED, known}, key=lambda y: y or 0),
        index=None if known not in _PROPOSED else _PROPOSED.index(known),
        format_func=lambda y: _words(say, y),
        key="retention_years",
    )
    if years is None:
        st.caption(say("retention.kept"))
    else:
        found = repository.outdated(at.store, at.principal, date.today(), years)
        assert found is not None, "years were chosen"
        key = "retention.nothing" if found.is_empty else "retention.would"
        told = {"partners": len(found.partners), "views": found.views, "problems": found.problems}
        st.write(say(key, day=say.f.day_year(found.before), **told))

    def choose() -> None:
        repository.set_retention(at.store, at.principal, years)
        done = repository.retain(at.store, at.principal, date.today())
        key = "retention.saved" if done is None or done.is_empty else "retention.done"
        st.toast(say(key, partners=len(done.partners) if done else 0), icon=":material/check:")

    st.button(say("retention.apply"), on_click=choose, disabled=years is None and known is None, key="retention_apply")


def _words(say: Voice, years: int | None) -> str:
    if years is None:
        return say("retention.all")
    return say("retention.after_one" if years == 1 else "retention.after", count=years)
