"""The terms of a credit-insurance policy as a form, with its limits buyer by buyer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from forecasting.dates import add_months, to_date, to_day
from forecasting.insurance.guards import contradictions
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.offers.presets import INSURANCE_PRESETS, instalments_of, insurance_preset, turnover_minor
from pages.ui import clause_tables, contract_library
from pages.ui.clause_form import Clause, Typed, fields
from pages.ui.contract_library import Foot, Offer
from pages.ui.session import Desk
from pages.ui.voice import Voice

_MAIN: Final = (
    Clause(field="start_day", kind="day"),
    Clause(field="insured_pct", kind="percent"),
    Clause(field="premium_rate", kind="percent"),
    Clause(field="premium_min_minor", kind="amount", optional=True),
    Clause(field="max_liability_minor", kind="amount", optional=True),
    Clause(field="waiting_months", kind="days"),
)
_PREMIUM: Final = (
    Clause(field="planned_turnover_minor", kind="amount", optional=True),
    Clause(field="declared_turnover_minor", kind="amount", optional=True),
    Clause(field="premium_base", kind="choice", options=("turnover", "outstanding")),
    Clause(field="adjustment_day", kind="day", optional=True),
    Clause(field="tca_rate", kind="percent"),
    Clause(field="domestic_share", kind="percent", optional=True),
    Clause(field="limit_fee_minor", kind="amount"),
    Clause(field="monitoring_fee_minor", kind="amount"),
    Clause(field="buyers", kind="days", optional=True),
    Clause(field="vat_on_fees", kind="percent"),
)
_COVER: Final = (
    Clause(field="undeclared_limit_minor", kind="amount"),
    Clause(field="undeclared_pct", kind="percent", optional=True),
    Clause(field="limit_basis", kind="choice", options=("HT", "TTC")),
)
_PERIODS: Final = (
    Clause(field="max_credit_days", kind="days", optional=True),
    Clause(field="max_credit_days_export", kind="days", optional=True),
    Clause(field="extension_days", kind="days"),
    Clause(field="stop_rule", kind="choice", options=("max_credit", "extension")),
    Clause(field="declaration_days", kind="days", optional=True),
    Clause(field="declaration_threshold_minor", kind="amount"),
    Clause(field="payment_days", kind="days"),
    Clause(field="end_day", kind="day", optional=True),
)
_LOSS: Final = (
    Clause(field="nql_minor", kind="amount"),
    Clause(field="deductible_claim_minor", kind="amount"),
    Clause(field="afl_minor", kind="amount"),
    Clause(field="deductible_stage", kind="choice", options=("FR_STANDARD", "EN_LOSS_FIRST")),
    Clause(field="collection_fee", kind="percent"),
    Clause(field="delegated_to_factor", kind="flag"),
)
#: Every clause that the form shows as a field; the others are tables of their own.
CLAUSES: Final = (*_MAIN, *_PREMIUM, *_COVER, *_PERIODS, *_LOSS, Clause(field="renewal", kind="flag"))
#: Ways to pay a premium in a year.
_INSTALMENTS: Final = (1, 2, 4, 12)


def blank(ledger: Ledger) -> InsurancePolicy:
    """The clauses that a form starts with: the first ready kind of policy, on the ledger's own turnover."""
    return insurance_preset(ledger)


@dataclass(slots=True)
class _Form:
    """One drawing of the form: what was typed, part by part."""

    at: Desk
    ledger: Ledger
    draft: InsurancePolicy
    key: str
    typed: list[Typed]

    @property
    def say(self) -> Voice:
        """The reader's voice."""
        return self.at.say

    def draw(self, clauses: tuple[Clause, ...]) -> None:
        """Fields, one below the other."""
        self.typed.append(fields(clauses, self.draft, "insurance", self.say, key=self.key))

    def take(self, **values: Any) -> None:
        """Values that tables were edited to."""
        self.typed.append(Typed(values=values, wrong=[]))


def form(at: Desk, offer: Offer, ledger: Ledger) -> None:
    """Draw the terms and the limits; on "Recalculate" or "Save" the draft takes them, or everything that is wrong is said."""
    say, draft = at.say, offer.draft
    assert isinstance(draft, InsurancePolicy)
    kind = contract_library.preset(at, offer, INSURANCE_PRESETS, lambda name: insurance_preset(ledger, name))
    shown = _Form(at, ledger, draft, f"insurance_{offer.key}_{kind}", [])
    with st.form(f"{shown.key}_form", border=False):
        st.header(say("factoring.terms"), anchor=False)
        st.caption(say("factoring.usual_note"))
        shown.draw(_MAIN)
        _sections(shown)
        pressed = contract_library.foot(at, offer)
        if pressed.is_pressed:
            _take(offer, shown, pressed)


def _sections(shown: _Form) -> None:
    """Everything that is looked at less often, folded away by what it is about."""
    say, key = shown.say, shown.key
    with st.expander(say("insurance.limits"), key=f"{key}_limits"):
        _limits(shown)
    with st.expander(say("insurance.more_premium"), key=f"{key}_premium"):
        own = say.f.cents(turnover_minor(shown.ledger, with_vat=False))
        st.caption(say("insurance.own_turnover", amount=own))
        shown.draw(_PREMIUM)
        _instalments(shown)
    with st.expander(say("insurance.more_periods"), key=f"{key}_periods"):
        shown.draw(_PERIODS)
    with st.expander(say("insurance.more_loss"), key=f"{key}_loss"):
        shown.draw(_LOSS)
    with st.expander(say("insurance.malus.title"), key=f"{key}_malus"):
        st.caption(say("insurance.malus.note"))
        shown.take(renewal=st.toggle(say("insurance.clause.renewal"), value=shown.draft.renewal, key=f"{key}_renewal"))
        grid = clause_tables.malus_grid(shown.draft.bonus_malus, say, key=f"{key}_grid")
        shown.typed.append(Typed(values={"bonus_malus": grid.values}, wrong=list(grid.wrong)))


def _limits(shown: _Form) -> None:
    """Limits buyer by buyer, those that change later, what undeclared buyers get."""
    say, key, draft = shown.say, shown.key, shown.draft
    shown.draw(_COVER)
    buyers = clause_tables.known_buyers(shown.ledger, [p for p, _ in (*(draft.limits or ()), *draft.cover_source)])
    named = st.toggle(
        say("insurance.by_buyer"), value=draft.limits is not None, help=say("insurance.by_buyer_help"), key=f"{key}_named"
    )
    label = say("insurance.limit", currency=say.f.symbol)
    limits, cover = clause_tables.limits(
        draft.limits, draft.cover_source, buyers, say, label=label, key=f"{key}_limit_rows"
    )
    st.caption(say("insurance.limit_changes"))
    later = clause_tables.changes(draft.limit_changes, buyers, say, label=label, key=f"{key}_changes")
    shown.take(limits=limits if named else None, cover_source=cover, limit_changes=later.values)


def _instalments(shown: _Form) -> None:
    """How many equal instalments; others, taken from a file, stay until another number is chosen."""
    say, draft = shown.say, shown.draft
    now = _equal(draft)
    options = _INSTALMENTS if now in _INSTALMENTS else (0, *_INSTALMENTS)
    count = st.selectbox(
        say("insurance.clause.instalments"),
        options,
        index=options.index(now if now in _INSTALMENTS else 0),
        format_func=lambda n: say(f"insurance.choice.instalments.{n}"),
        key=f"{shown.key}_instalments",
    )
    if count and count != now and draft.start_day is not None:
        shown.take(instalments=instalments_of(draft.start_day, count))


def _equal(draft: InsurancePolicy) -> int:
    """How many equal instalments a policy has, 0 where they are of another kind."""
    if not draft.instalments:
        return 1
    count = len(draft.instalments)
    same = draft.start_day is not None and draft.instalments == instalments_of(draft.start_day, count)
    return count if same else 0


def _take(offer: Offer, shown: _Form, pressed: Foot) -> None:
    say, draft = shown.say, shown.draft
    wrong = [words for part in shown.typed for words in part.wrong]
    values = {name: value for part in shown.typed for name, value in part.values.items()}
    changed = replace(draft, **values)
    if changed.start_day != draft.start_day:
        changed = replace(changed, instalments=_moved(changed.instalments, draft.start_day, changed.start_day))
    wrong += [contract_library.named(f, "insurance", say) for f in contradictions(changed) if f.severity == "error"]
    contract_library.take(shown.at, offer, changed, wrong, pressed)


def _moved(dues: tuple[Instalment, ...], before: int | None, after: int | None) -> tuple[Instalment, ...]:
    """Instalments follow the start of the policy, month by month."""
    if before is None or after is None:
        return dues
    old, new = to_date(before), to_date(after)
    months = (new.year - old.year) * 12 + new.month - old.month
    return tuple(Instalment(day=to_day(add_months(to_date(i.day), months)), share=i.share) for i in dues)
