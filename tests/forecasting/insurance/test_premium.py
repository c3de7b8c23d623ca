"""Premium, tax, adjustment, fees, bonus and malus (domain 2.4)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from forecasting.insurance.policy import BonusMalus, Instalment, InsurancePolicy
from forecasting.insurance.premium import PremiumBasis, charges, loss_ratio, malus_change, premium_basis
from forecasting.ledger import Partner
from tests.forecasting import make

START = "2026-01-01"
#: Domain 2.1: up to 0.30 -10 %, up to 0.70 nothing, up to 1.50 +25 %, above +50 %.
GRID = tuple(
    BonusMalus(loss_ratio_up_to=None if bound is None else Decimal(bound), change=Decimal(change))
    for bound, change in (("0.30", "-0.10"), ("0.70", "0"), ("1.50", "0.25"), (None, "0.50"))
)


def basis(**keys: Any) -> PremiumBasis:
    given = {"planned_minor": 0, "declared_minor": None, "domestic_share": Fraction(1), "buyers": 0}
    return PremiumBasis(**{**given, **keys})


def billed(
    policy: InsurancePolicy, of: PremiumBasis, indemnities: dict[int, int] | None = None, last: str = "2029-12-31"
) -> list[tuple[str, str, int, int]]:
    rows = charges(policy, of, indemnities or {}, make.day(last))
    return [(make.iso(c.day), c.kind, c.amount_minor, c.tax_minor) for c in rows]


def quarters(*shares: str) -> tuple[Instalment, ...]:
    days = ("2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15")
    return tuple(Instalment(day=make.day(d), share=Decimal(s)) for d, s in zip(days, shares, strict=False))


def test_the_last_instalment_takes_the_rest() -> None:
    """1 000.01 in thirds: 333.34 (half up of 333.3366…), twice, then 333.33; tax 9 % of four fifths."""
    policy = make.policy(
        START, premium_min_minor=100_001, tca_rate="0.09", instalments=quarters("0.33333", "0.33333", "0.33334")
    )
    rows = billed(policy, basis(domestic_share=Fraction(4, 5)))
    assert [(amount, tax) for _, _, amount, tax in rows] == [(33_333, 2_400), (33_333, 2_400), (33_335, 2_400)]


def test_without_instalments_the_whole_is_due_at_the_start() -> None:
    policy = make.policy(START, premium_rate="0.0025")
    assert billed(policy, basis(planned_minor=123_456_789)) == [("2026-01-01", "instalment", 308_642, 0)]


@pytest.mark.parametrize(
    ("minimum", "declared", "adjustment"),
    [
        (None, 430_000_000, 75_000),
        (None, 300_000_000, -250_000),
        (900_000, 430_000_000, 175_000),
        (900_000, 300_000_000, 0),
    ],
)
def test_adjustment_refunds_only_without_a_minimum(minimum: int | None, declared: int, adjustment: int) -> None:
    policy = make.policy(START, premium_rate="0.0025", premium_min_minor=minimum, adjustment_day="2027-02-15")
    rows = billed(policy, basis(planned_minor=400_000_000, declared_minor=declared))
    assert [amount for _, kind, amount, _ in rows if kind == "adjustment"] == [adjustment]


def test_yearly_fees_bear_vat_on_the_first_instalment() -> None:
    policy = make.policy(
        START, limit_fee_minor=2_500, monitoring_fee_minor=1_501, vat_on_fees="0.20", instalments=quarters("1")
    )
    fee = [row for row in billed(policy, basis(buyers=3)) if row[1] == "yearly_fee"]
    assert fee == [("2026-01-15", "yearly_fee", 12_003, 2_401)]


@pytest.mark.parametrize(
    ("ratio", "change"),
    [
        (Fraction(0), "-0.10"),
        (Fraction(3, 10), "-0.10"),
        (Fraction(7, 10), "0"),
        (Fraction(21, 20), "0.25"),
        (Fraction(151, 100), "0.50"),
        (None, "0.50"),
    ],
)
def test_each_bound_is_included(ratio: Fraction | None, change: str) -> None:
    assert malus_change(make.policy(START, bonus_malus=GRID), ratio) == Decimal(change)


def test_the_printed_example_of_malus() -> None:
    """Domain 2.4: indemnities 21 000, premium 20 000: 1.05, +25 %, next year 25 000."""
    policy = make.policy(
        START, premium_min_minor=2_000_000, renewal=True, bonus_malus=GRID, instalments=quarters("0.5", "0.5")
    )
    rows = billed(policy, basis(), {0: 2_100_000}, last="2028-12-31")
    assert loss_ratio(policy, basis(), 2_000_000, 2_100_000) == Fraction(21, 20)
    assert [(when, amount) for when, _, amount, _ in rows] == [
        ("2026-01-15", 1_000_000), ("2026-04-15", 1_000_000), ("2027-01-15", 1_250_000), ("2027-04-15", 1_250_000),
        # A year without a loss: 10 % less than the policy's own premium.
        ("2028-01-15", 900_000), ("2028-04-15", 900_000),
    ]  # fmt: skip


def test_what_the_policy_leaves_out_comes_from_the_ledger() -> None:
    partners = [Partner(partner_id="EXPORT", domestic=False), Partner(partner_id="TOWN", public_body=True)]
    invoices = [
        make.invoice("A1", "HOME", "2026-02-02", "2026-04-01", 1_200_000),
        make.invoice("X1", "EXPORT", "2026-03-02", "2026-05-01", 500_000, vat="0"),
        make.invoice("T1", "TOWN", "2026-03-02", "2026-05-01", 600_000),
        make.invoice("N1", "HOME", "2026-03-02", "2026-05-01", -240_000, credits="A1"),
        make.invoice("Z1", "HOME", "2027-01-01", "2027-03-01", 1_200_000),
    ]
    ledger = make.ledger(START, invoices, partners=partners)
    found = premium_basis(make.policy(START, limits=(("HOME", 1), ("EXPORT", 1))), ledger)
    assert found.planned_minor == 1_000_000 + 500_000 - 200_000
    assert found.domestic_share == Fraction(1_800_000, 2_300_000)
    assert (found.buyers, found.declared_minor) == (2, None)


def test_the_premium_on_outstanding() -> None:
    """Month ends of the year with an open net amount of 10 000.00: January, February, March."""
    ledger = make.ledger(START, [make.invoice("A1", "HOME", "2026-01-10", "2026-04-10", 1_200_000)])
    policy = make.policy(
        START, premium_base="outstanding", premium_rate="0.001", planned_turnover_minor=0, adjustment_day="2026-12-31"
    )
    assert make.cash(make.project(ledger, make.scenario(), None, policy)) == {"2026-04-10": 1_200_000, "2026-12-31": -3_000}
