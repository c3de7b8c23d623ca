"""The compiled half of `disputes`: when a dispute opens and ends, and whether it ends by a credit note."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from forecasting.simulation.kernel_luck import mixed, short_word

Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


class DisputeLaw(NamedTuple):
    """How disputes go, in whole numbers.

    drawn: below this the lower 16 bits of an invoice's short word draw a dispute, below `credited` one that ends by a
    credit note of rate_ppm millionths (`flagged_credited` where the ledger flags the dispute). counter: what the dispute's
    counter adds to a state; times (4096,): equally likely days to the end.
    """

    drawn: np.uint32
    credited: np.uint32
    flagged_credited: np.uint32
    counter: np.uint64
    times: Int16
    rate_ppm: int


class DisputeTerms(NamedTuple):
    """Invoices by their row in the ledger or their slot in the plan, and the slots that are not as all others."""

    law: DisputeLaw
    stable: Int64
    golden: np.uint64
    row: Int32
    ptr: Int64
    special_slot: Int32
    special: Bytes
    issue: Int32
    due: Int32
    as_of: int
    minor: Int64


class DisputeHits(NamedTuple):
    """Invoices whose dispute is looked at: path, slot of the plan, day of payment."""

    path: Int64
    slot: Int64
    paid: Int16


@njit(nogil=True, cache=True)
def settle(
    terms: DisputeTerms,
    state: Words,
    hits: DisputeHits,
    stop: Int16,
    opens: Flags,
    opened: Int64,
    resolved: Int64,
    credit: Int64,
) -> None:
    """`disputes.settle_disputes`, one hit after the other."""
    for k in range(hits.path.size):
        p, slot = hits.path[k], hits.slot[k]
        row = terms.row[slot]
        key = np.uint64(terms.stable[row]) * terms.golden
        special = special_at(terms.special_slot, terms.special, slot)
        issue, due = int(terms.issue[row]) - terms.as_of, int(terms.due[row]) - terms.as_of
        halt = int(stop[p, _owner(terms.ptr, slot)])
        opened[k], resolved[k] = times_of(terms.law, state[p], key, issue, due, special)
        opens[k] = special & 1 == 1 or 0 <= opened[k] < min(int(hits.paid[k]), halt)
        granted = special & 4 == 0 and resolved[k] < halt and is_credited(terms.law, state[p], key, special)
        credit[k] = share_of(terms.law, terms.minor[slot]) if granted else 0


@njit(nogil=True, cache=True, inline="always")
def times_of(law: DisputeLaw, state: np.uint64, key: np.uint64, issue: int, due: int, special: int) -> tuple[int, int]:
    """The days from as_of on which the dispute of an invoice opens and ends on a path."""
    detail = mixed(mixed(state + key) + law.counter)
    opened = issue
    if special & 1 == 0:
        span = max(due - issue, 0) + 1
        opened += int(((detail >> np.uint64(48)) * np.uint64(span)) >> np.uint64(16))
    return opened, max(opened, 0) + int(law.times[(detail >> np.uint64(36)) & np.uint64(4095)])


@njit(nogil=True, cache=True, inline="always")
def is_credited(law: DisputeLaw, state: np.uint64, key: np.uint64, special: int) -> bool:
    """Whether the dispute, if it ends in time, ends by a credit note."""
    half = np.uint64(32)
    word = short_word(np.uint32(state), np.uint32(state >> half), np.uint32(key), np.uint32(key >> half))
    limit = law.flagged_credited if special & 1 == 1 else law.credited
    return bool(np.uint32(word & np.uint32(0xFFFF)) < limit)


@njit(nogil=True, cache=True, inline="always")
def share_of(law: DisputeLaw, minor: int) -> int:
    """The credit note of a dispute, rounded half up."""
    return (minor * law.rate_ppm * 2 + 1_000_000) // 2_000_000


@njit(nogil=True, cache=True)
def special_at(special_slot: Int32, special: Bytes, slot: int) -> int:
    """What is special about an invoice, 0 where it is as all others."""
    if special_slot.size == 0:
        return 0
    at = np.searchsorted(special_slot, slot)
    return int(special[at]) if at < special_slot.size and special_slot[at] == slot else 0


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
