"""Random companies, scenarios and contracts, each a function of one number: for laws, and to compare two engines."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.insurance.policy import BonusMalus, Instalment, InsurancePolicy
from forecasting.ledger import NO_AMOUNT, Ledger, Partner, PlannedFlow
from forecasting.ledger_build import InvoiceRecord
from forecasting.scenario import Scenario
from tests.forecasting import make

#: The first projected day lies in the two years from here, so that every week-end and holiday has its turn.
EARLIEST = make.day("2025-06-01")
VAT_RATES = ("0.20", "0.20", "0.20", "0.10", "0.055", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One company with a certain scenario and both contracts."""

    ledger: Ledger
    scenario: Scenario
    factoring: FactoringContract
    insurance: InsurancePolicy


def random_case(seed: int, *, invoice_count: int = 12, debtor_count: int = 4, days: int = 300) -> Case:
    """The case of a number; small amounts and short horizons make every clause bite often."""
    luck = random.Random(seed)
    first = EARLIEST + luck.randrange(730)
    debtors = [f"D{k}" for k in range(debtor_count)]
    invoices = [_invoice(luck, k, luck.choice(debtors), first) for k in range(invoice_count)]
    partners = [_partner(luck, name) for name in debtors]
    ledger = make.ledger(
        first,
        invoices,
        [_supplier(luck, k, first) for k in range(3)],
        cash_minor=luck.choice((0, 2_000_000, -500_000)),
        partners=partners,
        payments=_part_payments(luck, invoices, first),
        planned=_planned(luck, first),
        overdraft_rate=Decimal(luck.choice(("0", "0.085"))),
        overdraft_fee_rate=Decimal(luck.choice(("0", "0.0006"))),
        vat_returns=luck.choice(("planned", "computed")),
        vat_day=luck.choice((24, 31)),
    )
    return Case(
        ledger=ledger,
        scenario=_scenario(luck, invoices, debtors, first, days),
        factoring=random_contract(luck, first, debtors),
        insurance=random_policy(luck, first, debtors),
    )


def _amount(luck: random.Random) -> int:
    return luck.randrange(1, 4_000_000)


def _invoice(luck: random.Random, number: int, debtor: str, first: int) -> InvoiceRecord:
    issue = first + luck.randrange(-90, 150)
    amount = _amount(luck)
    vat = luck.choice(VAT_RATES)
    history = issue < first - 40 and luck.random() < 0.4
    with_factor = issue < first and not history and luck.random() < 0.2
    return make.invoice(
        f"I{number:02d}",
        debtor,
        issue,
        issue + luck.choice((0, 30, 45, 60, 100)),
        amount,
        vat=vat,
        paid=first - 1 - luck.randrange(30) if history else None,
        disputed=luck.random() < 0.05,
        remittance=issue + luck.randrange(0, 25) if luck.random() < 0.3 else None,
        assigned=max(issue, first - luck.randrange(1, 20)) if with_factor else None,
        net_minor=amount * 9 // 10 if luck.random() < 0.1 else NO_AMOUNT,
        on_receipt=luck.random() < 0.2,
        delivery=issue - luck.randrange(5) if luck.random() < 0.1 else None,
    )


def _supplier(luck: random.Random, number: int, first: int) -> InvoiceRecord:
    issue = first + luck.randrange(-60, 100)
    return make.invoice(f"S{number}", f"V{number}", issue, issue + 30, _amount(luck), on_receipt=luck.random() < 0.3)


def _partner(luck: random.Random, name: str) -> Partner:
    return Partner(
        partner_id=name,
        segment=luck.choice(("north", "south")),
        domestic=luck.random() < 0.8,
        public_body=luck.random() < 0.1,
        intra_group=luck.random() < 0.05,
    )


def _part_payments(luck: random.Random, invoices: list[InvoiceRecord], first: int) -> list[tuple[str, Any, int]]:
    chosen = [i for i in invoices if luck.random() < 0.1 and i.paid < 0]
    return [(i.invoice_id, first + luck.randrange(-20, 30), 1 + i.amount_minor // 3) for i in chosen]


def _planned(luck: random.Random, first: int) -> list[PlannedFlow]:
    rent = PlannedFlow(
        day=first + luck.randrange(-40, 40), amount_minor=-luck.randrange(600_000), label="rent", every="month"
    )
    once = PlannedFlow(day=first + luck.randrange(100), amount_minor=luck.randrange(-900_000, 900_000), label="once")
    return [rent, once]


def _scenario(luck: random.Random, invoices: list[InvoiceRecord], debtors: list[str], first: int, days: int) -> Scenario:
    facts: list[object] = []
    for i in invoices:
        open_minor = i.amount_minor
        start = max(first, i.issue)
        if i.paid >= 0:
            continue
        if luck.random() < 0.15:
            note = luck.randrange(1, i.amount_minor + 1)
            facts.append(make.credit_note(i.invoice_id, start + luck.randrange(60), note))
            open_minor = 0
        if luck.random() < 0.2:
            begin = start + luck.randrange(40)
            end = begin + luck.randrange(1, 60) if luck.random() < 0.7 else None
            facts.append(make.dispute(i.invoice_id, begin, end))
        fate = luck.random()
        if fate < 0.3:
            facts.append(make.payment(i.invoice_id, start + luck.randrange(150)))
        elif fate < 0.45:
            facts.append(make.never(i.invoice_id))
        elif fate < 0.6 and open_minor > 3:
            # Less than two thirds, so that a part payment of the ledger leaves room for it.
            facts.append(make.payment(i.invoice_id, start + luck.randrange(80), 1 + open_minor // 4))
            facts.append(make.payment(i.invoice_id, start + 80 + luck.randrange(80)))
    facts += _failures(luck, debtors, first)
    return make.scenario(
        *facts,
        days=days,
        overdue_days=luck.choice((0, 15)),
        business_days_only=luck.random() < 0.3,
    )


def _failures(luck: random.Random, debtors: list[str], first: int) -> list[object]:
    facts: list[object] = []
    for debtor in debtors:
        fate = luck.random()
        if fate < 0.3:
            judgment = first + luck.randrange(-20, 160)
            facts.append(
                make.insolvency(
                    debtor,
                    judgment,
                    declared=judgment + luck.randrange(50),
                    dividend=luck.choice(("0", "0.05", "0.333")),
                    dividend_date=judgment + luck.randrange(10, 150),
                    procedure=luck.choice(("liquidation", "liquidation", "reorganisation")),
                    irrecoverable=judgment + 90 if luck.random() < 0.5 else None,
                )
            )
        if fate < 0.1 or fate > 0.8:
            asked = first + luck.randrange(-20, 120)
            facts.append(make.request(debtor, asked, asked - luck.randrange(20)))
    return facts


def random_contract(luck: random.Random, first: int, debtors: list[str], **given: Any) -> FactoringContract:
    """A factoring account with clauses that contradict nothing."""
    recourse = luck.random() < 0.5
    pooled = luck.random() < 0.4
    keys: dict[str, Any] = {
        "recourse": recourse,
        "contract_type": luck.choice(("full_notified", "full_notified", "confidential", "deconsolidating")),
        "index": (("1970-01-01", luck.choice(("-0.005", "0.0202", "0.03"))), (make.iso(first + 75), "0.0351")),
        "index_floor": luck.choice((None, "0")),
        "margin": luck.choice(("0.005", "0.0185")),
        "day_count": luck.choice((360, 365)),
        "advance_rate": luck.choice(("1", "0.9", "0.855")),
        "reserve_mode": "pooled" if pooled else "per_invoice",
        "reserve_rate": luck.choice(("0", "0.1", "0.15")),
        "fund_target_minor": luck.choice((300_000, 900_000)) if pooled else None,
        "opening_fund_minor": 100_000 if pooled and luck.random() < 0.3 else 0,
        "reserve_extra_minor": luck.choice((0, 0, 70_000)),
        "funding_ceiling_minor": luck.choice((None, None, 4_000_000)),
        "ceiling_basis": luck.choice(("before_reserve", "funds_in_use")),
        "service_fee_rate": luck.choice(("0.0035", "0.008")),
        "service_fee_min_invoice_minor": luck.choice((0, 900)),
        "vat_on_service": luck.choice(("0.20", "0")),
        "vat_on_financing": luck.choice(("0", "0.20")),
        "funding_delay_bd": luck.choice((0, 1, 2)),
        "remittance_schedule": luck.choice(("issue", "daily", "weekly", "monthly")),
        "draw_policy": luck.choice(("full", "full", "on_demand", "windows", "none")),
        "draw_windows": ((first + 20, first + 60), (first + 110, first + 190)),
        "bank_floor_minor": luck.choice((0, 1_000_000)),
        "shortfall_policy": luck.choice(("cash_call", "cash_call", "netting")),
        "concentration_cap": luck.choice((None, "0.3", "0.5")),
        "concentration_test": luck.choice(("dynamic", "at_purchase")),
        "approvals": luck.choice((None, tuple((d, luck.randrange(5_000_000)) for d in debtors[:-1]))),
        "max_invoice_age_days": luck.choice((None, 45)),
        "max_term_days": luck.choice((None, 90)),
        "ineligible": luck.choice(((), ("public", "foreign", "intra_group"))),
        "setup_fee_minor": luck.choice((0, 35_000)),
        "line_fee_minor": luck.choice((0, 2_000)),
        "receipt_value_days": luck.choice((0, 0, 2)),
        "commitment_fee_rate": luck.choice(("0", "0.0025")),
        "opening_utilisation_minor": luck.choice((0, 500_000)),
        "unpaid_guarantee_rate": luck.choice(("1", "0.95")),
        "guarantee_payout_days": None if recourse else luck.choice((0, 30, 60)),
        "definancing_days": luck.choice((None, 30, 45)),
        "vat_relief_on_guaranteed": luck.choice(("none", "seller")),
    }
    if luck.random() < 0.5:
        keys["anniversary_day"] = first + luck.randrange(-400, 200)
        keys["service_fee_min_year_minor"] = luck.choice((20_000, 300_000))
        keys["annual_audit_fee_minor"] = luck.choice((0, 40_000))
    if luck.random() < 0.4:
        keys["termination_day"] = first + luck.randrange(-5, 220)
    if luck.random() < 0.2:
        keys["approval_changes"] = (make.limit_change(debtors[0], first + 60, luck.randrange(3_000_000)),)
    return make.contract(first + luck.choice((0, 0, 7, -200)), **{**keys, **given})


def random_policy(luck: random.Random, first: int, debtors: list[str], **given: Any) -> InsurancePolicy:
    """A policy with clauses that contradict nothing."""
    start = first + luck.choice((luck.randrange(-60, 1), luck.randrange(-400, 60)))
    keys: dict[str, Any] = {
        "pct": luck.choice(("0.90", "0.85", "1")),
        "end_day": start + 364 if luck.random() < 0.5 else None,
        "renewal": luck.random() < 0.4,
        "premium_rate": luck.choice(("0.0025", "0.003")),
        "planned_turnover_minor": luck.choice((40_000_000, 123_456_789)),
        "declared_turnover_minor": luck.choice((None, 130_000_000)),
        "premium_min_minor": luck.choice((None, 100_000)),
        "adjustment_day": luck.choice((None, first + 200)),
        "tca_rate": "0.09",
        "domestic_share": luck.choice(("1", "0.777")),
        "limit_fee_minor": luck.choice((0, 4_000)),
        "buyers": luck.choice((None, 7)),
        "vat_on_fees": "0.20",
        "collection_fee": luck.choice(("0", "0.045")),
        "limits": luck.choice((None, tuple((d, luck.randrange(4_000_000)) for d in debtors[:-1]))),
        "limit_basis": luck.choice(("HT", "TTC")),
        "undeclared_limit_minor": luck.choice((0, 1_000_000)),
        "undeclared_pct": luck.choice((None, "0.60")),
        "max_credit_days": luck.choice((None, 90, 120)),
        "max_credit_days_export": luck.choice((None, 180)),
        "extension_days": luck.choice((0, 60)),
        "stop_rule": luck.choice(("max_credit", "extension")),
        "declaration_days": luck.choice((None, 30)),
        "declaration_threshold_minor": luck.choice((0, 30_000)),
        "waiting_months": luck.choice((0, 2, 5)),
        "payment_days": luck.choice((0, 30)),
        "nql_minor": luck.choice((0, 100_000)),
        "deductible_claim_minor": luck.choice((0, 50_000)),
        "afl_minor": luck.choice((0, 0, 500_000)),
        "max_liability_minor": luck.choice((None, 2_000_000)),
        "deductible_stage": luck.choice(("FR_STANDARD", "EN_LOSS_FIRST")),
        "delegated_to_factor": luck.random() < 0.3,
        "instalments": tuple(
            Instalment(day=start + 15 + 90 * k, share=Decimal(s)) for k, s in enumerate(("0.3", "0.3", "0.2", "0.2"))
        ),
        "bonus_malus": (
            BonusMalus(loss_ratio_up_to=Decimal("0.30"), change=Decimal("-0.10")),
            BonusMalus(loss_ratio_up_to=Decimal("1.5"), change=Decimal("0.25")),
            BonusMalus(loss_ratio_up_to=None, change=Decimal("0.50")),
        ),
    }
    if luck.random() < 0.3:
        keys["limit_changes"] = (make.limit_change(debtors[0], first + 30, luck.randrange(2_000_000)),)
    return make.policy(start, **{**keys, **given})


def index_rows(*rows: tuple[str, str]) -> tuple[DatedRate, ...]:
    """A dated index from text."""
    return tuple(DatedRate(day=make.day(when), rate=Decimal(rate)) for when, rate in rows)
