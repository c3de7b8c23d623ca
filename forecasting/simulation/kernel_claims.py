"""First stage, debtors that fail or stop paying: dividend, VAT relief and its return, and each claim's dates and loss.

Reads the watch list that the days of the path have left behind, so that any past day can be looked at again. Nothing
here depends on an amount, a percentage or a fee of the policy. Source: domain 2.2 to 2.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import LOOKBACK, NET_GIVEN, Book, Calendar
from forecasting.simulation.kernel_desk import WATCH, Desk
from forecasting.simulation.kernel_facts import NEVER, ON_DEADLINE, FactArrays
from forecasting.simulation.kernel_money import PPM, apply_ppm, fill, lowered, mul_div, round_ratio_positive, total
from forecasting.simulation.kernel_policy import NO_DEADLINE, Cover
from forecasting.simulation.kernel_results import (
    CLAIM_COVERED,
    CLAIM_DEBT,
    CLAIM_IN_TIME,
    CLAIM_LOSS,
    CLAIM_LOSS_DAY,
    CLAIM_PARTNER,
    CLAIM_PAY_FROM,
    CLAIM_PROTRACTED,
    RECOVERY,
    RECOVERY_CLAIM,
    RECOVERY_DAY,
    RECOVERY_MINOR,
    RECOVERY_NET,
    VAT_RELIEF,
    VAT_RELIEF_REVERSAL,
    Exposure,
)

Int64 = npt.NDArray[np.int64]

#: Place of liquidation in PROCEDURES: VAT relief is possible from the judgment.
_LIQUIDATION = 0


@lowered
def settle_debtors(
    path: int, calendar: Calendar, book: Book, cover: Cover, facts: FactArrays, desk: Desk, out: Exposure
) -> None:
    """Everything that follows from this path's failures and requests for intervention."""
    claims = out.claim_ptr[path]
    recoveries = out.recovery_ptr[path]
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        _fail(path, k, calendar, book, facts, desk, out)
        debtor = facts.failure_partner[k]
        request = _request_of(path, debtor, facts)
        if cover.active:
            claims, recoveries = _claim(
                path, debtor, k, request, claims, recoveries, calendar, book, cover, facts, desk, out
            )
        _unpaid(path, debtor, book, desk, calendar, out)
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        debtor = facts.request_partner[k]
        if desk.judged[debtor] < NEVER or _request_of(path, debtor, facts) != k:
            continue
        if cover.active:
            claims, recoveries = _claim(path, debtor, -1, k, claims, recoveries, calendar, book, cover, facts, desk, out)
        _unpaid(path, debtor, book, desk, calendar, out)
    out.claim_ptr[path + 1] = claims
    out.recovery_ptr[path + 1] = recoveries


@lowered
def _request_of(path: int, debtor: int, facts: FactArrays) -> int:
    """The row of a debtor's first request for intervention, -1 where there is none."""
    found = -1
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        if facts.request_partner[k] == debtor and (found < 0 or facts.request_day[k] < facts.request_day[found]):
            found = k
    return found


@lowered
def _unpaid(path: int, debtor: int, book: Book, desk: Desk, calendar: Calendar, out: Exposure) -> None:
    for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        invoice = book.debtor_invoice[m]
        if book.issue[invoice] < calendar.days:
            out.loss[path, 0] += max(0, desk.open[invoice])


@lowered
def look_back(debtor: int, day: int, book: Book, desk: Desk, left: Int64, credited: Int64) -> None:
    """Fills in open amounts and credit notes of a debtor's invoices at the end of any day, past or future; oldest first."""
    first = book.debtor_ptr[debtor]
    for m in range(left.shape[0]):
        credited[m] = 0
        invoice = book.debtor_invoice[first + m]
        if day >= -1:
            left[m] = book.open_start[invoice]
            credited[m] = book.credited_start[invoice]
            continue
        left[m] = book.amount[invoice]
        for k in range(book.past_ptr[invoice], book.past_ptr[invoice + 1]):
            if book.past_day[k] <= day:
                left[m] -= book.past_minor[k]
                credited[m] += book.past_minor[k] * book.past_credit[k]
    for row in range(desk.level[WATCH]):
        invoice = desk.watch[row, 0]
        if book.partner[invoice] == debtor and desk.watch[row, 1] <= day:
            left[book.place[invoice]] -= desk.watch[row, 2]
            credited[book.place[invoice]] += desk.watch[row, 2] * desk.watch[row, 3]


@lowered
def net_of_vat(invoice: int, amount: int, book: Book) -> int:
    """half_up(amount / (1 + vat)); where several rates apply, in the proportion of the invoice's own amounts."""
    if book.vat_ppm[invoice] == NET_GIVEN:
        return mul_div(amount, book.net[invoice], book.amount[invoice])
    return round_ratio_positive(amount * PPM, PPM + book.vat_ppm[invoice])


@lowered
def _rate_of(invoice: int, book: Book) -> int:
    """The VAT rate by which debts are grouped, in millionths."""
    rate: int = book.vat_ppm[invoice]
    if rate == NET_GIVEN:
        return mul_div(book.amount[invoice], PPM, max(1, book.net[invoice])) - PPM
    return rate


@lowered
def _share(debtor: int, amount: int, weight: Int64, done: Int64, book: Book) -> int:
    """What is left of `amount` before VAT, shared over the VAT rates in proportion to `weight`; the highest takes the rest.

    `done` is room for as many marks.
    """
    first = book.debtor_ptr[debtor]
    whole = total(weight)
    if whole == 0:
        return amount
    fill(done, 0)
    net = 0
    left = amount
    while True:
        lowest = -1
        for m in range(weight.shape[0]):
            if weight[m] > 0 and not done[m]:
                rate = _rate_of(book.debtor_invoice[first + m], book)
                if lowest < 0 or rate < _rate_of(book.debtor_invoice[first + lowest], book):
                    lowest = m
        if lowest < 0:
            return net
        group = 0
        others = 0
        for m in range(weight.shape[0]):
            if weight[m] > 0 and not done[m]:
                if _rate_of(book.debtor_invoice[first + m], book) == _rate_of(book.debtor_invoice[first + lowest], book):
                    group += weight[m]
                    done[m] = 1
                else:
                    others += 1
        part = left if others == 0 else mul_div(amount, group, whole)
        left -= part
        net += net_of_vat(book.debtor_invoice[first + lowest], part, book)


@lowered
def _post(path: int, heading: int, day: int, amount: int, calendar: Calendar, out: Exposure) -> None:
    """A flow of the debtor's failure: it stands in every variant."""
    if day < 0 or day >= calendar.days or amount == 0:
        return
    out.base[path, day] += amount
    if out.kept.shape[0]:
        out.kept[path, day] += amount
    for kind in range(2):
        out.daily[kind, heading, day] += amount
        out.total[kind, path, heading] += amount


@lowered
def _fail(path: int, k: int, calendar: Calendar, book: Book, facts: FactArrays, desk: Desk, out: Exposure) -> None:
    """The dividend, VAT relief and the VAT given back on what comes in later (domain 2.4, debtor's failure)."""
    debtor = facts.failure_partner[k]
    judgment = facts.failure_judgment[k]
    if judgment >= calendar.days:
        return
    left = desk.scratch[0, : book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]]
    spare = desk.scratch[1, : left.shape[0]]
    look_back(debtor, judgment, book, desk, left, spare)
    _only_issued(debtor, judgment, left, book)
    owed = total(left)
    dividend = apply_ppm(owed, facts.failure_dividend_ppm[k])
    dividend_day = facts.failure_dividend_day[k]
    _post(path, RECOVERY, dividend_day, dividend, calendar, out)
    if 0 <= dividend_day < calendar.days:
        out.loss[path, 1] += dividend
    base_day = judgment if facts.failure_procedure[k] == _LIQUIDATION else facts.failure_irrecoverable[k]
    if base_day >= calendar.days:
        return
    relieved = left
    look_back(debtor, base_day, book, desk, relieved, spare)
    _only_issued(debtor, base_day, relieved, book)
    first = book.debtor_ptr[debtor]
    relief = 0
    for m in range(relieved.shape[0]):
        invoice = book.debtor_invoice[first + m]
        if book.on_receipt[invoice]:
            relieved[m] = 0
        relief += relieved[m] - net_of_vat(invoice, relieved[m], book)
    _post(path, VAT_RELIEF, _vat_after(base_day, calendar), relief, calendar, out)
    for row in range(desk.level[WATCH]):
        invoice = desk.watch[row, 0]
        later = desk.watch[row, 3] == 0 and desk.watch[row, 1] > base_day
        if later and book.partner[invoice] == debtor and relieved[book.place[invoice]] > 0:
            vat = desk.watch[row, 2] - net_of_vat(invoice, desk.watch[row, 2], book)
            _post(path, VAT_RELIEF_REVERSAL, _vat_after(desk.watch[row, 1], calendar), -vat, calendar, out)
    if base_day < dividend_day < calendar.days and owed > 0:
        part = mul_div(dividend, min(owed, total(relieved)), owed)
        vat = part - _share(debtor, part, relieved, spare, book)
        _post(path, VAT_RELIEF_REVERSAL, _vat_after(dividend_day, calendar), -vat, calendar, out)


@lowered
def _vat_after(day: int, calendar: Calendar) -> int:
    due: int = calendar.vat_after[max(0, day + LOOKBACK)]
    return due


@lowered
def _only_issued(debtor: int, day: int, amounts: Int64, book: Book) -> None:
    """An invoice issued later is no debt yet."""
    first = book.debtor_ptr[debtor]
    for m in range(amounts.shape[0]):
        if book.issue[book.debtor_invoice[first + m]] > day:
            amounts[m] = 0


@lowered
def _stop_date(debtor: int, oldest: int, book: Book, cover: Cover) -> int:
    """Deliveries after it are not covered: oldest unpaid issue date + max_credit_days, or its due date + extension."""
    if oldest < 0:
        return NEVER
    invoice = book.debtor_invoice[book.debtor_ptr[debtor] + oldest]
    stop: int = NEVER
    if cover.by_extension:
        stop = book.due[invoice] + cover.extension_days
    elif cover.max_credit[debtor] < NEVER:
        stop = book.issue[invoice] + cover.max_credit[debtor]
    return stop


@lowered
def _oldest_unpaid(debtor: int, day: int, book: Book, desk: Desk) -> tuple[int, int]:
    """Position of the oldest invoice unpaid at the end of a day (-1: none), with all that is open then."""
    left = desk.scratch[0, : book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]]
    look_back(debtor, day, book, desk, left, desk.scratch[1, : left.shape[0]])
    _only_issued(debtor, day, left, book)
    for m in range(left.shape[0]):
        if left[m] > 0:
            return m, total(left)
    return -1, 0


@lowered
def _drawn_declaration(debtor: int, days: int, book: Book, cover: Cover, desk: Desk) -> int:
    """The day on which a drawn path declares: the deadline itself, which moves on as older invoices are paid."""
    t = 0
    while t < days:
        oldest, _ = _oldest_unpaid(debtor, t, book, desk)
        if oldest < 0:
            t += 1
            continue
        stop = _stop_date(debtor, oldest, book, cover)
        if stop >= NEVER:
            stop = book.due[book.debtor_invoice[book.debtor_ptr[debtor] + oldest]]
        deadline = stop + max(0, cover.declaration_days)
        if deadline <= t:
            return t
        t = deadline
    return NEVER


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
    judgment = facts.failure_judgment[failure] if failure >= 0 else NEVER
    asked = NEVER
    declared = NEVER
    if request >= 0:
        asked = facts.request_day[request]
        declared = facts.request_declared[request]
        if asked == ON_DEADLINE or declared == ON_DEADLINE:
            drawn = _drawn_declaration(debtor, calendar.days, book, cover, desk)
            asked = drawn if asked == ON_DEADLINE else asked
            declared = drawn if declared == ON_DEADLINE else declared
    waited = cover.waited[max(0, asked + LOOKBACK)] if asked < calendar.days else NEVER
    loss_day = min(judgment, waited)
    if loss_day >= calendar.days:
        return claims, recoveries
    protracted = waited < judgment
    stop, in_time, pay_from = _clock(
        debtor, loss_day, protracted, declared, facts.failure_declared[failure] if failure >= 0 else 0, book, cover, desk
    )
    left = desk.scratch[0, : book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]]
    credited = desk.scratch[1, : left.shape[0]]
    look_back(debtor, loss_day, book, desk, left, credited)
    debt = 0
    for m in range(left.shape[0]):
        invoice = book.debtor_invoice[book.debtor_ptr[debtor] + m]
        if book.issue[invoice] <= loss_day:
            debt += net_of_vat(invoice, left[m], book)
    if claims < out.claim.shape[0]:
        row = out.claim[claims]
        row[CLAIM_PARTNER] = debtor
        row[CLAIM_LOSS_DAY] = loss_day
        row[CLAIM_PROTRACTED] = 1 if protracted else 0
        row[CLAIM_PAY_FROM] = pay_from
        row[CLAIM_IN_TIME] = 1 if in_time else 0
        row[CLAIM_LOSS] = _loss(path, debtor, loss_day, stop, left, credited, book, cover, facts)
        row[CLAIM_DEBT] = debt
        row[CLAIM_COVERED] = cover.own_alone[debtor] + 2 * cover.own_both[debtor]
    recoveries = _recoveries(
        claims - out.claim_ptr[path], debtor, failure, loss_day, left, recoveries, calendar, book, facts, desk, out
    )
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
    seen = declared if protracted else loss_day
    oldest, balance = _oldest_unpaid(debtor, seen, book, desk)
    stop = _stop_date(debtor, oldest, book, cover)
    allowed = cover.declaration_days
    if protracted:
        late = allowed != NO_DEADLINE and stop < NEVER and declared > stop + allowed
        pay_from = loss_day
    else:
        stop = min(stop, loss_day)
        pay_from = loss_day + max(0, allowed) if claimed == ON_DEADLINE else claimed
        late = allowed != NO_DEADLINE and pay_from > loss_day + allowed
    return stop, not late or balance <= cover.threshold, pay_from


@lowered
def _loss(
    path: int,
    debtor: int,
    loss_day: int,
    stop: int,
    left: Int64,
    credited: Int64,
    book: Book,
    cover: Cover,
    facts: FactArrays,
) -> int:
    """Steps 1 to 5 of domain 2.3: payments poured again from the oldest invoice on, eligible debts, the limit."""
    first = book.debtor_ptr[debtor]
    pool = 0
    for m in range(left.shape[0]):
        pool += book.amount[book.debtor_invoice[first + m]] - credited[m] - left[m]
    net = 0
    gross = 0
    loss = 0
    for m in range(left.shape[0]):
        invoice = book.debtor_invoice[first + m]
        if book.issue[invoice] > loss_day:
            continue
        owed = book.amount[invoice] - credited[m]
        poured = min(pool, owed)
        pool -= poured
        balance = owed - poured
        if (
            balance == 0
            or not cover.insurable[debtor]
            or book.delivery[invoice] > stop
            or book.due[invoice] - book.issue[invoice] > cover.max_credit[debtor]
            or is_disputed(path, invoice, loss_day, book, facts)
        ):
            continue
        net += net_of_vat(invoice, balance, book)
        gross += balance
        limit = _limit_on(debtor, book.delivery[invoice], cover)
        if not cover.limit_ttc:
            loss = max(loss, min(net, limit))
        elif limit >= gross:
            loss = max(loss, net)
        else:
            loss = max(loss, mul_div(net, limit, gross))
    return loss


@lowered
def _limit_on(debtor: int, day: int, cover: Cover) -> int:
    limit = 0
    for k in range(cover.limit_ptr[debtor], cover.limit_ptr[debtor + 1]):
        if cover.limit_day[k] <= day:
            limit = cover.limit[k]
    return limit


@lowered
def is_disputed(path: int, invoice: int, day: int, book: Book, facts: FactArrays) -> bool:
    """Whether an invoice is disputed at the end of a day: within a dispute, or in the ledger's own until one is resolved."""
    born: bool = book.disputed[invoice] != 0
    for k in range(facts.dispute_ptr[path], facts.dispute_ptr[path + 1]):
        if facts.dispute_invoice[k] == invoice:
            if facts.dispute_day[k] <= day < facts.dispute_resolved[k]:
                return True
            if facts.dispute_resolved[k] <= day:
                born = False
    return born


@lowered
def _recoveries(
    claim: int,
    debtor: int,
    failure: int,
    loss_day: int,
    left: Int64,
    recoveries: int,
    calendar: Calendar,
    book: Book,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> int:
    """What comes in after the loss, from the debtor or the liquidator, with its part before VAT."""
    for row in range(desk.level[WATCH]):
        invoice = desk.watch[row, 0]
        if book.partner[invoice] == debtor and desk.watch[row, 3] == 0 and desk.watch[row, 1] > loss_day:
            amount = desk.watch[row, 2]
            recoveries = _recover(
                recoveries, claim, desk.watch[row, 1], amount, net_of_vat(invoice, amount, book), out.recovery
            )
    if failure >= 0:
        judgment = facts.failure_judgment[failure]
        day = facts.failure_dividend_day[failure]
        if judgment < calendar.days and max(loss_day, -1) < day < calendar.days:
            owed = desk.scratch[1, : left.shape[0]]
            spare = desk.scratch[2, : left.shape[0]]
            look_back(debtor, judgment, book, desk, owed, spare)
            _only_issued(debtor, judgment, owed, book)
            amount = apply_ppm(total(owed), facts.failure_dividend_ppm[failure])
            _only_issued(debtor, loss_day, left, book)
            recoveries = _recover(recoveries, claim, day, amount, _share(debtor, amount, left, spare, book), out.recovery)
    return recoveries


@lowered
def _recover(row: int, claim: int, day: int, amount: int, net: int, rows: Int64) -> int:
    if row < rows.shape[0]:
        rows[row, RECOVERY_CLAIM] = claim
        rows[row, RECOVERY_DAY] = day
        rows[row, RECOVERY_MINOR] = amount
        rows[row, RECOVERY_NET] = net
    return row + 1
