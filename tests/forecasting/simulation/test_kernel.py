"""The kernel's front: worked cases, exposures that serve other prices, blocks and shards, amounts near the limit."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.simulation.certain import certain_facts
from forecasting.simulation.flows import CATEGORIES
from forecasting.simulation.kernel import (
    CompiledContracts,
    Outcome,
    allocate_outcome,
    evaluate_block,
    expose_block,
    facts_block,
    lower,
    rows,
    same_exposure,
    settle_block,
)
from forecasting.simulation.kernel_facts import FactsBlock
from forecasting.simulation.path import project_path
from tests.forecasting import golden, make
from tests.forecasting.simulation.kernel_cases import Case, case_of, paths_of

Seeds = st.integers(min_value=0, max_value=2**32)

#: Clauses that the second stage reads alone, so that a change of them serves from the same exposures.
PRICES = {
    "factoring": [
        "index",
        "index_floor",
        "margin",
        "day_count",
        "advance_rate",
        "reserve_mode",
        "reserve_rate",
        "fund_target_minor",
        "reserve_extra_minor",
        "funding_ceiling_minor",
        "ceiling_basis",
        "service_fee_rate",
        "service_fee_min_invoice_minor",
        "service_fee_min_year_minor",
        "anniversary_day",
        "commitment_fee_rate",
        "flat_fee_rate",
        "setup_fee_minor",
        "annual_audit_fee_minor",
        "line_fee_minor",
        "vat_on_service",
        "vat_on_financing",
        "receipt_value_days",
        "draw_policy",
        "draw_windows",
        "bank_floor_minor",
        "shortfall_policy",
        "discount_method",
        "opening_utilisation_minor",
        "opening_fund_minor",
    ],
    "insurance": [
        "insured_pct",
        "undeclared_pct",
        "premium_rate",
        "premium_min_minor",
        "planned_turnover_minor",
        "adjustment_day",
        "instalments",
        "tca_rate",
        "domestic_share",
        "limit_fee_minor",
        "monitoring_fee_minor",
        "buyers",
        "vat_on_fees",
        "collection_fee",
        "payment_days",
        "nql_minor",
        "deductible_claim_minor",
        "afl_minor",
        "max_liability_minor",
        "deductible_stage",
        "bonus_malus",
        "renewal",
        "end_day",
    ],
}


def compiled_of(case: Case) -> CompiledContracts:
    return lower(case.ledger, case.days, case.factoring, case.insurance, case.facts)


def same(a: Outcome, b: Outcome) -> bool:
    return all(np.array_equal(mine, other) for mine, other in zip(a, b, strict=True))


@pytest.mark.parametrize("name", ["factoring_F1", "factoring_F3"])
def test_worked_cases_of_the_account(name: str) -> None:
    """Flows, utilisation and the whole state of the shared cases F1 and F3, day by day."""
    worked = golden.case(name)
    ledger, scenario, contract = golden.factoring_case(worked)
    facts, days = certain_facts(ledger, scenario), scenario.horizon_days
    out = allocate_outcome(1, days, state=True)
    evaluate_block(lower(ledger, days, contract), facts_block([facts], ledger.as_of, days), "factoring", out, plain=True)
    expected = worked["expected"]
    flows = np.diff(np.concatenate([[ledger.opening_cash_minor], out.balance[0]]))
    for day, flow, utilisation in expected["daily"]:
        t = make.day(day) - ledger.as_of
        assert (flows[t], out.state[0, t, 0]) == (flow, utilisation)
    for event in expected["event_days"]:
        names = ("utilisation", "eligible", "reserve", "availability", "outstanding_assigned")
        assert out.state[0, make.day(event["date"]) - ledger.as_of].tolist() == [event[f"{n}_eod_cents"] for n in names]


def repriced(case: Case, seed: int) -> Case:
    """The same case with the prices of another contract and another policy."""
    other = case_of(seed)
    changed: dict[str, Any] = {}
    for side, names in PRICES.items():
        of = getattr(other, side)
        changed[side] = replace(getattr(case, side), **{name: getattr(of, name) for name in names})
    return replace(case, **changed)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(Seeds, Seeds)
def test_an_exposure_serves_other_prices(seed: int, prices: int) -> None:
    case, paths = paths_of(seed, 2)
    other = repriced(case, prices)
    mine, theirs = compiled_of(case), compiled_of(other)
    assert same_exposure(mine, theirs)
    block = facts_block(paths, case.ledger.as_of, case.days)
    old, new = expose_block(mine, block, state=True), expose_block(theirs, block, state=True)
    for variant in theirs.variants:
        reused, fresh = (allocate_outcome(2, case.days, state=True) for _ in range(2))
        settle_block(theirs, old, variant, reused)
        settle_block(theirs, new, variant, fresh)
        assert same(reused, fresh)


def test_a_clause_that_decides_which_invoices_count_asks_for_a_new_exposure() -> None:
    case = case_of(3)
    for changed in (
        replace(case, factoring=replace(case.factoring, approvals=(("D", 1),))),
        replace(case, factoring=replace(case.factoring, funding_delay_bd=5)),
        replace(case, insurance=replace(case.insurance, limits=(("D", 1),))),
        replace(case, insurance=replace(case.insurance, waiting_months=9)),
    ):
        assert not same_exposure(compiled_of(case), compiled_of(changed))


@settings(max_examples=10, derandomize=True, deadline=None)
@given(Seeds)
def test_blocks_add_up_whatever_their_size(seed: int) -> None:
    case, paths = paths_of(seed, 4)
    compiled = compiled_of(case)
    whole = allocate_outcome(4, case.days)
    evaluate_block(compiled, facts_block(paths, case.ledger.as_of, case.days), "both", whole)
    parted = allocate_outcome(4, case.days)
    daily = np.zeros_like(parted.daily)
    for first, stop in ((3, 4), (0, 1), (1, 3)):
        part = rows(parted, first, stop)
        evaluate_block(compiled, facts_block(paths[first:stop], case.ledger.as_of, case.days), "both", part)
        daily += part.daily
    assert same(whole, parted._replace(daily=daily))


def test_paths_may_share_their_supplier_payments() -> None:
    case, paths = paths_of(11, 1)
    compiled = compiled_of(case)
    one, two = (facts_block(paths * n, case.ledger.as_of, case.days) for n in (1, 2))
    names = [f.name for f in fields(FactsBlock) if f.name.startswith("payment_")]
    shared = replace(two, **{name: getattr(one, name) for name in names})
    expected, found = allocate_outcome(2, case.days), allocate_outcome(2, case.days)
    evaluate_block(compiled, two, "baseline", expected)
    evaluate_block(compiled, shared, "baseline", found)
    assert same(expected, found) and expected.total[0, CATEGORIES.index("supplier_payment")] != 0


@settings(max_examples=15, derandomize=True, deadline=None)
@given(Seeds)
def test_amounts_near_the_limit_do_not_overflow(seed: int) -> None:
    """The largest single amounts of the specification, 10**11 minor units, in every product of the contracts."""
    luck = random.Random(seed)
    first = make.day("2026-03-02")
    invoices = [make.invoice(f"I{k}", "DE"[k % 2], first, first + 30, 10**11 - luck.randrange(10**6)) for k in range(6)]
    ledger = make.ledger(first, invoices, cash_minor=-(10**11), overdraft_rate=make.contract(first).margin)
    contract = make.contract(
        first,
        margin="0.9",
        index="0.09",
        reserve_rate="0.1",
        concentration_cap="0.999999",
        service_fee_rate="0.01",
        vat_on_service="0.2",
        commitment_fee_rate="0.9",
        funding_ceiling_minor=5 * 10**11,
        recourse=False,
        guarantee_payout_days=30,
    )
    policy = make.policy(
        first, premium_rate="0.003", planned_turnover_minor=10**12, payment_days=30, limit_basis="TTC",
        limits=(("D", 10**11), ("E", 2 * 10**11)), tca_rate="0.09", domestic_share="0.777777",
    )  # fmt: skip
    facts = certain_facts(
        ledger,
        make.scenario(
            make.insolvency("D", first + 40, dividend="0.333333", dividend_date=first + 120),
            *(make.payment(f"I{k}", first + 60 + k) for k in (1, 3)),
            *(make.never(f"I{k}") for k in (0, 2, 4)),
            days=200,
        ),
    )
    out = allocate_outcome(1, 200)
    evaluate_block(lower(ledger, 200, contract, policy), facts_block([facts], first, 200), "both", out)
    expected = project_path(ledger, facts, 200, contract, policy)
    assert np.array_equal(out.balance[0], expected.balance_minor)


def test_a_ledger_beyond_64_bits_is_refused() -> None:
    invoices = [make.invoice(f"I{k}", "D", "2026-03-02", "2026-04-02", 10**12) for k in range(10)]
    with pytest.raises(ValueError, match="add up"):
        lower(make.ledger("2026-03-02", invoices), 30)
