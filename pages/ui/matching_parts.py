"""Bank lines against open invoices: what seems paid with its score and reasons, one click for what is sure, the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from data import repository
from data.repository import Match
from forecasting.matching import SURE
from pages.ui import frame
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Proposals on the page at once, the surest first.
_SHOWN: Final = 30


def matching(at: Desk) -> None:
    """The sentence, the proposals to tick, and what was decided."""
    say = at.say
    found = repository.proposed_matches(at.store, at.principal)
    sure = [match for match in found if match.score >= SURE]
    done = repository.decided_matches(at.store, at.principal)
    if not found and not done:
        frame.sentence(say("matching.say.nothing"))
        st.caption(say("matching.how"))
        return
    amount = sum(abs(part[3]) for match in found for part in match.parts)
    frame.sentence(
        say(
            "matching.say.some",
            count=len(found),
            number=say.f.whole(len(found)),
            amount=say.f.amount(amount),
            sure=len(sure),
        )
        if found
        else say("matching.say.done")
    )
    if sure and st.button(say("matching.accept_sure", count=len(sure)), type="primary", key="match_sure"):
        repository.accept_matches(at.store, at.principal, sure)
        st.rerun()
    _proposals(at, found[:_SHOWN])
    if len(found) > _SHOWN:
        st.caption(say("matching.more", count=say.f.whole(len(found) - _SHOWN)))
    _decided(at, done)


def _proposals(at: Desk, shown: Sequence[Match]) -> None:
    say = at.say
    if not shown:
        return
    with st.form("matches", border=False):
        ticked = [
            match
            for match in shown
            if st.checkbox(_words(match, say), value=match.score >= SURE, key=f"match_{match.line_key}")
        ]
        with st.container(horizontal=True):
            accepted = st.form_submit_button(say("matching.accept"), type="primary")
            aside = st.form_submit_button(say("matching.aside"))
    if accepted and ticked:
        repository.accept_matches(at.store, at.principal, ticked)
        st.rerun()
    if aside and ticked:
        repository.set_aside(at.store, at.principal, ticked)
        st.rerun()


def _words(match: Match, say: Voice) -> str:
    """Line, invoices, score and why, in one line."""
    names = [
        say(
            "matching.invoice",
            number=frame.plain(number),
            name=frame.plain(name or partner_id),
            amount=say.f.cents(abs(part)),
        )
        for partner_id, name, number, part in match.parts
    ]
    return say(
        "matching.row",
        day=say.f.short_date(match.day),
        amount=say.f.cents(match.amount_minor, signed=True),
        words=frame.plain(match.words[:70]),
        invoices=say.list(names[:4]),
        score=say.f.percent(match.score),
        reasons=", ".join(say(f"matching.reason.{reason}") for reason in match.reasons),
    )


def _decided(at: Desk, done: Sequence[Match]) -> None:
    """What was decided, each with a way back."""
    say = at.say
    if not done:
        return
    fold = st.expander(say("matching.decided", count=len(done)), key="matches_done", on_change="rerun")
    if not fold.open:
        return
    with fold:
        for match in done[:_SHOWN]:
            left, right = st.columns([9, 2], vertical_alignment="center")
            names = [frame.plain(f"{number} ({name or partner_id})") for partner_id, name, number, _ in match.parts]
            left.markdown(
                say(
                    "matching.done_row",
                    day=say.f.short_date(match.day),
                    amount=say.f.cents(match.amount_minor, signed=True),
                    words=frame.plain(match.words[:70]),
                    invoices=say.list(names) or say("matching.no_invoice"),
                )
            )
            if right.button(say("matching.back"), key=f"match_back_{match.line_key}"):
                repository.take_back_match(at.store, at.principal, match.line_key)
                st.rerun()
