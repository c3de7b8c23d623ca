"""First stage, for a block of paths: what is received and by whom, and how much of it the factor may finance.

Nothing here depends on a price: rates, fees, reserve, ceiling, floor and draw policy act in the second stage. The
numbered steps are those of domain 1.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import ISSUE, LOOKBACK, Book, Calendar
from forecasting.simulation.kernel_claims import claim_losses
from forecasting.simulation.kernel_clauses import SPOT, Purchases
from forecasting.simulation.kernel_desk import (
    FINANCED_SUM,
    FUNDED,
    GUARANTEED,
    JUDGED,
    LEFT,
    LINED,
    OUTSTANDING,
    PAID_OUT,
    PARTS,
    PARTS_BY_DUE,
    TAXED,
    TURNS,
    WATCHED,
    Desk,
    eligible,
    restate,
    turn,
)
from forecasting.simulation.kernel_facts import DAY, DEBTOR, NEVER, FactArrays
from forecasting.simulation.kernel_failures import fail, net_of_vat, open_before, unpaid
from forecasting.simulation.kernel_money import copy, fill, inlined, lowered, round_ratio, share
from forecasting.simulation.kernel_policy import Cover
from forecasting.simulation.kernel_purchase import (
    buy,
    credit,
    dynamic_cap,
    hand_back,
    note_receipt,
    pay_out,
    share_relief,
    start_disputes,
    start_with_factor,
    sweep,
    turn_disputes,
)
from forecasting.simulation.kernel_results import (
    DEAL_PAID,
    DEBTOR_RECEIPT,
    DIRECT_RECEIPT,
    PLANNED_FLOW,
    SUPPLIER_PAYMENT,
    VAT_PAYMENT,
    Exposure,
    post_everywhere,
)

Int64 = npt.NDArray[np.int64]


def expose(
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    cover: Cover,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> None:
    """The exposures of every path of a block. Rows that find no room are counted all the same: the caller tries again."""
    for path in range(out.base.shape[0]):
        _begin(path, calendar, desk, book, purchases, facts)
        if purchases.active:
            start_with_factor(path, desk, book, purchases, facts, out)
        _live(path, calendar, book, purchases, cover, facts, desk, out)
        for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
            fail(path, k, calendar, book, purchases, facts, desk, out)
        unpaid(path, calendar, book, facts, desk, out)
        if cover.active:
            claim_losses(path, calendar, book, cover, facts, desk, out)
        _end(path, desk, book, purchases, facts)
        out.turn_ptr[path + 1] = desk.level[TURNS]


@lowered
def _begin(path: int, calendar: Calendar, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays) -> None:
    """The morning of day 0: what is open and disputed, whose debtors will fail."""
    copy(book.open_start, desk.open)
    fill(desk.flags, 0)
    if book.returns_vat:
        for i in range(desk.flags.shape[0]):
            desk.flags[i] = TAXED * book.on_receipt[i]
    fill(desk.slot_sum, 0)
    fill(desk.slot_held, 0)
    fill(desk.approved, 0)
    fill(desk.transit, 0)
    for d in range(desk.debtor.shape[0]):
        desk.debtor[d, LINED] = 0
        desk.debtor[d, FINANCED_SUM] = 0
    turns = desk.level[TURNS]
    fill(desk.level, 0)
    desk.level[TURNS] = turns
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = facts.failure[k, DEBTOR]
        desk.debtor[debtor, JUDGED] = facts.failure[k, DAY]
        _watch(debtor, desk, book)
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        _watch(facts.request[k, DEBTOR], desk, book)
    start_disputes(path, calendar, desk, facts)


@lowered
def _watch(debtor: int, desk: Desk, book: Book) -> None:
    for k in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        desk.flags[book.debtor_invoice[k]] |= WATCHED


@lowered
def _end(path: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays) -> None:
    """Undoes the few marks that the next path would trip over."""
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = facts.failure[k, DEBTOR]
        desk.debtor[debtor, JUDGED] = NEVER
        desk.debtor[debtor, PAID_OUT] = 0
        if purchases.share_relief:
            for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
                desk.guaranteed[book.debtor_invoice[m]] = 0


@lowered
def _live(
    path: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    cover: Cover,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> None:
    """The days of one path, in the order of domain 1.4."""
    receipt = facts.receipt_ptr[path]
    receipt_end = facts.receipt_ptr[path + 1]
    noted = facts.credit_ptr[path]
    noted_end = facts.credit_ptr[path + 1]
    shared = facts.payment_ptr.shape[0] == 2
    payment = facts.payment_ptr[0 if shared else path]
    payment_end = facts.payment_ptr[1 if shared else path + 1]
    guarded = purchases.active and (purchases.payout_days < NEVER or purchases.share_relief)
    cap_ppm = dynamic_cap(purchases)
    swept = receipt
    counted = _count_before(path, book, cover, out)
    for t in range(calendar.days):
        if purchases.buy_ptr[t] < purchases.buy_ptr[t + 1]:
            buy(t, desk, book, purchases, out.turn)
        while noted < noted_end and facts.credit[noted, 1] == t:
            credit(path, t, facts.credit[noted, 0], facts.credit[noted, 2], calendar, desk, book, purchases, out)
            noted += 1
        if desk.chain_at[t] >= 0:
            turn_disputes(path, t, desk, book, purchases, facts)
        if purchases.active:
            if purchases.sweep and calendar.business[t]:
                swept = sweep(swept, receipt, facts, desk, book, purchases)
            if purchases.hand_ptr[t] < purchases.hand_ptr[t + 1]:
                hand_back(t, desk, book, purchases, out.turn)
            out.eligible_early[path, t] = eligible(desk.level, desk.approved, cap_ppm)
            if guarded:
                pay_out(path, t, desk, book, purchases, facts, out.turn)
        taken, own, direct, receipt = _receive(path, t, receipt, receipt_end, calendar, book, purchases, facts, desk, out)
        paid = 0
        while payment < payment_end and facts.payment_day[payment] == t:
            minor = facts.payment_minor[payment]
            paid += minor
            if book.returns_vat:
                _deduct(path, 0 + facts.payment_invoice[payment], t, minor, calendar, book, out)
            payment += 1
        if purchases.active:
            if guarded:
                share_relief(path, t, desk, book, purchases, facts)
            out.eligible_late[path, t] = eligible(desk.level, desk.approved, cap_ppm)
            if out.assigned.shape[0]:
                out.assigned[path, t] = desk.level[OUTSTANDING]
            if purchases.in_advance:
                out.mean_due[path, t] = _mean_due(t, desk.level, calendar)
        if counted < cover.outstanding_day.shape[0] and cover.outstanding_day[counted] == t:
            out.outstanding[path] += _outstanding(t, desk, book, cover)
            counted += 1
        _post_day(path, t, taken, own, direct, paid, calendar, book, out)
    while counted < cover.outstanding_day.shape[0]:
        out.outstanding[path] += _outstanding(cover.outstanding_day[counted], desk, book, cover)
        counted += 1


@inlined
def _post_day(
    path: int, t: int, taken: int, own: int, direct: int, paid: int, calendar: Calendar, book: Book, out: Exposure
) -> None:
    """The day's flows, with all receipts (0) and with those that reach the company (1)."""
    planned = book.fixed[0, t]
    vat = book.fixed[1, t]
    out.base[path, t] += taken + own + direct + planned + vat - paid
    out.daily[0, DEBTOR_RECEIPT, t] += taken + own + direct
    out.total[0, path, DEBTOR_RECEIPT] += taken + own + direct
    if out.kept.shape[0]:
        out.kept[path, t] += own + direct + planned + vat - paid
    out.daily[1, DEBTOR_RECEIPT, t] += own
    out.total[1, path, DEBTOR_RECEIPT] += own
    out.daily[1, DIRECT_RECEIPT, t] += direct
    out.total[1, path, DIRECT_RECEIPT] += direct
    for kind in range(2):
        out.daily[kind, SUPPLIER_PAYMENT, t] -= paid
        out.total[kind, path, SUPPLIER_PAYMENT] -= paid
        out.daily[kind, PLANNED_FLOW, t] += planned
        out.total[kind, path, PLANNED_FLOW] += planned
        out.daily[kind, VAT_PAYMENT, t] += vat
        out.total[kind, path, VAT_PAYMENT] += vat


@lowered
def _deduct(path: int, invoice: int, t: int, amount: int, calendar: Calendar, book: Book, out: Exposure) -> None:
    """VAT on a supplier's invoice that is deducted when it is paid."""
    part = book.supplier_net[invoice, 0]
    if part >= 0:
        vat = amount - share(amount, part, book.supplier_net[invoice, 1])
        post_everywhere(path, VAT_PAYMENT, calendar.vat_after[LOOKBACK + t], vat, out)


@lowered
def _mean_due(t: int, level: Int64, calendar: Calendar) -> int:
    """The due day of what is eligible, weighed by what it adds to E, rounded to a day; not before today."""
    if level[PARTS] <= 0:
        return t
    days = level[PARTS_BY_DUE] + level[PARTS] * calendar.as_of
    return max(t, round_ratio(days, level[PARTS]) - calendar.as_of)


@inlined
def _receive(
    path: int,
    t: int,
    row: int,
    stop: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> tuple[int, int, int, int]:
    """Step 7: today's receipts, split into the factor's, the company's own and the handed back."""
    taken = 0
    own = 0
    direct = 0
    while row < stop and facts.receipt_day[row] == t:
        invoice = 0 + facts.receipt_invoice[row]  # of 64 bits, as everywhere else
        minor = facts.receipt_minor[row]
        row += 1
        left = desk.open[invoice]
        # a credit note that names no invoice is open below zero, and settled by a payment below zero
        amount = min(minor, left) if left >= 0 else -min(abs(minor), -left)
        flags = desk.flags[invoice]
        desk.open[invoice] = left - amount
        if flags & (WATCHED | TAXED | GUARANTEED):
            note_receipt(path, t, invoice, minor, amount, calendar, desk, book, purchases, out)
        if not flags & FUNDED:
            if flags & LEFT:
                direct += amount
            else:
                own += amount
            continue
        taken += amount
        if purchases.sweep:
            desk.transit[invoice] += amount
            continue
        debtor = book.partner[invoice]
        restate(invoice, debtor, purchases.slot[invoice], left, left - amount, flags, desk, book, purchases)
        if purchases.kind == SPOT:
            turn(desk, out.turn, DEAL_PAID, t, amount, 4 * desk.deal[invoice] + 3)
    return taken, own, direct, row


@lowered
def _outstanding(day: int, desk: Desk, book: Book, cover: Cover) -> int:
    """What insurable customers owe before VAT, as things stand, of what is issued by a day."""
    net = 0
    for invoice in range(desk.open.shape[0]):
        if desk.open[invoice] != 0 and book.days[invoice, ISSUE] <= day and cover.insurable[book.partner[invoice]]:
            net += net_of_vat(invoice, desk.open[invoice], book)
    return net


@lowered
def _count_before(path: int, book: Book, cover: Cover, out: Exposure) -> int:
    """Month ends before day 0, of which history tells the outstanding; returns how many there are."""
    k = 0
    while k < cover.outstanding_day.shape[0] and cover.outstanding_day[k] < 0:
        day = cover.outstanding_day[k]
        for invoice in range(book.days.shape[0]):
            if book.days[invoice, ISSUE] <= day and cover.insurable[book.partner[invoice]]:
                left = open_before(invoice, day, book)
                out.outstanding[path] += net_of_vat(invoice, left, book)
        k += 1
    return k
