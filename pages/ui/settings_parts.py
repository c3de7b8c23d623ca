"""What no file says: opening balance, overdraft, floor, and the regular payments, in one step of two minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st

from data import repository
from data.repository import Company
from data.terms import understood
from data.values import BadValue, parse_currency
from forecasting.errors import InputRejected
from pages.ui import frame, session
from pages.ui.account_parts import accounts
from pages.ui.member_parts import members
from pages.ui.people_parts import people
from pages.ui.regular_parts import day_of, regular
from pages.ui.retention_parts import retention
from pages.ui.session import Desk
from pages.ui.terms_parts import partner_terms
from pages.ui.voice import Voice

Every = Literal["", "week", "month", "quarter", "year"]
#: Percentages are typed as such; rates in the store are fractions.
_PERCENT: Final = Decimal(100)


@dataclass(slots=True)
class _Typed:
    """What was typed in a form, with what could not be read."""

    say: Voice
    wrong: list[str]

    def amount(self, label: str, text: str) -> int | None:
        """Minor units; None where nothing was typed."""
        if not text.strip():
            return None
        try:
            return self.say.f.read_amount(text)
        except ValueError:
            self.wrong.append(self.say("settings.bad_amount", field=label, text=text))
            return None

    def percent(self, label: str, text: str) -> Decimal:
        """A rate from a percentage; 0 where nothing was typed."""
        if not text.strip():
            return Decimal(0)
        try:
            rate = self.say.f.read_decimal(text) / _PERCENT
        except ValueError:
            rate = Decimal(-1)
        if not 0 <= rate <= 1:
            self.wrong.append(self.say("settings.bad_percent", field=label, text=text))
            return Decimal(0)
        return rate

    def terms(self, label: str, text: str) -> str:
        """Payment terms as they were typed; what nobody understands is no answer."""
        typed = text.strip()
        if typed and understood(typed) is None:
            self.wrong.append(self.say("settings.partner_terms.bad", name=label, text=typed))
        return typed


def settings(at: Desk) -> None:
    """The company and its regular payments: two short forms under one sentence that says what is still missing."""
    say, lacking = at.say, session.missing(at)
    words = say.list([say(f"cash.missing.{code}") for code in lacking])
    frame.sentence(say("settings.say.missing", list=words) if lacking else say("settings.say.complete"))
    if st.session_state.pop("settings_saved", False):
        st.success(say("settings.saved"), icon=":material/check:")
    left, right = [st.container(), st.container()] if at.phone else st.columns([4.4, 7.6], gap="large")
    with left:
        _company(at)
        _rates(at)
    with right:
        regular(at)
        accounts(at)
        members(at)
        partner_terms(at)
        people(at)
        retention(at)


# ── the company ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _company(at: Desk) -> None:
    say, told = at.say, at.company
    st.header(say("settings.company"), anchor=False)
    with st.form("company", border=False):
        name = st.text_input(say("settings.name"), value=told.name, key="company_name")
        one, other = st.columns(2, gap="medium")
        opening = one.text_input(
            say("settings.opening", currency=say.f.symbol), value=_amount(told.opening_cash_minor, say), key="opening"
        )
        on = other.date_input(
            say("settings.opening_date"), value=told.opening_date or date.today(), format="DD/MM/YYYY", key="opening_date"
        )
        limit = one.text_input(
            say("settings.overdraft", currency=say.f.symbol),
            value=_amount(told.overdraft_limit_minor, say),
            help=say("settings.overdraft_help"),
            key="overdraft",
        )
        rate = other.text_input(say("settings.rate"), value=_percent(told.overdraft_rate, say), key="overdraft_rate")
        floor = one.text_input(
            say("settings.floor", currency=say.f.symbol),
            value=_amount(told.cash_floor_minor, say),
            help=say("settings.floor_help"),
            key="floor",
        )
        fee = other.text_input(
            say("settings.fee"),
            value=_percent(told.overdraft_fee_rate, say),
            help=say("settings.fee_help"),
            key="overdraft_fee",
        )
        terms = one.text_input(
            say("settings.customer_terms"), value=told.customer_terms, help=say("settings.terms_help"), key="customer_terms"
        )
        ours = other.text_input(say("settings.supplier_terms"), value=told.supplier_terms, key="supplier_terms")
        if not st.form_submit_button(say("settings.save"), type="primary"):
            return
    typed = _Typed(say, [])
    minor = typed.amount(say("settings.opening", currency=say.f.symbol), opening)
    told = replace(
        told,
        name=name.strip(),
        opening_cash_minor=minor,
        opening_date=on if minor is not None else None,
        overdraft_limit_minor=typed.amount(say("settings.overdraft", currency=say.f.symbol), limit),
        overdraft_rate=typed.percent(say("settings.rate"), rate),
        overdraft_fee_rate=typed.percent(say("settings.fee"), fee),
        cash_floor_minor=typed.amount(say("settings.floor", currency=say.f.symbol), floor),
        customer_terms=typed.terms(say("settings.customer_terms"), terms),
        supplier_terms=typed.terms(say("settings.supplier_terms"), ours),
    )
    if told.overdraft_limit_minor is not None and told.overdraft_limit_minor < 0:
        typed.wrong.append(say("settings.negative_overdraft"))
    _save_company(at, told, typed.wrong)


def _save_company(at: Desk, told: Company, wrong: Sequence[str]) -> None:
    for words in wrong:
        st.error(words, icon=":material/error:")
    if wrong:
        return
    try:
        repository.save_company(at.store, at.principal, told)
    except InputRejected as rejected:
        for found in rejected.problems:
            st.error(at.say.problem(found), icon=":material/error:")
        return
    st.session_state["settings_saved"] = True
    st.rerun()


def _amount(amount_minor: int | None, say: Voice) -> str:
    return "" if amount_minor is None else say.f.cents(amount_minor, symbol=False)


def _percent(rate: Decimal, say: Voice) -> str:
    return say.f.decimal(rate * _PERCENT) if rate else ""


# ── other currencies ─────────────────────────────────────────────────────────────────────────────────────────────────


def _rates(at: Desk) -> None:
    """What one unit of each other currency is worth: without it, invoices in that currency are refused."""
    say = at.say
    st.header(say("settings.rates"), anchor=False)
    st.caption(say("settings.rates_help", currency=at.company.currency))
    stored = repository.exchange_rates(at.store, at.principal)
    config, decimals = st.column_config, "%.6g"
    with st.form("rates", border=False):
        edited = st.data_editor(
            pd.DataFrame(
                {
                    "currency": pd.Series([currency for currency, _, _ in stored], dtype="str"),
                    "day": pd.Series([day for _, day, _ in stored], dtype="object"),
                    "rate": pd.Series([float(rate) for _, _, rate in stored], dtype="float64"),
                }
            ),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            column_config={
                "currency": config.TextColumn(say("settings.column.currency"), max_chars=3, required=True),
                "day": config.DateColumn(say("settings.column.rate_day"), format="DD/MM/YYYY", required=True),
                "rate": config.NumberColumn(
                    say("settings.column.rate", currency=at.company.currency), min_value=0, format=decimals, required=True
                ),
            },
            placeholder="",
            key="rate_rows",
            alt=say("settings.rates"),
        )
        if not st.form_submit_button(say("settings.save_rates"), type="primary"):
            return
    rates, wrong = read_rates([{str(k): v for k, v in row.items()} for row in edited.to_dict("records")], say)
    for words in wrong:
        st.error(words, icon=":material/error:")
    if wrong:
        return
    try:
        repository.save_exchange_rates(at.store, at.principal, rates)
    except InputRejected as rejected:
        for found in rejected.problems:
            st.error(say.problem(found), icon=":material/error:")
        return
    st.session_state["settings_saved"] = True
    st.rerun()


def read_rates(rows: Sequence[dict[str, Any]], say: Voice) -> tuple[list[tuple[str, date, Decimal]], list[str]]:
    """Currency, day and rate of the table's rows, with everything that is wrong in words."""
    rates: list[tuple[str, date, Decimal]] = []
    wrong = []
    for place, row in enumerate(rows, start=1):
        code, day, rate = str(row["currency"] or "").strip().upper(), row["day"], row["rate"]
        try:
            parse_currency(code)
        except BadValue:
            wrong.append(say("settings.bad_currency", row=place, text=code))
            continue
        if pd.isna(day) or pd.isna(rate):
            wrong.append(say("settings.no_rate", row=place))
        else:
            rates.append((code, day_of(day), Decimal(repr(float(rate)))))
    return rates, wrong
