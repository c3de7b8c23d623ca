"""First stage, debtors that fail: dividend, VAT relief and its return, what is never paid (domain 2.4, in every variant).

Reads the watch list that the days of the path have left behind, so that any day can be looked at again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import (
    AMOUNT,
    DUE,
    ISSUE,
    LOOKBACK,
    NET_PART,
    NET_WHOLE,
    PAST_CREDIT,
    PAST_DAY,
    PAST_MINOR,
    PLACE,
    VAT_RANK,
    Book,
    Calendar,
)
from forecasting.simulation.kernel_clauses import Purchases
from forecasting.simulation.kernel_desk import (
    JUDGED,
    PAID_OUT,
    PAYOUT_DAY,
    WATCH,
    WATCH_CREDIT,
    WATCH_DAY,
    WATCH_INVOICE,
    WATCH_MINOR,
    Desk,
    turn,
)
from forecasting.simulation.kernel_facts import (
    DAY,
    DEBTOR,
    DIVIDEND_DAY,
    DIVIDEND_PPM,
    IRRECOVERABLE,
    NEVER,
    ON_DEADLINE,
    PROCEDURE,
    FactArrays,
)
from forecasting.simulation.kernel_money import apply_ppm, fill, lowered, mul_div, row_number, share, total
from forecasting.simulation.kernel_results import (
    FLOW,
    INSURER_SHARE,
    RECOVERY,
    VAT_RELIEF,
    VAT_RELIEF_REVERSAL,
    Exposure,
    post_everywhere,
)

Int64 = npt.NDArray[np.int64]

#: Place of liquidation in PROCEDURES: VAT relief is possible from the judgment.
_LIQUIDATION = 0


@lowered
def net_of_vat(invoice: int, amount: int, book: Book) -> int:
    """half_up(amount / (1 + vat)); where several rates apply, in the proportion of the invoice's own amounts."""
    return share(amount, book.money[invoice, NET_PART], book.money[invoice, NET_WHOLE])


@lowered
def open_before(invoice: int, day: int, book: Book) -> int:
    """What was open of an invoice at the end of a day before day 0."""
    left: int = book.money[invoice, AMOUNT]
    for k in range(book.past_ptr[invoice], book.past_ptr[invoice + 1]):
        if book.past[k, PAST_DAY] <= day:
            left -= book.past[k, PAST_MINOR]
    return left


@lowered
def look_back(debtor: int, day: int, book: Book, desk: Desk, left: Int64) -> None:
    """Fills in what is open of a debtor's invoices at the end of any day, oldest first; 0 where not yet issued."""
    first = book.debtor_ptr[debtor]
    for m in range(left.shape[0]):
        left[m] = open_before(book.debtor_invoice[first + m], day, book)
    for row in range(desk.level[WATCH]):
        invoice = row_number(desk.watch[row, WATCH_INVOICE])
        if book.partner[invoice] == debtor and desk.watch[row, WATCH_DAY] <= day:
            left[book.days[invoice, PLACE]] -= desk.watch[row, WATCH_MINOR]
    for m in range(left.shape[0]):
        if book.days[book.debtor_invoice[first + m], ISSUE] > day:
            left[m] = 0


@lowered
def credited_by(debtor: int, day: int, book: Book, desk: Desk, credited: Int64) -> None:
    """Fills in the credit notes on a debtor's invoices up to the end of a day."""
    first = book.debtor_ptr[debtor]
    for m in range(credited.shape[0]):
        credited[m] = 0
        invoice = book.debtor_invoice[first + m]
        for k in range(book.past_ptr[invoice], book.past_ptr[invoice + 1]):
            if book.past[k, PAST_CREDIT] and book.past[k, PAST_DAY] <= day:
                credited[m] += book.past[k, PAST_MINOR]
    for row in range(desk.level[WATCH]):
        invoice = row_number(desk.watch[row, WATCH_INVOICE])
        seen = desk.watch[row, WATCH_CREDIT] and desk.watch[row, WATCH_DAY] <= day
        if seen and book.partner[invoice] == debtor:
            credited[book.days[invoice, PLACE]] += desk.watch[row, WATCH_MINOR]


@lowered
def drop_negative(amounts: Int64) -> None:
    """A credit note that names no invoice is no debt."""
    for m in range(amounts.shape[0]):
        amounts[m] = max(0, amounts[m])


@lowered
def next_rate(debtor: int, weight: Int64, done: Int64, book: Book) -> int:
    """Position of the debt with the lowest VAT rate among those not done, -1 where none is left."""
    first = book.debtor_ptr[debtor]
    lowest = -1
    rank = -1
    for m in range(weight.shape[0]):
        if weight[m] > 0 and not done[m] and book.days[book.debtor_invoice[first + m], VAT_RANK] > rank:
            lowest = m
            rank = book.days[book.debtor_invoice[first + m], VAT_RANK]
    return lowest


@lowered
def take_rate(debtor: int, chosen: int, weight: Int64, done: Int64, book: Book) -> int:
    """The weight of all debts of one VAT rate, which are done with that."""
    first = book.debtor_ptr[debtor]
    rank = book.days[book.debtor_invoice[first + chosen], VAT_RANK]
    group = 0
    for m in range(weight.shape[0]):
        if weight[m] > 0 and book.days[book.debtor_invoice[first + m], VAT_RANK] == rank:
            group += weight[m]
            done[m] = 1
    return group


@lowered
def fail(
    path: int,
    k: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    facts: FactArrays,
    desk: Desk,
    out: Exposure,
) -> None:
    """The dividend, with the guarantor's part of it; VAT relief and what is given back of it."""
    debtor = row_number(facts.failure[k, DEBTOR])
    judgment = facts.failure[k, DAY]
    if judgment >= calendar.days:
        return
    owed = desk.scratch[0, : book.debtor_ptr[debtor + 1] - book.debtor_ptr[debtor]]
    look_back(debtor, judgment, book, desk, owed)
    drop_negative(owed)
    whole = total(owed)
    dividend_day = facts.failure[k, DIVIDEND_DAY]
    dividend = apply_ppm(whole, facts.failure[k, DIVIDEND_PPM]) if dividend_day < NEVER else 0
    post_everywhere(path, RECOVERY, dividend_day, dividend, out)
    paid = desk.debtor[debtor, PAID_OUT]
    if dividend > 0 and paid > 0:
        day = max(dividend_day, desk.debtor[debtor, PAYOUT_DAY])
        turn(desk, out.turn, FLOW, day, -mul_div(dividend, paid, whole), 4 * INSURER_SHARE + purchases.guarantor[debtor])
    opens = judgment if facts.failure[k, PROCEDURE] == _LIQUIDATION else facts.failure[k, IRRECOVERABLE]
    if opens < calendar.days:
        _relieve(path, debtor, opens, dividend_day, dividend, calendar, book, purchases, desk, out)


@lowered
def _relieve(
    path: int,
    debtor: int,
    opens: int,
    dividend_day: int,
    dividend: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    desk: Desk,
    out: Exposure,
) -> None:
    """VAT taken back on what is open on the day `opens`, and its return on later receipts and on the dividend.

    desk.scratch[0] holds what was open on the judgment day.
    """
    first = book.debtor_ptr[debtor]
    count = book.debtor_ptr[debtor + 1] - first
    base = desk.scratch[1, :count]
    look_back(debtor, opens, book, desk, base)
    drop_negative(base)
    relief_day = calendar.vat_after[max(0, opens + LOOKBACK)]
    for m in range(count):
        invoice = book.debtor_invoice[first + m]
        if base[m] > 0 and not book.on_receipt[invoice]:
            own = base[m] - _borne(invoice, base[m], desk, purchases)
            full = base[m] - net_of_vat(invoice, base[m], book)
            part = own - net_of_vat(invoice, own, book)
            _post_vat(path, VAT_RELIEF, debtor, relief_day, full, part, purchases, desk, out)
    for m in range(count):
        # history may hold payments of after a judgment that came before day 0
        invoice = book.debtor_invoice[first + m]
        for row in range(book.past_ptr[invoice], book.past_ptr[invoice + 1]):
            if not book.past[row, PAST_CREDIT] and book.past[row, PAST_DAY] > opens:
                day = max(relief_day, calendar.vat_after[max(0, book.past[row, PAST_DAY] + LOOKBACK)])
                _give_back(path, debtor, invoice, day, book.past[row, PAST_MINOR], base[m], book, purchases, desk, out)
    for row in range(desk.level[WATCH]):
        invoice = row_number(desk.watch[row, WATCH_INVOICE])
        later = not desk.watch[row, WATCH_CREDIT] and desk.watch[row, WATCH_DAY] > opens
        if later and book.partner[invoice] == debtor:
            day = max(relief_day, calendar.vat_after[LOOKBACK + desk.watch[row, WATCH_DAY]])
            minor = desk.watch[row, WATCH_MINOR]
            was = base[book.days[invoice, PLACE]]
            _give_back(path, debtor, invoice, day, minor, was, book, purchases, desk, out)
    if dividend > 0 and dividend_day < calendar.days:
        day = max(relief_day, calendar.vat_after[max(0, dividend_day + LOOKBACK)])
        _return_dividend(path, debtor, day, dividend, book, purchases, desk, out)


@lowered
def _give_back(
    path: int,
    debtor: int,
    invoice: int,
    day: int,
    minor: int,
    was: int,
    book: Book,
    purchases: Purchases,
    desk: Desk,
    out: Exposure,
) -> None:
    """The VAT of a later receipt on an invoice of which `was` was open when its VAT was taken back."""
    if was <= 0 or book.on_receipt[invoice]:
        return
    own = mul_div(minor, was - _borne(invoice, was, desk, purchases), was)
    full = minor - net_of_vat(invoice, minor, book)
    part = own - net_of_vat(invoice, own, book)
    _post_vat(path, VAT_RELIEF_REVERSAL, debtor, day, -full, -part, purchases, desk, out)


@lowered
def _return_dividend(
    path: int,
    debtor: int,
    day: int,
    dividend: int,
    book: Book,
    purchases: Purchases,
    desk: Desk,
    out: Exposure,
) -> None:
    """The VAT in a dividend: shared over the rates by what was open at the judgment, the highest rate taking the rest;
    within a rate, by the part of the debt whose VAT was taken back."""
    first = book.debtor_ptr[debtor]
    count = book.debtor_ptr[debtor + 1] - first
    owed = desk.scratch[0, :count]
    base = desk.scratch[1, :count]
    done = desk.scratch[2, :count]
    fill(done, 0)
    whole = total(owed)
    left = dividend
    full = 0
    part = 0
    chosen = next_rate(debtor, owed, done, book)
    while chosen >= 0:
        group = take_rate(debtor, chosen, owed, done, book)
        following = next_rate(debtor, owed, done, book)
        amount = left if following < 0 else mul_div(dividend, group, whole)
        left -= amount
        rank = book.days[book.debtor_invoice[first + chosen], VAT_RANK]
        all_open = 0
        relieved = 0
        own = 0
        for m in range(count):
            invoice = book.debtor_invoice[first + m]
            if book.days[invoice, VAT_RANK] == rank:
                all_open += base[m]
                if not book.on_receipt[invoice]:
                    relieved += base[m]
                    own += base[m] - _borne(invoice, base[m], desk, purchases)
        if all_open > 0:
            taxed = mul_div(amount, relieved, all_open)
            full += taxed - net_of_vat(book.debtor_invoice[first + chosen], taxed, book)
            taxed = mul_div(amount, own, all_open)
            part += taxed - net_of_vat(book.debtor_invoice[first + chosen], taxed, book)
        chosen = following
    _post_vat(path, VAT_RELIEF_REVERSAL, debtor, day, -full, -part, purchases, desk, out)


@lowered
def _borne(invoice: int, amount: int, desk: Desk, purchases: Purchases) -> int:
    """The part of an invoice that the factor guarantees, and whose VAT the company does not take back."""
    if not purchases.share_relief:
        return 0
    borne: int = desk.guaranteed[invoice]
    return min(amount, borne)


@lowered
def _post_vat(
    path: int,
    heading: int,
    debtor: int,
    day: int,
    full: int,
    part: int,
    purchases: Purchases,
    desk: Desk,
    out: Exposure,
) -> None:
    """VAT of a failure: in full where no factor bears the debtor, else the part that is the company's own."""
    post_everywhere(path, heading, day, full, out)
    if part != full and 0 <= day < out.base.shape[1]:
        turn(desk, out.turn, FLOW, day, part - full, 4 * heading + purchases.guarantor[debtor])


@lowered
def unpaid(path: int, calendar: Calendar, book: Book, facts: FactArrays, desk: Desk, out: Exposure) -> None:
    """What is open at the end of debtors that failed, or (of what is due) that default for good."""
    for k in range(facts.failure_ptr[path], facts.failure_ptr[path + 1]):
        if facts.failure[k, DAY] < calendar.days:
            out.unpaid[path] += _owed_at_end(row_number(facts.failure[k, DEBTOR]), calendar.days, NEVER, book, desk)
    for k in range(facts.request_ptr[path], facts.request_ptr[path + 1]):
        debtor = row_number(facts.request[k, DEBTOR])
        asked = facts.request[k, DAY]
        if (asked == ON_DEADLINE or asked < calendar.days) and desk.debtor[debtor, JUDGED] >= calendar.days:
            out.unpaid[path] += _owed_at_end(debtor, calendar.days, calendar.days, book, desk)


@lowered
def _owed_at_end(debtor: int, issued_before: int, due_before: int, book: Book, desk: Desk) -> int:
    amount: int = 0
    for m in range(book.debtor_ptr[debtor], book.debtor_ptr[debtor + 1]):
        invoice = book.debtor_invoice[m]
        if book.days[invoice, ISSUE] < issued_before and book.days[invoice, DUE] < due_before:
            amount += max(0, desk.open[invoice])
    return amount
