"""Exact order statistics of every day over all paths, by counting twice instead of sorting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Int64 = npt.NDArray[np.int64]

#: Days turned to columns at a time, cells of the first count, values sorted at a time.
_TILE = 8
_CELLS = 2048


@njit(nogil=True, cache=True)
def _select(
    values: Int64, ranks: Int64, histogram: npt.NDArray[np.int32], slot: npt.NDArray[np.uint8], room: Int64, out: Int64
) -> None:
    """The values of given ranks (0-based, ascending) among `values`; exact, O(n) unless most values are alike.

    Counts values in at most 2,048 cells of a power of two, finds the cell of each rank, gathers the values of those
    cells in one more pass, and sorts them alone. room (K, n) is scratch.
    """
    low = values[0]
    high = values[0]
    for value in values:
        low = min(low, value)
        high = max(high, value)
    shift = np.uint64(0)
    while np.uint64(high - low) >> shift >= np.uint64(histogram.size):
        shift += np.uint64(1)
    histogram[:] = 0
    for value in values:
        histogram[np.uint64(value - low) >> shift] += 1
    slot[:] = 0
    count = np.zeros(ranks.size + 1, dtype=np.int64)
    skipped = np.zeros(ranks.size + 1, dtype=np.int64)
    used = np.zeros(ranks.size, dtype=np.int64)
    cell = 0
    before = 0
    for k in range(ranks.size):
        while before + histogram[cell] <= ranks[k]:
            before += histogram[cell]
            cell += 1
        if slot[cell] == 0:
            slot[cell] = k + 1
            skipped[k + 1] = before
        used[k] = slot[cell]
    for value in values:
        s = slot[np.uint64(value - low) >> shift]
        if s:
            room[s - 1, count[s]] = value
            count[s] += 1
    for s in range(1, ranks.size + 1):
        if count[s] > 1:
            room[s - 1, : count[s]].sort()
    for k in range(ranks.size):
        s = used[k]
        out[k] = room[s - 1, ranks[k] - skipped[s]]


@njit(nogil=True, cache=True)
def day_bands(
    balance: Int64, ranks: Int64, levels: Int64, first: int, stop: int, quantile: Int64, below: Int64, total: Int64
) -> None:
    """For each day from first to stop - 1: the ranked balances, how many lie below each level, and their sum.

    balance (P, H); ranks (K,) ascending; levels (L,); written: quantile (K, H), below (L, H), total (H,).
    """
    count = balance.shape[0]
    columns = np.empty((_TILE, count), dtype=np.int64)
    room = np.empty((ranks.size, count), dtype=np.int64)
    histogram = np.empty(_CELLS, dtype=np.int32)
    slot = np.empty(_CELLS, dtype=np.uint8)
    found = np.empty(ranks.size, dtype=np.int64)
    for left in range(first, stop, _TILE):
        width = min(_TILE, stop - left)
        for path in range(count):
            for k in range(width):
                columns[k, path] = balance[path, left + k]
        for k in range(width):
            values = columns[k]
            amount = 0
            for value in values:
                amount += value
            total[left + k] = amount
            for level in range(levels.size):
                bound = levels[level]
                lower = 0
                for value in values:
                    lower += value < bound
                below[level, left + k] = lower
            _select(values, ranks, histogram, slot, room, found)
            for rank in range(ranks.size):
                quantile[rank, left + k] = found[rank]
