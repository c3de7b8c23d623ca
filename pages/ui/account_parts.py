"""Bank accounts on the settings view: what each holds, whose it is, its overdraft; and the sum by entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pandas as pd
import streamlit as st

from data import repository
from data.importers.statements import UNNAMED_ACCOUNT
from data.repository import AccountPosition
from forecasting.dates import to_date
from forecasting.money import Currency
from pages.ui import frame, session
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

_PERCENT: Final = Decimal(100)


def accounts(at: Desk) -> None:
    """One row per account, entity and overdraft editable; one line per entity where there are several."""
    say = at.say
    entities = repository.bank_positions(at.store, at.principal, to_date(session.ledger(at).as_of))
    found = [position for entity in entities for position in entity.accounts]
    if not found:
        return
    st.header(say("settings.accounts.title"), anchor=False)
    if len(entities) > 1:
        amount = say("settings.accounts.balance_home", currency=say.f.symbol)
        sums = Table(
            columns={
                say("settings.accounts.entity"): [frame.plain(e.entity) or say("plan.group") for e in entities],
                amount: [e.home_minor for e in entities],
            },
            writers={amount: lambda v: say.f.cents(int(v), symbol=False)},
        )
        frame.listing(say, sums, key="account_sums", alt=say("settings.accounts.title"))
    with st.form("accounts", border=False):
        edited = st.data_editor(
            _rows(found, say),
            hide_index=True,
            width="stretch",
            disabled=[say(f"settings.accounts.{c}") for c in ("account", "currency", "balance", "until")],
            column_config={
                say("settings.accounts.overdraft"): st.column_config.NumberColumn(min_value=0, format="localized"),
                say("settings.accounts.rate"): st.column_config.NumberColumn(
                    min_value=0, max_value=100, format="localized"
                ),
                say("settings.accounts.balance"): st.column_config.NumberColumn(format="localized"),
                say("settings.accounts.until"): st.column_config.DateColumn(format="DD/MM/YYYY"),
            },
            key="account_rows",
            alt=say("settings.accounts.title"),
        )
        if not st.form_submit_button(say("settings.accounts.save"), type="primary"):
            return
    for position, row in zip(found, edited.to_dict("records"), strict=True):
        unit = 10 ** Currency(position.account.currency).exponent
        changed = replace(
            position.account,
            entity=str(row[say("settings.accounts.entity")] or "").strip(),
            overdraft_limit_minor=round(Decimal(str(row[say("settings.accounts.overdraft")] or 0)) * unit),
            overdraft_rate=Decimal(str(row[say("settings.accounts.rate")] or 0)) / _PERCENT,
        )
        label = str(row[say("settings.accounts.label")] or "").strip()
        if changed != position.account or label != position.label:
            repository.save_account(at.store, at.principal, changed, label)
    st.session_state["settings_saved"] = True
    st.rerun()


def account_name(account_id: str, say: Voice) -> str:
    """How an account is called: its id, or that no statement has named it."""
    return say("settings.accounts.unnamed") if account_id == UNNAMED_ACCOUNT else account_id


def _rows(found: Sequence[AccountPosition], say: Voice) -> pd.DataFrame:
    units = [10 ** Currency(p.account.currency).exponent for p in found]
    return pd.DataFrame(
        {
            say("settings.accounts.account"): [account_name(p.account.account_id, say) for p in found],
            say("settings.accounts.label"): [p.label for p in found],
            say("settings.accounts.entity"): [p.account.entity for p in found],
            say("settings.accounts.currency"): [p.account.currency for p in found],
            say("settings.accounts.balance"): [p.balance_minor / u for p, u in zip(found, units, strict=True)],
            say("settings.accounts.until"): [p.known_until for p in found],
            say("settings.accounts.overdraft"): [
                p.account.overdraft_limit_minor / u for p, u in zip(found, units, strict=True)
            ],
            say("settings.accounts.rate"): [float(p.account.overdraft_rate * _PERCENT) for p in found],
        }
    )
