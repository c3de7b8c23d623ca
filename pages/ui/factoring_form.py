"""The terms of a factoring offer as a form, pre-filled where nothing is known, never as a market price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, get_args

import streamlit as st

from forecasting.dates import add_months, to_date, to_day
from forecasting.factoring.contract import ContractType, DatedRate, FactoringContract
from forecasting.factoring.guards import contradictions
from forecasting.ledger import Ledger
from forecasting.offers.presets import FACTORING_PRESETS, factoring_preset
from pages.ui import clause_tables, contract_library
from pages.ui.clause_form import Clause, Typed, fields
from pages.ui.contract_library import Foot, Offer
from pages.ui.session import Desk
from pages.ui.voice import Voice

_KIND: Final = (
    Clause(field="contract_type", kind="choice", options=get_args(ContractType)),
    Clause(field="start_day", kind="day"),
)
_MAIN: Final = (
    Clause(field="service_fee_rate", kind="percent"),
    Clause(field="margin", kind="percent"),
    Clause(field="advance_rate", kind="percent"),
    Clause(field="reserve_rate", kind="percent"),
)
_USE: Final = (
    Clause(field="draw_policy", kind="choice", options=("full", "on_demand", "windows", "none")),
    Clause(field="bank_floor_minor", kind="amount"),
)
_PRICE: Final = (
    Clause(field="service_fee_min_year_minor", kind="amount"),
    Clause(field="anniversary_day", kind="day", optional=True),
    Clause(field="service_fee_min_invoice_minor", kind="amount"),
    Clause(field="flat_fee_rate", kind="percent"),
    Clause(field="setup_fee_minor", kind="amount"),
    Clause(field="annual_audit_fee_minor", kind="amount"),
    Clause(field="line_fee_minor", kind="amount"),
    Clause(field="commitment_fee_rate", kind="percent"),
    Clause(field="vat_on_service", kind="percent"),
    Clause(field="vat_on_financing", kind="percent"),
)
_INTEREST: Final = (
    Clause(field="index_floor", kind="percent", optional=True),
    Clause(field="interest_mode", kind="choice", options=("arrears", "advance")),
    Clause(field="day_count", kind="choice", options=(360, 365)),
    Clause(field="receipt_value_days", kind="days"),
    Clause(field="discount_method", kind="choice", options=("straight", "true_yield")),
)
_FUNDING: Final = (
    Clause(field="funding_ceiling_minor", kind="amount", optional=True),
    Clause(field="ceiling_basis", kind="choice", options=("funds_in_use", "before_reserve")),
    Clause(field="concentration_cap", kind="percent", optional=True),
    Clause(field="concentration_test", kind="choice", options=("dynamic", "at_purchase")),
    Clause(field="reserve_mode", kind="choice", options=("per_invoice", "pooled")),
    Clause(field="fund_target_minor", kind="amount", optional=True),
    Clause(field="reserve_extra_minor", kind="amount"),
    Clause(field="funding_delay_bd", kind="days"),
    Clause(field="remittance_schedule", kind="choice", options=("issue", "daily", "weekly", "monthly")),
    Clause(field="shortfall_policy", kind="choice", options=("cash_call", "netting")),
)
_DEBTORS: Final = (
    Clause(field="max_invoice_age_days", kind="days", optional=True),
    Clause(field="max_term_days", kind="days", optional=True),
    Clause(field="ineligible", kind="choices", options=("public", "foreign", "intra_group")),
)
_RISK: Final = (
    Clause(field="definancing_days", kind="days", optional=True),
    Clause(field="unpaid_guarantee_rate", kind="percent"),
    Clause(field="guarantee_payout_days", kind="days", optional=True),
    Clause(field="vat_relief_on_guaranteed", kind="choice", options=("none", "seller", "factor")),
    Clause(field="termination_day", kind="day", optional=True),
)
_RUNNING: Final = (
    Clause(field="opening_utilisation_minor", kind="amount"),
    Clause(field="opening_fund_minor", kind="amount"),
    Clause(field="admin_hours_per_remittance", kind="number"),
)
#: Every clause that the form shows as a field; the others are tables of their own.
CLAUSES: Final = (*_KIND, *_MAIN, *_USE, *_PRICE, *_INTEREST, *_FUNDING, *_DEBTORS, *_RISK, *_RUNNING)


def blank(ledger: Ledger) -> FactoringContract:
    """The clauses that a form starts with: the first ready kind of offer."""
    return factoring_preset(ledger)


@dataclass(slots=True)
class _Form:
    """One drawing of the form: what was typed, part by part."""

    at: Desk
    ledger: Ledger
    draft: FactoringContract
    key: str
    typed: list[Typed]

    @property
    def say(self) -> Voice:
        """The reader's voice."""
        return self.at.say

    def draw(self, clauses: tuple[Clause, ...]) -> None:
        """Fields, one below the other."""
        self.typed.append(fields(clauses, self.draft, "factoring", self.say, key=self.key))

    def take(self, **values: Any) -> None:
        """Values that tables were edited to."""
        self.typed.append(Typed(values=values, wrong=[]))


def form(at: Desk, offer: Offer, ledger: Ledger) -> None:
    """Draw the terms; on "Recalculate" or "Save" the draft takes them, or everything that is wrong is said."""
    say, draft = at.say, offer.draft
    assert isinstance(draft, FactoringContract)
    kind = contract_library.preset(at, offer, FACTORING_PRESETS, lambda name: factoring_preset(ledger, name))
    key = f"factoring_{offer.key}_{kind}"
    shown = _Form(at, ledger, draft, key, [])
    with st.form(f"{key}_form", border=False):
        st.header(say("factoring.terms"), anchor=False)
        st.caption(say("factoring.usual_note"))
        shown.draw(_KIND)
        shown.take(
            recourse=st.toggle(
                say("factoring.clause.recourse"),
                value=draft.recourse,
                help=say("factoring.recourse_help"),
                key=f"{key}_recourse",
            )
        )
        shown.draw(_MAIN[:1])
        index = _index_field(shown)
        shown.draw(_MAIN[1:])
        shown.draw(_USE)
        _sections(shown)
        pressed = contract_library.foot(at, offer)
        if pressed.is_pressed:
            _take(at, offer, shown, index, pressed)


def _index_field(shown: _Form) -> str:
    """The index as it stands today, with its source beside it."""
    places = st.columns([1, 1], gap="small", vertical_alignment="bottom")
    say = shown.say
    with places[0]:
        typed = st.text_input(say("factoring.clause.index"), value=_index_text(shown.draft, say), key=f"{shown.key}_index")
    with places[1]:
        st.caption(say("factoring.usual.index"))
    return str(typed)


def _sections(shown: _Form) -> None:
    """Everything that fewer offers speak of, folded away by what it is about."""
    say, key, draft = shown.say, shown.key, shown.draft
    with st.expander(say("factoring.more_price"), key=f"{key}_price"):
        shown.draw(_PRICE)
    with st.expander(say("factoring.more_interest"), key=f"{key}_interest"):
        shown.draw(_INTEREST)
        st.caption(say("factoring.table.index"))
        rates = clause_tables.dated_rates(draft.index, say, key=f"{key}_rates")
        shown.typed.append(Typed(values={"index": rates.values}, wrong=list(rates.wrong)))
    with st.expander(say("factoring.more_funding"), key=f"{key}_funding"):
        shown.draw(_FUNDING)
        st.caption(say("factoring.table.windows"))
        shown.take(draw_windows=clause_tables.periods(draft.draw_windows, say, key=f"{key}_windows").values)
    with st.expander(say("factoring.more_debtors"), key=f"{key}_debtors"):
        _debtors(shown)
    with st.expander(say("factoring.more_risk"), key=f"{key}_risk"):
        shown.draw(_RISK)
        st.caption(say("factoring.notice"))
    with st.expander(say("factoring.more_running"), key=f"{key}_running"):
        shown.draw(_RUNNING)


def _debtors(shown: _Form) -> None:
    """Who is assigned, up to which approval, who covers whom."""
    say, key, draft = shown.say, shown.key, shown.draft
    shown.draw(_DEBTORS)
    named = [p for p, _ in (*(draft.approvals or ()), *draft.cover_source)]
    buyers = clause_tables.known_buyers(shown.ledger, named, draft.debtors_only or (), draft.debtors_except or ())
    names = dict(buyers)
    only, left_out = (
        st.multiselect(
            say(f"factoring.clause.{field}"),
            list(names),
            default=list(getattr(draft, field) or ()),
            format_func=lambda p: names.get(p, p),
            placeholder=say("app.choose"),
            key=f"{key}_{field}",
        )
        for field in ("debtors_only", "debtors_except")
    )
    approved = st.toggle(
        say("factoring.by_debtor"),
        value=draft.approvals is not None,
        help=say("factoring.by_debtor_help"),
        key=f"{key}_approved",
    )
    label = say("factoring.approval", currency=say.f.symbol)
    approvals, cover = clause_tables.limits(
        draft.approvals, draft.cover_source, buyers, say, label=label, key=f"{key}_approvals"
    )
    st.caption(say("factoring.table.approval_changes"))
    later = clause_tables.changes(draft.approval_changes, buyers, say, label=label, key=f"{key}_changes")
    shown.take(
        approvals=approvals if approved else None,
        cover_source=cover,
        approval_changes=later.values,
        debtors_only=tuple(only) or None,
        debtors_except=tuple(left_out) or None,
    )


def _index_text(draft: FactoringContract, say: Voice) -> str:
    return say.f.decimal((draft.index[-1].rate * 100).normalize()) if draft.index else ""


def _take(at: Desk, offer: Offer, shown: _Form, index: str, pressed: Foot) -> None:
    say, draft = at.say, shown.draft
    wrong = [words for part in shown.typed for words in part.wrong]
    values = {name: value for part in shown.typed for name, value in part.values.items()}
    if index != _index_text(draft, say):
        values["index"] = _with_index(values["index"], draft, index, say, wrong)
    changed = replace(draft, **values)
    if (changed.service_fee_min_year_minor or changed.annual_audit_fee_minor) and changed.anniversary_day is None:
        changed = replace(changed, anniversary_day=to_day(add_months(to_date(changed.start_day), 12)))
    wrong += [_named(found, say) for found in contradictions(changed) if found.severity == "error"]
    contract_library.take(at, offer, changed, wrong, pressed)


def _with_index(
    rows: tuple[DatedRate, ...], draft: FactoringContract, text: str, say: Voice, wrong: list[str]
) -> tuple[DatedRate, ...]:
    """The dated rates with the last one replaced by what was typed above."""
    if not text.strip():
        return ()
    try:
        rate = (say.f.read_decimal(text) / 100).quantize(Decimal("0.000001"))
    except ValueError:
        wrong.append(say("settings.bad_percent", field=say("factoring.clause.index"), text=text))
        return rows
    return (*rows[:-1], DatedRate(day=rows[-1].day if rows else draft.start_day, rate=rate))


def _named(found: Any, say: Voice) -> str:
    return contract_library.named(found, "factoring", say)
