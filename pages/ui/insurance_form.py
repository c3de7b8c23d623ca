"""The terms of a credit-insurance policy as a form, with its limits buyer by buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.dates import add_months, to_date, to_day
from forecasting.insurance.guards import contradictions
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import Currency, apply_rate
from pages.ui import contract_library
from pages.ui.clause_form import Clause, Typed, fields
from pages.ui.contract_library import Offer
from pages.ui.session import Desk

_MAIN: Final = (
    Clause(field="insured_pct", kind="percent"),
    Clause(field="start_day", kind="day"),
    Clause(field="premium_rate", kind="percent"),
    Clause(field="premium_min_minor", kind="amount", optional=True),
    Clause(field="planned_turnover_minor", kind="amount", optional=True),
    Clause(field="max_liability_minor", kind="amount", optional=True),
    Clause(field="waiting_months", kind="days"),
    Clause(field="deductible_claim_minor", kind="amount"),
)
_PREMIUM: Final = (
    Clause(field="tca_rate", kind="percent"),
    Clause(field="domestic_share", kind="percent", optional=True),
    Clause(field="limit_fee_minor", kind="amount"),
    Clause(field="monitoring_fee_minor", kind="amount"),
    Clause(field="buyers", kind="days", optional=True),
    Clause(field="vat_on_fees", kind="percent"),
    Clause(field="collection_fee", kind="percent"),
    Clause(field="end_day", kind="day", optional=True),
)
_COVER: Final = (
    Clause(field="limit_basis", kind="choice", options=("HT", "TTC")),
    Clause(field="undeclared_limit_minor", kind="amount"),
    Clause(field="undeclared_pct", kind="percent", optional=True),
    Clause(field="max_credit_days", kind="days", optional=True),
    Clause(field="max_credit_days_export", kind="days", optional=True),
    Clause(field="extension_days", kind="days"),
    Clause(field="stop_rule", kind="choice", options=("max_credit", "extension")),
    Clause(field="declaration_days", kind="days", optional=True),
    Clause(field="declaration_threshold_minor", kind="amount"),
    Clause(field="payment_days", kind="days"),
)
_LOSS: Final = (
    Clause(field="nql_minor", kind="amount"),
    Clause(field="afl_minor", kind="amount"),
    Clause(field="deductible_stage", kind="choice", options=("FR_STANDARD", "EN_LOSS_FIRST")),
    Clause(field="renewal", kind="flag"),
    Clause(field="delegated_to_factor", kind="flag"),
)


def blank(ledger: Ledger) -> InsurancePolicy:
    """The clauses that a form starts with (domain 2.1, recommended values), on the ledger's own insurable turnover."""
    start = add_months(to_date(ledger.as_of).replace(day=1), 1)
    turnover = _turnover(ledger)
    premium = apply_rate(apply_rate(turnover, Decimal("0.003")), Decimal("0.8"))
    return InsurancePolicy(
        insured_pct=Decimal("0.90"),
        start_day=to_day(start),
        premium_rate=Decimal("0.003"),
        premium_min_minor=premium,
        planned_turnover_minor=turnover,
        instalments=tuple(Instalment(day=to_day(add_months(start, 3 * k)), share=Decimal("0.25")) for k in range(4)),
        tca_rate=Decimal("0.09"),
        domestic_share=Decimal(1),
        limit_fee_minor=4_000,
        vat_on_fees=Decimal("0.20"),
        collection_fee=Decimal("0.045"),
        undeclared_limit_minor=1_000_000,
        undeclared_pct=Decimal("0.60"),
        max_credit_days=120,
        max_credit_days_export=180,
        extension_days=60,
        declaration_days=30,
        declaration_threshold_minor=30_000,
        waiting_months=5,
        payment_days=30,
        max_liability_minor=30 * premium,
    )


def _turnover(ledger: Ledger) -> int:
    """Invoiced before VAT in the last twelve months, in round thousands, public bodies and the group left out."""
    side, total = ledger.customers, 0
    for k in ((side.issue < ledger.as_of) & (side.issue >= ledger.as_of - 365)).nonzero()[0].tolist():
        partner = ledger.partners[int(side.partner[k])]
        if not partner.public_body and not partner.intra_group:
            total += int(side.amount_minor[k])
    return total * 5 // 6 // 10_000_000 * 10_000_000


def form(at: Desk, offer: Offer, ledger: Ledger) -> None:
    """Draw the terms and the limits; on "Recalculate" the draft takes them, or everything that is wrong is said."""
    say, draft = at.say, offer.draft
    assert isinstance(draft, InsurancePolicy)
    key = f"insurance_{offer.key}"
    with st.form(f"{key}_form", border=False):
        st.header(say("factoring.terms"), anchor=False)
        parts = [fields(_MAIN, draft, "insurance", say, key=key)]
        with st.expander(say("insurance.more_premium"), key=f"{key}_premium"):
            parts.append(fields(_PREMIUM, draft, "insurance", say, key=key))
        with st.expander(say("insurance.more_cover"), key=f"{key}_cover"):
            parts.append(fields(_COVER, draft, "insurance", say, key=key))
        with st.expander(say("insurance.more_loss"), key=f"{key}_loss"):
            parts.append(fields(_LOSS, draft, "insurance", say, key=key))
        with st.expander(say("insurance.limits"), key=f"{key}_limits"):
            named = st.toggle(
                say("insurance.by_buyer"),
                value=draft.limits is not None,
                help=say("insurance.by_buyer_help"),
                key=f"{key}_named",
            )
            rows = _limit_rows(draft, ledger, at, key)
        if st.form_submit_button(say("factoring.recalculate"), type="primary", width="stretch"):
            _take(at, offer, parts, rows if named else None)


def _limit_rows(draft: InsurancePolicy, ledger: Ledger, at: Desk, key: str) -> Sequence[dict[str, Any]]:
    say, unit = at.say, 10 ** Currency(at.say.f.currency).exponent
    known = dict(draft.limits or ())
    buyers = sorted({int(p) for p in ledger.customers.partner.tolist()})
    rows = [ledger.partners[p] for p in buyers]
    table = pd.DataFrame(
        {
            "partner_id": [p.partner_id for p in rows],
            "name": [p.name or p.partner_id for p in rows],
            "limit": [known[p.partner_id] / unit if p.partner_id in known else None for p in rows],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        height=320,
        column_order=["name", "limit"],
        column_config={
            "name": st.column_config.TextColumn(say("insurance.buyer"), disabled=True),
            "limit": st.column_config.NumberColumn(
                say("insurance.limit", currency=say.f.symbol), min_value=0, format="localized"
            ),
        },
        key=f"{key}_limit_rows",
        alt=say("insurance.limits"),
    )
    return [{str(k): v for k, v in row.items()} for row in edited.to_dict("records")]


def _take(at: Desk, offer: Offer, parts: list[Typed], rows: Sequence[dict[str, Any]] | None) -> None:
    say, draft = at.say, offer.draft
    assert isinstance(draft, InsurancePolicy)
    wrong = [words for part in parts for words in part.wrong]
    values = {name: value for part in parts for name, value in part.values.items()}
    changed = replace(draft, **values, limits=None if rows is None else _limits(rows, at))
    if changed.start_day != draft.start_day:
        changed = replace(changed, instalments=_moved(draft, changed))
    wrong += [say.problem(found) for found in contradictions(changed) if found.severity == "error"]
    for words in dict.fromkeys(wrong):
        st.error(words, icon=":material/error:")
    if not wrong:
        contract_library.keep_draft(offer, changed)
        st.rerun()


def _limits(rows: Sequence[dict[str, Any]], at: Desk) -> tuple[tuple[str, int], ...]:
    exponent = Currency(at.say.f.currency).exponent
    return tuple(
        (str(row["partner_id"]), int(Decimal(repr(float(row["limit"]))).scaleb(exponent)))
        for row in rows
        if row["limit"] is not None and not pd.isna(row["limit"])
    )


def _moved(draft: InsurancePolicy, changed: InsurancePolicy) -> tuple[Instalment, ...]:
    """Instalments follow the start of the policy, month by month."""
    if draft.start_day is None or changed.start_day is None:
        return draft.instalments
    old, new = to_date(draft.start_day), to_date(changed.start_day)
    months = (new.year - old.year) * 12 + new.month - old.month

    def moved(day: int) -> int:
        when: date = add_months(to_date(day), months) if months else to_date(day)
        return to_day(when)

    return tuple(Instalment(day=moved(i.day), share=i.share) for i in draft.instalments)
