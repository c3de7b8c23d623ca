"""The compiled half of writing down a block of paths: receipts in order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@njit(nogil=True, cache=True)
def count_events(days: Int16, horizon: int, ptr: Int64) -> None:
    """Where each path's receipts start: ptr[p + 1] - ptr[p] of its days lie within the horizon."""
    ptr[0] = 0
    for p in range(days.shape[0]):
        found = 0
        for day in days[p]:
            found += day < horizon
        ptr[p + 1] = ptr[p] + found


@njit(nogil=True, cache=True)
def fill_events(
    days: Int16,
    order: Int32,
    event_row: Int32,
    minor: Int64,
    horizon: int,
    ptr: Int64,
    hit_ptr: Int64,
    hit_slot: Int64,
    hit_short: Int64,
    invoice: Int32,
    day_out: Int16,
    minor_out: Int64,
) -> None:
    """Receipts of each path sorted by day, then invoice: a counting sort over slots taken in the order of invoices.

    order (n,): slots by invoice; event_row (n,): invoice of each slot. Path p pays hit_short[k] less for the slots
    hit_slot[k], hit_ptr[p] <= k < hit_ptr[p + 1].
    """
    amount = minor.copy()
    place = np.empty(horizon + 1, dtype=np.int64)
    for p in range(days.shape[0]):
        row = days[p]
        for k in range(hit_ptr[p], hit_ptr[p + 1]):
            amount[hit_slot[k]] -= hit_short[k]
        place[:] = 0
        for day in row:
            place[np.uint64(day)] += 1
        at = ptr[p]
        for day in range(horizon):
            width = place[day]
            place[day] = at
            at += width
        for slot in order:
            day = row[np.uint64(slot)]
            if day < horizon:
                at = place[np.uint64(day)]
                place[np.uint64(day)] = at + 1
                invoice[np.uint64(at)] = event_row[np.uint64(slot)]
                day_out[np.uint64(at)] = day
                minor_out[np.uint64(at)] = amount[np.uint64(slot)]
        for k in range(hit_ptr[p], hit_ptr[p + 1]):
            amount[hit_slot[k]] = minor[hit_slot[k]]
