"""The factor's desk on one path: open amounts, outstanding R and the eligible base E, kept up event by event.

E(t) = sum over debtors of min(eligible open, approval, round(cap * R)) is never recomputed from the invoices: each event
moves its debtor's sum, and the cap is tried against the debtors only while one of them may pass it (domain 1.3).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_money import PPM, inlined, lowered, round_ratio_positive

Int16 = npt.NDArray[np.int16]
Int64 = npt.NDArray[np.int64]

#: Bits of an invoice's state; above them a count of disputes in force, DISPUTED each.
FUNDED: Final = 1  # bought by the factor, neither paid back nor handed back
LEFT: Final = 2  # was the factor's, is the company's again
WATCHED: Final = 4  # its debtor fails or is handed to the insurer on this path
BORN_DISPUTED: Final = 8  # disputed in the ledger itself, among the disputes counted
DISPUTED: Final = 16

#: Places in `Desk.level`.
OUTSTANDING: Final = 0  # R
APPROVED: Final = 1  # sum over debtors of min(eligible open, approval)
TOP: Final = 2  # no debtor's approved amount is above this
TURNS: Final = 3  # rows written to Exposure.turn
WATCH: Final = 4  # rows written to the watch list
LEVELS: Final = 5


class Desk(NamedTuple):
    """One path's working state. n invoices, D debtors, S approval slots.

    open, financed, transit int64: still open; the most that is financed of an invoice (`at_purchase`, spot), received by
    the company and not yet swept (confidential). credited int64 (n,) credit notes so far. slot_sum int64 (S,) eligible
    amounts; approved int64 (D,); funded_sum int64 (D,) financed and still open, disputed included. lined uint8 (D,).
    judged int64 (D,) judgment day. watch int64 (W, 4): invoice, day, amount, 1 for a credit note. scratch int64 (3, m):
    room for one debtor's invoices. chain_at int64 (H,), chain_next: disputes by day, see `kernel_exposure`.
    """

    open: Int64
    flags: Int16
    credited: Int64
    financed: Int64
    transit: Int64
    slot_sum: Int64
    approved: Int64
    funded_sum: Int64
    lined: npt.NDArray[np.uint8]
    judged: Int64
    level: Int64
    watch: Int64
    scratch: Int64
    chain_at: Int64
    chain_next: Int64


@lowered
def approve(slot_sum: Int64, slot_limit: Int64, first: int, stop: int) -> int:
    """What a debtor's approvals let count: an approval acts on the invoices bought under it, and on them alone.

    In the order of approvals, `a += min(sum of the slot, max(0, limit of the slot - a))`; with one it is min(sum, limit).
    """
    allowed = 0
    for slot in range(first, stop):
        allowed += min(slot_sum[slot], max(0, slot_limit[slot] - allowed))
    return allowed


@inlined
def move(
    debtor: int,
    slot: int,
    change: int,
    slot_sum: Int64,
    slot_ptr: Int64,
    slot_limit: Int64,
    approved: Int64,
    level: Int64,
) -> None:
    """An eligible amount of one debtor changes; the approved sum follows."""
    slot_sum[slot] += change
    first = slot_ptr[debtor]
    if slot_ptr[debtor + 1] - first == 1:
        allowed = min(slot_sum[slot], slot_limit[slot])
    else:
        allowed = approve(slot_sum, slot_limit, first, slot_ptr[debtor + 1])
    level[APPROVED] += allowed - approved[debtor]
    approved[debtor] = allowed
    if allowed > level[TOP]:
        level[TOP] = allowed


@inlined
def eligible(level: Int64, approved: Int64, cap_ppm: int) -> int:
    """E under a dynamic concentration cap; `cap_ppm` below 0 where there is none."""
    approved_sum: int = level[APPROVED]
    if cap_ppm < 0:
        return approved_sum
    bound = round_ratio_positive(cap_ppm * level[OUTSTANDING], PPM)
    if level[TOP] <= bound:
        return approved_sum
    excess = 0
    top = 0
    for debtor in range(approved.shape[0]):
        amount = approved[debtor]
        excess += max(0, amount - bound)
        top = max(top, amount)
    level[TOP] = top
    return approved_sum - excess


@inlined
def at_desk(invoice: int, desk: Desk, sweep: bool) -> int:
    """What of an invoice stands in R: its open amount while funded, and what is not yet swept."""
    amount = desk.open[invoice] if desk.flags[invoice] & FUNDED else 0
    if sweep:
        amount += desk.transit[invoice]
    return amount


@inlined
def restate(
    invoice: int,
    debtor: int,
    slot: int,
    before: int,
    after: int,
    desk: Desk,
    slot_ptr: Int64,
    slot_limit: Int64,
    at_purchase: bool,
) -> None:
    """An invoice's amount in R goes from `before` to `after`; E follows where it is not disputed."""
    desk.level[OUTSTANDING] += after - before
    change = after - before
    if at_purchase:
        most = desk.financed[invoice]
        change = min(after, most) - min(before, most)
        desk.funded_sum[debtor] += change
    if desk.flags[invoice] < DISPUTED:
        move(debtor, slot, change, desk.slot_sum, slot_ptr, slot_limit, desk.approved, desk.level)


@lowered
def dispute(
    invoice: int,
    debtor: int,
    slot: int,
    turn: int,
    desk: Desk,
    slot_ptr: Int64,
    slot_limit: Int64,
    at_purchase: bool,
    sweep: bool,
) -> None:
    """A dispute begins (turn 1) or ends (turn -1): the invoice leaves E or comes back, and stays in R throughout."""
    before = desk.flags[invoice] < DISPUTED
    desk.flags[invoice] += turn * DISPUTED
    if turn < 0 and desk.flags[invoice] & BORN_DISPUTED:
        desk.flags[invoice] -= DISPUTED + BORN_DISPUTED
    after = desk.flags[invoice] < DISPUTED
    if before == after:
        return
    amount = at_desk(invoice, desk, sweep)
    if at_purchase:
        amount = min(amount, desk.financed[invoice])
    if amount != 0:
        change = amount if after else -amount
        move(debtor, slot, change, desk.slot_sum, slot_ptr, slot_limit, desk.approved, desk.level)
