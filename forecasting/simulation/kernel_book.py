"""The ledger and the calendar as flat arrays for the kernel.

Days count from `as_of` (day 0) and may be negative for history; amounts are minor units with VAT.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, business_table, month_end, to_date, to_day
from forecasting.ledger import NO_AMOUNT, NO_DAY, Invoices, Ledger
from forecasting.simulation.kernel_facts import NEVER, to_ppm

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]

#: `vat_ppm` of an invoice whose amount before VAT is given because several rates apply.
NET_GIVEN: Final = -1
#: Days before `as_of` for which calendar tables answer (judgments and requests may lie in the past).
LOOKBACK: Final = 4_000
#: Total of a ledger's amounts that the kernel accepts, so that amount * rate stays within 64 bits.
TOTAL_LIMIT_MINOR: Final = 9 * 10**12


class Calendar(NamedTuple):
    """The H days of the horizon.

    business uint8 (H,); next_business int32 (H,) the first business day after; month int32 (H,) counted from the month
    of day 0; month_opens uint8 (H,) 1 on a month's first business day, quarter_opens likewise; quarter_starts on its first day; vat_after
    int32 (LOOKBACK + H,) the VAT day of the month after day t - LOOKBACK.
    """

    days: int
    business: Flags
    next_business: Int32
    month: Int32
    month_opens: Flags
    quarter_opens: Flags
    quarter_starts: Flags
    vat_after: Int32


class Book(NamedTuple):
    """Customer invoices by their index in the ledger (n,), partners (D,), days of the horizon (H,).

    open_start, credited_start int64 (n,): open amount and credit notes on the morning of day 0. debtor_ptr int64
    (D + 1,), debtor_invoice: each debtor's invoices, oldest first (issue, then id), credit notes left out; place int32
    (n,) position therein. past_* : payments and credit notes before day 0, rows of invoice i from past_ptr[i] on.
    claim_rank int32 (D,): order of claim ids on one date. planned int64 (H,): planned flows.
    """

    opening: int
    partner: Int32
    issue: Int32
    delivery: Int32
    due: Int32
    amount: Int64
    net: Int64
    vat_ppm: Int64
    open_start: Int64
    credited_start: Int64
    disputed: Flags
    on_receipt: Flags
    debtor_ptr: Int64
    debtor_invoice: Int32
    place: Int32
    past_ptr: Int64
    past_day: Int32
    past_minor: Int64
    past_credit: Flags
    claim_rank: Int32
    planned: Int64
    overdraft_ppm: int
    overdraft_fee_ppm: int


def lower_calendar(as_of: int, horizon_days: int, vat_day: int) -> Calendar:
    """Business days, months, quarters and VAT days of the horizon (domain C2, C5, 1.4 step 3, 1.9)."""
    business = business_table(as_of, horizon_days + 32)
    first = to_date(as_of)
    month = np.empty(horizon_days, dtype=np.int32)
    month_opens = np.zeros(horizon_days, dtype=np.uint8)
    quarter_opens = np.zeros(horizon_days, dtype=np.uint8)
    quarter_starts = np.zeros(horizon_days, dtype=np.uint8)
    following = np.empty(horizon_days, dtype=np.int32)
    for t in range(horizon_days):
        day = to_date(as_of + t)
        month[t] = (day.year - first.year) * 12 + day.month - first.month
        elapsed = business_table(as_of + t - day.day + 1, day.day)
        month_opens[t] = business[t] and not elapsed[:-1].any()
        quarter_opens[t] = month_opens[t] and day.month % 3 == 1
        quarter_starts[t] = day.day == 1 and day.month % 3 == 1
        following[t] = t + 1 + int(np.argmax(business[t + 1 :]))
    return Calendar(
        days=horizon_days,
        business=business[:horizon_days].astype(np.uint8),
        next_business=following,
        month=month,
        month_opens=month_opens,
        quarter_opens=quarter_opens,
        quarter_starts=quarter_starts,
        vat_after=_vat_days(as_of, horizon_days, vat_day),
    )


def lower_book(ledger: Ledger, horizon_days: int) -> Book:
    """The customers' invoices with their history, the planned flows and the bank's terms."""
    customers = ledger.customers
    amount = customers.amount_minor.astype(np.int64)
    total = int(np.abs(amount).sum()) + int(np.abs(ledger.suppliers.amount_minor).sum())
    if total > TOTAL_LIMIT_MINOR:
        raise ValueError(f"the ledger's amounts add up to {total} minor units, more than {TOTAL_LIMIT_MINOR}")
    past = _history(ledger)
    ptr, order = _by_debtor(customers, len(ledger.partners))
    place = np.zeros(len(customers), dtype=np.int32)
    place[order] = np.arange(len(order)) - ptr[customers.partner[order]]
    claim_ids = sorted(range(len(ledger.partners)), key=lambda d: ledger.partners[d].partner_id + "@")
    rank = np.empty(len(claim_ids), dtype=np.int32)
    rank[claim_ids] = np.arange(len(claim_ids))
    return Book(
        opening=ledger.opening_cash_minor,
        partner=customers.partner.astype(np.int32),
        issue=_days(customers.issue, ledger.as_of),
        delivery=_days(np.where(customers.delivery == NO_DAY, customers.issue, customers.delivery), ledger.as_of),
        due=_days(customers.due, ledger.as_of),
        amount=amount,
        net=np.where(customers.net_minor == NO_AMOUNT, 0, customers.net_minor),
        vat_ppm=_vat_ppm(customers),
        open_start=past.open_start,
        credited_start=past.credited_start,
        disputed=customers.disputed.astype(np.uint8),
        on_receipt=customers.on_receipt.astype(np.uint8),
        debtor_ptr=ptr,
        debtor_invoice=order,
        place=place,
        past_ptr=past.ptr,
        past_day=past.day,
        past_minor=past.minor,
        past_credit=past.credit,
        claim_rank=rank,
        planned=_planned(ledger, horizon_days),
        overdraft_ppm=to_ppm(ledger.overdraft_rate),
        overdraft_fee_ppm=to_ppm(ledger.overdraft_fee_rate),
    )


class _Past(NamedTuple):
    open_start: Int64
    credited_start: Int64
    ptr: Int64
    day: Int32
    minor: Int64
    credit: Flags


def _history(ledger: Ledger) -> _Past:
    """What was paid and credited before `as_of`: an invoice paid before it is closed, whatever was paid (interface.md)."""
    customers, as_of = ledger.customers, ledger.as_of
    events: dict[int, list[tuple[int, bool, int]]] = defaultdict(list)
    for p in ledger.payments:
        if p.side == "customer" and p.day < as_of:
            events[p.invoice].append((p.day, False, p.amount_minor))
    noted = np.flatnonzero((customers.credits >= 0) & (customers.amount_minor < 0) & (customers.issue < as_of))
    for k in noted:
        events[int(customers.credits[k])].append((int(customers.issue[k]), True, -int(customers.amount_minor[k])))
    closed = (customers.paid != NO_DAY) & (customers.paid < as_of)
    partly = closed & (customers.paid_minor != NO_AMOUNT) & (customers.paid_minor != customers.amount_minor)
    simple = closed.copy()
    simple[partly] = False
    simple[list(events)] = False
    index = [np.flatnonzero(simple)]
    day = [customers.paid[simple]]
    minor = [customers.amount_minor[simple]]
    credit = [np.zeros(len(index[0]), dtype=np.uint8)]
    open_start = np.where(closed, 0, customers.amount_minor).astype(np.int64)
    credited_start = np.zeros(len(customers), dtype=np.int64)
    for i in sorted(set(events) | set(np.flatnonzero(partly).tolist())):
        rows = _settle(customers, i, events.get(i, []), bool(closed[i]))
        index.append(np.full(len(rows), i))
        day.append(np.array([r[0] for r in rows], dtype=np.int32))
        minor.append(np.array([r[2] for r in rows], dtype=np.int64))
        credit.append(np.array([r[1] for r in rows], dtype=np.uint8))
        open_start[i] = int(customers.amount_minor[i]) - sum(r[2] for r in rows)
        credited_start[i] = sum(r[2] for r in rows if r[1])
    invoice = np.concatenate(index).astype(np.int64)
    order = np.argsort(invoice, kind="stable")
    counts = np.bincount(invoice, minlength=len(customers))
    return _Past(
        open_start=open_start,
        credited_start=credited_start,
        ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        day=(np.concatenate(day)[order].astype(np.int64) - as_of).astype(np.int32),
        minor=np.concatenate(minor)[order].astype(np.int64),
        credit=np.concatenate(credit)[order].astype(np.uint8),
    )


def _settle(customers: Invoices, i: int, events: list[tuple[int, bool, int]], closed: bool) -> list[tuple[int, bool, int]]:
    """One invoice's past rows (day, is a credit note, amount), none above what is open; a short payment forgives the rest."""
    left = int(customers.amount_minor[i])
    rows = []
    for day, is_credit, amount in sorted(events, key=lambda e: (e[0], not e[1])):
        taken = min(amount, left)
        rows.append((day, is_credit, taken))
        left -= taken
    if closed:
        paid = left if customers.paid_minor[i] == NO_AMOUNT else min(int(customers.paid_minor[i]), left)
        rows.append((int(customers.paid[i]), False, paid))
        rows.append((int(customers.paid[i]), True, left - paid))
    return rows


def _by_debtor(customers: Invoices, partner_count: int) -> tuple[Int64, Int32]:
    billed = np.flatnonzero(customers.amount_minor > 0)
    order = billed[np.lexsort((billed, customers.issue[billed], customers.partner[billed]))]
    counts = np.bincount(customers.partner[billed], minlength=partner_count)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order.astype(np.int32)


def _vat_ppm(customers: Invoices) -> Int64:
    known: dict[Decimal, int] = {}
    for rate in customers.vat_rate:
        if rate not in known:
            known[rate] = to_ppm(rate)
    ppm = np.fromiter((known[r] for r in customers.vat_rate), dtype=np.int64, count=len(customers))
    return np.where(customers.net_minor == NO_AMOUNT, ppm, NET_GIVEN)


def _days(column: npt.NDArray[np.int32], as_of: int) -> Int32:
    shifted = np.where(column == NO_DAY, NEVER, column.astype(np.int64) - as_of)
    return shifted.astype(np.int32)


def _planned(ledger: Ledger, horizon_days: int) -> Int64:
    """Planned flows by day; a repeated one falls on the same day of later months, clamped to their ends."""
    by_day = np.zeros(horizon_days, dtype=np.int64)
    last = ledger.as_of + horizon_days - 1
    step = {"month": 1, "quarter": 3, "year": 12}
    for flow in ledger.planned_flows:
        start = to_date(flow.day)
        until = last if flow.until == NO_DAY else min(last, flow.until)
        count, day = 0, flow.day
        while day <= until or (count == 0 and day <= last):
            if day >= ledger.as_of:
                by_day[day - ledger.as_of] += flow.amount_minor
            if not flow.every:
                break
            count += 1
            day = flow.day + 7 * count if flow.every == "week" else to_day(add_months(start, step[flow.every] * count))
    return by_day


def _vat_days(as_of: int, horizon_days: int, vat_day: int) -> Int32:
    days = np.empty(LOOKBACK + horizon_days, dtype=np.int32)
    t = 0
    while t < len(days):
        day = to_date(as_of - LOOKBACK + t)
        end = month_end(day)
        following = end + timedelta(days=1)
        due = following.replace(day=min(vat_day, month_end(following).day))
        length = (end - day).days + 1
        days[t : t + length] = to_day(due) - as_of
        t += length
    return days
