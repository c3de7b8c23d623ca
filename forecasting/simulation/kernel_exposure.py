"""First stage, for a block of paths: what is received and by whom, and how much of it the factor may finance.

Nothing here depends on a price: rates, fees, reserve, ceiling, floor and draw policy act in the second stage. The
numbered steps are those of domain 1.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import AMOUNT, ISSUE, LOOKBACK, Book, Calendar
from forecasting.simulation.kernel_claims import claim_losses
from forecasting.simulation.kernel_clauses import SPOT, Purchases
from forecasting.simulation.kernel_desk import (
    COUNTED,
    FINANCED_SUM,
    FUNDED,
    GUARANTEED,
    JUDGED,
    LEFT,
    LINED,
    NOTED,
    OUTSTANDING,
    PAID,
    PAID_OUT,
    PARTS,
    PARTS_BY_DUE,
    SWEPT,
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
from forecasting.simulation.kernel_money import copy, fill, inlined, lowered, round_ratio, row_number, share
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
    """The exposures of every path of a block, day by day in the order of domain 1.4.

    Rows that find no room are counted all the same: the caller tries again with more.
    """
    guarded = purchases.active and (purchases.payout_days < NEVER or purchases.share_relief)
    cap_ppm = dynamic_cap(purchases)
    for path in range(out.base.shape[0]):
        _begin(path, calendar, book, purchases, cover, facts, desk, out)
        receipt = facts.receipt_ptr[path]
        for t in range(calendar.days):
            if purchases.buy_ptr[t] < purchases.buy_ptr[t + 1]:
                buy(t, desk, book, purchases, out.turn)
            noted = desk.cursor[NOTED]
            if noted < facts.credit_ptr[path + 1] and facts.credit[noted, 1] == t:
                _credit_today(path, t, calendar, book, purchases, facts, desk, out)
            if desk.chain_at[t] >= 0:
                turn_disputes(path, t, desk, book, purchases, facts)
            if purchases.active:
                if purchases.sweep and calendar.business[t]:
                    sweep(receipt, facts, desk, book, purchases)
                if purchases.hand_ptr[t] < purchases.hand_ptr[t + 1]:
                    hand_back(t, desk, book, purchases, out.turn)
                out.eligible_early[path, t] = eligible(desk.level, desk.approved, cap_ppm)
                if guarded:
                    pay_out(path, t, desk, book, purchases, facts, out.turn)
            taken, own, direct, receipt = _receive(path, t, receipt, calendar, book, purchases, facts, desk, out)
            paid = _pay_suppliers(path, t, calendar, book, facts, desk, out)
            if purchases.active:
                if guarded:
                    share_relief(path, t, desk, book, purchases, facts)
                out.eligible_late[path, t] = eligible(desk.level, desk.approved, cap_ppm)
                _note_state(path, t, calendar, purchases, desk, out)
            _post_day(path, t, taken, own, direct, paid, book, facts, out)
            if desk.cursor[COUNTED] < cover.outstanding_day.shape[0]:
                _count_outstanding(path, t, t, book, cover, desk, out)
        _finish(path, calendar, book, purchases, cover, facts, desk, out)


@lowered
def _begin(
    path: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    cover: Cover,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> None:
    """The morning of day 0: what is open, disputed and with the factor, whose debtors will fail."""
    copy(book.open_start, desk.open)
    # Invoices to come are of another amount on each path; the block's amounts are its own (`expose_block`).
    for k in range(facts.coming_row.shape[0]):
        desk.open[facts.coming_row[k]] = facts.coming_minor[path, k]
        book.money[facts.coming_row[k], AMOUNT] = facts.coming_minor[path, k]
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
        debtor = row_number(facts.failure[k, DEBTOR])
        desk.debtor[debtor, JUDGED] = facts.failure[k, DAY]
        _watch(debtor, desk, book)
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        _watch(row_number(facts.request[k, DEBTOR]), desk, book)
    start_disputes(path, calendar, desk, facts)
    desk.cursor[NOTED] = facts.credit_ptr[path]
    desk.cursor[PAID] = facts.payment_ptr[0 if facts.payment_ptr.shape[0] == 2 else path]
    desk.cursor[SWEPT] = facts.receipt_ptr[path]
    desk.cursor[COUNTED] = 0
    if cover.outstanding_day.shape[0] > 0:
        _count_before(path, book, cover, desk, out)
    if purchases.active:
        start_with_factor(path, desk, book, purchases, facts, out)


@lowered
def _watch(debtor: int, desk: Desk, book: Book) -> None:
    for k in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        desk.flags[book.debtor_invoice[k]] |= WATCHED


@lowered
def _finish(
    path: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    cover: Cover,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> None:
    """What follows from the failures of the path, and its claims; undoes the marks that the next path would trip over."""
    _count_outstanding(path, calendar.days, NEVER, book, cover, desk, out)
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        fail(path, k, calendar, book, purchases, facts, desk, out)
    unpaid(path, calendar, book, facts, desk, out)
    if cover.active:
        claim_losses(path, calendar, book, cover, facts, desk, out)
    out.turn_ptr[path + 1] = desk.level[TURNS]
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = row_number(facts.failure[k, DEBTOR])
        desk.debtor[debtor, JUDGED] = NEVER
        desk.debtor[debtor, PAID_OUT] = 0
        if purchases.share_relief:
            for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
                desk.guaranteed[book.debtor_invoice[m]] = 0


@lowered
def _credit_today(
    path: int,
    t: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> None:
    """Step 4: today's credit notes."""
    row = desk.cursor[NOTED]
    while row < facts.credit_ptr[path + 1] and facts.credit[row, 1] == t:
        credit(path, t, row_number(facts.credit[row, 0]), facts.credit[row, 2], calendar, desk, book, purchases, out)
        row += 1
    desk.cursor[NOTED] = row


@inlined
def _pay_suppliers(path: int, t: int, calendar: Calendar, book: Book, facts: FactArrays, desk: Desk, out: Exposure) -> int:
    """Today's payments to suppliers; where VAT is returned, what falls due with them is deducted."""
    row = desk.cursor[PAID]
    stop = facts.payment_ptr[1 if facts.payment_ptr.shape[0] == 2 else path + 1]
    paid: int = 0
    while row < stop and facts.payment_day[row] == t:
        minor = facts.payment_minor[row]
        paid += minor
        if book.returns_vat:
            _deduct(path, 0 + facts.payment_invoice[row], t, minor, calendar, book, out)
        row += 1
    desk.cursor[PAID] = row
    return paid


@inlined
def _note_state(path: int, t: int, calendar: Calendar, purchases: Purchases, desk: Desk, out: Exposure) -> None:
    """R, and the mean due day, where the second stage asks for them."""
    if out.assigned.shape[0]:
        out.assigned[path, t] = desk.level[OUTSTANDING]
    if purchases.in_advance:
        out.mean_due[path, t] = _mean_due(t, desk.level, calendar)


@inlined
def _post_day(
    path: int, t: int, taken: int, own: int, direct: int, paid: int, book: Book, facts: FactArrays, out: Exposure
) -> None:
    """The day's flows, with all receipts (0) and with those that reach the company (1)."""
    planned = book.fixed[0, t]
    vat = book.fixed[1, t]
    if facts.fixed.shape[0]:
        planned += facts.fixed[path, 0, t]
        vat += facts.fixed[path, 1, t]
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
    stop = facts.receipt_ptr[path + 1]
    while row < stop and facts.receipt_day[row] == t:
        invoice = row_number(facts.receipt_invoice[row])
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
def _count_before(path: int, book: Book, cover: Cover, desk: Desk, out: Exposure) -> None:
    """The outstanding at the month ends before day 0, from history."""
    while desk.cursor[COUNTED] < cover.outstanding_day.shape[0] and cover.outstanding_day[desk.cursor[COUNTED]] < 0:
        day = cover.outstanding_day[desk.cursor[COUNTED]]
        for m in range(book.debtor_invoice.shape[0]):
            invoice = book.debtor_invoice[m]
            if book.days[invoice, ISSUE] <= day and cover.insurable[book.partner[invoice]]:
                out.outstanding[path] += net_of_vat(invoice, open_before(invoice, day, book), book)
        desk.cursor[COUNTED] += 1


@lowered
def _count_outstanding(path: int, first: int, last: int, book: Book, cover: Cover, desk: Desk, out: Exposure) -> None:
    """What insurable customers owe before VAT, as things stand, at the month ends from one day to another (2.1)."""
    while (
        desk.cursor[COUNTED] < cover.outstanding_day.shape[0]
        and first <= cover.outstanding_day[desk.cursor[COUNTED]] <= last
    ):
        day = cover.outstanding_day[desk.cursor[COUNTED]]
        for invoice in range(desk.open.shape[0]):
            left = desk.open[invoice]
            if left != 0 and book.days[invoice, ISSUE] <= day and cover.insurable[book.partner[invoice]]:
                out.outstanding[path] += net_of_vat(invoice, left, book)
        desk.cursor[COUNTED] += 1
