"""The compiled twin of the draws: the same bits as `draws`, some forty times as fast.

Integers alone: thresholds, tables and keys come as arguments, so nothing is frozen into compiled code but the mixing of
`luck`. Indices are unsigned and slices are taken before loops, which spares the wrap-around checks of signed ones.
"""

from __future__ import annotations

from typing import Final, NamedTuple

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

#: A shock of fewer days than this stays within 16 bits.
_SIMPLE_DAYS: Final = 5_000
#: Debtors whose words are computed at a time; invoices whose words are computed at a time.
_DEBTORS: Final = 512
_INVOICES: Final = 4_096


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


class Tables(NamedTuple):
    """The plan of a draw as flat arrays, in the names of `draw_plan` and `table`.

    stable: of all customer invoices; golden: the increment of `luck`. alias (k * 4096,), cell_alias (4096,), cumulative
    (k * 257,), guide (k * 1024,), offsets (G * 256,) are flat. alert: 0 a dispute may arise, 1 the ledger flags one,
    2 nothing is drawn. Open invoices of debtor d are open_slot[open_ptr[d]] and so on, open_debtor says whose they are.
    unroll (H + 1,): the first day that rolls to a given one or later.
    """

    stable: Int64
    golden: np.uint64
    row: Int32
    minor: Int64
    due: Int16
    earliest: Int16
    alert: Bytes
    ptr: Int64
    future: Int64
    open_ptr: Int64
    open_slot: Int32
    open_debtor: Int32
    profile: Int32
    group: Int32
    alias: Alias
    cell_alias: Alias
    cumulative: Words
    guide: Bytes
    offsets: Int16
    factor: Int64
    add: Int64
    roll: Int16
    unroll: Int16
    dispute_limit: np.uint64


class Hits(NamedTuple):
    """Room for the invoices whose dispute has to be looked at: path, slot of the plan, day of payment."""

    path: Int32
    slot: Int32
    day: Int16


class _Desk(NamedTuple):
    """Room to work on one chunk of invoices: keys and words, columns of the delay tables, days before rolling, alarms."""

    keys: Words
    words: Words
    column: Bytes
    raw: Int16
    alarm: Bytes


@njit(nogil=True, cache=True)
def fill_days(plan: Tables, state: Words, marks: Bytes, stop: Int16, days: Int16, hits: Hits) -> int:
    """The day each invoice is paid on each path, the horizon for never; written to (B, n).

    Lists the hits; returns how many there are, which may be more than the lists hold.
    """
    desk = _open_desk(plan.ptr)
    found = 0
    first = 0
    while first < plan.ptr.size - 1:
        last = _chunk_end(plan.ptr, first, desk.raw.size)
        base = plan.ptr[first]
        width = plan.ptr[last] - base
        _take_keys(plan, base, width, desk)
        roll = plan.roll
        for p in range(state.size):
            _chunk_days(plan, first, last, state[p], marks[p], stop[p], desk)
            found = _chunk_hits(plan, p, base, width, desk, hits, found)
            paid = days[p, base : base + width]
            for i in range(np.uint64(width)):
                paid[i] = roll[np.uint64(desk.raw[i])]
        first = last
    return found


@njit(nogil=True, cache=True)
def fill_receipts(plan: Tables, state: Words, marks: Bytes, stop: Int16, receipts: Int64, hits: Hits) -> int:
    """What debtors pay on each day of each path, written to (B, H + 1), the last column for later or never.

    Disputes are left out of account: the caller takes off what the hits make of them. Returns how many hits there are.
    """
    desk = _open_desk(plan.ptr)
    receipts[:] = 0
    found = 0
    first = 0
    while first < plan.ptr.size - 1:
        last = _chunk_end(plan.ptr, first, desk.raw.size)
        base = plan.ptr[first]
        width = plan.ptr[last] - base
        minor = plan.minor[base : base + width]
        raw = desk.raw
        _take_keys(plan, base, width, desk)
        for p in range(state.size):
            _chunk_days(plan, first, last, state[p], marks[p], stop[p], desk)
            found = _chunk_hits(plan, p, base, width, desk, hits, found)
            total = receipts[p]
            for i in range(np.uint64(width)):
                total[np.uint64(raw[i])] += minor[i]
        first = last
    for p in range(state.size):
        _roll_days(receipts[p], plan.roll)
    return found


@njit(nogil=True, cache=True)
def _roll_days(total: Int64, roll: Int16) -> None:
    """Moves what falls on a day to the business day that it rolls to; days roll forward, so the last goes first."""
    for day in range(total.size - 2, -1, -1):
        target = np.int64(roll[day])
        if target != day:
            total[target] += total[day]
            total[day] = 0


@njit(nogil=True, cache=True)
def _open_desk(ptr: Int64) -> _Desk:
    """Room for the widest chunk: a debtor is never split."""
    widest = _INVOICES
    for d in range(ptr.size - 1):
        widest = max(widest, ptr[d + 1] - ptr[d])
    # A multiple of eight, so that alarms can be read eight at a time.
    widest = (widest + 7) // 8 * 8
    return _Desk(
        np.empty(widest, dtype=np.uint64),
        np.empty(widest, dtype=np.uint64),
        np.zeros(widest, dtype=np.uint8),
        np.empty(widest, dtype=np.int16),
        np.zeros(widest, dtype=np.uint8),
    )


@njit(nogil=True, cache=True)
def _chunk_end(ptr: Int64, first: int, widest: int) -> int:
    """The debtor before which a chunk that starts with `first` ends."""
    last = first + 1
    while last < ptr.size - 1 and ptr[last + 1] - ptr[first] <= widest:
        last += 1
    return last


@njit(nogil=True, cache=True)
def _take_keys(plan: Tables, base: int, width: int, desk: _Desk) -> None:
    for i in range(width):
        desk.keys[i] = np.uint64(plan.stable[np.uint64(plan.row[base + i])]) * plan.golden


@njit(nogil=True, cache=True)
def _chunk_hits(plan: Tables, p: int, base: int, width: int, desk: _Desk, hits: Hits, found: int) -> int:
    """Adds the invoices of a chunk whose dispute has to be looked at; returns the new number of hits."""
    alert = plan.alert[base : base + width]
    words, alarm = desk.words, desk.alarm
    limit = plan.dispute_limit
    for i in range(width):
        drawn = np.uint8(((words[i] >> np.uint64(8)) & np.uint64(0xFFFF)) < limit)
        alarm[i] = (drawn & np.uint8(alert[i] == 0)) | np.uint8(alert[i] == 1)
    alarm[width : (width + 7) // 8 * 8] = 0
    eights = alarm.view(np.uint64)
    for k in range((width + 7) // 8):
        if eights[k]:
            for i in range(8 * k, 8 * k + 8):
                if alarm[i]:
                    if found < hits.path.size:
                        hits.path[found] = p
                        hits.slot[found] = base + i
                        hits.day[found] = plan.roll[np.uint64(desk.raw[i])]
                    found += 1
    return found


@njit(nogil=True, cache=True)
def _chunk_days(plan: Tables, first: int, last: int, state: np.uint64, marks: Bytes, stop: Int16, desk: _Desk) -> None:
    """Words of the invoices of debtors `first` to `last - 1` on one path, and their days of payment before rolling.

    Most debtors bear the same shock, one that only adds days: their days come from plain sums over the whole chunk.
    Debtors with another shock, open invoices and debtors that stop are then put right one by one.
    """
    ptr = plan.ptr
    base = ptr[first]
    width = ptr[last] - base
    keys, words, raw = desk.keys, desk.words, desk.raw
    for i in range(width):
        words[i] = _mix(state + keys[i])
    _chunk_columns(plan, first, last, marks, desk)
    horizon = np.int16(plan.roll.size - 1)
    common = plan.group[first]
    simple = plan.factor[common, 0] == plan.factor[common, 1] and abs(plan.add[common]) < _SIMPLE_DAYS
    due = plan.due[base : base + width]
    earliest = plan.earliest[base : base + width]
    if simple:
        added = np.int16(plan.add[common] - 60)
        column = desk.column
        for i in range(width):
            day = max(np.int16(due[i] + np.int16(column[i]) + added), earliest[i])
            raw[i] = horizon if column[i] == 255 else min(day, horizon)
    for d in range(first, last):
        if not simple or plan.group[d] != common:
            shift = np.uint64(plan.group[d]) * np.uint64(256)
            for i in range(ptr[d] - base, ptr[d + 1] - base):
                day = int(due[i]) + int(plan.offsets[shift + np.uint64(desk.column[i])])
                raw[i] = min(max(day, int(earliest[i])), int(horizon))
    _chunk_open(plan, np.uint64(base), plan.open_ptr[first], plan.open_ptr[last], marks, desk)
    for d in range(first, last):
        if stop[d] < horizon:
            halt = plan.unroll[np.uint64(stop[d])]
            for i in range(ptr[d] - base, ptr[d + 1] - base):
                if raw[i] >= halt:
                    raw[i] = horizon


@njit(nogil=True, cache=True)
def _chunk_columns(plan: Tables, first: int, last: int, marks: Bytes, desk: _Desk) -> None:
    """The column of the delay table that each invoice to come draws."""
    ptr, alias, words, column = plan.ptr, plan.alias, desk.words, desk.column
    base = ptr[first]
    for d in range(np.uint64(first), np.uint64(last)):
        table = (np.uint64(plan.profile[d]) * np.uint64(16) + np.uint64(marks[d] & 15)) * np.uint64(256)
        for i in range(np.uint64(plan.future[d] - base), np.uint64(ptr[d + np.uint64(1)] - base)):
            column[i] = np.uint8(_column(alias, table, words[i]))


@njit(nogil=True, cache=True)
def _chunk_open(plan: Tables, base: np.uint64, start: int, stop: int, marks: Bytes, desk: _Desk) -> None:
    """The days on which open invoices `start` to `stop - 1` are paid, given that they were not paid before as_of.

    Days before rolling. Written as one flat loop, so that the processor works on several invoices at a time.
    """
    below, guide, cells, offsets = plan.cumulative, plan.guide, plan.cell_alias, plan.offsets
    words, raw, due, earliest = desk.words, desk.raw, plan.due, plan.earliest
    horizon = int(plan.roll.size) - 1
    for k in range(np.uint64(start), np.uint64(stop)):
        i = np.uint64(plan.open_slot[k])
        d = np.uint64(plan.open_debtor[k])
        profile = np.uint64(plan.profile[d])
        shock = np.uint64(plan.group[d])
        word = words[i - base]
        cell = _column(cells, np.uint64(marks[d] & 15) * np.uint64(256), word)
        uniform = cell << np.uint64(24) | ((word >> np.uint64(24)) & np.uint64(0xFFFFFF))
        fallen = int(due[i])
        known = np.uint64(min(max(60 - fallen, 0), 255))
        curve = profile * np.uint64(257)
        already = below[curve + known]
        value = already + ((uniform * (below[curve + np.uint64(256)] - already)) >> np.uint64(32))
        column = max(known, np.uint64(guide[profile * np.uint64(1024) + (value >> np.uint64(22))]))
        while column < np.uint64(255) and below[curve + column + np.uint64(1)] <= value:
            column += np.uint64(1)
        day = fallen + int(offsets[shock * np.uint64(256) + column])
        numerator, denominator = plan.factor[shock, 0], plan.factor[shock, 1]
        # A factor of 1 acts alike on lateness and on the wait of what is late already.
        if numerator != denominator and fallen < 0 and column != np.uint64(255):
            wait = fallen + int(column) - 59
            day = (2 * wait * numerator + denominator) // (2 * denominator) - 1 + plan.add[shock]
        raw[i - base] = np.int16(min(max(day, int(earliest[i])), horizon))


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
