"""Paying suppliers by a policy: days, discount, law; a loan and a line beside the plan."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forecasting.ledger import NO_DAY
from forecasting.plan.credit import Credit, certain_cost_minor, with_credit
from forecasting.plan.suppliers import SupplierPolicy, annual_rate, exposure, paid_by
from tests.forecasting import make

TODAY = "2026-03-02"
BILLS = [
    make.invoice("S1", "S", "2026-02-10", "2026-03-12", 100_000),
    make.invoice("S2", "S", "2026-02-20", "2026-03-20", 50_000),
    make.invoice("S3", "S", "2026-01-10", "2026-02-10", 30_000),
]


def pays(policy: SupplierPolicy) -> dict[str, tuple[int, int]]:
    found = paid_by(make.ledger(TODAY, [], BILLS), policy).suppliers
    rows = zip(found.invoice_id, found.paid.tolist(), found.amount_minor.tolist(), strict=True)
    return {name: (paid, amount) for name, paid, amount in rows}


@pytest.mark.parametrize(
    ("policy", "days"),
    [
        (SupplierPolicy(kind="due"), {"S1": "2026-03-12", "S2": "2026-03-20", "S3": "2026-03-02"}),
        (SupplierPolicy(kind="late", days=10), {"S1": "2026-03-23", "S2": "2026-03-30", "S3": "2026-03-02"}),
        (SupplierPolicy(kind="runs"), {"S1": "2026-03-16", "S2": "2026-03-31", "S3": "2026-03-16"}),
    ],
)  # fmt: skip
def test_each_bill_is_paid_on_its_day(policy: SupplierPolicy, days: dict[str, str]) -> None:
    """15 March 2026 is a Sunday, 22 March too: the next Monday pays."""
    assert {name: paid for name, (paid, _) in pays(policy).items()} == {n: make.day(d) for n, d in days.items()}


def test_habit_changes_nothing() -> None:
    ledger = make.ledger(TODAY, [], BILLS)
    assert paid_by(ledger, SupplierPolicy()) is ledger
    assert (ledger.suppliers.paid == NO_DAY).all()


def test_a_discount_is_taken_while_its_day_has_not_passed() -> None:
    found = pays(SupplierPolicy(kind="discount", days=12, discount_rate=Decimal("0.02")))
    assert found["S1"] == (make.day("2026-03-12"), 100_000), "its day was 22 February"
    assert found["S2"] == (make.day("2026-03-04"), 49_000)
    assert annual_rate(Decimal("0.02"), 20) == Decimal("0.02") / Decimal("0.98") * 365 / 20


def test_what_a_late_policy_exposes_to() -> None:
    """S1 and S2 late by 60 days: 40 euros each, statutory interest, past the legal limit of 60 days (domain 3.1, 3.3)."""
    found = exposure(make.ledger(TODAY, [], BILLS[:2]), SupplierPolicy(kind="late", days=60))
    assert (found.invoices, found.late, found.beyond_cap) == (2, 2, 2)
    assert found.beyond_minor == 150_000 and found.fixed_minor == 8_000 and found.interest_minor > 0
    calm = exposure(make.ledger(TODAY, [], BILLS[:2]), SupplierPolicy(kind="due"))
    assert (calm.late, calm.beyond_cap, calm.interest_minor) == (0, 0, 0)


def test_a_loan_comes_in_today_and_goes_back_in_instalments() -> None:
    ledger = make.ledger(TODAY, [], BILLS)
    loan = Credit(kind="loan", amount_minor=1_200_000, rate_pa=Decimal("0.06"), months=12)
    flows = with_credit(ledger, loan).planned_flows
    assert sum(f.amount_minor for f in flows if f.amount_minor > 0) == 1_200_000
    assert -sum(f.amount_minor for f in flows) == certain_cost_minor(ledger, loan)


def test_a_line_widens_the_overdraft_and_costs_its_fee_each_quarter() -> None:
    ledger = make.ledger(TODAY, [], BILLS)
    line = Credit(kind="line", amount_minor=1_000_000, rate_pa=Decimal("0.05"), fee_rate=Decimal("0.004"))
    wider = with_credit(ledger, line)
    assert wider.overdraft_limit_minor == ledger.overdraft_limit_minor + 1_000_000
    assert wider.overdraft_rate == Decimal("0.05") and wider.fingerprint != ledger.fingerprint
    assert [f.amount_minor for f in wider.planned_flows] == [-1_000] * 4 and certain_cost_minor(ledger, line) == 4_000
