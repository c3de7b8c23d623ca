"""First stage, claims on the policy: the date of each debtor's loss, whether it is declared in time, what is lost.

Nothing here depends on an amount, a percentage or a fee of the policy. Source: domain 2.2 to 2.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import (
    AMOUNT,
    DELIVERY,
    DUE,
    ISSUE,
    LOOKBACK,
    PLACE,
    Book,
    Calendar,
)
from forecasting.simulation.kernel_desk import (
    JUDGED,
    WATCH,
    WATCH_CREDIT,
    WATCH_DAY,
    WATCH_INVOICE,
    WATCH_MINOR,
    Desk,
)
from forecasting.simulation.kernel_facts import (
    DAY,
    DEBTOR,
    DECLARED,
    DIVIDEND_DAY,
    DIVIDEND_PPM,
    NEVER,
    ON_DEADLINE,
    FactArrays,
)
from forecasting.simulation.kernel_failures import (
    credited_by,
    drop_negative,
    look_back,
    net_of_vat,
    next_rate,
    open_before,
    take_rate,
)
from forecasting.simulation.kernel_money import apply_ppm, fill, lowered, mul_div, row_number, total
from forecasting.simulation.kernel_policy import NO_DEADLINE, Cover
from forecasting.simulation.kernel_results import (
    CLAIM_COVERED,
    CLAIM_DEBT,
    CLAIM_IN_TIME,
    CLAIM_LOSS,
    CLAIM_LOSS_DAY,
    CLAIM_NAMED,
    CLAIM_PARTNER,
    CLAIM_PAY_FROM,
    CLAIM_PROTRACTED,
    RECOVERY_CLAIM,
    RECOVERY_DAY,
    RECOVERY_MINOR,
    RECOVERY_NET,
    Exposure,
)

Int64 = npt.NDArray[np.int64]


@lowered
def claim_losses(
    path: int, calendar: Calendar, book: Book, cover: Cover, facts: FactArrays, desk: Desk, out: Exposure
) -> None:
    """One claim for each debtor that fails or is handed to the insurer, where the policy covers it in some variant."""
    claims = out.claim_ptr[path]
    recoveries = out.recovery_ptr[path]
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        debtor = row_number(facts.failure[k, DEBTOR])
        if cover.own[debtor] > 0:
            request = _request_of(path, debtor, facts)
            claims, recoveries = _claim(
                path, debtor, k, request, claims, recoveries, calendar, book, cover, facts, desk, out
            )
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        debtor = row_number(facts.request[k, DEBTOR])
        if cover.own[debtor] > 0 and desk.debtor[debtor, JUDGED] >= NEVER:
            claims, recoveries = _claim(path, debtor, -1, k, claims, recoveries, calendar, book, cover, facts, desk, out)
    out.claim_ptr[path + 1] = claims
    out.recovery_ptr[path + 1] = recoveries


@lowered
def _request_of(path: int, debtor: int, facts: FactArrays) -> int:
    """The row of a debtor's request for intervention, -1 where there is none."""
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        if facts.request[k, DEBTOR] == debtor:
            return k
    return -1


@lowered
def _oldest_unpaid(debtor: int, day: int, book: Book, desk: Desk) -> tuple[int, int]:
    """The oldest invoice unpaid at the end of a day (-1: none), with all that is open then."""
    left = desk.scratch[0, : book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]]
    look_back(debtor, day, book, desk, left)
    drop_negative(left)
    for m in range(left.shape[0]):
        if left[m] > 0:
            return 0 + book.debtor_invoice[book.debtor_ptr[debtor] + m], total(left)
    return -1, 0


@lowered
def _stop_date(debtor: int, oldest: int, book: Book, cover: Cover) -> int:
    """Deliveries after it are not covered: oldest unpaid issue date + max_credit_days, or its due date + extension."""
    stop: int = NEVER
    if oldest < 0:
        return stop
    if cover.by_extension:
        stop = book.days[oldest, DUE] + cover.extension_days
    elif cover.max_credit[debtor] < NEVER:
        stop = book.days[oldest, ISSUE] + cover.max_credit[debtor]
    return stop


@lowered
def _drawn_declaration(debtor: int, days: int, book: Book, cover: Cover, desk: Desk) -> int:
    """The first day that reaches the deadline, NEVER within the horizon; the deadline moves as older invoices are paid."""
    t = 0
    while t < days:
        oldest, _ = _oldest_unpaid(debtor, t, book, desk)
        if oldest < 0:
            t += 1
            continue
        stop = _stop_date(debtor, oldest, book, cover)
        if stop >= NEVER:
            stop = book.days[oldest, DUE]
        deadline = stop + max(0, cover.declaration_days)
        if deadline <= t:
            return t
        t = min(deadline, _next_change(debtor, t, book, desk))
    return NEVER


@lowered
def _next_change(debtor: int, day: int, book: Book, desk: Desk) -> int:
    """The first day after a day on which a debtor pays or is credited."""
    following = NEVER
    for row in range(desk.level[WATCH]):
        when = desk.watch[row, WATCH_DAY]
        if day < when < following and book.partner[row_number(desk.watch[row, WATCH_INVOICE])] == debtor:
            following = when
    return following


@lowered
def _claim(
    path: int,
    debtor: int,
    failure: int,
    request: int,
    claims: int,
    recoveries: int,
    calendar: Calendar,
    book: Book,
    cover: Cover,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> tuple[int, int]:
    """One debtor's loss, if it falls within the horizon: its date and cause, whether declared in time, its amounts."""
    judgment = facts.failure[failure, DAY] if failure >= 0 else NEVER
    asked = NEVER
    declared = NEVER
    if request >= 0:
        asked = facts.request[request, DAY]
        declared = facts.request[request, DECLARED]
        if asked == ON_DEADLINE:
            asked = _drawn_declaration(debtor, calendar.days, book, cover, desk)
            declared = asked
        elif declared == ON_DEADLINE:
            declared = asked
    waited = cover.waited[max(0, asked + LOOKBACK)] if asked < calendar.days else NEVER
    loss_day = min(judgment, waited)
    if loss_day >= calendar.days:
        return claims, recoveries
    protracted = waited < judgment
    claimed = facts.failure[failure, DECLARED] if failure >= 0 else 0
    stop, in_time, pay_from = _clock(debtor, loss_day, protracted, declared, claimed, book, cover, desk)
    count = book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]
    balance = desk.scratch[0, :count]
    _pour(debtor, loss_day, book, desk, balance, desk.scratch[1, :count])
    debt = 0
    for m in range(count):
        debt += net_of_vat(book.debtor_invoice[book.debtor_ptr[debtor] + m], balance[m], book)
    if claims < out.claim.shape[0]:
        out.claim[claims, CLAIM_PARTNER] = debtor
        out.claim[claims, CLAIM_LOSS_DAY] = loss_day
        out.claim[claims, CLAIM_PROTRACTED] = 1 if protracted else 0
        out.claim[claims, CLAIM_PAY_FROM] = pay_from
        out.claim[claims, CLAIM_IN_TIME] = 1 if in_time else 0
        out.claim[claims, CLAIM_LOSS] = _loss(path, debtor, loss_day, stop, balance, book, cover, facts)
        out.claim[claims, CLAIM_DEBT] = debt
        out.claim[claims, CLAIM_COVERED] = cover.own[debtor]
        out.claim[claims, CLAIM_NAMED] = 1 if cover.named_from[debtor] <= loss_day else 0
    row = claims - out.claim_ptr[path]
    recoveries = _recoveries(row, debtor, failure, loss_day, recoveries, calendar, book, facts, desk, out.recovery)
    return claims + 1, recoveries


@lowered
def _clock(
    debtor: int,
    loss_day: int,
    protracted: bool,
    declared: int,
    claimed: int,
    book: Book,
    cover: Cover,
    desk: Desk,
) -> tuple[int, bool, int]:
    """(stop_date, declared in time, day that payment_days count from); `claimed`: declared after a judgment."""
    oldest, balance = _oldest_unpaid(debtor, declared if protracted else loss_day, book, desk)
    stop = _stop_date(debtor, oldest, book, cover)
    allowed = cover.declaration_days
    if protracted:
        late = allowed != NO_DEADLINE and stop < NEVER and declared > stop + allowed
        pay_from = loss_day
    else:
        stop = min(stop, loss_day)
        pay_from = loss_day + max(0, allowed) if claimed == ON_DEADLINE else claimed
        late = allowed != NO_DEADLINE and pay_from > loss_day + allowed
    duty = oldest >= 0 and balance >= cover.threshold
    return stop, not (late and duty), pay_from


@lowered
def _pour(debtor: int, day: int, book: Book, desk: Desk, balance: Int64, credited: Int64) -> None:
    """Steps 1 and 2 of 2.3: the debts issued by a day, all payments up to it poured over them from the oldest on.

    A credit note that names no invoice counts among the payments.
    """
    first = book.debtor_ptr[debtor]
    for m in range(balance.shape[0]):
        balance[m] = open_before(book.debtor_invoice[first + m], day, book)
    for row in range(desk.level[WATCH]):
        invoice = row_number(desk.watch[row, WATCH_INVOICE])
        if book.partner[invoice] == debtor and desk.watch[row, WATCH_DAY] <= day:
            balance[book.days[invoice, PLACE]] -= desk.watch[row, WATCH_MINOR]
    credited_by(debtor, day, book, desk, credited)
    pool = 0
    for m in range(balance.shape[0]):
        invoice = book.debtor_invoice[first + m]
        amount = book.money[invoice, AMOUNT]
        pool += amount - credited[m] - balance[m]
        if amount < 0 and book.days[invoice, ISSUE] <= day:
            pool -= amount
    for m in range(balance.shape[0]):
        invoice = book.debtor_invoice[first + m]
        amount = book.money[invoice, AMOUNT]
        balance[m] = 0
        if amount > 0 and book.days[invoice, ISSUE] <= day:
            owed = amount - credited[m]
            poured = min(pool, owed)
            pool -= poured
            balance[m] = owed - poured


@lowered
def _loss(
    path: int, debtor: int, loss_day: int, stop: int, balance: Int64, book: Book, cover: Cover, facts: FactArrays
) -> int:
    """Steps 3 to 5 of 2.3: eligible debts before VAT, and what the limit lets through of their running sum."""
    if not cover.insurable[debtor]:
        return 0
    net = 0
    gross = 0
    loss = 0
    for m in range(balance.shape[0]):
        invoice = book.debtor_invoice[book.debtor_ptr[debtor] + m]
        if (
            balance[m] == 0
            or book.days[invoice, DELIVERY] > stop
            or book.days[invoice, DUE] - book.days[invoice, ISSUE] > cover.max_credit[debtor]
            or is_disputed(path, invoice, loss_day, facts)
        ):
            continue
        net += net_of_vat(invoice, balance[m], book)
        gross += balance[m]
        limit = _limit_on(debtor, book.days[invoice, DELIVERY], cover)
        if not cover.limit_ttc:
            loss = max(loss, min(net, limit))
        elif limit >= gross:
            loss = max(loss, net)
        else:
            loss = max(loss, mul_div(net, limit, gross))
    return loss


@lowered
def _limit_on(debtor: int, day: int, cover: Cover) -> int:
    """L(d), the limit in force on a day."""
    limit: int = 0
    for k in range(cover.limit_ptr[debtor], cover.limit_ptr[debtor + 1]):
        if cover.limit[k, 0] <= day:
            limit = cover.limit[k, 1]
    return limit


@lowered
def is_disputed(path: int, invoice: int, day: int, facts: FactArrays) -> bool:
    """Whether an invoice is disputed at the end of a day; on the day on which a dispute is resolved it is clean again."""
    for k in range(facts.dispute_ptr[path], facts.dispute_ptr[path + 1]):
        if facts.dispute[k, 0] == invoice and facts.dispute[k, 1] <= day < facts.dispute[k, 2]:
            return True
    return False


@lowered
def _recoveries(
    claim: int,
    debtor: int,
    failure: int,
    loss_day: int,
    recoveries: int,
    calendar: Calendar,
    book: Book,
    facts: FactArrays,
    desk: Desk,
    rows: Int64,
) -> int:
    """What comes in after the loss, from the debtor or the liquidator, with its part before VAT.

    desk.scratch[0] holds the debts at the loss, by which a receipt is shared over the VAT rates.
    """
    count = book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]
    for row in range(desk.level[WATCH]):
        invoice = row_number(desk.watch[row, WATCH_INVOICE])
        amount = desk.watch[row, WATCH_MINOR]
        later = not desk.watch[row, WATCH_CREDIT] and desk.watch[row, WATCH_DAY] > loss_day
        if later and amount > 0 and book.partner[invoice] == debtor:
            recoveries = _recover(recoveries, claim, desk.watch[row, WATCH_DAY], amount, debtor, count, book, desk, rows)
    if failure >= 0:
        judgment = facts.failure[failure, DAY]
        day = facts.failure[failure, DIVIDEND_DAY]
        if judgment < calendar.days and max(loss_day, -1) < day < calendar.days:
            owed = desk.scratch[1, :count]
            look_back(debtor, judgment, book, desk, owed)
            drop_negative(owed)
            amount = apply_ppm(total(owed), facts.failure[failure, DIVIDEND_PPM])
            if amount > 0:
                recoveries = _recover(recoveries, claim, day, amount, debtor, count, book, desk, rows)
    return recoveries


@lowered
def _recover(
    row: int, claim: int, day: int, amount: int, debtor: int, count: int, book: Book, desk: Desk, rows: Int64
) -> int:
    """A recovery's row; its part before VAT: r shared over the rates by the debts, the highest rate taking the rest."""
    debts = desk.scratch[0, :count]
    done = desk.scratch[2, :count]
    fill(done, 0)
    whole = total(debts)
    net = 0
    left = amount
    chosen = next_rate(debtor, debts, done, book)
    while chosen >= 0:
        group = take_rate(debtor, chosen, debts, done, book)
        following = next_rate(debtor, debts, done, book)
        part = left if following < 0 else mul_div(amount, group, whole)
        left -= part
        net += net_of_vat(book.debtor_invoice[book.debtor_ptr[debtor] + chosen], part, book)
        chosen = following
    if row < rows.shape[0]:
        rows[row, RECOVERY_CLAIM] = claim
        rows[row, RECOVERY_DAY] = day
        rows[row, RECOVERY_MINOR] = amount
        rows[row, RECOVERY_NET] = net
    return row + 1
