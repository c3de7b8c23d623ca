"""The compiled twin of the draws: the same bits as `draws`, some forty times as fast.

Integers alone: thresholds, tables and keys come as arguments, so nothing is frozen into compiled code but the mixing of
`luck`. Indices are unsigned and slices are taken before loops, which spares the wrap-around checks of signed ones.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from forecasting.simulation.kernel_disputes import DisputeLaw, is_credited, share_of, special_at, times_of
from forecasting.simulation.kernel_luck import mixed, short_word

Words = npt.NDArray[np.uint64]
Halves = npt.NDArray[np.uint32]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Alias = npt.NDArray[np.uint16]

#: A shock of fewer days than this stays within 16 bits.
_SIMPLE_DAYS: Final = 5_000
#: Debtors, and invoices, that are worked on at a time: what the nearest memory holds.
_DEBTORS: Final = 512
_INVOICES: Final = 1_024
#: Paths that are worked on at a time: so many sums stay within reach.
_PATHS: Final = 48


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
    bins = np.empty(_DEBTORS, dtype=np.uint32)
    low = np.empty(_DEBTORS, dtype=np.uint32)
    onset = np.empty(_DEBTORS, dtype=np.uint32)
    for first in range(0, count, _DEBTORS):
        width = min(_DEBTORS, count - first)
        keys = key[first : first + width]
        for p in range(state.size):
            start = state[p]
            for d in range(width):
                s = mixed(start + keys[d])
                w = mixed(s + debtor_step)
                own[d] = np.uint32(w >> np.uint64(32))
                low[d] = np.uint32(w)
                onset[d] = np.uint32(mixed(s + onset_step) >> np.uint64(32))
            bins[:width] = 0
            for k in range(bin_edge.shape[1]):
                edge = bin_edge[p, k]
                for d in range(width):
                    bins[d] = np.uint32(bins[d] + np.uint32(own[d] >= edge))
            limit, row = fails[p], marks[p, first : first + width]
            classes, stated = risk[first : first + width], given[first : first + width]
            for d in range(np.uint64(width)):
                fallen = np.uint8(low[d] < limit[np.uint64(classes[d])]) << np.uint8(4)
                gone = (np.uint8(onset[d] < vanishes) & (np.uint8(1) ^ stated[d])) << np.uint8(5)
                row[d] = np.uint8(bins[d]) | fallen | gone


class Tables(NamedTuple):
    """The plan of a draw as flat arrays, in the names of `draw_plan` and `table`.

    stable, issue, due: of all customer invoices; golden: the increment of `luck`. alias (k * 4096,), cell_alias (4096,), cumulative
    (k * 257,), guide (k * 1024,), offsets (G * 256,) are flat. Debtor d has the special invoices special_ptr[d] to
    special_ptr[d + 1]: 1 the ledger flags a dispute, 2 nothing is drawn about disputes, 4 another law pays it. Open invoices of debtor d are open_slot[open_ptr[d]] and so on, open_debtor says whose they are.
    unroll (H + 1,): the first day that rolls to a given one or later.
    """

    stable: Int64
    golden: np.uint64
    row: Int32
    minor: Int64
    issue: Int32
    due: Int32
    as_of: int
    special_ptr: Int64
    special_slot: Int32
    special: Bytes
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
    disputes: DisputeLaw


class Hits(NamedTuple):
    """Room for the invoices whose dispute has to be looked at: path, slot of the plan, day of payment."""

    path: Int32
    slot: Int32
    day: Int16


@njit(nogil=True, cache=True)
def fill(plan: Tables, state: Words, marks: Bytes, stop: Int16, days: Int16, receipts: Int64, hits: Hits) -> int:
    """The day each invoice is paid on each path, into `days` (B, n), or what comes in on each day, into `receipts`
    (B, H + 1); the array that is not wanted is empty. The horizon stands for later or never.

    Receipts are short of what disputes credit. In `days` disputes are left out of account: the hits list where to look.
    Returns how many hits there are, which may be more than the lists hold.
    """
    widest = _widest(plan.ptr)
    low = np.empty(widest, dtype=np.uint32)
    high = np.empty(widest, dtype=np.uint32)
    words = np.empty(widest, dtype=np.uint32)
    column = np.zeros(widest, dtype=np.uint8)
    raw = np.empty(widest, dtype=np.int16)
    alarm = np.zeros(widest, dtype=np.uint8)
    owner = np.empty(widest, dtype=np.int32)
    # One place more is written before it is known that it does not count.
    places = np.empty(widest + 1, dtype=np.int32)
    due = np.empty(widest, dtype=np.int16)
    earliest = np.empty(widest, dtype=np.int16)
    horizon = np.int16(plan.roll.size - 1)
    summing = receipts.size > 0
    limit = plan.disputes.credited if summing else plan.disputes.drawn
    receipts[:] = 0
    found = 0
    for start in range(0, state.size, _PATHS):
        end = min(start + _PATHS, state.size)
        first = 0
        while first < plan.ptr.size - 1:
            last = _chunk_end(plan.ptr, first, widest)
            base = plan.ptr[first]
            width = plan.ptr[last] - base
            eights = (width + 7) // 8
            _take_keys(plan.stable, plan.golden, plan.row[base : base + width], low, high)
            minor = plan.minor[base : base + width]
            row = plan.row[base : base + width]
            _relative(plan.due, row, plan.as_of, -10_000, 20_000, due)
            _relative(plan.issue, row, plan.as_of, 0, int(horizon), earliest)
            common = plan.group[first]
            simple = plan.factor[common, 0] == plan.factor[common, 1] and abs(plan.add[common]) < _SIMPLE_DAYS
            added = np.int16(plan.add[common] - 60) if simple else np.int16(0)
            alarm[width : 8 * eights] = 0
            owners = _Owners(
                plan.ptr[first : last + 1],
                plan.future[first:last],
                plan.profile[first:last],
                plan.group[first:last],
                owner,
                plan.special_slot[plan.special_ptr[first] : plan.special_ptr[last]],
                plan.special[plan.special_ptr[first] : plan.special_ptr[last]],
            )
            _name_owners(owners.ptr, owner)
            opens = plan.open_slot[plan.open_ptr[first] : plan.open_ptr[last]]
            openers = plan.open_debtor[plan.open_ptr[first] : plan.open_ptr[last]]
            varied = not simple or owners.group.min() != owners.group.max()
            for p in range(start, end):
                _take_words(state[p], low[:width], high, words)
                _take_alarms(words[:width], limit, alarm)
                _take_columns(owners, marks[p, first:last], plan.alias, words, column)
                _take_days(due[:width], earliest, column, added, horizon, raw)
                if varied:
                    _shock_days(owners, common if simple else -1, due, earliest, plan.offsets, column, horizon, raw)
                if opens.size:
                    _open_days(plan, opens, openers, base, state[p], marks[p], due, earliest, raw)
                if owners.special.size:
                    _special_days(owners.special_slot, owners.special, base, horizon, raw, alarm)
                _stop_days(owners.ptr, stop[p, first:last], plan.unroll, horizon, raw)
                hit = places[: _ringing(alarm.view(np.uint64)[:eights], alarm, places)]
                if summing:
                    _add_days(raw, minor, receipts[p])
                    _take_credits(plan, owners, hit, state[p], stop[p, first:last], raw, receipts[p])
                else:
                    found = _take_hits(p, base, hit, plan.roll, raw, hits, found)
                    _roll_each(raw, plan.roll, days[p, base : base + width])
            first = last
    for p in range(receipts.shape[0]):
        _roll_sums(receipts[p], plan.roll)
    return found


class _Owners(NamedTuple):
    """The debtors of one chunk of invoices: their pointers, where invoices to come begin, curve, shock.

    owner: the debtor of each invoice of the chunk; special_slot, special: those that are not as all others.
    """

    ptr: Int64
    future: Int64
    profile: Int32
    group: Int32
    owner: Int32
    special_slot: Int32
    special: Bytes


@njit(nogil=True, cache=True)
def _name_owners(ptr: Int64, owner: Int32) -> None:
    for d in range(ptr.size - 1):
        owner[ptr[d] - ptr[0] : ptr[d + 1] - ptr[0]] = d


@njit(nogil=True, cache=True)
def _widest(ptr: Int64) -> int:
    """Invoices of the widest chunk, a multiple of eight: a debtor is never split."""
    widest = _INVOICES
    for d in range(ptr.size - 1):
        widest = max(widest, ptr[d + 1] - ptr[d])
    return int((widest + 7) // 8 * 8)


@njit(nogil=True, cache=True)
def _chunk_end(ptr: Int64, first: int, widest: int) -> int:
    """The debtor before which a chunk that starts with `first` ends."""
    last = first + 1
    while last < ptr.size - 1 and ptr[last + 1] - ptr[first] <= widest:
        last += 1
    return last


@njit(nogil=True, cache=True)
def _take_keys(stable: Int64, golden: np.uint64, row: Int32, low: Halves, high: Halves) -> None:
    """The two halves of each invoice's key."""
    for i in range(row.size):
        key = np.uint64(stable[np.uint64(row[i])]) * golden
        low[i] = np.uint32(key)
        high[i] = np.uint32(key >> np.uint64(32))


@njit(nogil=True, cache=True)
def _relative(day: Int32, row: Int32, as_of: int, low: int, high: int, out: Int16) -> None:
    """Days from as_of of some rows, kept between two bounds."""
    for i in range(row.size):
        out[i] = np.int16(min(max(int(day[np.uint64(row[i])]) - as_of, low), high))


@njit(nogil=True, cache=True)
def _take_words(state: np.uint64, low: Halves, high: Halves, words: Halves) -> None:
    """`luck.short_words` of the invoices of a chunk on one path."""
    first, second = np.uint32(state), np.uint32(state >> np.uint64(32))
    for i in range(low.size):
        words[i] = short_word(first, second, low[i], high[i])


@njit(nogil=True, cache=True)
def _take_alarms(words: Halves, limit: np.uint32, alarm: Bytes) -> None:
    """Whether the lower 16 bits draw a dispute (or one that ends by a credit note)."""
    for i in range(words.size):
        alarm[i] = np.uint8(np.uint32(words[i] & np.uint32(0xFFFF)) < limit)


@njit(nogil=True, cache=True)
def _special_days(slots: Int32, kinds: Bytes, base: int, horizon: np.int16, raw: Int16, alarm: Bytes) -> None:
    """What another law pays is left to it; disputes that are flagged are looked at, those that are ruled out are not."""
    for k in range(slots.size):
        i = slots[k] - base
        if kinds[k] & 4:
            raw[i] = horizon
        alarm[i] = (alarm[i] | (kinds[k] & 1)) if kinds[k] & 2 == 0 else 0


@njit(nogil=True, cache=True)
def _take_columns(owners: _Owners, marks: Bytes, alias: Alias, words: Halves, column: Bytes) -> None:
    """The column of the delay table that each invoice to come draws."""
    base = owners.ptr[0]
    for d in range(np.uint64(marks.size)):
        table = (np.uint64(owners.profile[d]) * np.uint64(16) + np.uint64(marks[d] & 15)) * np.uint64(256)
        for i in range(np.uint64(owners.future[d] - base), np.uint64(owners.ptr[d + np.uint64(1)] - base)):
            column[i] = np.uint8(_column(alias, table, np.uint64(words[i])))


@njit(nogil=True, cache=True)
def _take_days(due: Int16, earliest: Int16, column: Bytes, added: np.int16, horizon: np.int16, raw: Int16) -> None:
    """Days of payment before rolling under the shock that most debtors bear, one that only adds days: plain sums.

    Every step is cut back to 16 bits, so that the compiler works on many invoices at a time.
    """
    for i in range(due.size):
        late = np.int16(column[i])
        day = np.int16(np.int16(due[i] + added) + late)
        first = earliest[i]
        day = day if day > first else first
        day = day if day < horizon else horizon
        raw[i] = horizon if late == np.int16(255) else day


@njit(nogil=True, cache=True)
def _shock_days(
    owners: _Owners,
    common: int,
    due: Int16,
    earliest: Int16,
    offsets: Int16,
    column: Bytes,
    horizon: np.int16,
    raw: Int16,
) -> None:
    """Days of payment before rolling of debtors that bear another shock than the common one (-1: all of them)."""
    base = owners.ptr[0]
    for d in range(owners.group.size):
        if owners.group[d] != common:
            shift = np.uint64(owners.group[d]) * np.uint64(256)
            for i in range(owners.ptr[d] - base, owners.ptr[d + 1] - base):
                day = int(due[i]) + int(offsets[shift + np.uint64(column[i])])
                raw[i] = min(max(day, int(earliest[i])), int(horizon))


@njit(nogil=True, cache=True)
def _open_days(
    plan: Tables,
    slots: Int32,
    debtors: Int32,
    base: int,
    state: np.uint64,
    marks: Bytes,
    due: Int16,
    earliest: Int16,
    raw: Int16,
) -> None:
    """Days before rolling on which open invoices are paid, given that they were not paid before as_of.

    They need more than 32 bits, hence a word of `luck.step`. One flat loop, so that the processor works on several
    invoices at a time.
    """
    below, guide, cells, offsets = plan.cumulative, plan.guide, plan.cell_alias, plan.offsets
    horizon = int(plan.roll.size) - 1
    for k in range(np.uint64(slots.size)):
        at, d = np.uint64(slots[k] - base), np.uint64(debtors[k])
        profile, shock = np.uint64(plan.profile[d]), np.uint64(plan.group[d])
        word = mixed(state + np.uint64(plan.stable[np.uint64(plan.row[np.uint64(slots[k])])]) * plan.golden)
        cell = _column(cells, np.uint64(marks[d] & 15) * np.uint64(256), word >> np.uint64(32))
        uniform = cell << np.uint64(24) | ((word >> np.uint64(24)) & np.uint64(0xFFFFFF))
        fallen = int(due[at])
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
        raw[at] = np.int16(min(max(day, int(earliest[at])), horizon))


@njit(nogil=True, cache=True)
def _stop_days(ptr: Int64, stop: Int16, unroll: Int16, horizon: np.int16, raw: Int16) -> None:
    """Nothing is paid on the days from which a debtor stops."""
    for d in range(stop.size):
        if stop[d] < horizon:
            halt = unroll[np.uint64(stop[d])]
            for i in range(ptr[d] - ptr[0], ptr[d + 1] - ptr[0]):
                if raw[i] >= halt:
                    raw[i] = horizon


@njit(nogil=True, cache=True)
def _take_hits(p: int, base: int, places: Int32, roll: Int16, raw: Int16, hits: Hits, found: int) -> int:
    """Adds the invoices of a chunk whose alarm rings; returns the new number of hits."""
    for i in places:
        if found < hits.path.size:
            hits.path[found] = p
            hits.slot[found] = base + i
            hits.day[found] = roll[np.uint64(raw[i])]
        found += 1
    return found


@njit(nogil=True, cache=True)
def _ringing(rings: Words, alarm: Bytes, found: Int32) -> int:
    """Writes down the places of a chunk whose alarm rings; returns how many. Eight alarms are read at a time."""
    count = 0
    for k in range(np.uint64(rings.size)):
        if rings[k]:
            for i in range(np.uint64(8) * k, np.uint64(8) * k + np.uint64(8)):
                found[np.uint64(count)] = i
                count += alarm[i]
    return count


@njit(nogil=True, cache=True)
def _take_credits(
    plan: Tables, chunk: _Owners, places: Int32, state: np.uint64, stop: Int16, raw: Int16, total: Int64
) -> None:
    """Takes off the receipts of one path what disputes credit, where an alarm rings (`disputes`)."""
    for i in places:
        slot = chunk.ptr[0] + i
        row = plan.row[slot]
        key = np.uint64(plan.stable[row]) * plan.golden
        kind = special_at(chunk.special_slot, chunk.special, slot)
        issue, due = int(plan.issue[row]) - plan.as_of, int(plan.due[row]) - plan.as_of
        opened, ended = times_of(plan.disputes, state, key, issue, due, kind)
        halt = int(stop[chunk.owner[i]])
        opens = (kind & 1 == 1) | ((opened >= 0) & (opened < min(int(plan.roll[raw[i]]), halt)))
        granted = opens & (kind & 4 == 0) & (ended < halt)
        if kind & 1:
            granted &= is_credited(plan.disputes, state, key, kind)
        total[raw[i]] -= share_of(plan.disputes, plan.minor[slot]) if granted else 0


@njit(nogil=True, cache=True)
def _add_days(raw: Int16, minor: Int64, total: Int64) -> None:
    for i in range(np.uint64(minor.size)):
        total[np.uint64(raw[i])] += minor[i]


@njit(nogil=True, cache=True)
def _roll_each(raw: Int16, roll: Int16, paid: Int16) -> None:
    for i in range(np.uint64(paid.size)):
        paid[i] = roll[np.uint64(raw[i])]


@njit(nogil=True, cache=True)
def _roll_sums(total: Int64, roll: Int16) -> None:
    """Moves what falls on a day to the business day that it rolls to; days roll forward, so the last goes first."""
    for day in range(total.size - 2, -1, -1):
        target = int(roll[day])
        if target != day:
            total[target] += total[day]
            total[day] = 0


@njit(nogil=True, cache=True, inline="always")
def _column(tables: Alias, table: np.uint64, word: np.uint64) -> np.uint64:
    """The column that the upper 16 of 32 bits draw from the alias table that starts at `table`."""
    column = word >> np.uint64(24)
    entry = np.uint64(tables[table + column])
    fraction = (word >> np.uint64(16)) & np.uint64(255)
    return column if fraction < (entry >> np.uint64(8)) else entry & np.uint64(255)
