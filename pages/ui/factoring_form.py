"""The terms of a factoring offer as a form, pre-filled where nothing is known, never as a market price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final, get_args

import streamlit as st

from forecasting.dates import add_months, to_date, to_day
from forecasting.factoring.contract import ContractType, DatedRate, FactoringContract
from forecasting.factoring.guards import contradictions
from forecasting.ledger import Ledger
from pages.ui import contract_library
from pages.ui.clause_form import Clause, Typed, fields
from pages.ui.contract_library import Offer
from pages.ui.session import Desk

_KIND: Final = (
    Clause(field="contract_type", kind="choice", options=get_args(ContractType)),
    Clause(field="start_day", kind="day"),
)
_PRICE: Final = (
    Clause(field="service_fee_rate", kind="percent"),
    Clause(field="margin", kind="percent"),
    Clause(field="service_fee_min_year_minor", kind="amount"),
    Clause(field="service_fee_min_invoice_minor", kind="amount"),
    Clause(field="setup_fee_minor", kind="amount"),
    Clause(field="annual_audit_fee_minor", kind="amount"),
    Clause(field="line_fee_minor", kind="amount"),
    Clause(field="commitment_fee_rate", kind="percent"),
)
_FUNDING: Final = (
    Clause(field="advance_rate", kind="percent"),
    Clause(field="reserve_rate", kind="percent"),
    Clause(field="reserve_mode", kind="choice", options=("per_invoice", "pooled")),
    Clause(field="fund_target_minor", kind="amount", optional=True),
    Clause(field="concentration_cap", kind="percent", optional=True),
    Clause(field="funding_ceiling_minor", kind="amount", optional=True),
    Clause(field="ceiling_basis", kind="choice", options=("funds_in_use", "before_reserve")),
    Clause(field="funding_delay_bd", kind="days"),
)
_USE: Final = (
    Clause(field="draw_policy", kind="choice", options=("full", "on_demand", "none")),
    Clause(field="bank_floor_minor", kind="amount"),
    Clause(field="remittance_schedule", kind="choice", options=("issue", "daily", "weekly", "monthly")),
    Clause(field="shortfall_policy", kind="choice", options=("cash_call", "netting")),
)
_RISK: Final = (
    Clause(field="definancing_days", kind="days", optional=True),
    Clause(field="guarantee_payout_days", kind="days", optional=True),
    Clause(field="max_invoice_age_days", kind="days", optional=True),
    Clause(field="max_term_days", kind="days", optional=True),
    Clause(field="interest_mode", kind="choice", options=("arrears", "advance")),
    Clause(field="vat_on_service", kind="percent"),
)
_INELIGIBLE: Final = (Clause(field="ineligible", kind="choices", options=("public", "foreign", "intra_group")),)
#: Euribor 3 months of 2026-02-20, to be replaced by the reader's own.
_INDEX: Final = Decimal("0.02024")


def blank(ledger: Ledger) -> FactoringContract:
    """The clauses that a form starts with (domain 1.2, recommended values); approvals unlimited until they are entered."""
    start = add_months(to_date(ledger.as_of).replace(day=1), 1)
    return FactoringContract(
        contract_type="full_notified",
        recourse=True,
        start_day=to_day(start),
        index=(DatedRate(day=to_day(date(2000, 1, 1)), rate=_INDEX),),
        index_floor=Decimal(0),
        margin=Decimal("0.018"),
        reserve_rate=Decimal("0.10"),
        ceiling_basis="funds_in_use",
        service_fee_rate=Decimal("0.008"),
        anniversary_day=to_day(add_months(start, 12)),
        setup_fee_minor=35_000,
        vat_on_service=Decimal("0.20"),
        definancing_days=30,
        max_invoice_age_days=30,
        max_term_days=90,
        concentration_cap=Decimal("0.30"),
        funding_delay_bd=1,
        remittance_schedule="weekly",
    )


def form(at: Desk, offer: Offer) -> None:
    """Draw the terms; on "Recalculate" the draft takes them, or everything that is wrong is said."""
    say, draft = at.say, offer.draft
    assert isinstance(draft, FactoringContract)
    key = f"factoring_{offer.key}"
    with st.form(f"{key}_form", border=False):
        st.header(say("factoring.terms"), anchor=False)
        parts = [fields(_KIND, draft, "factoring", say, key=key, columns=1)]
        recourse = st.toggle(
            say("factoring.clause.recourse"),
            value=draft.recourse,
            help=say("factoring.recourse_help"),
            key=f"{key}_recourse",
        )
        index = st.text_input(say("factoring.clause.index"), value=_index_text(draft, at), key=f"{key}_index")
        st.caption(say("factoring.usual.index"))
        parts.append(fields(_PRICE[:2], draft, "factoring", say, key=key))
        parts.append(fields(_FUNDING[:2], draft, "factoring", say, key=key))
        parts.append(fields(_USE[:2], draft, "factoring", say, key=key))
        with st.expander(say("factoring.more_price"), key=f"{key}_price"):
            parts.append(fields(_PRICE[2:], draft, "factoring", say, key=key))
        with st.expander(say("factoring.more_funding"), key=f"{key}_funding"):
            parts.append(fields(_FUNDING[2:], draft, "factoring", say, key=key))
            parts.append(fields(_USE[2:], draft, "factoring", say, key=key))
        with st.expander(say("factoring.more_risk"), key=f"{key}_risk"):
            parts.append(fields(_RISK, draft, "factoring", say, key=key))
            parts.append(fields(_INELIGIBLE, draft, "factoring", say, key=key, columns=1))
        if st.form_submit_button(say("factoring.recalculate"), type="primary", width="stretch"):
            _take(at, offer, parts, recourse=recourse, index=index)


def _index_text(draft: FactoringContract, at: Desk) -> str:
    return at.say.f.decimal((draft.index[-1].rate * 100).normalize()) if draft.index else ""


def _take(at: Desk, offer: Offer, parts: list[Typed], *, recourse: bool, index: str) -> None:
    say, draft = at.say, offer.draft
    assert isinstance(draft, FactoringContract)
    wrong = [words for part in parts for words in part.wrong]
    values = {name: value for part in parts for name, value in part.values.items()}
    if index != _index_text(draft, at):
        try:
            rate = (say.f.read_decimal(index) / 100).quantize(Decimal("0.000001"))
            values["index"] = (DatedRate(day=draft.index[0].day if draft.index else draft.start_day, rate=rate),)
        except ValueError:
            wrong.append(say("settings.bad_percent", field=say("factoring.clause.index"), text=index))
    changed = replace(draft, **values, recourse=recourse)
    if changed.service_fee_min_year_minor and changed.anniversary_day is None:
        changed = replace(changed, anniversary_day=to_day(add_months(to_date(changed.start_day), 12)))
    wrong += [say.problem(found) for found in contradictions(changed) if found.severity == "error"]
    for words in dict.fromkeys(wrong):
        st.error(words, icon=":material/error:")
    if not wrong:
        contract_library.keep_draft(offer, changed)
        st.rerun()
