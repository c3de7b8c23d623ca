"""Every clause of a factoring contract acts: changing it alone changes what a path gives."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.ledger import Ledger, Partner
from forecasting.scenario import Scenario
from forecasting.simulation.path import PathResult
from tests.forecasting import make

START = "2026-01-05"


def portfolio() -> tuple[Ledger, Scenario]:
    """Four debtors over a year: one prompt, one late, one that fails, one public and abroad; a dispute, a credit note."""
    invoices = [
        make.invoice("A1", "ALPHA", "2026-01-07", "2026-02-20", 3_000_000),
        make.invoice("A2", "ALPHA", "2026-02-04", "2026-03-31", 2_000_000),
        make.invoice("B1", "BETA", "2026-01-20", "2026-03-10", 1_500_000),
        make.invoice("B2", "BETA", "2026-02-07", "2026-05-20", 900_000),
        make.invoice("C1", "GAMMA", "2026-01-28", "2026-03-15", 1_200_000),
        make.invoice("P1", "PUBLIC", "2026-02-02", "2026-04-02", 800_000),
        make.invoice("O1", "ALPHA", "2025-12-01", "2026-02-01", 700_000),
        make.invoice("Z1", "ALPHA", "2025-12-15", "2026-02-12", 400_000, assigned="2025-12-18"),
    ]
    partners = [Partner(partner_id="PUBLIC", public_body=True, domestic=False, intra_group=True)]
    facts = [
        make.payment("B1", "2026-05-15"),
        make.dispute("A2", "2026-03-02", "2026-04-20"),
        make.credit_note("A1", "2026-02-09", 300_000),
        make.insolvency("GAMMA", "2026-03-02", dividend="0.10", dividend_date="2026-09-01"),
        make.payment("A2", "2026-04-25"),
    ]
    return make.ledger("2026-01-01", invoices, partners=partners), make.scenario(*facts, days=500)


def outcome(**clauses: Any) -> PathResult:
    book, what = portfolio()
    base: dict[str, Any] = {
        "index": "0.02",
        "margin": "0.018",
        "reserve_rate": "0.10",
        "service_fee_rate": "0.008",
        "vat_on_service": "0.20",
        "funding_delay_bd": 1,
    }
    return make.project(book, what, make.contract(clauses.pop("start", START), **{**base, **clauses}))


def seen(result: PathResult) -> tuple[object, ...]:
    """All that a path shows in figures."""
    states = (
        result.balance_minor, result.utilisation_minor, result.eligible_minor, result.reserve_minor,
        result.availability_minor, result.assigned_minor,
    )  # fmt: skip
    return result.flows, tuple(tuple(s.tolist()) for s in states), result.remittances, result.admin_hours


#: For each clause: what else the contract says, and a value that must make a difference.
CLAUSES: dict[str, tuple[dict[str, Any], Any]] = {
    "contract_type": ({}, "confidential"),
    "recourse": ({"guarantee_payout_days": 30}, False),
    "index": ({}, (("1970-01-01", "0.02"), ("2026-03-01", "0.05"))),
    "index_floor": ({"index": "-0.01"}, "0"),
    "margin": ({}, "0.025"),
    "day_count": ({}, 365),
    "interest_mode": ({}, "advance"),
    "advance_rate": ({}, "0.8"),
    "reserve_mode": ({"fund_target_minor": 500_000}, "pooled"),
    "reserve_rate": ({}, "0.2"),
    "fund_target_minor": ({"reserve_mode": "pooled", "fund_target_minor": 500_000}, 200_000),
    "reserve_extra_minor": ({}, 50_000),
    "funding_ceiling_minor": ({}, 2_000_000),
    "ceiling_basis": ({"funding_ceiling_minor": 2_000_000}, "funds_in_use"),
    "service_fee_rate": ({}, "0.01"),
    "service_fee_min_invoice_minor": ({}, 10_000),
    "service_fee_min_year_minor": ({"anniversary_day": "2027-01-05"}, 500_000),
    "anniversary_day": ({"service_fee_min_year_minor": 500_000, "anniversary_day": "2027-01-05"}, "2026-12-31"),
    "commitment_fee_rate": ({"draw_policy": "on_demand"}, "0.01"),
    "flat_fee_rate": ({"contract_type": "spot"}, "0.03"),
    "setup_fee_minor": ({}, 35_000),
    "annual_audit_fee_minor": ({"anniversary_day": "2027-01-05"}, 50_000),
    "line_fee_minor": ({}, 2_000),
    "vat_on_service": ({}, "0.19"),
    "vat_on_financing": ({}, "0.20"),
    "unpaid_guarantee_rate": ({"recourse": False, "guarantee_payout_days": 30}, "0.9"),
    "guarantee_payout_days": ({"recourse": False, "guarantee_payout_days": 30}, 60),
    "definancing_days": ({}, 30),
    "max_invoice_age_days": ({}, 10),
    "max_term_days": ({}, 60),
    "concentration_cap": ({}, "0.3"),
    "concentration_test": ({"concentration_cap": "0.4"}, "at_purchase"),
    "ineligible": ({}, ("public",)),
    "debtors_only": ({}, ("ALPHA", "BETA")),
    "debtors_except": ({}, ("BETA",)),
    "approvals": ({}, (("ALPHA", 2_500_000), ("BETA", 1_000_000))),
    "approval_changes": ({}, (make.limit_change("ALPHA", "2026-02-01", 2_500_000),)),
    "funding_delay_bd": ({}, 3),
    "receipt_value_days": ({}, 2),
    "remittance_schedule": ({}, "weekly"),
    "draw_policy": ({}, "on_demand"),
    "draw_windows": ({"draw_policy": "windows"}, ((make.day("2026-02-01"), make.day("2026-02-28")),)),
    "bank_floor_minor": ({"draw_policy": "on_demand"}, 1_000_000),
    "shortfall_policy": ({}, "netting"),
    "discount_method": ({"contract_type": "forfaiting"}, "true_yield"),
    "termination_day": ({}, "2026-02-02"),
    "opening_utilisation_minor": ({}, 200_000),
    "opening_fund_minor": ({"reserve_mode": "pooled", "fund_target_minor": 500_000}, 100_000),
    "cover_source": ({"recourse": False, "guarantee_payout_days": 30}, (("GAMMA", "none"),)),
    "vat_relief_on_guaranteed": ({"recourse": False, "guarantee_payout_days": 30}, "seller"),
    "admin_hours_per_remittance": ({}, Decimal("0.5")),
}


@pytest.mark.parametrize("clause", sorted(CLAUSES))
def test_a_clause_acts(clause: str) -> None:
    others, value = CLAUSES[clause]
    assert seen(outcome(**{**others, clause: value})) != seen(outcome(**others))


@pytest.mark.parametrize(
    ("clause", "value"),
    [
        ("contract_type", "notified_unmanaged"),
        ("contract_type", "spot"),
        ("contract_type", "reverse"),
        ("contract_type", "forfaiting"),
        ("ineligible", ("foreign",)),
        ("ineligible", ("intra_group",)),
        ("remittance_schedule", "monthly"),
        ("remittance_schedule", "daily"),
        ("draw_policy", "none"),
        ("draw_policy", "windows"),
    ],
)
def test_every_choice_of_a_clause_acts(clause: str, value: Any) -> None:
    assert seen(outcome(**{clause: value})) != seen(outcome())


def test_start_date_acts() -> None:
    assert seen(outcome(start="2026-01-20")) != seen(outcome())


def test_no_clause_is_forgotten() -> None:
    known = set(CLAUSES) | {"start_day", "name"}
    assert known == {field.name for field in fields(FactoringContract)}


def test_an_index_row_holds_from_its_day() -> None:
    """The rate of a month is that of its first business day."""
    rows = (DatedRate(day=0, rate=Decimal("0.02")), DatedRate(day=make.day("2026-02-02"), rate=Decimal("0.05")))
    book, what = portfolio()
    stepped = make.with_clause(make.contract(START, margin="0.018", funding_delay_bd=1), index=rows)
    late = make.with_clause(stepped, index=(rows[0], DatedRate(day=make.day("2026-02-03"), rate=Decimal("0.05"))))
    interest = [
        {make.iso(e.day): e.amount_minor for e in make.project(book, what, c).events if e.code == "interest"}
        for c in (stepped, late)
    ]
    assert interest[0]["2026-02-02"] == interest[1]["2026-02-02"]
    assert interest[0]["2026-03-02"] > interest[1]["2026-03-02"]
    assert len(set(interest[1])) >= 3
