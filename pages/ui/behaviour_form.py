"""The form in which a reader says what is known better of a customer, with the words for what was said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
import streamlit as st

from data import repository
from data.repository import Override
from forecasting.behaviour import PaymentHistory
from forecasting.dates import to_date
from forecasting.errors import InputRejected
from forecasting.ledger import Ledger
from forecasting.overrides import SHIFT_MAX
from forecasting.reminders import Standing, standing
from pages.ui import frame, session
from pages.ui.session import Desk
from pages.ui.voice import Voice

Kind = Literal["expected", "promised", "disputed", "excluded", "shift", "shift_segment", "trust"]
#: What one can say, about an invoice first, then about the customer.
_KINDS: Final[tuple[Kind, ...]] = ("expected", "promised", "disputed", "excluded", "shift", "shift_segment", "trust")
_ABOUT_INVOICES: Final[tuple[Kind, ...]] = ("expected", "promised", "disputed", "excluded")
_USUAL_SHIFT: Final = 10


def open_rows(history: PaymentHistory, partner_id: str) -> list[int]:
    """Rows of a customer's open invoices in the history, oldest due first."""
    if partner_id not in history.partner_id:
        return []
    mine = np.flatnonzero((history.partner == history.partner_id.index(partner_id)) & history.is_open)
    rows: list[int] = mine[np.argsort(history.due[mine], kind="stable")].tolist()
    return rows


def invoice_name(of: Ledger, history: PaymentHistory, row: int, say: Voice) -> str:
    """An open invoice as a list shows it: number, amount, due date."""
    name = of.customers.invoice_id[int(history.row[row])]
    amount, day = say.f.cents(int(history.open_minor[row])), say.f.short_date(int(history.due[row]))
    return say("behaviour.invoice_of", invoice=name, amount=amount, day=day)


def said_words(at: Desk, said: Override) -> str:
    """What was said, in words."""
    say = at.say
    if said.kind == "expected" and said.day is not None:
        return say("behaviour.said.expected", invoice=frame.plain(said.ledger_id), day=say.f.day_year(said.day))
    if said.kind == "excluded":
        return say("behaviour.said.excluded", invoice=frame.plain(said.ledger_id))
    if said.kind == "trust":
        return say(f"behaviour.said.trust_{said.level}")
    days = said.days or 0
    kind = ("later" if days > 0 else "earlier") + ("_segment" if said.segment else "")
    return say(f"behaviour.said.{kind}", count=abs(days), segment=frame.plain(said.segment))


def told(at: Desk, history: PaymentHistory, partner_id: str) -> None:
    """Promises and disputes that were logged for the customer's open invoices, each to be ended."""
    say, of = at.say, session.ledger(at)
    log = [a for a in repository.collection_log(at.store, at.principal) if a.partner_id == partner_id]
    for row in open_rows(history, partner_id) if log else ():
        name = of.customers.invoice_id[int(history.row[row])]
        state = standing((a for a in log if name in a.invoice_ids), of.as_of)
        if state.promise_day is None and state.disputed_since is None:
            continue
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_told_words(name, state, say))
            if st.button(say("behaviour.take_back"), key=f"behaviour_told_{name}", icon=":material/undo:"):
                repository.log_action(
                    at.store,
                    at.principal,
                    partner_id=partner_id,
                    invoice_ids=(name,),
                    day=to_date(of.as_of),
                    step="phone",
                    outcome="settled" if state.disputed_since is not None else "refused",
                )
                st.rerun()


def _told_words(name: str, state: Standing, say: Voice) -> str:
    if state.disputed_since is not None:
        return say("behaviour.said.disputed", invoice=frame.plain(name), owner=frame.plain(state.dispute_owner))
    assert state.promise_day is not None
    return say("behaviour.said.promised", invoice=frame.plain(name), day=say.f.day_year(state.promise_day))


def form(at: Desk, history: PaymentHistory, partner_id: str) -> None:
    """Say one thing more; it moves the curve as soon as it is kept."""
    say, of = at.say, session.ledger(at)
    rows = open_rows(history, partner_id)
    segment = next((p.segment for p in of.partners if p.partner_id == partner_id), "")
    calm = [r for r in rows if not history.disputed[r]]
    possible: dict[Kind, bool] = {kind: bool(rows) for kind in _ABOUT_INVOICES}
    possible |= {"disputed": bool(calm), "shift_segment": bool(segment)}
    kinds = [k for k in _KINDS if possible.get(k, True)]
    with st.container(border=True):
        kind = st.selectbox(
            say("behaviour.what"),
            kinds,
            format_func=lambda k: say(f"behaviour.kind.{k}", segment=segment),
            key="behaviour_kind",
        )
        row = None
        if kind in _ABOUT_INVOICES:
            row = st.selectbox(
                say("behaviour.invoice"),
                calm if kind == "disputed" else rows,
                format_func=lambda r: invoice_name(of, history, r, say),
                key=f"behaviour_about_{partner_id}",
            )
        said = _details(at, kind, partner_id, segment)
        if row is not None:
            said["ledger_id"] = of.customers.invoice_id[int(history.row[row])]
        said["note"] = st.text_input(say("behaviour.note"), key="behaviour_note", max_chars=200)
        if st.button(say("behaviour.keep"), type="primary", key="behaviour_keep"):
            _keep(at, kind, partner_id, said)


def _details(at: Desk, kind: Kind, partner_id: str, segment: str) -> dict[str, object]:
    """What each kind needs besides the invoice: a day, a number of days, a level, an owner."""
    say, today = at.say, to_date(session.ledger(at).as_of)
    if kind in ("expected", "promised"):
        soon = today + timedelta(days=14)
        return {"day": st.date_input(say("behaviour.day"), soon, min_value=today, format="DD/MM/YYYY", key="behaviour_day")}
    if kind == "disputed":
        return {"owner": st.text_input(say("behaviour.owner"), key="behaviour_owner")}
    if kind in ("shift", "shift_segment"):
        days = st.number_input(
            say("behaviour.shift"),
            -SHIFT_MAX,
            SHIFT_MAX,
            _USUAL_SHIFT,
            key="behaviour_shift",
            help=say("behaviour.shift_help"),
        )
        return {"days": int(days), "segment": segment if kind == "shift_segment" else ""}
    if kind == "trust":
        level = st.segmented_control(
            say("behaviour.trust"),
            ["low", "normal", "high"],
            default=_level(at, partner_id),
            format_func=lambda v: say(f"behaviour.level.{v}"),
            required=True,
            key=f"behaviour_level_{partner_id}",
        )
        return {"level": level}
    return {}


def _level(at: Desk, partner_id: str) -> str:
    """The trust that stands for a customer."""
    found = (trust.level for trust in session.ledger(at).overrides.trust if trust.partner_id == partner_id)
    return next(found, "normal")


def _keep(at: Desk, kind: Kind, partner_id: str, said: dict[str, object]) -> None:
    try:
        if kind in ("promised", "disputed"):
            _log(at, kind, partner_id, said)
        elif kind == "trust" and said["level"] == "normal":
            for kept in repository.overrides(at.store, at.principal, partner_id=partner_id):
                if kept.in_force and kept.said.kind == "trust":
                    repository.end_override(at.store, at.principal, kept.override_id)
        else:
            whom = {"partner_id": "" if kind == "shift_segment" else partner_id}
            said_kind = "shift" if kind == "shift_segment" else kind
            repository.save_override(at.store, at.principal, Override(kind=said_kind, **whom, **said))  # type: ignore[arg-type]
    except InputRejected as rejected:
        for found in rejected.problems:
            st.error(at.say.problem(found), icon=":material/error:")
        return
    st.toast(at.say("behaviour.kept"), icon=":material/check:")
    st.rerun()


def _log(at: Desk, kind: Kind, partner_id: str, said: dict[str, object]) -> None:
    day = said.get("day")
    repository.log_action(
        at.store,
        at.principal,
        partner_id=partner_id,
        invoice_ids=(str(said["ledger_id"]),),
        day=to_date(session.ledger(at).as_of),
        step="phone",
        outcome="promised" if kind == "promised" else "disputed",
        reason="dispute" if kind == "disputed" else "unknown",
        promise_day=day if isinstance(day, date) else None,
        owner=str(said.get("owner", "")),
        note=str(said["note"]),
    )
