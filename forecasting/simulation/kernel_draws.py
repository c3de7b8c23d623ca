"""The compiled twin of the draws: the same bits as `draws`, some forty times as fast.

Integers alone: thresholds, tables and keys come as arguments, so nothing is frozen into compiled code but the mixing of
`luck`. Indices are unsigned and slices are taken before loops, which spares the wrap-around checks of signed ones.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint64]
Halves = npt.NDArray[np.uint32]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Alias = npt.NDArray[np.uint16]

#: Debtors whose words are computed at a time; invoices whose words are computed at a time.
_DEBTORS: Final = 512
_INVOICES: Final = 2_048


@njit(nogil=True, cache=True, inline="always")
def _mix(z: np.uint64) -> np.uint64:
    """The finaliser of `luck.mix`."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(nogil=True, cache=True)
def fill_marks(
    state: Words,
    key: Words,
    risk: Int32,
    given: Bytes,
    bin_edge: Halves,
    fails: Halves,
    vanishes: np.uint32,
    debtor_step: np.uint64,
    onset_step: np.uint64,
    marks: Bytes,
) -> None:
    """`draws.debtor_marks`: bin of each debtor's effect, 16 where it fails, 32 where it vanishes; written to (B, D).

    key: stable numbers times the golden increment; the steps: counters times the golden increment.
    """
    count = key.size
    own = np.empty(_DEBTORS, dtype=np.uint32)
    low = np.empty(_DEBTORS, dtype=np.uint32)
    onset = np.empty(_DEBTORS, dtype=np.uint32)
    for first in range(0, count, _DEBTORS):
        width = min(_DEBTORS, count - first)
        keys = key[first : first + width]
        for p in range(state.size):
            start = state[p]
            for d in range(width):
                s = _mix(start + keys[d])
                w = _mix(s + debtor_step)
                own[d] = np.uint32(w >> np.uint64(32))
                low[d] = np.uint32(w)
                onset[d] = np.uint32(_mix(s + onset_step) >> np.uint64(32))
            row = marks[p, first : first + width]
            row[:] = 0
            for k in range(bin_edge.shape[1]):
                edge = bin_edge[p, k]
                for d in range(width):
                    row[d] += np.uint8(own[d] >= edge)
            limit = fails[p]
            for d in range(width):
                row[d] |= np.uint8(low[d] < limit[np.uint64(risk[first + d])]) << np.uint8(4)
                row[d] |= (np.uint8(onset[d] < vanishes) & (np.uint8(1) ^ given[first + d])) << np.uint8(5)


@njit(nogil=True, cache=True)
def fill_days(
    state: Words,
    stable: Int64,
    golden: np.uint64,
    row: Int32,
    due: Int16,
    earliest: Int16,
    alert: Bytes,
    ptr: Int64,
    future: Int64,
    profile: Int32,
    group: Int32,
    alias: Alias,
    cell_alias: Alias,
    cumulative: Words,
    guide: Bytes,
    offsets: Int16,
    factor: Int64,
    add: Int64,
    roll: Int16,
    marks: Bytes,
    stop: Int16,
    dispute_limit: np.uint64,
    days: Int16,
    hit_path: Int32,
    hit_slot: Int32,
) -> int:
    """The day each invoice is paid on each path, the horizon for never; written to (B, n or more).

    Also lists the (path, slot) whose dispute has to be looked at: alert 0 where the bits say so, 1 always, 2 never.
    Returns how many there are, which may be more than the lists hold. Flat tables: alias (k * 4096,), cell_alias
    (4096,), cumulative (k * 257,), guide (k * 256,), offsets (G * 256,).
    """
    horizon = int(roll.size) - 1
    debtors = ptr.size - 1
    widest = _INVOICES
    for d in range(debtors):
        widest = max(widest, ptr[d + 1] - ptr[d])
    keys = np.empty(widest, dtype=np.uint64)
    words = np.empty(widest, dtype=np.uint64)
    hits = 0
    d0 = 0
    while d0 < debtors:
        d1 = d0 + 1
        while d1 < debtors and ptr[d1 + 1] - ptr[d0] <= widest:
            d1 += 1
        base = ptr[d0]
        width = ptr[d1] - base
        for i in range(width):
            keys[i] = np.uint64(stable[np.uint64(row[base + i])]) * golden
        dues = due[base : base + width]
        firsts = earliest[base : base + width]
        alerts = alert[base : base + width]
        for p in range(state.size):
            start = state[p]
            for i in range(width):
                words[i] = _mix(start + keys[i])
            for i in range(width):
                kind = alerts[i]
                if kind == 1 or (kind == 0 and ((words[i] >> np.uint64(8)) & np.uint64(0xFFFF)) < dispute_limit):
                    if hits < hit_path.size:
                        hit_path[hits] = p
                        hit_slot[hits] = base + i
                    hits += 1
            paid = days[p, base : base + width]
            marked = marks[p]
            stops = stop[p]
            for d in range(np.uint64(d0), np.uint64(d1)):
                low = np.uint64(ptr[d] - base)
                high = np.uint64(ptr[d + np.uint64(1)] - base)
                middle = np.uint64(future[d] - base)
                bin_ = np.uint64(marked[d] & 15)
                own = np.uint64(profile[d])
                shock = np.uint64(group[d])
                table = (own * np.uint64(16) + bin_) * np.uint64(256)
                shift = shock * np.uint64(256)
                halt = int(stops[d])
                for i in range(low, middle):
                    day = _open_day(
                        words[i],
                        int(dues[i]),
                        bin_ * np.uint64(256),
                        own * np.uint64(257),
                        shift,
                        factor[shock, 0],
                        factor[shock, 1],
                        add[shock],
                        own * np.uint64(256),
                        cell_alias,
                        cumulative,
                        guide,
                        offsets,
                    )
                    day = int(roll[np.uint64(min(max(day, int(firsts[i])), horizon))])
                    paid[i] = np.int16(day if day < halt else horizon)
                for i in range(middle, high):
                    column = _column(alias, table, words[i])
                    day = int(dues[i]) + int(offsets[shift + column])
                    day = int(roll[np.uint64(min(max(day, int(firsts[i])), horizon))])
                    paid[i] = np.int16(day if day < halt else horizon)
        d0 = d1
    return hits


@njit(nogil=True, cache=True, inline="always")
def _open_day(
    word: np.uint64,
    due: int,
    cells: np.uint64,
    curve: np.uint64,
    shift: np.uint64,
    numerator: int,
    denominator: int,
    add: int,
    part: np.uint64,
    cell_alias: Alias,
    cumulative: Words,
    guide: Bytes,
    offsets: Int16,
) -> int:
    """The day on which an open invoice is paid, given that it was not paid before as_of."""
    uniform = _column(cell_alias, cells, word) << np.uint64(24) | ((word >> np.uint64(24)) & np.uint64(0xFFFFFF))
    known = np.uint64(min(max(60 - due, 0), 255))
    start = cumulative[curve + known]
    value = start + ((uniform * (cumulative[curve + np.uint64(256)] - start)) >> np.uint64(32))
    column = max(known, np.uint64(guide[part + (value >> np.uint64(24))]))
    while column < np.uint64(255) and cumulative[curve + column + np.uint64(1)] <= value:
        column += np.uint64(1)
    if due >= 0 or column == np.uint64(255):
        return due + int(offsets[shift + column])
    wait = due + int(column) - 59
    return -1 + (2 * wait * numerator + denominator) // (2 * denominator) + add


@njit(nogil=True, cache=True, inline="always")
def _column(tables: Alias, table: np.uint64, word: np.uint64) -> np.uint64:
    """The column that the upper 16 bits of a word draw from the alias table that starts at `table`."""
    column = word >> np.uint64(56)
    entry = np.uint64(tables[table + column])
    fraction = (word >> np.uint64(48)) & np.uint64(255)
    return column if fraction < (entry >> np.uint64(8)) else entry & np.uint64(255)


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
