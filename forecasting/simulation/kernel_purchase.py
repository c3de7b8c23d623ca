"""First stage, what happens to invoices at the factor: purchase, credit note, dispute, sweep, hand-back, guarantee.

The numbered steps are those of domain 1.4. What the second stage must know of a path stands in the rows of
`Exposure.turn`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import DUE, LOOKBACK, Book, Calendar
from forecasting.simulation.kernel_clauses import ACCOUNT, NO_CAP, SPOT, Purchases
from forecasting.simulation.kernel_desk import (
    DEALS,
    DISPUTED,
    FINANCED_SUM,
    FUNDED,
    GUARANTEED,
    JUDGED,
    LINED,
    OUTSTANDING,
    PAID_OUT,
    PAYOUT_DAY,
    SWEPT,
    TAKEN_BACK,
    TAXED,
    WATCH,
    WATCH_CREDIT,
    WATCH_DAY,
    WATCH_INVOICE,
    WATCH_MINOR,
    WATCHED,
    Desk,
    at_desk,
    change_dispute,
    count,
    eligible,
    guarantee,
    has_room,
    leave,
    move,
    restate_rarely,
    turn,
    weigh,
)
from forecasting.simulation.kernel_facts import DAY, DEBTOR, NEVER, FactArrays
from forecasting.simulation.kernel_failures import net_of_vat
from forecasting.simulation.kernel_money import apply_ppm, fill, inlined, lowered, row_number, share
from forecasting.simulation.kernel_results import (
    DEAL,
    DEAL_BACK,
    DEAL_PAID,
    FLOW,
    GUARANTEE,
    INSURER_SHARE,
    LINE,
    OTHERWISE,
    SALE,
    VAT_PAYMENT,
    Exposure,
    post_everywhere,
)

Int64 = npt.NDArray[np.int64]


@lowered
def start_with_factor(path: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays, out: Exposure) -> None:
    """Before day 0: invoices already with the factor are in R, and in E as far as eligible, without fee."""
    for invoice in purchases.held:
        desk.debtor[book.partner[invoice], LINED] = 1
        _enter_rarely(invoice, desk.open[invoice], desk, book, purchases)
        if purchases.kind == SPOT:
            desk.deal[invoice] = desk.level[DEALS]
            desk.level[DEALS] += 1
            turn(desk, out.turn, DEAL, -1, desk.open[invoice], 0)
    if purchases.at_purchase:
        for invoice in purchases.held:
            _test(invoice, desk, book, purchases)
    if purchases.share_relief:
        share_relief(path, -1, desk, book, purchases, facts)


@lowered
def dynamic_cap(purchases: Purchases) -> int:
    """The concentration cap that acts every day; NO_CAP where there is none or it acts at purchase."""
    return NO_CAP if purchases.at_purchase else purchases.cap_ppm


@lowered
def _enter_rarely(invoice: int, amount: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """`_enter` outside the loop over a day's purchases."""
    _enter(invoice, amount, desk, book, purchases)


@inlined
def _enter(invoice: int, amount: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """An invoice comes in, eligible unless it is disputed."""
    flags = desk.flags[invoice]
    slot = purchases.slot[invoice]
    desk.flags[invoice] = flags | FUNDED
    desk.slot_held[slot] += 1
    desk.level[OUTSTANDING] += amount
    if purchases.at_purchase:
        # the test that follows the day's purchases replaces this (and only a spot advance looks at it before)
        desk.financed[invoice] = amount
    change = amount if flags < DISPUTED else 0
    move(
        book.partner[invoice],
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
def _test(invoice: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """fin_i = min(open_i, max(0, round(cap * R) - sum of min(open_k, fin_k) of the debtor's others)) (domain 1.3)."""
    debtor = book.partner[invoice]
    amount = desk.open[invoice]
    bound = apply_ppm(desk.level[OUTSTANDING], purchases.cap_ppm)
    financed = min(amount, max(0, bound - desk.debtor[debtor, FINANCED_SUM]))
    desk.financed[invoice] = financed
    desk.debtor[debtor, FINANCED_SUM] += financed
    if desk.flags[invoice] < DISPUTED and financed != amount:
        count(invoice, financed - amount, desk, book, purchases)


@inlined
def buy(t: int, desk: Desk, book: Book, purchases: Purchases, rows: Int64) -> None:
    """Step 2: what is still open on f is bought, unless a judgment came before; departures from the plan are noted."""
    first = purchases.buy_ptr[t]
    stop = purchases.buy_ptr[t + 1]
    missed = False
    for k in range(first, stop):
        invoice = purchases.buy_invoice[k]
        debtor = book.partner[invoice]
        amount = desk.open[invoice]
        if desk.debtor[debtor, JUDGED] < t:
            amount = 0
        if purchases.kind == ACCOUNT:
            if amount != book.open_start[invoice]:
                turn(desk, rows, OTHERWISE, t, book.open_start[invoice], amount)
            if amount > 0:
                _enter(invoice, amount, desk, book, purchases)
        elif amount > 0:
            amount = _deal(t, invoice, amount, desk, book, purchases, rows)
        if amount == 0:
            missed = True
        elif desk.debtor[debtor, LINED] != 1:
            if desk.debtor[debtor, LINED] == 2 or purchases.line_day[debtor] != t:
                turn(desk, rows, LINE, t, 1, 0)
            desk.debtor[debtor, LINED] = 1
    if missed:
        _miss_lines(t, first, stop, desk, book, purchases, rows)
    if purchases.at_purchase:
        for k in range(first, stop):
            if desk.flags[purchases.buy_invoice[k]] & FUNDED:
                _test(purchases.buy_invoice[k], desk, book, purchases)


@lowered
def _miss_lines(t: int, first: int, stop: int, desk: Desk, book: Book, purchases: Purchases, rows: Int64) -> None:
    """Lines that the plan opens today and the path does not."""
    for k in range(first, stop):
        debtor = book.partner[purchases.buy_invoice[k]]
        if purchases.line_day[debtor] == t and desk.debtor[debtor, LINED] == 0:
            turn(desk, rows, LINE, t, -1, 0)
            desk.debtor[debtor, LINED] = 2


@lowered
def _deal(t: int, invoice: int, amount: int, desk: Desk, book: Book, purchases: Purchases, rows: Int64) -> int:
    """A discount product buys one invoice (1.6); returns its amount, 0 where it is refused.

    Spot: the advance is a share of what the invoice adds to E. Reverse and forfaiting: undisputed claims, whole within
    the approval of their debtor, or not at all.
    """
    if purchases.kind == SPOT:
        before = eligible(desk.level, desk.approved, dynamic_cap(purchases))
        _enter_rarely(invoice, amount, desk, book, purchases)
        added = max(0, eligible(desk.level, desk.approved, dynamic_cap(purchases)) - before)
        desk.deal[invoice] = desk.level[DEALS]
        desk.level[DEALS] += 1
        turn(desk, rows, DEAL, t, amount, added)
        return amount
    if desk.flags[invoice] >= DISPUTED or not has_room(invoice, amount, desk, book, purchases):
        return 0
    _enter_rarely(invoice, amount, desk, book, purchases)
    turn(desk, rows, SALE, t, amount, book.days[invoice, DUE] - t)
    return amount


@lowered
def credit(
    path: int,
    t: int,
    invoice: int,
    minor: int,
    calendar: Calendar,
    desk: Desk,
    book: Book,
    purchases: Purchases,
    out: Exposure,
) -> None:
    """Step 4: a credit note takes at most what is open; its VAT falls back on its own date, in full."""
    if book.returns_vat and not book.on_receipt[invoice]:
        vat = minor - net_of_vat(invoice, minor, book)
        post_everywhere(path, VAT_PAYMENT, calendar.vat_after[LOOKBACK + t], vat, out)
    amount = min(minor, desk.open[invoice])
    before = at_desk(invoice, desk, purchases)
    flags = desk.flags[invoice]
    desk.open[invoice] -= amount
    if flags & FUNDED:
        restate_rarely(invoice, before, before - amount, desk, book, purchases)
    if flags & WATCHED:
        _watch(desk, invoice, t, amount, 1)


@lowered
def note_receipt(
    path: int,
    t: int,
    invoice: int,
    minor: int,
    amount: int,
    calendar: Calendar,
    desk: Desk,
    book: Book,
    purchases: Purchases,
    out: Exposure,
) -> None:
    """What follows from a receipt beside the receipt: VAT due on it, the guarantor's part of it, a line to look back at."""
    flags = desk.flags[invoice]
    if flags & TAXED:
        vat = minor - net_of_vat(invoice, minor, book)
        post_everywhere(path, VAT_PAYMENT, calendar.vat_after[LOOKBACK + t], -vat, out)
    if flags & WATCHED:
        _watch(desk, invoice, t, amount, 0)
    if flags & GUARANTEED:
        debtor = book.partner[invoice]
        part = share(amount, desk.debtor[debtor, PAID_OUT], desk.debtor[debtor, TAKEN_BACK])
        turn(desk, out.turn, FLOW, t, -part, 4 * INSURER_SHARE + purchases.guarantor[debtor])


@lowered
def _watch(desk: Desk, invoice: int, day: int, amount: int, is_credit: int) -> None:
    row = desk.level[WATCH]
    desk.watch[row, WATCH_INVOICE] = invoice
    desk.watch[row, WATCH_DAY] = day
    desk.watch[row, WATCH_MINOR] = amount
    desk.watch[row, WATCH_CREDIT] = is_credit
    desk.level[WATCH] = row + 1


@lowered
def start_disputes(path: int, calendar: Calendar, desk: Desk, facts: FactArrays) -> None:
    """Counts the disputes that began before day 0, and chains the others by day.

    chain_at[t] heads the chain of day t; 2k stands for the beginning of the path's dispute k, 2k + 1 for its end.
    """
    fill(desk.chain_at, -1)
    first = facts.dispute_ptr[path]
    for k in range(facts.dispute_ptr[path + 1] - first):
        begins = facts.dispute[first + k, 1]
        ends = facts.dispute[first + k, 2]
        if ends <= begins or ends < 0:
            continue
        if begins < 0:
            desk.flags[row_number(facts.dispute[first + k, 0])] += DISPUTED
        elif begins < calendar.days:
            desk.chain_next[2 * k] = desk.chain_at[begins]
            desk.chain_at[begins] = 2 * k
        if ends < calendar.days:
            desk.chain_next[2 * k + 1] = desk.chain_at[ends]
            desk.chain_at[ends] = 2 * k + 1


@lowered
def turn_disputes(path: int, t: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays) -> None:
    """Step 4: disputes that begin or end today."""
    link = desk.chain_at[t]
    while link >= 0:
        invoice = row_number(facts.dispute[facts.dispute_ptr[path] + link // 2, 0])
        change_dispute(invoice, 1 if link % 2 == 0 else -1, desk, book, purchases)
        link = desk.chain_next[link]


@lowered
def sweep(stop: int, facts: FactArrays, desk: Desk, book: Book, purchases: Purchases) -> None:
    """What debtors paid to the company's pledged account leaves R and E on the next business day (1.5).

    What was handed back meanwhile has left R before; its money still goes to the factor.
    """
    for k in range(desk.cursor[SWEPT], stop):
        invoice = row_number(facts.receipt_invoice[k])
        amount = desk.transit[invoice]
        if amount > 0:
            if desk.flags[invoice] & FUNDED:
                left = desk.open[invoice]
                restate_rarely(invoice, left + amount, left, desk, book, purchases)
            desk.transit[invoice] = 0
    desk.cursor[SWEPT] = stop


@inlined
def hand_back(t: int, desk: Desk, book: Book, purchases: Purchases, rows: Int64) -> None:
    """Step 5: what is still open definancing_days after its due date goes back to the company."""
    for k in range(purchases.hand_ptr[t], purchases.hand_ptr[t + 1]):
        invoice = purchases.hand_invoice[k]
        if desk.open[invoice] > 0 and desk.flags[invoice] & FUNDED:
            leave(invoice, desk, book, purchases)
            if purchases.kind == SPOT:
                turn(desk, rows, DEAL_BACK, t, 0, 4 * desk.deal[invoice] + 3)


@lowered
def pay_out(path: int, t: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays, rows: Int64) -> None:
    """Step 6: payout days after a judgment the factor pays K_d; all of the debtor's invoices leave R and E."""
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = row_number(facts.failure[k, DEBTOR])
        if purchases.payout_days >= NEVER or max(0, facts.failure[k, DAY] + purchases.payout_days) != t:
            continue
        who = purchases.guarantor[debtor]
        paid = guarantee(debtor, desk, book, purchases)
        if facts.failure[k, DAY] == t and purchases.share_relief:
            _share_out(debtor, paid, desk, book)
        left = paid
        taken = 0
        for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
            invoice = book.debtor_invoice[m]
            if not desk.flags[invoice] & FUNDED:
                continue
            taken += desk.open[invoice]
            part = min(left, desk.open[invoice]) if desk.flags[invoice] < DISPUTED else 0
            left -= part
            leave(invoice, desk, book, purchases)
            if paid > 0 and who > 0:
                desk.flags[invoice] |= GUARANTEED
            if purchases.kind == SPOT:
                turn(desk, rows, DEAL_PAID, t, part, 4 * desk.deal[invoice] + who)
                turn(desk, rows, DEAL_BACK, t, 0, 4 * desk.deal[invoice] + 3)
        if paid > 0 and who > 0:
            turn(desk, rows, GUARANTEE, t, paid, who)
            desk.debtor[debtor, PAID_OUT] = paid
            desk.debtor[debtor, TAKEN_BACK] = taken
            desk.debtor[debtor, PAYOUT_DAY] = t


@lowered
def share_relief(path: int, t: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays) -> None:
    """At the end of a judgment day (t = -1: all before day 0), what of each invoice the factor will pay, not the State."""
    if not purchases.share_relief:
        return
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = row_number(facts.failure[k, DEBTOR])
        if max(-1, facts.failure[k, DAY]) == t and purchases.guarantor[debtor] > 0:
            _share_out(debtor, guarantee(debtor, desk, book, purchases), desk, book)


@lowered
def _share_out(debtor: int, paid: int, desk: Desk, book: Book) -> None:
    """A guarantee over the debtor's undisputed invoices, oldest first."""
    left = paid
    for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        invoice = book.debtor_invoice[m]
        if desk.flags[invoice] & FUNDED and desk.flags[invoice] < DISPUTED:
            desk.guaranteed[invoice] = min(left, desk.open[invoice])
            left -= desk.guaranteed[invoice]
