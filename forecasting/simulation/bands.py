"""Order statistics of every day over all paths: observed balances, never averages of two."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_bands import day_bands

Int64 = npt.NDArray[np.int64]

#: The bands, in percent of paths at or below.
PERCENTS: Final = (5, 25, 50, 75, 95)
#: Days that one call of the kernel takes.
_STRIDE: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """For each of H days: quantile int64 (5, H) at PERCENTS, below int64 (L, H) paths under each level, total int64 (H,)."""

    quantile: Int64
    below: Int64
    total: Int64


def rank_of(percent: int, count: int) -> int:
    """The place (from 0) of a quantile among `count` sorted values: the smallest with at least percent % at or below.

    >>> rank_of(5, 1000), rank_of(50, 3), rank_of(95, 1)
    (49, 1, 0)
    """
    return max((percent * count + 99) // 100 - 1, 0)


def day_order(balance: Int64, levels: tuple[int, ...], *, threads: int = 2, plain: bool = False) -> Bands:
    """Bands, counts below each level and sums of balances (P, H); exact in both forms, `plain` needs no compiled code."""
    count, days = balance.shape
    ranks = np.array([rank_of(percent, count) for percent in PERCENTS], dtype=np.int64)
    bounds = np.array(levels, dtype=np.int64)
    if plain:
        return Bands(
            quantile=np.partition(balance, np.unique(ranks), axis=0)[ranks],
            below=np.stack([(balance < bound).sum(axis=0) for bound in bounds]).astype(np.int64),
            total=balance.sum(axis=0),
        )
    found = Bands(
        quantile=np.empty((len(ranks), days), dtype=np.int64),
        below=np.empty((len(bounds), days), dtype=np.int64),
        total=np.empty(days, dtype=np.int64),
    )

    def part(first: int) -> None:
        stop = min(first + _STRIDE, days)
        day_bands(balance, ranks, bounds, first, stop, found.quantile, found.below, found.total)

    firsts = range(0, days, _STRIDE)
    if threads == 1:
        for first in firsts:
            part(first)
        return found
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(part, firsts))
    return found
