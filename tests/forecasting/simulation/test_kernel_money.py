"""The kernel's arithmetic is that of `forecasting.money`, also where a product passes 64 bits, compiled and not."""

from __future__ import annotations

import numba
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecasting.money import round_ratio as exact_ratio
from forecasting.simulation.kernel_money import OPTIONS, apply_ppm, mul_div, round_ratio, share

Amounts = st.integers(min_value=0, max_value=9 * 10**12)
Signed = st.integers(min_value=-(10**12), max_value=10**12)
Rates = st.integers(min_value=-1_000_000, max_value=1_000_000)

#: The first example pays for the compilation.
law = settings(derandomize=True, deadline=None)
compiled_mul_div = numba.njit(**OPTIONS)(mul_div)
compiled_round_ratio = numba.njit(**OPTIONS)(round_ratio)


@law
@given(Signed, st.integers(min_value=1, max_value=10**12))
@example(5, 2)
@example(-5, 2)
@example(-4, 3)
def test_halves_are_rounded_away_from_zero(numerator: int, denominator: int) -> None:
    expected = exact_ratio(numerator, denominator)
    assert round_ratio(numerator, denominator) == compiled_round_ratio(numerator, denominator) == expected


@law
@given(Signed, Rates)
def test_a_rate_is_applied_with_one_rounding(amount: int, ppm: int) -> None:
    assert apply_ppm(amount, ppm) == exact_ratio(amount * ppm, 10**6)


@law
@given(Amounts, Amounts, st.integers(min_value=1, max_value=2 * 10**12))
@example(9 * 10**12, 9 * 10**12, 9 * 10**12)
@example(1, 1, 2)
@example(3 * 10**9, 10**12, 2 * 10**12)
def test_a_product_may_pass_64_bits(a: int, b: int, c: int) -> None:
    expected = exact_ratio(a * b, c)
    if expected < 2**62:
        assert mul_div(a, b, c) == compiled_mul_div(a, b, c) == expected


@law
@given(Signed, Amounts, st.integers(min_value=1, max_value=10**12))
def test_a_share_of_a_negative_amount_mirrors_the_positive(amount: int, part: int, whole: int) -> None:
    if abs(amount) * part < whole * 2**62:
        assert share(amount, part, whole) == exact_ratio(amount * part, whole)
