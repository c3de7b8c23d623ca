"""Amounts as whole minor units."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.money import Currency, apply_rate, net_of_vat, round_ratio, to_minor, to_text


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
@settings(max_examples=200, derandomize=True)
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    assert round_ratio(numerator, denominator) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert round_ratio(-numerator, denominator) == -round_ratio(numerator, denominator)


@given(st.integers(-(10**12), 10**12), st.sampled_from([0, 2, 3]))
@settings(max_examples=200, derandomize=True)
def test_text_and_minor_units_are_each_other(amount: int, exponent: int) -> None:
    assert to_minor(to_text(amount, exponent), exponent) == amount


def test_text_of_each_exponent() -> None:
    assert [to_text(-1234, Currency(code).exponent) for code in ("XOF", "EUR", "TND")] == ["-1234", "-12.34", "-1.234"]
    assert to_text(-5, 2) == "-0.05"


@pytest.mark.parametrize("text", ["12.345", "1,5", "1 000", "abc", "", "NaN", "Infinity"])
def test_what_is_no_amount_of_cents(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        to_minor(text, 2)


def test_trailing_zeros_are_no_fraction_of_a_cent() -> None:
    assert to_minor("12.3400", 2) == 1234


def test_rates_multiply_first_and_round_once() -> None:
    assert apply_rate(1_200_000, Decimal("0.008")) == 9_600
    assert apply_rate(-25, Decimal("0.1")) == -3  # a credit note mirrors its invoice
    assert net_of_vat(5_400_000, Decimal("0.20")) == 4_500_000
    assert net_of_vat(100, Decimal("0.055")) == 95
