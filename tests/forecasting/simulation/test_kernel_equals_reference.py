"""The two readings of the contracts, reference and kernel, agree to the cent on random companies, paths and contracts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger_build import InvoiceRecord
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.flows import CATEGORIES, Category, Variant
from forecasting.simulation.kernel import (
    Outcome,
    allocate_outcome,
    expose_block,
    facts_block,
    lower,
    settle_block,
)
from forecasting.simulation.kernel_results import ACCOUNT, LOSSES
from forecasting.simulation.path import PathResult, project_path
from tests.forecasting import make
from tests.forecasting.simulation.kernel_cases import TYPES, Case, case_of, paths_of, without

Seeds = st.integers(min_value=0, max_value=2**32)
Side = Literal["factoring", "insurance"]

#: Clauses that are shown and move no cash.
DISPLAYED = {"name", "admin_hours_per_remittance"}
#: Account postings by the code under which the reference explains them.
POSTINGS = {
    "service_fee": "service_fee",
    "annual_minimum": "minimum_fee",
    "commitment_fee": "commitment_fee",
    "interest": "financing_fee",
    "interest_true_up": "financing_fee",
    "discount": "financing_fee",
}


def kernel_of(case: Case, paths: tuple[PathFacts, ...], *, plain: bool) -> dict[Variant, Outcome]:
    """Every variant of some paths of one case, by the kernel."""
    compiled = lower(case.ledger, case.days, case.factoring, case.insurance, case.facts)
    block = facts_block(paths, case.ledger.as_of, case.days)
    exposure = expose_block(compiled, block, state=True, plain=plain)
    found: dict[Variant, Outcome] = {}
    for variant in compiled.variants:
        found[variant] = allocate_outcome(len(paths), case.days, state=True)
        settle_block(compiled, exposure, variant, found[variant], plain=plain)
    return found


def reference_of(case: Case, facts: PathFacts) -> dict[Variant, PathResult]:
    """Every variant of one path, by the reference."""
    pairs = ((None, None), (case.factoring, None), (None, case.insurance), (case.factoring, case.insurance))
    results = [project_path(case.ledger, facts, case.days, f, i) for f, i in pairs]
    return {result.variant: result for result in results}


def flows_of(result: PathResult, days: int) -> npt.NDArray[np.int64]:
    """The flows of a path by heading and day, (C, H)."""
    table = np.zeros((len(CATEGORIES), days), dtype=np.int64)
    for flow in result.flows:
        table[CATEGORIES.index(flow.category), flow.day - result.first_day] += flow.amount_minor
    return table


def account_of(result: PathResult) -> dict[str, int]:
    """What the account was debited, by heading, with the VAT of all and the interest taken from draws."""
    found = dict.fromkeys(set(ACCOUNT) - {"service_vat", "financing_vat"}, 0) | {"vat": 0, "prepaid": 0}
    for event in result.events:
        values = dict(event.values)
        found["prepaid"] += int(values.get("prepaid_minor", 0))
        if event.code in POSTINGS:
            found[POSTINGS[event.code]] += event.amount_minor
            found["vat"] += int(values.get("vat_minor", 0))
    return found


def differences(case: Case, facts: PathFacts, kernel: dict[Variant, Outcome], path: int = 0) -> list[str]:
    """Where kernel and reference part on one path, in words."""
    found = []
    for variant, result in reference_of(case, facts).items():
        out = kernel[variant]
        if not np.array_equal(out.balance[path], result.balance_minor):
            day = int(np.flatnonzero(out.balance[path] != result.balance_minor)[0])
            found.append(f"{variant} balance on {make.iso(result.first_day + day)}")
        totals = flows_of(result, case.days).sum(axis=1)
        apart = np.flatnonzero(totals != out.total[path]).tolist()
        found += [f"{variant} {CATEGORIES[k]} {totals[k]} {out.total[path, k]}" for k in apart]
        states = np.stack(
            [
                result.utilisation_minor,
                result.eligible_minor,
                result.reserve_minor,
                result.availability_minor,
                result.assigned_minor,
            ],
            axis=1,
        )
        if variant in ("factoring", "both"):
            for day, column in np.argwhere(states != out.state[path])[:1].tolist():
                found.append(f"{variant} {'UEGVR'[column]} on {make.iso(result.first_day + day)}")
            found += _account_differences(variant, result, out.account[path])
        if facts.kind == "drawn":
            lost = {name: int(amount) for name, amount in zip(LOSSES, out.loss[path], strict=True) if amount}
            if lost != dict(result.losses):
                found.append(f"{variant} losses {dict(result.losses)} {lost}")
    return found


def _account_differences(variant: Variant, result: PathResult, account: npt.NDArray[np.int64]) -> list[str]:
    mine = {name: int(amount) for name, amount in zip(ACCOUNT, account, strict=True)}
    theirs = account_of(result)
    vat = mine.pop("service_vat") + mine.pop("financing_vat")
    # What is taken from a draw is one figure there, fee and VAT here.
    both = (mine["financing_fee"] + vat, theirs["financing_fee"] + theirs["vat"] + theirs["prepaid"])
    names = ("service_fee", "minimum_fee", "commitment_fee")
    found = [f"{variant} {name}" for name in names if mine[name] != theirs[name]]
    return found + ([f"{variant} account {both}"] if both[0] != both[1] else [])


def check_equal(seed: int, *, plain: bool) -> None:
    case = case_of(seed)
    kernel = kernel_of(case, (case.facts,), plain=plain)
    assert differences(case, case.facts, kernel) == []
    for variant, result in reference_of(case, case.facts).items():
        assert np.array_equal(kernel[variant].daily, flows_of(result, case.days))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(Seeds)
def test_kernel_equals_reference(seed: int) -> None:
    """Flows, balances, the account's state and its debits, losses: uncompiled, on every variant."""
    check_equal(seed, plain=True)


@pytest.mark.proof
@settings(max_examples=2_500, derandomize=True, deadline=None)
@given(Seeds)
def test_compiled_kernel_equals_reference(seed: int) -> None:
    check_equal(seed, plain=False)


@settings(max_examples=15, derandomize=True, deadline=None)
@given(Seeds)
def test_paths_of_a_block_leave_no_trace_on_each_other(seed: int) -> None:
    case, paths = paths_of(seed, 5)
    kernel = kernel_of(case, paths, plain=False)
    for path, facts in enumerate(paths):
        assert differences(case, facts, kernel, path) == []


@settings(max_examples=60, derandomize=True, deadline=None)
@given(Seeds)
def test_compiled_source_is_plain_source(seed: int) -> None:
    """The code that runs while the compiler works gives the figures of the compiled code, bit for bit."""
    case, paths = paths_of(seed, 2)
    compiled, plain = kernel_of(case, paths, plain=False), kernel_of(case, paths, plain=True)
    for variant, outcome in compiled.items():
        for mine, other in zip(outcome, plain[variant], strict=True):
            assert np.array_equal(mine, other)


def acts(case: Case, clause: str, side: Side) -> bool:
    """Whether the figures of a case change when one clause is taken out of a contract."""
    kernel, changed = (kernel_of(c, (c.facts,), plain=False) for c in (case, without(case, clause, side)))
    return any(
        not np.array_equal(kernel[variant].balance, changed[variant].balance)
        or not np.array_equal(kernel[variant].state, changed[variant].state)
        for variant in kernel
    )


def clauses(side: Side) -> set[str]:
    """The clauses of a contract that may be absent, and move cash."""
    kind: Any = FactoringContract if side == "factoring" else InsurancePolicy
    required = {"contract_type", "recourse", "start_day", "insured_pct"}
    return {field.name for field in fields(kind)} - required - DISPLAYED


def test_every_clause_is_exercised() -> None:
    """Over the cases that the two engines are held together on, each clause changes a figure at least once."""
    missing: dict[Side, set[str]] = {"factoring": clauses("factoring"), "insurance": clauses("insurance")}
    types: set[str] = set()
    for seed in range(1_500):
        case = case_of(seed)
        types.add(case.factoring.contract_type)
        for side, names in missing.items():
            for name in sorted(names):
                if getattr(without(case, name, side), side) != getattr(case, side) and acts(case, name, side):
                    names.discard(name)
        if not any(missing.values()) and types == set(TYPES):
            break
    assert missing == {"factoring": set(), "insurance": set()}
    assert types == set(TYPES)


# Rare combinations of clauses, worked by hand from the specification: both engines must say what stands in `expected`.


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One combination of clauses with the total of some headings that the specification gives."""

    case: Case
    variant: Variant
    headings: tuple[Category, ...]
    expected: int

    def kernel(self) -> int:
        """What the kernel says."""
        totals = kernel_of(self.case, (self.case.facts,), plain=True)[self.variant].total[0]
        return sum(int(totals[CATEGORIES.index(heading)]) for heading in self.headings)

    def reference(self) -> int:
        """What the reference says."""
        return make.total(reference_of(self.case, self.case.facts)[self.variant], *self.headings)


def worked(
    invoices: Sequence[InvoiceRecord],
    facts: Sequence[object],
    contract: FactoringContract,
    policy: InsurancePolicy,
    *,
    variant: Variant,
    headings: tuple[Category, ...],
    expected: int,
) -> Worked:
    ledger = make.ledger("2026-02-02", invoices)
    path = certain_facts(ledger, make.scenario(*facts, days=200))
    case = Case(ledger=ledger, facts=path, days=200, factoring=contract, insurance=policy)
    return Worked(case=case, variant=variant, headings=headings, expected=expected)


def invoice(name: str, amount_minor: int, **keys: Any) -> InvoiceRecord:
    """An invoice of debtor D due in April."""
    return make.invoice(name, "D", keys.pop("issue", "2026-02-02"), "2026-04-02", amount_minor, **keys)


def delegated_to_a_buyer_of_claims() -> Worked:
    """2.4 "indemnity goes to U", but where claims are sold outright (1.6 "nothing later") no account runs: to the bank."""
    return worked(
        [invoice("I1", 120_000)],
        [make.never("I1"), make.insolvency("D", "2026-03-02")],
        make.contract("2026-02-02", contract_type="reverse", debtors_except=("D",)),
        make.policy("2026-01-01", pct="0.9", delegated_to_factor=True),
        variant="both",
        headings=("indemnity",),
        expected=90_000,
    )


def relief_on_what_is_guaranteed_at_once() -> Worked:
    """2.4 "guaranteed and paid: none": no relief on what the guarantee pays, on the judgment day as on any other."""
    return worked(
        [invoice("I1", 120_000)],
        [make.never("I1"), make.insolvency("D", "2026-03-02")],
        make.contract("2026-02-02", recourse=False, guarantee_payout_days=0),
        make.policy("2026-01-01"),
        variant="factoring",
        headings=("vat_relief",),
        expected=0,
    )


def two_claims_sold_on_one_day() -> Worked:
    """1.6, `L_d` of 1.3: claims are sold whole within the approval, which two of one day exceed together."""
    return worked(
        [invoice("I1", 60_000), invoice("I2", 60_000)],
        [],
        make.contract("2026-02-02", contract_type="reverse", index="0", approvals=(("D", 100_000),)),
        make.policy("2026-01-01"),
        variant="factoring",
        headings=("factor_transfer",),
        expected=60_000,
    )


def outstanding_of_what_was_paid_since() -> Worked:
    """2.1 "monthly outstanding": at a month end counts what was open then, though it is paid now."""
    return worked(
        [invoice("I1", 120_000, issue="2026-01-10", paid="2026-02-01")],
        [],
        make.contract("2026-02-02"),
        make.policy("2026-01-01", premium_base="outstanding", premium_rate="0.01", adjustment_day="2026-03-01"),
        variant="insurance",
        headings=("premium",),
        # planned: 1 000.00 of turnover at 1 %, billed on the start date; declared: one month end of 1 000.00
        expected=0,
    )


def dividend_on_the_judgment_day() -> Worked:
    """2.4 "of the open TTC at the end of the judgment day", on its date, be it that of the judgment."""
    return worked(
        [invoice("I1", 120_000)],
        [make.never("I1"), make.insolvency("D", "2026-03-02", dividend="0.5", dividend_date="2026-03-02")],
        make.contract("2026-02-02"),
        make.policy("2026-01-01"),
        variant="baseline",
        headings=("recovery",),
        expected=60_000,
    )


def guarantee_on_money_in_transit() -> Worked:
    """1.4 step 6 "amounts open on p": what lies on the pledged account is paid, though not yet swept."""
    return worked(
        [invoice("I1", 120_000)],
        [make.payment("I1", "2026-03-07"), make.insolvency("D", "2026-03-06", dividend="0")],
        make.contract("2026-02-02", contract_type="confidential", recourse=False, guarantee_payout_days=2, index="0"),
        make.policy("2026-01-01"),
        variant="factoring",
        headings=("factor_transfer", "cash_call"),
        expected=120_000,
    )


def approvals_of_invoices_held_before() -> Worked:
    """1.4 step 4 "invoices bought from that day": those held from before were bought on their `assigned_date`."""
    return worked(
        [
            invoice("I1", 30_000, issue="2026-01-02", assigned="2026-01-20"),
            invoice("I2", 80_000, issue="2026-01-02", assigned="2026-01-05"),
        ],
        [make.never("I1"), make.never("I2")],
        make.contract(
            "2026-01-02",
            index="0",
            approvals=(("D", 50_000),),
            approval_changes=(make.limit_change("D", "2026-01-10", 100_000),),
        ),
        make.policy("2026-01-01"),
        variant="factoring",
        headings=("factor_transfer",),
        expected=100_000,
    )


WORKED = (
    delegated_to_a_buyer_of_claims,
    relief_on_what_is_guaranteed_at_once,
    two_claims_sold_on_one_day,
    outstanding_of_what_was_paid_since,
    dividend_on_the_judgment_day,
    guarantee_on_money_in_transit,
    approvals_of_invoices_held_before,
)


@pytest.mark.parametrize("case", WORKED)
def test_both_engines_keep_to_the_specification(case: Callable[[], Worked]) -> None:
    found = case()
    assert found.reference() == found.expected
    assert found.kernel() == found.expected
