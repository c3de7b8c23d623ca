"""Cost by heading, split, effective cost and saving: worked by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from forecasting.offers.costs import (
    SERVICES,
    admin_cost_minor,
    before_vat,
    costs_minor,
    effective,
    saving,
    split,
)
from tests.forecasting import make
from tests.pages.fixtures.projections import projection

FEES = {"service_fee": 10_000, "service_vat": 2_000, "financing_fee": 5_000, "minimum_fee": 0}


def test_costs_stand_before_recoverable_vat() -> None:
    curve = replace(
        projection().curves["both"],
        cost_minor={"factor_fee": -42_000, "insurance_fee": -1_200, "factor_transfer": 900, "bank_interest": 300},
        account_minor=FEES,
        loss_minor={},
    )
    contract = make.contract("2026-01-01", vat_on_service="0.20")
    policy = make.policy("2026-01-01", vat_on_fees="0.20")
    found = before_vat(curve, contract, policy)
    assert found.headings == {
        "service_fee": 10_000,
        "financing_fee": 5_000,
        "factor_fee": 35_000,
        "insurance_fee": 1_000,
        "bank_interest": -300,
    }
    assert found.vat_minor == 2_000 + 7_000 + 200
    assert found.total_minor + found.vat_minor == sum(costs_minor(curve).values())


def test_an_offer_comes_apart_into_finance_cover_and_collection() -> None:
    costs = {"service_fee": 8_000, "minimum_fee": 1, "financing_fee": 5_000, "guaranteed": -300, "factor_fee": 350}
    with_recourse = make.contract("2026-01-01", service_fee_rate="0.008")
    assert split(costs, with_recourse, Decimal("0.003")) == {"finance": 5_000, "cover": -300, "collection": 8_351}
    without = replace(with_recourse, recourse=False, guarantee_payout_days=30)
    parts = split(costs, without, Decimal("0.003"))
    assert parts == {"finance": 5_000, "cover": 3_000 - 300, "collection": 5_351}
    assert sum(parts.values()) == sum(costs.values()) and tuple(parts) == SERVICES
    assert split(costs, without, Decimal("0.02"))["collection"] == 350, "cover never costs more than the fee"


def test_a_percentage_needs_a_tenth_of_the_ceiling_in_use() -> None:
    assert effective(10_000, 100_000, 1_000_000, 365).rate_pa is None
    assert effective(10_000, 100_001, 1_000_000, 365).rate_pa == Fraction(10_000, 100_001)
    half_a_year = effective(10_000, 200_000, 400_000, 73)
    assert half_a_year.rate_pa == Fraction(10_000 * 5, 200_000), "a shorter contract is put on a year"
    assert effective(10_000, 0, 0, 365).rate_pa is None


def test_drawing_on_demand_saves_interest_against_a_full_draw() -> None:
    book = make.ledger(
        "2026-01-01", [make.invoice("A1", "A", "2026-01-05", "2026-03-31", 10_000_000)], cash_minor=5_000_000
    )
    full = make.contract("2026-01-01", index="0.02", margin="0.02")
    lazy = replace(full, draw_policy="on_demand")
    told = [make.project(book, make.scenario(), contract) for contract in (lazy, full)]
    found = saving(*told)
    assert found.drawn_minor == 0 and found.full_minor > 0
    assert found.saved_minor == found.full_minor and found.share == 1


def test_hours_are_priced_outside_cash() -> None:
    assert admin_cost_minor(Decimal("52.5"), 4_001) == 210_053
