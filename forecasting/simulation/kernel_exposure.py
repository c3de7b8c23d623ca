"""First stage, for a block of paths: what is received and by whom, and how much of it the factor may finance.

Nothing here depends on a price: rates, fees, reserve, ceiling, floor and draw policy act in the second stage. The
numbered steps are those of domain 1.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_claims import settle_debtors
from forecasting.simulation.kernel_clauses import ACCOUNT, SPOT, Purchases
from forecasting.simulation.kernel_desk import (
    BORN_DISPUTED,
    DISPUTED,
    FUNDED,
    LEFT,
    LEVELS,
    OUTSTANDING,
    TURNS,
    WATCH,
    WATCHED,
    Desk,
    approve,
    at_desk,
    dispute,
    eligible,
    move,
    restate,
)
from forecasting.simulation.kernel_facts import NEVER, FactArrays
from forecasting.simulation.kernel_money import apply_ppm, copy, fill, inlined, lowered
from forecasting.simulation.kernel_policy import Cover
from forecasting.simulation.kernel_results import (
    DEBTOR_RECEIPT,
    DIRECT_RECEIPT,
    FLOW,
    GUARANTEE,
    LINE,
    OTHERWISE,
    PLANNED_FLOW,
    PRODUCT,
    RECOVERY,
    REST,
    SUPPLIER_PAYMENT,
    Exposure,
)

Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
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
        _begin(path, desk, book, purchases, facts)
        _live(path, calendar, book, purchases, facts, desk, out)
        settle_debtors(path, calendar, book, cover, facts, desk, out)
        _end(path, desk, book, facts)
        out.turn_ptr[path + 1] = desk.level[TURNS]


def open_desk(calendar: Calendar, book: Book, purchases: Purchases, facts: FactArrays) -> Desk:
    """Room for one path at a time of a block (plain Python: the compiled code allocates nothing)."""
    n, debtors = len(book.partner), len(book.claim_rank)
    keeps = purchases.at_purchase or purchases.kind == SPOT
    invoices = max(1, int(np.diff(book.debtor_ptr).max(initial=0)), int(np.diff(purchases.slot_ptr).max(initial=0)))
    return Desk(
        open=np.zeros(n, dtype=np.int64),
        flags=np.zeros(n, dtype=np.int16),
        credited=book.credited_start.copy(),
        financed=np.zeros(n if keeps else 1, dtype=np.int64),
        transit=np.zeros(n if purchases.sweep else 1, dtype=np.int64),
        slot_sum=np.zeros(len(purchases.slot_limit), dtype=np.int64),
        approved=np.zeros(debtors, dtype=np.int64),
        funded_sum=np.zeros(debtors, dtype=np.int64),
        lined=np.zeros(debtors, dtype=np.uint8),
        judged=np.full(debtors, NEVER, dtype=np.int64),
        level=np.zeros(LEVELS, dtype=np.int64),
        watch=np.zeros((_most(facts.receipt_ptr) + _most(facts.credit_ptr), 4), dtype=np.int64),
        scratch=np.zeros((3, invoices), dtype=np.int64),
        chain_at=np.zeros(calendar.days, dtype=np.int64),
        chain_next=np.zeros(2 * _most(facts.dispute_ptr), dtype=np.int64),
    )


def _most(ptr: Int64) -> int:
    return int(np.diff(ptr).max(initial=0))


@lowered
def _begin(path: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays) -> None:
    """The morning of day 0: what is open, disputed, held by the factor; whose debtors will fail."""
    copy(book.open_start, desk.open)
    for i in range(book.disputed.shape[0]):
        desk.flags[i] = (DISPUTED + BORN_DISPUTED) * book.disputed[i]
    fill(desk.slot_sum, 0)
    fill(desk.approved, 0)
    fill(desk.funded_sum, 0)
    fill(desk.lined, 0)
    turns = desk.level[TURNS]
    fill(desk.level, 0)
    desk.level[TURNS] = turns
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = facts.failure_partner[k]
        desk.judged[debtor] = min(desk.judged[debtor], facts.failure_judgment[k])
        _watch(debtor, desk, book)
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        _watch(facts.request_partner[k], desk, book)
    for k in range(facts.dispute_ptr[path], facts.dispute_ptr[path + 1]):
        invoice = facts.dispute_invoice[k]
        if facts.dispute_resolved[k] <= 0:
            if desk.flags[invoice] & BORN_DISPUTED:
                desk.flags[invoice] -= DISPUTED + BORN_DISPUTED
        elif facts.dispute_day[k] < 0:
            desk.flags[invoice] += DISPUTED
    if purchases.active and purchases.kind == ACCOUNT:
        for invoice in purchases.held:
            desk.flags[invoice] |= FUNDED
            desk.level[OUTSTANDING] += desk.open[invoice]
            desk.lined[book.partner[invoice]] = 1
        for invoice in purchases.held:
            _finance(invoice, desk, book, purchases)


@lowered
def _watch(debtor: int, desk: Desk, book: Book) -> None:
    for k in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        desk.flags[book.debtor_invoice[k]] |= WATCHED


@lowered
def _end(path: int, desk: Desk, book: Book, facts: FactArrays) -> None:
    """Undoes the few marks that the next path would trip over."""
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        desk.judged[facts.failure_partner[k]] = NEVER
    for k in range(facts.credit_ptr[path], facts.credit_ptr[path + 1]):
        invoice = facts.credit_invoice[k]
        desk.credited[invoice] = book.credited_start[invoice]


@inlined
def _finance(invoice: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """A bought invoice enters E as far as it is eligible; under `at_purchase` its financed part is fixed here (1.3)."""
    debtor = book.partner[invoice]
    amount = desk.open[invoice]
    if purchases.at_purchase:
        if purchases.cap_ppm >= 0:
            bound = apply_ppm(desk.level[OUTSTANDING], purchases.cap_ppm)
            amount = min(amount, max(0, bound - desk.funded_sum[debtor]))
        desk.financed[invoice] = amount
        desk.funded_sum[debtor] += amount
    if desk.flags[invoice] < DISPUTED:
        move(
            debtor,
            purchases.slot[invoice],
            amount,
            desk.slot_sum,
            purchases.slot_ptr,
            purchases.slot_limit,
            desk.approved,
            desk.level,
        )


@lowered
def _turn(desk: Desk, rows: Int64, kind: int, day: int, a: int, b: int) -> None:
    row = desk.level[TURNS]
    if row < rows.shape[0]:
        rows[row, 0] = kind
        rows[row, 1] = day
        rows[row, 2] = a
        rows[row, 3] = b
    desk.level[TURNS] = row + 1


@lowered
def _live(
    path: int, calendar: Calendar, book: Book, purchases: Purchases, facts: FactArrays, desk: Desk, out: Exposure
) -> None:
    """The days of one path, in the order of domain 1.4."""
    receipt = facts.receipt_ptr[path]
    receipt_end = facts.receipt_ptr[path + 1]
    credit = facts.credit_ptr[path]
    credit_end = facts.credit_ptr[path + 1]
    shared = facts.payment_ptr.shape[0] == 2
    payment = facts.payment_ptr[0 if shared else path]
    payment_end = facts.payment_ptr[1 if shared else path + 1]
    funded = purchases.active and purchases.kind == ACCOUNT
    cap_ppm = -1 if purchases.at_purchase else purchases.cap_ppm
    _chain_disputes(path, calendar.days, desk, facts)
    swept = receipt
    for t in range(calendar.days):
        if purchases.active:
            _buy(t, desk, book, purchases, out.turn)
        while credit < credit_end and facts.credit_day[credit] == t:
            _credit(t, facts.credit_invoice[credit], facts.credit_minor[credit], desk, book, purchases)
            credit += 1
        if desk.chain_at[t] >= 0:
            _disputes(path, t, desk, book, purchases, facts)
        if funded:
            _hand_back(t, desk, book, purchases)
            if purchases.sweep and calendar.business[t]:
                swept = _sweep(swept, receipt, facts, desk, book, purchases)
            out.eligible_early[path, t] = eligible(desk.level, desk.approved, cap_ppm)
            if purchases.payout_days < NEVER:
                _pay_out(path, t, desk, book, purchases, facts, out.turn)
        taken, own, direct, receipt = _receive(t, receipt, receipt_end, calendar, book, purchases, facts, desk, out.turn)
        paid = 0
        while payment < payment_end and facts.payment_day[payment] == t:
            paid += facts.payment_minor[payment]
            payment += 1
        if funded:
            out.eligible_late[path, t] = eligible(desk.level, desk.approved, cap_ppm)
            if out.assigned.shape[0]:
                out.assigned[path, t] = desk.level[OUTSTANDING]
        _post_day(path, t, taken, own, direct, paid, book.planned[t], out)


@inlined
def _post_day(path: int, t: int, taken: int, own: int, direct: int, paid: int, planned: int, out: Exposure) -> None:
    """The day's flows, with all receipts (0) and with those that reach the company (1)."""
    out.base[path, t] = taken + own + direct + planned - paid
    out.daily[0, DEBTOR_RECEIPT, t] += taken + own + direct
    out.total[0, path, DEBTOR_RECEIPT] += taken + own + direct
    if out.kept.shape[0]:
        out.kept[path, t] = own + direct + planned - paid
    out.daily[1, DEBTOR_RECEIPT, t] += own
    out.total[1, path, DEBTOR_RECEIPT] += own
    out.daily[1, DIRECT_RECEIPT, t] += direct
    out.total[1, path, DIRECT_RECEIPT] += direct
    for kind in range(2):
        out.daily[kind, SUPPLIER_PAYMENT, t] -= paid
        out.total[kind, path, SUPPLIER_PAYMENT] -= paid
        out.daily[kind, PLANNED_FLOW, t] += planned
        out.total[kind, path, PLANNED_FLOW] += planned


@inlined
def _buy(t: int, desk: Desk, book: Book, purchases: Purchases, turn: Int64) -> None:
    """Step 2: what is still open on f is bought, unless a judgment came before; departures from the plan are noted."""
    first = purchases.buy_ptr[t]
    stop = purchases.buy_ptr[t + 1]
    for k in range(first, stop):
        invoice = purchases.buy_invoice[k]
        debtor = book.partner[invoice]
        amount = desk.open[invoice]
        planned = book.open_start[invoice]
        if desk.judged[debtor] < t:
            amount = 0
        if amount > 0:
            desk.flags[invoice] |= FUNDED
            if desk.lined[debtor] != 1:
                if desk.lined[debtor] == 2 or purchases.line_day[debtor] != t:
                    _turn(desk, turn, LINE, t, 1, 0)
                desk.lined[debtor] = 1
        if purchases.kind != ACCOUNT:
            if amount > 0:
                _turn(desk, turn, PRODUCT, t, amount, book.due[invoice] - t)
            if purchases.kind == SPOT:
                desk.financed[invoice] = amount
            continue
        if amount != planned:
            _turn(desk, turn, OTHERWISE, t, planned, amount)
        desk.level[OUTSTANDING] += amount
        if amount > 0 and not purchases.at_purchase:
            _finance(invoice, desk, book, purchases)
    for k in range(first, stop):
        invoice = purchases.buy_invoice[k]
        if purchases.at_purchase and desk.flags[invoice] & FUNDED:
            _finance(invoice, desk, book, purchases)
        debtor = book.partner[invoice]
        if purchases.line_day[debtor] == t and desk.lined[debtor] == 0:
            _turn(desk, turn, LINE, t, -1, 0)
            desk.lined[debtor] = 2


@lowered
def _credit(t: int, invoice: int, amount: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """Step 4: a credit note takes at most what is open."""
    left = desk.open[invoice]
    amount = min(amount, left)
    before = at_desk(invoice, desk, purchases.sweep)
    desk.open[invoice] = left - amount
    desk.credited[invoice] += amount
    if desk.flags[invoice] & FUNDED and purchases.kind == ACCOUNT:
        restate(
            invoice,
            book.partner[invoice],
            purchases.slot[invoice],
            before,
            before - amount,
            desk,
            purchases.slot_ptr,
            purchases.slot_limit,
            purchases.at_purchase,
        )
    if desk.flags[invoice] & WATCHED:
        _note(desk, invoice, t, amount, 1)


@lowered
def _note(desk: Desk, invoice: int, day: int, amount: int, is_credit: int) -> None:
    row = desk.level[WATCH]
    desk.watch[row, 0] = invoice
    desk.watch[row, 1] = day
    desk.watch[row, 2] = amount
    desk.watch[row, 3] = is_credit
    desk.level[WATCH] = row + 1


@lowered
def _chain_disputes(path: int, days: int, desk: Desk, facts: FactArrays) -> None:
    """Disputes by day as chains: chain_at[t] heads that of day t, 2k stands for a beginning, 2k + 1 for an end."""
    fill(desk.chain_at, -1)
    first = facts.dispute_ptr[path]
    for k in range(facts.dispute_ptr[path + 1] - first):
        begins = facts.dispute_day[first + k]
        ends = facts.dispute_resolved[first + k]
        if ends <= begins:
            continue
        if 0 <= begins < days:
            desk.chain_next[2 * k] = desk.chain_at[begins]
            desk.chain_at[begins] = 2 * k
        if 0 < ends < days:
            desk.chain_next[2 * k + 1] = desk.chain_at[ends]
            desk.chain_at[ends] = 2 * k + 1


@lowered
def _disputes(
    path: int,
    t: int,
    desk: Desk,
    book: Book,
    purchases: Purchases,
    facts: FactArrays,
) -> None:
    """Step 4: disputes that begin or end today."""
    link = desk.chain_at[t]
    while link >= 0:
        invoice = facts.dispute_invoice[facts.dispute_ptr[path] + link // 2]
        dispute(
            invoice,
            book.partner[invoice],
            purchases.slot[invoice],
            1 if link % 2 == 0 else -1,
            desk,
            purchases.slot_ptr,
            purchases.slot_limit,
            purchases.at_purchase,
            purchases.sweep,
        )
        link = desk.chain_next[link]


@inlined
def _hand_back(t: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    """Step 5: what is still open definancing_days after its due date goes back to the company."""
    for k in range(purchases.hand_ptr[t], purchases.hand_ptr[t + 1]):
        invoice = purchases.hand_invoice[k]
        if desk.flags[invoice] & FUNDED and desk.open[invoice] > 0:
            _leave(invoice, desk, book, purchases)


@inlined
def _leave(invoice: int, desk: Desk, book: Book, purchases: Purchases) -> None:
    before = at_desk(invoice, desk, purchases.sweep)
    restate(
        invoice,
        book.partner[invoice],
        purchases.slot[invoice],
        before,
        before - desk.open[invoice],
        desk,
        purchases.slot_ptr,
        purchases.slot_limit,
        purchases.at_purchase,
    )
    desk.flags[invoice] += LEFT - FUNDED


@lowered
def _pay_out(path: int, t: int, desk: Desk, book: Book, purchases: Purchases, facts: FactArrays, turn: Int64) -> None:
    """Step 6: payout days after a judgment the factor pays the approved, undisputed debt; all of it leaves R and E."""
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = facts.failure_partner[k]
        if max(0, facts.failure_judgment[k] + purchases.payout_days) != t:
            continue
        first = purchases.slot_ptr[debtor]
        sums = desk.scratch[0, : purchases.slot_ptr[debtor + 1] - first]
        fill(sums, 0)
        for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
            invoice = book.debtor_invoice[m]
            if desk.flags[invoice] & FUNDED:
                if desk.flags[invoice] < DISPUTED:
                    sums[purchases.slot[invoice] - first] += desk.open[invoice]
                _leave(invoice, desk, book, purchases)
        limits = purchases.slot_limit[first : purchases.slot_ptr[debtor + 1]]
        paid = apply_ppm(approve(sums, limits, 0, sums.shape[0]), purchases.guarantee_ppm)
        who = purchases.factor_alone[debtor] + 2 * purchases.factor_both[debtor]
        if paid > 0 and who > 0:
            _turn(desk, turn, GUARANTEE, t, paid, who)
            share = apply_ppm(paid, facts.failure_dividend_ppm[k])
            if facts.failure_dividend_day[k] >= t and share > 0:
                _turn(desk, turn, FLOW, facts.failure_dividend_day[k], -share, 4 * RECOVERY + who)


@lowered
def _sweep(start: int, stop: int, facts: FactArrays, desk: Desk, book: Book, purchases: Purchases) -> int:
    """Confidential: what debtors paid to the company's dedicated account reaches the factor on the next business day."""
    for k in range(start, stop):
        invoice = facts.receipt_invoice[k]
        amount = desk.transit[invoice]
        if amount > 0:
            before = at_desk(invoice, desk, True)
            restate(
                invoice,
                book.partner[invoice],
                purchases.slot[invoice],
                before,
                before - amount,
                desk,
                purchases.slot_ptr,
                purchases.slot_limit,
                purchases.at_purchase,
            )
            desk.transit[invoice] = 0
    return stop


@inlined
def _receive(
    t: int,
    row: int,
    stop: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    facts: FactArrays,
    desk: Desk,
    turn: Int64,
) -> tuple[int, int, int, int]:
    """Step 7: today's receipts, split into the factor's, the company's own and the handed back."""
    taken = 0
    own = 0
    direct = 0
    while row < stop and facts.receipt_day[row] == t:
        invoice = facts.receipt_invoice[row]
        amount = facts.receipt_minor[row]
        row += 1
        left = desk.open[invoice]
        if left >= 0:
            amount = min(amount, left)
        flags = desk.flags[invoice]
        if flags & WATCHED:
            _note(desk, invoice, t, amount, 0)
        if not flags & FUNDED:
            desk.open[invoice] = left - amount
            if flags & LEFT:
                direct += amount
            else:
                own += amount
            continue
        taken += amount
        if purchases.sweep:
            desk.transit[invoice] += amount
            desk.open[invoice] = left - amount
        elif purchases.kind != ACCOUNT:
            desk.open[invoice] = left - amount
            if purchases.kind == SPOT and left > 0 and left == amount:
                _turn(desk, turn, REST, calendar.next_business[t], desk.financed[invoice], 0)
        else:
            desk.open[invoice] = left - amount
            restate(
                invoice,
                book.partner[invoice],
                purchases.slot[invoice],
                left,
                left - amount,
                desk,
                purchases.slot_ptr,
                purchases.slot_limit,
                purchases.at_purchase,
            )
    return taken, own, direct, row
