"""The ledger and the calendar as flat arrays for the kernel.

Days count from `as_of` (day 0) and may be negative for history; amounts are minor units with VAT.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, business_table, month_end, to_date, to_day
from forecasting.ledger import NO_AMOUNT, NO_DAY, Invoices, Ledger
from forecasting.simulation.facts import InvoiceEvents, PathFacts
from forecasting.simulation.kernel_facts import NEVER, to_ppm
from forecasting.simulation.kernel_money import NO_TAX, PPM
from forecasting.vat import computed_returns

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
#: Numbers of rows are unsigned: the compiler then leaves out the test whether they count from the end.
Rows = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.uint8]

#: Columns of `Book.days`: three days, the place among the debtor's invoices (oldest first), the rank of the VAT rate (0
#: the highest).
ISSUE: Final = 0
DELIVERY: Final = 1
DUE: Final = 2
PLACE: Final = 3
VAT_RANK: Final = 4
#: Columns of `Book.money`: the amount with VAT, and the share before VAT as NET_PART / NET_WHOLE.
AMOUNT: Final = 0
NET_PART: Final = 1
NET_WHOLE: Final = 2
#: Columns of `Book.past`.
PAST_DAY: Final = 0
PAST_MINOR: Final = 1
PAST_CREDIT: Final = 2
#: Days before `as_of` for which calendar tables answer (judgments and requests may lie in the past).
LOOKBACK: Final = 4_000
#: Total of a ledger's amounts that the kernel accepts, so that amount * rate stays within 64 bits.
TOTAL_LIMIT_MINOR: Final = 9 * 10**12


class Calendar(NamedTuple):
    """The H days of the horizon.

    business uint8 (H,); next_business int32 (H,) the first business day after; month int32 (H,) counted from the month
    of day 0; month_opens uint8 (H,) 1 on a month's first business day, quarter_opens likewise; quarter_starts on its
    first day; vat_after int32 (LOOKBACK + H,) the VAT day of the month after day t - LOOKBACK.
    """

    as_of: int
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

    partner uint32 (n,); days int32 (n, 5), money int64 (n, 3): see the columns above. open_start int64 (n,): open on the
    morning of day 0. on_receipt uint8 (n,): VAT is due when it is paid. debtor_ptr int64 (D + 1,),
    debtor_invoice: each debtor's invoices, oldest first (issue, then id); a credit note that names no invoice is among
    them, one that names its invoice is not. past_ptr int64 (n + 1,), past int64 (r, 3): payments and credit notes before
    day 0. claim_rank int32 (D,): order of claim ids on one date. fixed int64 (2, H): planned flows, VAT that is known.
    supplier_net int64 (m, 2): share before VAT of a supplier's invoice, (NO_TAX, 1) where nothing is due on payment.
    """

    opening: int
    overdraft_ppm: int
    overdraft_fee_ppm: int
    returns_vat: bool
    partner: Rows
    days: Int32
    money: Int64
    open_start: Int64
    on_receipt: Flags
    debtor_ptr: Int64
    debtor_invoice: Rows
    past_ptr: Int64
    past: Int64
    claim_rank: Int32
    fixed: Int64
    supplier_net: Int64


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
        as_of=as_of,
        days=horizon_days,
        business=business[:horizon_days].astype(np.uint8),
        next_business=following,
        month=month,
        month_opens=month_opens,
        quarter_opens=quarter_opens,
        quarter_starts=quarter_starts,
        vat_after=_vat_days(as_of, horizon_days, vat_day),
    )


def lower_book(ledger: Ledger, horizon_days: int, known: PathFacts | None = None) -> Book:
    """The customers' invoices with their history, the planned flows and the bank's terms.

    `known` holds what every path shares; of it the events before `as_of` are read (payments beside the ledger's own,
    credit notes in their place). Without it the ledger's credit notes of before `as_of` count.
    """
    customers = ledger.customers
    total = int(np.abs(customers.amount_minor).sum()) + int(np.abs(ledger.suppliers.amount_minor).sum())
    if total > TOTAL_LIMIT_MINOR:
        raise ValueError(f"the ledger's amounts add up to {total} minor units, more than {TOTAL_LIMIT_MINOR}")
    past = _Past(ledger, known)
    part, whole, rank = _net_shares(customers)
    ptr, order = _by_debtor(customers, len(ledger.partners))
    days = np.zeros((len(customers), 5), dtype=np.int32)
    for column, source in ((ISSUE, customers.issue), (DELIVERY, customers.delivery), (DUE, customers.due)):
        days[:, column] = np.where(source == NO_DAY, NEVER, source.astype(np.int64) - ledger.as_of)
    days[order, PLACE] = np.arange(len(order)) - ptr[customers.partner[order]]
    days[:, VAT_RANK] = rank
    claim_ids = sorted(range(len(ledger.partners)), key=lambda d: ledger.partners[d].partner_id + "@")
    claim_rank = np.empty(len(claim_ids), dtype=np.int32)
    claim_rank[claim_ids] = np.arange(len(claim_ids))
    return Book(
        opening=ledger.opening_cash_minor,
        overdraft_ppm=to_ppm(ledger.overdraft_rate),
        overdraft_fee_ppm=to_ppm(ledger.overdraft_fee_rate),
        returns_vat=ledger.vat_returns == "computed",
        partner=customers.partner.astype(np.uint32),
        days=days,
        money=np.column_stack([customers.amount_minor, part, whole]),
        open_start=past.open_start,
        on_receipt=customers.on_receipt.astype(np.uint8),
        debtor_ptr=ptr,
        debtor_invoice=order,
        past_ptr=past.ptr,
        past=past.rows,
        claim_rank=claim_rank,
        fixed=np.stack([_planned(ledger, horizon_days), _known_vat(ledger, horizon_days, past.known)]),
        supplier_net=_supplier_shares(ledger),
    )


class _Past:
    """What was paid and credited before `as_of`, each cut to what is open, by invoice: rows, and what they leave open."""

    def __init__(self, ledger: Ledger, known: PathFacts | None) -> None:
        customers, as_of = ledger.customers, ledger.as_of
        self.known = _before(known, as_of) if known else _ledger_notes(ledger)
        events = self._events(ledger)
        closed = (customers.paid != NO_DAY) & (customers.paid < as_of)
        plain = closed & ((customers.paid_minor == NO_AMOUNT) | (customers.paid_minor == customers.amount_minor))
        plain[list(events)] = False
        # a credit note that names its invoice is a step of that invoice and no debt of its own
        noted = (customers.amount_minor < 0) & (customers.credits >= 0)
        self.open_start = np.where(plain | noted, 0, customers.amount_minor).astype(np.int64)
        index = [np.flatnonzero(plain)]
        rows = [np.column_stack([customers.paid[plain] - as_of, customers.amount_minor[plain], np.zeros(plain.sum())])]
        for i in sorted(set(events) | set(np.flatnonzero(closed & ~plain).tolist())):
            own = events.get(i, [])
            if closed[i]:
                whole = customers.paid_minor[i] == NO_AMOUNT
                own.append(
                    (int(customers.paid[i]), 1, int(customers.amount_minor[i] if whole else customers.paid_minor[i]))
                )
            cut = self._cut(int(customers.amount_minor[i]), own, as_of)
            index.append(np.full(len(cut), i))
            rows.append(np.array(cut, dtype=np.int64).reshape(-1, 3))
            self.open_start[i] -= sum(row[PAST_MINOR] for row in cut)
        invoice = np.concatenate(index).astype(np.int64)
        counts = np.bincount(invoice, minlength=len(customers))
        self.ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.rows = np.concatenate(rows).astype(np.int64)[np.argsort(invoice, kind="stable")]

    def _events(self, ledger: Ledger) -> dict[int, list[tuple[int, int, int]]]:
        """By invoice (day, 0 for a credit note and 1 for a payment, amount)."""
        found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for p in ledger.payments:
            if p.side == "customer" and p.day < ledger.as_of:
                found[p.invoice].append((p.day, 1, p.amount_minor))
        for kind, events in ((0, self.known.credit_notes), (1, self.known.receipts)):
            rows = zip(events.invoice.tolist(), events.day.tolist(), events.amount_minor.tolist(), strict=True)
            for invoice, day, amount in rows:
                found[invoice].append((day, kind, amount))
        return found

    @staticmethod
    def _cut(amount: int, events: list[tuple[int, int, int]], as_of: int) -> list[tuple[int, int, int]]:
        """(day, amount taken, 1 for a credit note) in the order of days, on one day credit notes first."""
        left, sign, found = abs(amount), 1 if amount >= 0 else -1, []
        for day, kind, minor in sorted(events, key=lambda event: event[:2]):
            taken = min(abs(minor), left)
            left -= taken
            found.append((day - as_of, sign * taken, 1 - kind))
        return found


def _before(facts: PathFacts, as_of: int) -> PathFacts:
    """The events of before `as_of`."""

    def cut(events: InvoiceEvents) -> InvoiceEvents:
        past = events.day < as_of
        return InvoiceEvents(invoice=events.invoice[past], day=events.day[past], amount_minor=events.amount_minor[past])

    return PathFacts(
        kind=facts.kind,
        receipts=cut(facts.receipts),
        payments=cut(facts.payments),
        credit_notes=cut(facts.credit_notes),
    )


def _ledger_notes(ledger: Ledger) -> PathFacts:
    customers = ledger.customers
    past = np.flatnonzero((customers.amount_minor < 0) & (customers.credits >= 0) & (customers.issue < ledger.as_of))
    nothing = InvoiceEvents(
        invoice=np.empty(0, dtype=np.int32), day=np.empty(0, dtype=np.int32), amount_minor=np.empty(0, dtype=np.int64)
    )
    notes = InvoiceEvents(
        invoice=customers.credits[past], day=customers.issue[past], amount_minor=-customers.amount_minor[past]
    )
    return PathFacts(kind="certain", receipts=nothing, payments=nothing, credit_notes=notes)


def _by_debtor(customers: Invoices, partner_count: int) -> tuple[Int64, Rows]:
    debts = np.flatnonzero((customers.amount_minor >= 0) | (customers.credits < 0))
    order = debts[np.lexsort((debts, customers.issue[debts], customers.partner[debts]))]
    counts = np.bincount(customers.partner[debts], minlength=partner_count)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order.astype(np.uint32)


def _net_shares(invoices: Invoices) -> tuple[Int64, Int64, Int32]:
    """Each invoice's share before VAT as part / whole, from its net amount or 1 / (1 + vat), and the rank of that share."""
    ppm = {rate: to_ppm(rate) for rate in set(invoices.vat_rate)}
    whole = PPM + np.fromiter((ppm[r] for r in invoices.vat_rate), dtype=np.int64, count=len(invoices))
    part = np.full(len(invoices), PPM, dtype=np.int64)
    shares = {int(w): Fraction(PPM, int(w)) for w in np.unique(whole)}
    given = np.flatnonzero((invoices.net_minor != NO_AMOUNT) & (invoices.amount_minor != 0))
    own = [Fraction(int(invoices.net_minor[i]), int(invoices.amount_minor[i])) for i in given]
    order = {value: k for k, value in enumerate(sorted({*shares.values(), *own}))}
    rank = np.zeros(len(invoices), dtype=np.int32)
    for w, value in shares.items():
        rank[whole == w] = order[value]
    rank[given] = [order[value] for value in own]
    sign = np.sign(invoices.amount_minor[given])
    part[given] = invoices.net_minor[given] * sign
    whole[given] = invoices.amount_minor[given] * sign
    return part, whole, rank


def _supplier_shares(ledger: Ledger) -> Int64:
    if ledger.vat_returns != "computed":
        return np.zeros((0, 2), dtype=np.int64)
    part, whole, _ = _net_shares(ledger.suppliers)
    shares = np.column_stack([part, whole])
    shares[~ledger.suppliers.on_receipt] = (NO_TAX, 1)
    return shares


def _known_vat(ledger: Ledger, horizon_days: int, past: PathFacts) -> Int64:
    """Returns from what is known before any path: invoices on debits, payments and credit notes of before `as_of`."""
    flows = np.zeros(horizon_days, dtype=np.int64)
    if ledger.vat_returns == "computed":
        last = ledger.as_of + horizon_days - 1
        for vat in computed_returns(
            ledger, receipts=past.receipts, payments=past.payments, credit_notes=past.credit_notes, last_day=last
        ):
            flows[vat.day - ledger.as_of] -= vat.payable_minor
    return flows


def _planned(ledger: Ledger, horizon_days: int) -> Int64:
    """Planned flows by day; a repeated one falls on the same day of later months, clamped to their ends."""
    by_day = np.zeros(horizon_days, dtype=np.int64)
    last = ledger.as_of + horizon_days - 1
    step = {"month": 1, "quarter": 3, "year": 12}
    for flow in (flow for flow in ledger.planned_flows if flow.is_counted):
        start = to_date(flow.day)
        until = last if flow.until == NO_DAY or not flow.every else min(last, flow.until)
        count, day = 0, flow.day
        while day <= until:
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
