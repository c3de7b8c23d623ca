"""Payment terms of partners whose files name no due date: the question, what is usual, and the answer in one table."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from data import repository
from forecasting.behaviour import history_of
from forecasting.dates import parse_terms
from forecasting.ledger import Ledger, Side
from forecasting.money import Currency
from pages.ui import session
from pages.ui.session import Desk

_SIDES: Final[tuple[Side, ...]] = ("customer", "supplier")


def partner_terms(at: Desk) -> None:
    """Nothing where every unpaid invoice has its due date; else a row per partner to fill in."""
    say, found = at.say, repository.undated_partners(at.store, at.principal)
    if not found:
        return
    usual, unit = usual_days(session.ledger(at)), 10 ** Currency(at.company.currency).exponent
    st.header(say("settings.partner_terms.title"), anchor=False)
    st.caption(say("settings.partner_terms.note"))
    with st.form("partner_terms", border=False):
        edited = st.data_editor(
            pd.DataFrame(
                {
                    say("settings.partner_terms.partner"): [u.partner.name or u.partner.partner_id for u in found],
                    say("settings.partner_terms.side"): [say(f"invoices.sides.{u.side}") for u in found],
                    say("settings.partner_terms.open", currency=say.f.symbol): [u.amount_minor / unit for u in found],
                    say("settings.partner_terms.usual"): [usual.get((u.side, u.partner.partner_id)) for u in found],
                    say("settings.partner_terms.terms"): [u.partner.terms for u in found],
                }
            ),
            hide_index=True,
            width="stretch",
            disabled=[
                say("settings.partner_terms.partner"),
                say("settings.partner_terms.side"),
                say("settings.partner_terms.open", currency=say.f.symbol),
                say("settings.partner_terms.usual"),
            ],
            key="partner_terms_rows",
            alt=say("settings.partner_terms.title"),
        )
        if not st.form_submit_button(say("settings.partner_terms.save"), type="primary"):
            return
    typed = [str(text or "").strip() for text in edited[say("settings.partner_terms.terms")]]
    wrong = [
        say("settings.partner_terms.bad", name=u.partner.name or u.partner.partner_id, text=text)
        for u, text in zip(found, typed, strict=True)
        if text and not _is_known(text)
    ]
    for words in wrong:
        st.error(words, icon=":material/error:")
    if wrong:
        return
    for u, text in zip(found, typed, strict=True):
        if text != u.partner.terms:
            repository.save_partner(at.store, at.principal, replace(u.partner, terms=text))
    st.session_state["settings_saved"] = True
    st.rerun()


def usual_days(of: Ledger) -> dict[tuple[Side, str], int]:
    """The median of days from invoice to payment of each partner that has paid, by side."""
    found: dict[tuple[Side, str], int] = {}
    for side in _SIDES:
        history = history_of(of, side)
        paid = ~history.is_open
        days = (history.paid - history.issue)[paid]
        for partner in np.unique(history.partner[paid]).tolist():
            found[side, history.partner_id[partner]] = int(np.median(days[history.partner[paid] == partner]))
    return found


def _is_known(text: str) -> bool:
    try:
        parse_terms(text)
    except ValueError:
        return False
    return True
