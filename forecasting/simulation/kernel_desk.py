"""The factor's desk on one path: open amounts, outstanding R and the eligible base E, kept up event by event.

E(t) = sum over debtors of min(eligible open, approval, round(cap * R)) is never recomputed from the invoices: each event
moves its debtor's sum, and the cap is tried against the debtors only while one of them may pass it (domain 1.3).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import DUE, Book, Calendar
from forecasting.simulation.kernel_clauses import SPOT, Purchases
from forecasting.simulation.kernel_facts import NEVER, FactArrays
from forecasting.simulation.kernel_money import PPM, inlined, lowered, round_ratio_positive

Int16 = npt.NDArray[np.int16]
Int64 = npt.NDArray[np.int64]

#: Bits of an invoice's state; above them a count of the disputes in force, DISPUTED each.
FUNDED: Final = 1  # the factor owns it (paid in full, it stays there with nothing open)
LEFT: Final = 2  # was the factor's, is the company's again
WATCHED: Final = 4  # its debtor fails or is handed to the insurer on this path
GUARANTEED: Final = 8  # left on a guarantee payout
TAXED: Final = 16  # VAT falls due on receipt
DISPUTED: Final = 32

#: Places in `Desk.level`.
OUTSTANDING: Final = 0  # R
APPROVED: Final = 1  # sum over debtors of min(eligible open, approvals)
TOP: Final = 2  # no debtor's approved amount is above this
TURNS: Final = 3  # rows written to Exposure.turn
WATCH: Final = 4  # rows written to the watch list
DEALS: Final = 5  # invoices bought one by one
PARTS: Final = 6  # eligible open, and the same weighed by the due day (interest in advance)
PARTS_BY_DUE: Final = 7
LEVELS: Final = 8

#: Places in `Desk.cursor`: rows of the path's facts that the day has come to.
NOTED: Final = 0  # credit notes
PAID: Final = 1  # payments to suppliers
SWEPT: Final = 2  # receipts that have left the pledged account
COUNTED: Final = 3  # month ends whose outstanding is counted
CURSORS: Final = 4

#: Columns of `Desk.debtor`.
JUDGED: Final = 0  # judgment day, NEVER without one
LINED: Final = 1  # 1: its line is open; 2: its first planned purchase failed
FINANCED_SUM: Final = 2  # sum of min(open, financed), disputed included (`at_purchase`)
PAID_OUT: Final = 3  # guarantee K_d
TAKEN_BACK: Final = 4  # R_d on the payout day
PAYOUT_DAY: Final = 5
DEBTOR_COLUMNS: Final = 6

#: Columns of the watch list.
WATCH_INVOICE: Final = 0
WATCH_DAY: Final = 1
WATCH_MINOR: Final = 2
WATCH_CREDIT: Final = 3


class Desk(NamedTuple):
    """One path's working state. n invoices, D debtors, S approval slots; (1,) where the contract has no use for it.

    open, financed, transit, deal, guaranteed int64 (n,): still open; the most that is financed (`at_purchase`); received
    by the company and not yet swept; number of a spot deal; the guarantee's part as of the judgment day. slot_sum,
    slot_held int64 (S,): eligible amounts and invoices held under each approval. approved int64 (D,); debtor int64
    (D, 6). watch int64 (W, 4): invoice, day, amount, 1 for a credit note. scratch int64 (3, m): room for one debtor's
    invoices. chain_at int64 (H,), chain_next: disputes by day, see `kernel_exposure`.
    """

    open: Int64
    flags: Int16
    financed: Int64
    transit: Int64
    deal: Int64
    guaranteed: Int64
    slot_sum: Int64
    slot_held: Int64
    approved: Int64
    debtor: Int64
    level: Int64
    cursor: Int64
    watch: Int64
    scratch: Int64
    chain_at: Int64
    chain_next: Int64


def open_desk(calendar: Calendar, book: Book, purchases: Purchases, facts: FactArrays) -> Desk:
    """Room for one path at a time of a block (plain Python: the compiled code allocates nothing)."""
    n, debtors = len(book.days), len(book.claim_rank)
    debts = max(1, int(np.diff(book.debtor_ptr).max(initial=0)), int(np.diff(purchases.slot_ptr).max(initial=0)))

    def column(rows: int) -> Int64:
        return np.zeros(rows, dtype=np.int64)

    debtor = np.zeros((debtors, DEBTOR_COLUMNS), dtype=np.int64)
    debtor[:, JUDGED] = NEVER
    return Desk(
        open=column(n),
        flags=np.zeros(n, dtype=np.int16),
        financed=column(n if purchases.at_purchase else 1),
        transit=column(n if purchases.sweep else 1),
        deal=column(n if purchases.kind == SPOT else 1),
        guaranteed=column(n if purchases.share_relief else 1),
        slot_sum=column(len(purchases.slot_limit)),
        slot_held=column(len(purchases.slot_limit)),
        approved=column(debtors),
        debtor=debtor,
        level=column(LEVELS),
        cursor=column(CURSORS),
        watch=np.zeros((_most(facts.receipt_ptr) + _most(facts.credit_ptr), 4), dtype=np.int64),
        scratch=np.zeros((3, debts), dtype=np.int64),
        chain_at=column(calendar.days),
        chain_next=column(2 * _most(facts.dispute_ptr)),
    )


def _most(ptr: Int64) -> int:
    return int(np.diff(ptr).max(initial=0))


@lowered
def turn(desk: Desk, rows: Int64, kind: int, day: int, a: int, b: int) -> None:
    """Writes a row for the second stage."""
    row = desk.level[TURNS]
    if row < rows.shape[0]:
        rows[row, 0] = kind
        rows[row, 1] = day
        rows[row, 2] = a
        rows[row, 3] = b
    desk.level[TURNS] = row + 1


@lowered
def approve(sums: Int64, held: Int64, limits: Int64, first: int, stop: int) -> int:
    """What a debtor's approvals let count: max over k of min(S_k, L(f_k)), invoices in the order of purchase.

    Within the slot of one approval the running sum S_k only grows, so that the slot's last invoice decides.
    """
    running = 0
    allowed = 0
    for slot in range(first, stop):
        running += sums[slot]
        if held[slot] > 0:
            allowed = max(allowed, min(running, limits[slot]))
    return allowed


@inlined
def move(
    debtor: int,
    slot: int,
    change: int,
    slot_sum: Int64,
    slot_held: Int64,
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
        allowed = approve(slot_sum, slot_held, slot_limit, first, slot_ptr[debtor + 1])
    level[APPROVED] += allowed - approved[debtor]
    approved[debtor] = allowed
    level[TOP] = max(level[TOP], allowed)


@lowered
def eligible(level: Int64, approved: Int64, cap_ppm: int) -> int:
    """E: what the approvals let count, less what a dynamic concentration cap (NO_CAP: none) keeps of each debtor."""
    counted: int = level[APPROVED]
    if cap_ppm < 0:
        return counted
    bound = round_ratio_positive(cap_ppm * level[OUTSTANDING], PPM)
    if level[TOP] <= bound:
        return counted
    excess = 0
    top = 0
    for debtor in range(approved.shape[0]):
        amount = approved[debtor]
        excess += max(0, amount - bound)
        top = max(top, amount)
    level[TOP] = top
    return counted - excess


@inlined
def restate(
    invoice: int,
    debtor: int,
    slot: int,
    before: int,
    after: int,
    flags: int,
    desk: Desk,
    book: Book,
    purchases: Purchases,
) -> None:
    """An invoice's amount in R goes from `before` to `after`; E follows where it is not disputed."""
    desk.level[OUTSTANDING] += after - before
    change = after - before
    if purchases.at_purchase:
        most = desk.financed[invoice]
        change = min(after, most) - min(before, most)
        desk.debtor[debtor, FINANCED_SUM] += change
    if flags < DISPUTED:
        move(
            debtor,
            slot,
            change,
            desk.slot_sum,
            desk.slot_held,
            purchases.slot_ptr,
            purchases.slot_limit,
            desk.approved,
            desk.level,
        )
        if purchases.in_advance:
            weigh(invoice, change, desk, book)


@lowered
def restate_rarely(invoice: int, before: int, after: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """The same for an event that is rare."""
    flags = desk.flags[invoice]
    restate(invoice, book.partner[invoice], purchases.slot[invoice], before, after, flags, desk, book, purchases)


@inlined
def weigh(invoice: int, change: int, desk: Desk, book: Book) -> None:
    """Keeps up the mean due day of what is eligible."""
    desk.level[PARTS] += change
    desk.level[PARTS_BY_DUE] += change * book.days[invoice, DUE]


@lowered
def count(invoice: int, change: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """An eligible amount of an invoice changes: `move` and `weigh` for events that are rare."""
    move(
        book.partner[invoice],
        purchases.slot[invoice],
        change,
        desk.slot_sum,
        desk.slot_held,
        purchases.slot_ptr,
        purchases.slot_limit,
        desk.approved,
        desk.level,
    )
    if purchases.in_advance:
        weigh(invoice, change, desk, book)


@lowered
def at_desk(invoice: int, desk: Desk, purchases: Purchases) -> int:
    """What of an invoice stands in R: its open amount with what is not yet swept, while the factor owns it."""
    if not desk.flags[invoice] & FUNDED:
        return 0
    amount: int = desk.open[invoice]
    if purchases.sweep:
        amount += desk.transit[invoice]
    return amount


@lowered
def leave(invoice: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """An invoice leaves R and E with all that is open of it."""
    before = at_desk(invoice, desk, purchases)
    desk.slot_held[purchases.slot[invoice]] -= 1
    restate_rarely(invoice, before, 0, desk, book, purchases)
    if desk.flags[invoice] >= DISPUTED:
        count(invoice, 0, desk, book, purchases)
    desk.flags[invoice] += LEFT - FUNDED


@lowered
def change_dispute(invoice: int, turn: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """A dispute begins (turn 1) or ends (turn -1): the invoice leaves E or comes back, and stays in R throughout."""
    before = desk.flags[invoice] < DISPUTED
    desk.flags[invoice] += turn * DISPUTED
    after = desk.flags[invoice] < DISPUTED
    amount = at_desk(invoice, desk, purchases)
    if before == after or amount == 0:
        return
    if purchases.at_purchase:
        amount = min(amount, desk.financed[invoice])
    count(invoice, amount if after else -amount, desk, book, purchases)


@lowered
def has_room(invoice: int, amount: int, desk: Desk, book: Book, purchases: Purchases) -> bool:
    """Whether the approvals of an invoice's debtor let it through whole beside all that is open of the others."""
    debtor = book.partner[invoice]
    first = purchases.slot_ptr[debtor]
    slots = purchases.slot_ptr[debtor + 1] - first
    sums = desk.scratch[0, :slots]
    held = desk.scratch[1, :slots]
    for k in range(slots):
        sums[k] = 0
        held[k] = 0
    whole = 0
    for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        other = book.debtor_invoice[m]
        minor = amount if other == invoice else desk.open[other]
        if other == invoice or desk.flags[other] & FUNDED:
            sums[purchases.slot[other] - first] += minor
            held[purchases.slot[other] - first] += 1
            whole += minor
    return approve(sums, held, purchases.slot_limit[first : first + slots], 0, slots) >= whole


@lowered
def guarantee(debtor: int, desk: Desk, book: Book, purchases: Purchases) -> int:
    """K_d as it would be now: round(min(open undisputed invoices of d, its approvals) * unpaid_guarantee_rate)."""
    first = purchases.slot_ptr[debtor]
    slots = purchases.slot_ptr[debtor + 1] - first
    sums = desk.scratch[0, :slots]
    held = desk.scratch[1, :slots]
    for k in range(slots):
        sums[k] = 0
        held[k] = 0
    for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        invoice = book.debtor_invoice[m]
        if desk.flags[invoice] & FUNDED and desk.flags[invoice] < DISPUTED:
            sums[purchases.slot[invoice] - first] += desk.open[invoice]
            held[purchases.slot[invoice] - first] += 1
    allowed = approve(sums, held, purchases.slot_limit[first : first + slots], 0, slots)
    return round_ratio_positive(allowed * purchases.guarantee_ppm, PPM)
