"""Delay curves as small integer tables, cut by the debtor's effect, from which a compiled loop draws in one look-up.

A debtor's effect G is one of 16 equally likely bins; an invoice's latent lateness is X = sqrt(r) G + sqrt(1 - r) e, its
uniform U = Phi(X) one of 256 equally likely cells. `cells` holds the law of the cell given the bin, in whole 65,536ths
whose columns add up exactly, so that the delay curve of each profile is preserved whatever the correlation r.
Sources: Gaussian copula (Li 2000); alias tables (Walker 1977, Vose 1991).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS

BINS: Final = 16
CELLS: Final = 256
#: Weights of a table are whole parts of this many.
UNIT: Final = 65_536
#: Column of "later than the table knows, or never".
NEVER: Final = OFFSETS - 1
#: More profiles than this do not fit the processor's nearest memory.
PROFILES_MAX: Final = 256

#: Where each 1,024th part of 2^32 begins.
_STARTS: Final = np.arange(1_024, dtype=np.uint64) << np.uint64(22)

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.int64]
Alias = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayTables:
    """Everything that drawing a delay needs, for k profiles; all arrays are read-only.

    alias uint16 (k, 16, 256): per profile and bin, threshold * 256 + alias column. weights int64 (k, 16, 256): the law
    that alias draws, in 65,536ths. cell_alias uint16 (16, 256), cells int64 (16, 256): the same for the cell of U.
    cumulative uint64 (k, 257): the profile's distribution function in parts of 2^32, for laws that are conditional on
    what is already known; guide uint8 (k, 1024): the column in which each 1,024th part of it begins. Column j stands for
    `FIRST_OFFSET + j` days after the due date, the last for later or never.
    """

    alias: Alias
    weights: Weights
    cell_alias: Alias
    cells: Weights
    cumulative: npt.NDArray[np.uint64]
    guide: npt.NDArray[np.uint8]


def delay_tables(pmf: Floats, correlation: float) -> DelayTables:
    """The tables of delay curves pmf (k, 256) for a correlation between two invoices of one debtor."""
    assert pmf.ndim == 2 and pmf.shape[1] == OFFSETS and len(pmf) <= PROFILES_MAX
    assert np.all(pmf >= 0) and np.allclose(pmf.sum(axis=1), 1.0), "a delay curve is a probability"
    return _delay_tables(np.ascontiguousarray(pmf, dtype=np.float64).tobytes(), correlation)


@lru_cache(maxsize=4)
def _delay_tables(curves: bytes, correlation: float) -> DelayTables:
    """Scenarios move the sampled days, never the curves: a what-if takes the tables of the question before."""
    pmf = np.frombuffer(curves).reshape(-1, OFFSETS)
    cells = copula_cells(correlation)
    cumulative = np.zeros((len(pmf), OFFSETS + 1))
    np.cumsum(pmf, axis=1, out=cumulative[:, 1:])
    cumulative = np.minimum(cumulative / cumulative[:, -1:], 1.0)
    weights = _rounded(bin_masses(cumulative, cells))
    parts = np.rint(cumulative * 2.0**32).astype(np.uint64)
    tables = DelayTables(
        alias=alias_tables(weights.reshape(-1, OFFSETS)).reshape(len(pmf), BINS, OFFSETS),
        weights=weights,
        cell_alias=alias_tables(cells),
        cells=cells,
        cumulative=parts,
        guide=np.stack([np.searchsorted(row[1:], _STARTS, side="right") for row in parts]).clip(max=NEVER).astype(np.uint8),
    )
    for array in (tables.alias, tables.weights, tables.cell_alias, tables.cells, tables.cumulative, tables.guide):
        array.setflags(write=False)
    return tables


def copula_cells(correlation: float) -> Weights:
    """P(U in cell c | G in bin b) in 65,536ths; int64 (16, 256), rows add up to 65,536 and columns to 4,096."""
    nodes, node_weights = np.polynomial.legendre.leggauss(48)
    points = (np.arange(BINS)[:, None] + (nodes + 1) / 2) / BINS
    edges = ndtri(np.arange(CELLS + 1) / CELLS)
    shift = np.sqrt(correlation) * ndtri(points)
    below = ndtr((edges[None, None, :] - shift[:, :, None]) / np.sqrt(1 - correlation))
    law = np.einsum("n,bnc->bc", node_weights / 2, np.diff(below, axis=2)) * UNIT
    return _whole_margins(law)


def _whole_margins(law: Floats) -> Weights:
    """The nearest whole matrix whose rows add up to 65,536 and columns to 4,096: floors, then single units to whom lacks."""
    whole = np.floor(law).astype(np.int64)
    row_lack = UNIT - whole.sum(axis=1)
    column_lack = UNIT * BINS // CELLS - whole.sum(axis=0)
    for column in np.argsort(-column_lack, kind="stable"):
        # The rows that lack most come first, so that every column finds enough rows (Gale-Ryser).
        takers = np.argsort(-row_lack, kind="stable")[: column_lack[column]]
        whole[takers, column] += 1
        row_lack[takers] -= 1
    assert np.all(row_lack == 0) and np.all(whole >= 0)
    return whole


def bin_masses(cumulative: Floats, cells: Weights) -> Floats:
    """P(delay column j | bin b), exact for the given cells, in 65,536ths; float64 (k, 16, 256)."""
    edges = np.arange(CELLS + 1) / CELLS
    within = np.concatenate([np.zeros((BINS, 1)), np.cumsum(cells, axis=1)], axis=1)
    return np.stack([np.diff([np.interp(row, edges, bin_row) for bin_row in within], axis=1) for row in cumulative])


def _rounded(masses: Floats) -> Weights:
    """Whole weights with rows of 65,536; what one bin rounds away the next makes good, so that profiles keep their curve."""
    whole = np.zeros(masses.shape, dtype=np.int64)
    carry = np.zeros_like(masses[:, 0])
    for b in range(BINS):
        target = masses[:, b] + carry
        row = np.maximum(np.floor(target), 0).astype(np.int64)
        order = np.argsort(-(target - row), axis=1, kind="stable")
        for k, lack in enumerate(UNIT - row.sum(axis=1)):
            if lack >= 0:
                row[k, order[k, :lack]] += 1
            else:
                givers = [j for j in order[k, ::-1] if row[k, j] > 0][:-lack]
                row[k, givers] -= 1
        carry = target - row
        whole[:, b] = row
    assert np.all(whole.sum(axis=2) == UNIT) and np.all(whole >= 0)
    return whole


def alias_tables(weights: Weights) -> Alias:
    """Alias tables of T laws at once: draw column c and a fraction f below 256, take c if f < threshold, else the alias.

    weights int64 (T, 256), rows of 65,536; result uint16 (T, 256), threshold * 256 + alias. A column that stands alone
    is its own alias. Every step finishes one under-full column of each law with the excess of an over-full one.
    """
    count = len(weights)
    rows = np.arange(count)
    height = weights.copy()
    order = np.argsort(height >= UNIT // OFFSETS, axis=1, kind="stable")
    small_count = (height < UNIT // OFFSETS).sum(axis=1)
    threshold = np.zeros((count, OFFSETS), dtype=np.int64)
    alias = np.tile(np.arange(OFFSETS), (count, 1))
    next_small = np.ones(count, dtype=np.int64)
    next_large = small_count + 1
    small = order[:, 0].copy()
    large = order[rows, np.minimum(small_count, OFFSETS - 1)]
    active = small_count > 0
    while active.any():
        r, s, t = rows[active], small[active], large[active]
        threshold[r, s] = height[r, s]
        alias[r, s] = t
        height[r, t] -= UNIT // OFFSETS - height[r, s]
        emptied = height[r, t] < UNIT // OFFSETS
        small[r] = np.where(emptied, t, order[r, np.minimum(next_small[r], OFFSETS - 1)])
        large[r] = np.where(emptied, order[r, np.minimum(next_large[r], OFFSETS - 1)], t)
        active[r] = emptied | (next_small[r] < small_count[r])
        next_large[r] += emptied
        next_small[r] += ~emptied
    return (threshold * 256 + alias).astype(np.uint16)


def alias_draw(tables: Alias, row: npt.NDArray[np.intp], word: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The column that the lowest 16 bits of each word draw from row `row` of flat tables (T * 256,)."""
    column = ((word >> np.uint64(8)) & np.uint64(255)).astype(np.int64)
    entry = tables[row * OFFSETS + column].astype(np.int64)
    keep = (word & np.uint64(255)).astype(np.int64) < (entry >> 8)
    return np.where(keep, column, entry & 255)


def offset_days(column: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Days after the due date of a table column."""
    return np.asarray(column, dtype=np.int64) + FIRST_OFFSET
