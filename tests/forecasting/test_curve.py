"""Curves: observed values for bands, honest errors for probabilities, rounding once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.curve import Levels, Sums, curve_of, mean_of, standard_error
from forecasting.simulation.bands import PERCENTS, day_order, rank_of
from forecasting.simulation.flows import CATEGORIES

Int64 = npt.NDArray[np.int64]


def balances(seed: int, paths: int, days: int, kind: str) -> Int64:
    rng = np.random.default_rng(seed)
    if kind == "walk":
        return np.cumsum(rng.normal(0, 1e6, (paths, days)), axis=1).astype(np.int64)
    if kind == "few":
        return rng.integers(-2, 3, (paths, days))
    if kind == "same":
        return np.full((paths, days), -7, dtype=np.int64)
    wide = rng.integers(-(10**15), 10**15, (paths, days))
    wide[: paths // 2] = 5
    return wide


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    paths=st.sampled_from([1, 2, 3, 19, 20, 21, 250, 1_000]),
    kind=st.sampled_from(["walk", "few", "same", "wide"]),
)
def test_bands_are_order_statistics(seed: int, paths: int, kind: str) -> None:
    """Equal to NumPy's inverted distribution function, compiled and plain."""
    balance = balances(seed, paths, 11, kind)
    expected = [np.quantile(balance, percent / 100, axis=0, method="inverted_cdf") for percent in PERCENTS]
    for plain in (False, True):
        found = day_order(balance, (0, 1_000), plain=plain)
        assert np.array_equal(found.quantile, expected)
        assert np.array_equal(found.below, [(balance < 0).sum(axis=0), (balance < 1_000).sum(axis=0)])
        assert np.array_equal(found.total, balance.sum(axis=0))


@given(percent=st.sampled_from(PERCENTS), count=st.integers(1, 2_000))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_the_rank_leaves_the_share_at_or_below(percent: int, count: int) -> None:
    place = rank_of(percent, count)
    assert Fraction(place + 1, count) >= Fraction(percent, 100) > Fraction(place, count)


def test_means_are_rounded_once_half_away_from_zero() -> None:
    assert mean_of(np.array([5, -5, 4, -4, 7]), 2).tolist() == [3, -3, 2, -2, 4]


def sums(balance: Int64, daily: Int64) -> Sums:
    return Sums(variant="baseline", balance=balance, daily=daily, loss={"unpaid": 7})


def test_the_lowest_point_is_the_lowest_median() -> None:
    balance = np.array([[10, -5, 30], [20, 4, 30], [30, 6, -40]])
    daily = np.zeros((len(CATEGORIES), 3), dtype=np.int64)
    curve = curve_of(sums(balance, daily), sums(balance, daily), Levels(floor_minor=5, overdraft_minor=-6), 100)
    lowest = curve.lowest
    assert (lowest.day, lowest.median_minor, lowest.p05_minor, lowest.p95_minor) == (101, 4, -5, 6)
    assert (lowest.minimum_p05_minor, lowest.minimum_p50_minor, lowest.minimum_p95_minor) == (-40, -5, 4)
    assert curve.probability_below_floor.tolist() == pytest.approx([0, 2 / 3, 1 / 3])
    assert curve.probability_below_floor_ever == 1.0
    assert curve.probability_below_overdraft_ever == pytest.approx(1 / 3)
    assert curve.loss_minor == {"unpaid": 2}


def test_cost_is_the_difference_of_all_headings() -> None:
    balance = np.zeros((2, 3), dtype=np.int64)
    plain, with_contract = (np.zeros((len(CATEGORIES), 3), dtype=np.int64) for _ in range(2))
    plain[CATEGORIES.index("bank_interest")] = [-100, -100, 0]
    plain[CATEGORIES.index("supplier_payment")] = [-9, -9, -9]
    with_contract[CATEGORIES.index("supplier_payment")] = [-9, -9, -9]
    with_contract[CATEGORIES.index("premium"), 0] = -31
    levels = Levels(floor_minor=0, overdraft_minor=0)
    curve = curve_of(sums(balance, with_contract), sums(balance, plain), levels, 0)
    assert curve.cost_minor == {"bank_interest": 100, "premium": -16}


def test_the_error_of_a_share_comes_from_its_batches() -> None:
    """Independent draws: close to sqrt(p (1 - p) / n). Alike in every batch: none."""
    rng = np.random.default_rng(3)
    errors = [standard_error(rng.random(1_600) < 0.3) for _ in range(60)]
    assert np.mean(errors) == pytest.approx(np.sqrt(0.21 / 1_600), rel=0.08)
    assert standard_error(np.repeat(np.array([True, False, False, False]), 16)) == 0.0
    assert standard_error(np.array([True, False])) == pytest.approx(np.sqrt(0.125))
