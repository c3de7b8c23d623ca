"""Laws that hold on any company under any contracts, to the cent (domain 1.4 identity, section 9)."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.dates import is_business_day
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.path import PathResult, project_path
from forecasting.simulation.receivables import PAYMENT, Receivables
from tests.forecasting import cases, make

Seeds = st.integers(min_value=0, max_value=2**32)
T = TypeVar("T")


def law(check: Callable[[int], None], *, cases_in_proof: int = 500) -> tuple[Callable[[], None], Callable[[], None]]:
    """The same law on a small draw for `make test` and on a long one for `make proof`."""
    quick = settings(max_examples=40, derandomize=True, deadline=None)
    long = settings(max_examples=cases_in_proof, derandomize=True, deadline=None)
    return quick(given(Seeds)(check)), pytest.mark.proof(long(given(Seeds)(check)))


def variants(case: cases.Case) -> tuple[PathFacts, dict[str, PathResult]]:
    facts = certain_facts(case.ledger, case.scenario)
    days = case.scenario.horizon_days
    pairs = ((None, None), (case.factoring, None), (None, case.insurance), (case.factoring, case.insurance))
    results = [project_path(case.ledger, facts, days, f, i) for f, i in pairs]
    return facts, {r.variant: r for r in results}


def charged(result: PathResult, code: str) -> int:
    """An amount with its VAT, posted on the account under a code."""
    return sum(e.amount_minor + int(dict(e.values).get("vat_minor", 0)) for e in result.events if e.code == code)


def posted(result: PathResult, *codes: str) -> int:
    return sum(e.amount_minor for e in result.events if e.code in codes)


def owned_from(case: cases.Case, result: PathResult) -> dict[str, int]:
    """From which day each assigned invoice was the factor's."""
    start = {e.invoice_id: e.day for e in result.events if e.code == "purchased"}
    customers = case.ledger.customers
    for k, name in enumerate(customers.invoice_id):
        if 0 <= customers.assigned[k] < case.ledger.as_of:
            start[name] = case.ledger.as_of
    return start


def check_identity(seed: int) -> None:
    """transfers - calls + direct = paid on assigned invoices + guarantee - fees - interest + U_end - U_start."""
    case = cases.random_case(seed, days=200)
    facts, found = variants(case)
    for name in ("factoring", "both"):
        identity(case, facts, found[name])


def identity(case: cases.Case, facts: PathFacts, result: PathResult) -> None:
    first, last = case.ledger.as_of, case.ledger.as_of + case.scenario.horizon_days - 1
    owned = owned_from(case, result)
    paid = sum(
        amount
        for r in Receivables(case.ledger, facts)
        for day, kind, amount in r.steps
        if kind == PAYMENT and r.invoice_id in owned and max(owned[r.invoice_id], first) <= day <= last
    )
    # What lies on the pledged account at the end has not reached the factor.
    paid -= posted(result, "pledged_receipt") - posted(result, "swept", "swept_after_hand_back")
    costs = sum(charged(result, code) for code in ("service_fee", "annual_minimum", "interest", "commitment_fee"))
    moved = make.total(result, "factor_transfer", "cash_call", "direct_receipt")
    change = int(result.utilisation_minor[-1]) - case.factoring.opening_utilisation_minor
    assert moved == paid + posted(result, "guarantee_paid", "delegated_indemnity") - costs + change


def check_conservation(seed: int) -> None:
    """In any variant what a debtor pays, to whomever, is TTC less credit notes less what stays open."""
    case = cases.random_case(seed, days=200)
    facts, found = variants(case)
    for result in found.values():
        conservation(case, facts, result)


def conservation(case: cases.Case, facts: PathFacts, result: PathResult) -> None:
    first, last = case.ledger.as_of, case.ledger.as_of + case.scenario.horizon_days - 1
    owed: dict[str, int] = defaultdict(int)
    for r in Receivables(case.ledger, facts):
        debtor = case.ledger.partners[r.partner].partner_id
        owed[debtor] += r.amount_minor - r.credited_by(last) - r.open_at_end(last) - r.paid_by(first - 1)
    paid: dict[str, int] = defaultdict(int)
    for flow in result.flows:
        if flow.category in ("debtor_receipt", "direct_receipt"):
            paid[flow.partner_id] += flow.amount_minor
    for event in result.events:
        if event.code in ("factor_receipt", "pledged_receipt"):
            paid[event.partner_id] += event.amount_minor
    assert {d: a for d, a in paid.items() if a} == {d: a for d, a in owed.items() if a}


def check_balance(seed: int) -> None:
    """Every balance is the one before plus the day's flows; nothing lies outside the horizon; no flow is 0."""
    case = cases.random_case(seed, days=200)
    for result in variants(case)[1].values():
        balance(case, result)


def balance(case: cases.Case, result: PathResult) -> None:
    by_day: dict[int, int] = defaultdict(int)
    for flow in result.flows:
        assert flow.amount_minor != 0
        by_day[flow.day] += flow.amount_minor
    assert all(0 <= day - case.ledger.as_of < case.scenario.horizon_days for day in by_day)
    running = case.ledger.opening_cash_minor
    for k in range(case.scenario.horizon_days):
        running += by_day[case.ledger.as_of + k]
        assert result.balance_minor[k] == running


def check_all_at_once(seed: int) -> None:
    """Identity, conservation and balances of one small case, for the long proof."""
    case = cases.random_case(seed, invoice_count=9, debtor_count=3, days=160)
    facts, found = variants(case)
    for result in found.values():
        conservation(case, facts, result)
        balance(case, result)
    identity(case, facts, found["factoring"])
    identity(case, facts, found["both"])


def check_one_debtor_one_cover(seed: int) -> None:
    """No debtor is paid for by the factor and by the policy."""
    case = cases.random_case(seed)
    result = variants(case)[1]["both"]
    by_factor = {e.partner_id for e in result.events if e.code == "guarantee_paid" and e.amount_minor}
    assert not by_factor & {c.partner_id for c in result.claims if c.indemnity.indemnity_minor}


def check_no_policy_no_difference(seed: int) -> None:
    """insured_pct 0, no premium: the variant insurance equals the baseline, both equals factoring."""
    case = cases.random_case(seed)
    nothing = make.policy(case.ledger.as_of, pct="0")
    facts = certain_facts(case.ledger, case.scenario)
    days = case.scenario.horizon_days
    baseline = project_path(case.ledger, facts, days)
    insured = project_path(case.ledger, facts, days, None, nothing)
    assert insured.flows == baseline.flows
    assert insured.balance_minor.tolist() == baseline.balance_minor.tolist()


def check_failure_stands_everywhere(seed: int) -> None:
    """Dividend, VAT relief and its reversal depend on no contract (the relief where the seller keeps it)."""
    case = cases.random_case(seed)
    case = replace(case, factoring=replace(case.factoring, vat_relief_on_guaranteed="seller"))
    shared = ("recovery", "vat_relief", "vat_relief_reversal", "supplier_payment", "planned_flow", "vat_payment")
    rows = [[f for f in r.flows if f.category in shared] for r in variants(case)[1].values()]
    assert rows[0] == rows[1] == rows[2] == rows[3]


def check_row_order(seed: int) -> None:
    """The order of rows in the input changes nothing."""
    case = cases.random_case(seed)
    luck = random.Random(seed)

    def shuffled(rows: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(luck.sample(rows, len(rows)))

    scenario = replace(
        case.scenario,
        payments=shuffled(case.scenario.payments),
        insolvencies=shuffled(case.scenario.insolvencies),
        credit_notes=shuffled(case.scenario.credit_notes),
        disputes=shuffled(case.scenario.disputes),
        collection_requests=shuffled(case.scenario.collection_requests),
    )
    factoring = replace(
        case.factoring,
        index=shuffled(case.factoring.index),
        approvals=None if case.factoring.approvals is None else shuffled(case.factoring.approvals),
    )
    insurance = replace(
        case.insurance,
        instalments=shuffled(case.insurance.instalments),
        bonus_malus=shuffled(case.insurance.bonus_malus),
        limits=None if case.insurance.limits is None else shuffled(case.insurance.limits),
    )
    other = replace(case, scenario=scenario, factoring=factoring, insurance=insurance)
    one, two = variants(case)[1], variants(other)[1]
    assert {n: r.flows for n, r in one.items()} == {n: r.flows for n, r in two.items()}


def check_on_demand(seed: int) -> None:
    """Draw on demand never leaves the bank under its floor on a business day while something is transferable."""
    case = cases.random_case(seed)
    # Without a ceiling, so that a receipt never frees more than itself.
    contract = replace(
        case.factoring,
        draw_policy="on_demand",
        bank_floor_minor=1_000_000,
        termination_day=None,
        contract_type="full_notified",
        funding_ceiling_minor=None,
    )
    result = make.project(case.ledger, case.scenario, contract)
    freed: dict[int, int] = defaultdict(int)
    for event in result.events:
        if event.code in ("factor_receipt", "guarantee_paid"):
            freed[event.day] += event.amount_minor
    for k, balance in enumerate(result.balance_minor.tolist()):
        day = result.first_day + k
        if day >= contract.start_day and is_business_day(day) and balance < contract.bank_floor_minor:
            # What is left is pending: no more than what the day's own receipts freed.
            assert result.availability_minor[k] <= freed[day]
    for day in {f.day for f in result.flows if f.category == "factor_transfer"}:
        assert result.balance_minor[day - result.first_day] <= contract.bank_floor_minor


test_identity, test_identity_proof = law(check_identity)
test_conservation, test_conservation_proof = law(check_conservation)
test_balance, test_balance_proof = law(check_balance)
test_ten_thousand_cases = law(check_all_at_once, cases_in_proof=10_000)[1]
test_one_debtor_one_cover, test_one_debtor_one_cover_proof = law(check_one_debtor_one_cover)
test_no_policy_no_difference, test_no_policy_no_difference_proof = law(check_no_policy_no_difference)
test_failure_stands_everywhere, test_failure_stands_everywhere_proof = law(check_failure_stands_everywhere)
test_row_order, test_row_order_proof = law(check_row_order)
test_on_demand, test_on_demand_proof = law(check_on_demand)
