"""The compiled half of writing down a block of paths: disputes settled, receipts in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


class DisputeTerms(NamedTuple):
    """How disputes go, in whole numbers; invoices by their row in the ledger or their slot in the plan.

    step: what the dispute's counter adds to a state; times (4096,): equally likely days to the end; credited: below this
    the lowest 8 bits of the invoice's word end it by a credit note of rate_ppm millionths.
    """

    stable: Int64
    golden: np.uint64
    step: np.uint64
    row: Int32
    ptr: Int64
    issue: Int32
    due: Int32
    as_of: int
    minor: Int64
    times: Int64
    credited: np.uint64
    rate_ppm: int


class DisputeHits(NamedTuple):
    """Invoices whose dispute is looked at: path, slot of the plan, what is special about them, day of payment."""

    path: Int64
    slot: Int64
    special: npt.NDArray[np.uint8]
    paid: Int16


@njit(nogil=True, cache=True)
def settle(
    terms: DisputeTerms,
    state: npt.NDArray[np.uint64],
    hits: DisputeHits,
    stop: Int16,
    opens: npt.NDArray[np.bool_],
    opened: Int64,
    resolved: Int64,
    credit: Int64,
) -> None:
    """`draw_block.settle_disputes`, one hit after the other."""
    for k in range(hits.path.size):
        p, slot = hits.path[k], hits.slot[k]
        row = terms.row[slot]
        word = _mix(state[p] + np.uint64(terms.stable[row]) * terms.golden)
        detail = _mix(word + terms.step)
        halt = int(stop[p, _owner(terms.ptr, slot)])
        flagged = hits.special[k] & 1 == 1
        begin = int(terms.issue[row]) - terms.as_of
        if not flagged:
            span = max(int(terms.due[row]) - terms.as_of - begin, 0) + 1
            begin += int(((detail >> np.uint64(48)) * np.uint64(span)) >> np.uint64(16))
        end = max(begin, 0) + int(terms.times[(detail >> np.uint64(36)) & np.uint64(4095)])
        granted = (word & np.uint64(0xFF)) < terms.credited and end < halt and hits.special[k] & 4 == 0
        opened[k] = begin
        resolved[k] = end
        credit[k] = (terms.minor[slot] * terms.rate_ppm * 2 + 1_000_000) // 2_000_000 if granted else 0
        opens[k] = flagged or (0 <= begin < min(int(hits.paid[k]), halt))


@njit(nogil=True, cache=True)
def _owner(ptr: Int64, slot: int) -> int:
    """The debtor of an invoice."""
    low, high = 0, ptr.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if ptr[middle] <= slot:
            low = middle
        else:
            high = middle
    return low


@njit(nogil=True, cache=True, inline="always")
def _mix(z: np.uint64) -> np.uint64:
    """The finaliser of `luck.mix`."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


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
