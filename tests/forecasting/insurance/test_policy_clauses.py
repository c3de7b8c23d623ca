"""Every clause of a policy acts: changing it alone changes what a path gives."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from forecasting.insurance.policy import BonusMalus, Instalment, InsurancePolicy
from forecasting.ledger import Ledger, Partner
from forecasting.scenario import Scenario
from forecasting.simulation.path import PathResult
from tests.forecasting import make

START = "2026-01-01"


def portfolio() -> tuple[Ledger, Scenario]:
    """One debtor insolvent, one in protracted default that pays a part later, one abroad insolvent."""
    invoices = [
        make.invoice("B1", "BETA", "2026-02-02", "2026-04-03", 2_400_000),
        make.invoice("B2", "BETA", "2026-05-04", "2026-07-03", 3_600_000),
        make.invoice("P1", "PI", "2026-01-12", "2026-03-13", 1_200_000),
        make.invoice("P2", "PI", "2026-03-02", "2026-05-01", 600_000),
        make.invoice("X1", "XENO", "2026-03-02", "2026-05-01", 1_800_000, vat="0"),
        make.invoice("U1", "UPSILON", "2026-03-02", "2026-05-01", 360_000),
    ]
    facts = [
        make.insolvency("BETA", "2026-06-16", declared="2026-06-22", dividend="0.05", dividend_date="2027-06-15"),
        make.insolvency("XENO", "2026-04-20"),
        make.insolvency("UPSILON", "2026-04-22"),
        make.never("P1"),
        make.never("P2"),
        make.payment("P1", "2027-02-10", 300_000),
        make.request("PI", "2026-06-01", "2026-05-20"),
    ]
    partners = [Partner(partner_id="XENO", domestic=False)]
    return make.ledger(START, invoices, partners=partners), make.scenario(*facts, days=900)


BASE: dict[str, Any] = {
    "premium_rate": "0.003",
    "planned_turnover_minor": 100_000_000,
    "tca_rate": "0.09",
    "payment_days": 30,
    "waiting_months": 5,
    "max_credit_days": 120,
    "declaration_days": 30,
    "limits": (("BETA", 6_000_000), ("PI", 2_000_000), ("XENO", 2_000_000)),
    "undeclared_limit_minor": 200_000,
}


def outcome(**clauses: Any) -> PathResult:
    book, what = portfolio()
    pct = clauses.pop("insured_pct", "0.90")
    start = clauses.pop("start_day", START)
    return make.project(book, what, None, make.policy(start, pct=pct, **{**BASE, **clauses}))


MALUS = (
    BonusMalus(loss_ratio_up_to=Decimal("0.30"), change=Decimal("-0.10")),
    BonusMalus(loss_ratio_up_to=None, change=Decimal("0.5")),
)
YEARLY = {"instalments": (Instalment(day=make.day("2026-01-15"), share=Decimal(1)),)}

#: For each clause: what else the policy says, and a value that must make a difference.
CLAUSES: dict[str, tuple[dict[str, Any], Any]] = {
    "insured_pct": ({}, "0.80"),
    "start_day": ({}, "2026-07-01"),
    "end_day": ({}, "2026-07-31"),
    "renewal": ({"end_day": "2026-12-31"}, True),
    "premium_rate": ({}, "0.004"),
    "premium_min_minor": ({}, 500_000),
    "premium_base": ({"adjustment_day": "2027-02-15"}, "outstanding"),
    "planned_turnover_minor": ({}, 200_000_000),
    "declared_turnover_minor": ({"adjustment_day": "2027-02-15"}, 120_000_000),
    "adjustment_day": ({"declared_turnover_minor": 120_000_000}, "2027-02-15"),
    "instalments": ({}, YEARLY["instalments"]),
    "tca_rate": ({}, "0.19"),
    "domestic_share": ({}, "0.5"),
    "limit_fee_minor": ({}, 4_000),
    "monitoring_fee_minor": ({}, 3_000),
    "buyers": ({"limit_fee_minor": 4_000}, 20),
    "vat_on_fees": ({"limit_fee_minor": 4_000}, "0.20"),
    "collection_fee": ({"limits": (("PI", 1_000_000),)}, "0.045"),
    "limits": ({}, (("BETA", 1_000_000),)),
    "limit_changes": ({}, (make.limit_change("BETA", "2026-02-01", 1_500_000),)),
    "limit_basis": ({"limits": (("BETA", 5_500_000),)}, "TTC"),
    "undeclared_limit_minor": ({}, 100_000),
    "undeclared_pct": ({}, "0.60"),
    "max_credit_days": ({}, 59),
    "max_credit_days_export": ({}, 59),
    "extension_days": ({"stop_rule": "extension"}, 60),
    "stop_rule": ({}, "extension"),
    "declaration_days": ({}, 3),
    "declaration_threshold_minor": ({"declaration_days": 3}, 10_000_000),
    "waiting_months": ({}, 3),
    "payment_days": ({}, 45),
    "nql_minor": ({}, 1_600_000),
    "deductible_claim_minor": ({}, 50_000),
    "afl_minor": ({}, 1_000_000),
    "max_liability_minor": ({}, 3_000_000),
    "deductible_stage": ({"deductible_claim_minor": 50_000}, "EN_LOSS_FIRST"),
    "bonus_malus": ({"end_day": "2026-12-31", "renewal": True}, MALUS),
    "cover_source": ({}, (("BETA", "none"),)),
}


def seen(result: PathResult) -> tuple[object, ...]:
    return result.flows, tuple(result.balance_minor.tolist())


@pytest.mark.parametrize("clause", sorted(CLAUSES))
def test_a_clause_acts(clause: str) -> None:
    others, value = CLAUSES[clause]
    assert seen(outcome(**{**others, clause: value})) != seen(outcome(**others))


def test_no_clause_is_forgotten() -> None:
    known = set(CLAUSES) | {"name", "delegated_to_factor"}
    assert known == {field.name for field in fields(InsurancePolicy)}


def test_delegation_to_the_factor_acts() -> None:
    """The indemnity lowers the utilisation instead of reaching the bank by itself."""
    book, what = portfolio()
    contract = make.contract(START, margin="0.018", definancing_days=30)
    own = make.policy(START, **BASE)
    alone = make.project(book, what, contract, own)
    delegated = make.project(book, what, contract, replace(own, delegated_to_factor=True))
    assert make.total(alone, "indemnity") > 0
    assert make.total(delegated, "indemnity") == 0
    assert sum(e.amount_minor for e in delegated.events if e.code == "delegated_indemnity") == make.total(
        alone, "indemnity"
    )
