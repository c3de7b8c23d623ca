"""Integer tables draw exactly the law that they stand for, and keep each delay curve whatever the correlation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.simulation.assumptions import default_delay_curve
from forecasting.simulation.table import BINS, CELLS, UNIT, alias_draw, alias_tables, copula_cells, delay_tables


def drawn_law(tables: npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
    """How many of the 65,536 possible draws give each column, by drawing them all."""
    word = np.arange(UNIT, dtype=np.uint64)
    flat = tables.reshape(-1)
    rows = [alias_draw(flat, np.full(UNIT, t), word) for t in range(len(tables))]
    return np.stack([np.bincount(row, minlength=256) for row in rows])


def curve(seed: int, spread: float) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).dirichlet(np.full(256, spread))


@settings(derandomize=True, max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), spread=st.sampled_from([0.01, 0.1, 1.0]))
def test_an_alias_table_draws_its_law_exactly(seed: int, spread: float) -> None:
    raw = np.floor(curve(seed, spread) * UNIT).astype(np.int64)
    raw[np.argmax(raw)] += UNIT - raw.sum()
    assert np.array_equal(drawn_law(alias_tables(raw[None, :])), raw[None, :])


def test_a_law_of_one_column() -> None:
    raw = np.zeros((1, 256), dtype=np.int64)
    raw[0, 60] = UNIT
    assert np.array_equal(drawn_law(alias_tables(raw)), raw)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.5, 0.9])
def test_the_cells_add_up_both_ways(correlation: float) -> None:
    cells = copula_cells(correlation)
    assert (cells.sum(axis=1) == UNIT).all()
    assert (cells.sum(axis=0) == UNIT * BINS // CELLS).all()


def test_the_cells_carry_the_correlation() -> None:
    """The correlation of two uniforms of one debtor is 6/pi asin(r/2) for latent correlation r (Pearson 1907)."""
    cells = copula_cells(0.5) / UNIT
    middle = (np.arange(CELLS) + 0.5) / CELLS
    between = ((cells @ middle) - 0.5).var() / (1 / 12)
    assert between == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.005)


@settings(derandomize=True, max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), spread=st.sampled_from([0.02, 1.0]), correlation=st.sampled_from([0.0, 0.5, 0.8]))
def test_each_profile_keeps_its_curve(seed: int, spread: float, correlation: float) -> None:
    pmf = np.stack([curve(seed, spread), default_delay_curve()])
    tables = delay_tables(pmf, correlation)
    assert np.array_equal(drawn_law(tables.alias.reshape(-1, 256)), tables.weights.reshape(-1, 256))
    assert np.abs(tables.weights.mean(axis=1) / UNIT - pmf).max() < 2 / UNIT / BINS


def test_a_higher_bin_pays_later() -> None:
    tables = delay_tables(default_delay_curve()[None, :], 0.5)
    mean = (tables.weights[0] * np.arange(256)).sum(axis=1)
    assert (np.diff(mean) > 0).all()


def test_the_default_curve_is_that_of_the_sources() -> None:
    """Domain section 5: 48.7 % on time, 43.3 % up to 30 days with mean 12.5, 8 % later with mean 90."""
    pmf = default_delay_curve()
    days = np.arange(256) - 60
    assert pmf.sum() == pytest.approx(1)
    assert pmf[days <= 0].sum() == pytest.approx(0.487)
    late = (days >= 1) & (days <= 30)
    assert pmf[late].sum() == pytest.approx(0.433)
    assert (pmf[late] * days[late]).sum() / pmf[late].sum() == pytest.approx(12.5, abs=0.02)
