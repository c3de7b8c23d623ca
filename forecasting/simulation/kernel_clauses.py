"""A factoring contract as flat arrays: which invoice is bought when, and what each clause costs.

Days count from `as_of` (day 0), rates are whole millionths, amounts minor units. Source: domain 1.1 to 1.6.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, business_day_from, business_table, month_end, to_date, to_day
from forecasting.factoring.contract import CoverSource, DatedLimit, DatedRate, FactoringContract
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import apply_rate
from forecasting.simulation.kernel_book import Book
from forecasting.simulation.kernel_facts import NEVER, to_ppm
from forecasting.simulation.kernel_money import NO_LIMIT, PPM

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]

#: Kinds of contract by what they do to cash (domain 1.1, 1.6).
ACCOUNT, REVERSE, SPOT, FORFAITING = 0, 1, 2, 3
_KINDS: Final = {"reverse": REVERSE, "spot": SPOT, "forfaiting": FORFAITING}
#: Draw policies (domain 1.5).
FULL, ON_DEMAND, WINDOWS, NO_DRAW = 0, 1, 2, 3
_POLICIES: Final = {"full": FULL, "on_demand": ON_DEMAND, "windows": WINDOWS, "none": NO_DRAW}
#: An absent concentration cap.
NO_CAP: Final = -1


class Purchases(NamedTuple):
    """Which invoices count; read by the first stage only. A change here means a new exposure.

    fund_day, hand_day int32 (n,): day on which an invoice is bought (negative: before day 0) and handed back, NEVER
    where it is not. buy_ptr, hand_ptr int64 (H + 1,) with the invoices of each day. held int32: with the factor at the
    start. slot int32 (n,): the approval that an invoice was bought under; slot_ptr int64 (D + 1,), slot_limit. line_day
    int32 (D,): planned day of a debtor's first purchase. factor_alone, factor_both uint8 (D,): the factor's guarantee
    acts in the variants `factoring` and `both`.
    """

    active: bool
    kind: int
    fund_day: Int32
    hand_day: Int32
    buy_ptr: Int64
    buy_invoice: Int32
    hand_ptr: Int64
    hand_invoice: Int32
    held: Int32
    slot: Int32
    slot_ptr: Int64
    slot_limit: Int64
    line_day: Int32
    factor_alone: Flags
    factor_both: Flags
    cap_ppm: int
    at_purchase: bool
    sweep: bool
    payout_days: int
    guarantee_ppm: int


class Account(NamedTuple):
    """What the factor's account is debited, bank days and rates; read by the second stage only.

    fee, fee_vat, fund, bought, lines int64 (H,): on the remittance plan, each day's service fees, their VAT, withheld for
    a pooled fund, invoices and first debtors. bank_fee int64 (H,): set-up and audit fees with VAT. anniversary uint8 (H,).
    month_ppm int64: yearly rate of each calendar month. day_ppm int64 (H,): the same by day (discount products).
    """

    start: int
    end: int
    fee_ppm: int
    fee_min: int
    vat_ppm: int
    fee: Int64
    fee_vat: Int64
    fund: Int64
    bought: Int64
    lines: Int64
    line_fee: int
    bank_fee: Int64
    year_min: int
    anniversary: Flags
    month_ppm: Int64
    day_count: int
    financing_vat_ppm: int
    advance_ppm: int
    reserve_ppm: int
    pooled: bool
    fund_target: int
    reserve_extra: int
    ceiling: int
    funds_in_use: bool
    policy: int
    window: Flags
    bank_floor: int
    netting: bool
    flat_ppm: int
    true_yield: bool
    value_days: int
    opening_utilisation: int
    opening_fund: int


def lower_purchases(ledger: Ledger, book: Book, horizon_days: int, contract: FactoringContract | None) -> Purchases:
    """Who is bought when, under which approval, and when it comes back."""
    n, partners = len(ledger.customers), len(ledger.partners)
    fund_day = np.full(n, NEVER, dtype=np.int32) if contract is None else _fund_days(ledger, book, contract)
    hand_day = np.full(n, NEVER, dtype=np.int32)
    if contract is not None and contract.recourse and contract.definancing_days is not None:
        funded = fund_day < NEVER
        back = np.maximum(book.due + contract.definancing_days, fund_day)
        hand_day[funded] = np.maximum(back[funded], 0)
    slot_ptr, slot_limit, slot = _approvals(ledger, book, fund_day, contract)
    buy_ptr, buy_invoice = _by_day(fund_day, horizon_days)
    hand_ptr, hand_invoice = _by_day(hand_day, horizon_days)
    line_day = np.full(partners, NEVER, dtype=np.int32)
    np.minimum.at(line_day, book.partner, fund_day)
    line_day[line_day < 0] = NEVER
    return Purchases(
        active=contract is not None,
        kind=ACCOUNT if contract is None else _KINDS.get(contract.contract_type, ACCOUNT),
        fund_day=fund_day,
        hand_day=hand_day,
        buy_ptr=buy_ptr,
        buy_invoice=buy_invoice,
        hand_ptr=hand_ptr,
        hand_invoice=hand_invoice,
        held=np.flatnonzero(fund_day < 0).astype(np.int32),
        slot=slot,
        slot_ptr=slot_ptr,
        slot_limit=slot_limit,
        line_day=line_day,
        factor_alone=np.ones(partners, dtype=np.uint8),
        factor_both=np.ones(partners, dtype=np.uint8),
        cap_ppm=NO_CAP if contract is None or contract.concentration_cap is None else to_ppm(contract.concentration_cap),
        at_purchase=contract is not None and contract.concentration_test == "at_purchase",
        sweep=contract is not None and contract.contract_type == "confidential",
        payout_days=_payout(contract),
        guarantee_ppm=PPM if contract is None else to_ppm(contract.unpaid_guarantee_rate),
    )


def _payout(contract: FactoringContract | None) -> int:
    if contract is None or contract.recourse or contract.guarantee_payout_days is None:
        return NEVER
    return contract.guarantee_payout_days


def _fund_days(ledger: Ledger, book: Book, contract: FactoringContract) -> Int32:
    """f of every invoice (domain 1.4 step 2): NEVER where it is not assigned, negative where it already was."""
    customers, as_of = ledger.customers, ledger.as_of
    start = contract.start_day - as_of
    remitted = _remittance_days(ledger, book, contract)
    allowed = (book.amount > 0) & (book.due >= remitted) & _debtors(ledger, contract)[book.partner]
    if contract.max_invoice_age_days is not None:
        allowed &= remitted - book.issue <= contract.max_invoice_age_days
    if contract.max_term_days is not None:
        allowed &= book.due - book.issue <= contract.max_term_days
    fund = np.full(len(customers), NEVER, dtype=np.int64)
    if allowed.any():
        fund[allowed] = _after_business_days(remitted[allowed], as_of, contract.funding_delay_bd)
    end = NEVER if contract.termination_day is None else contract.termination_day - as_of
    fund[(fund >= end) | (fund < max(start, 0)) | (book.open_start <= 0)] = NEVER
    held = (customers.assigned != NO_DAY) & (customers.assigned < as_of) & (book.open_start > 0)
    fund[held] = customers.assigned[held].astype(np.int64) - as_of
    return fund.astype(np.int32)


def _remittance_days(ledger: Ledger, book: Book, contract: FactoringContract) -> Int32:
    """r: its own date, else the schedule; what was issued before the start goes in on the start date, or later."""
    start = contract.start_day - ledger.as_of
    own = ledger.customers.remittance
    scheduled = _scheduled(book.issue, ledger.as_of, contract.remittance_schedule)
    chosen = np.where(own == NO_DAY, scheduled, own.astype(np.int64) - ledger.as_of)
    early = np.where(own == NO_DAY, start, np.maximum(start, own.astype(np.int64) - ledger.as_of))
    return np.where(book.issue < start, early, chosen).astype(np.int32)


def _scheduled(issue: Int32, as_of: int, schedule: str) -> Int32:
    day = issue.astype(np.int64)
    if schedule == "daily":
        return _after_business_days(day, as_of, 0).astype(np.int32)
    if schedule == "weekly":  # day number 4 (1970-01-05) is a Monday
        return (day + (4 - (day + as_of)) % 7).astype(np.int32)
    if schedule == "monthly":
        known = {int(d): to_day(month_end(to_date(int(d) + as_of))) - as_of for d in np.unique(day)}
        return np.array([known[int(d)] for d in day], dtype=np.int32)
    return issue


def _after_business_days(day: npt.NDArray[np.int32] | Int64, as_of: int, count: int) -> Int64:
    """`count` business days after each day; for 0 the first business day on or after it."""
    if len(day) == 0:
        return np.empty(0, dtype=np.int64)
    low, high = int(day.min()), int(day.max())
    opens = np.flatnonzero(business_table(as_of + low, high - low + 30 + 3 * count)) + low
    if count == 0:
        return opens[np.searchsorted(opens, day, side="left")]
    return opens[np.searchsorted(opens, day, side="right") + count - 1]


def _debtors(ledger: Ledger, contract: FactoringContract) -> npt.NDArray[np.bool_]:
    """Which debtors may be assigned at all: type and list of the contract."""
    allowed = np.ones(len(ledger.partners), dtype=np.bool_)
    for d, partner in enumerate(ledger.partners):
        if (
            ("public" in contract.ineligible and partner.public_body)
            or ("foreign" in contract.ineligible and not partner.domestic)
            or ("intra_group" in contract.ineligible and partner.intra_group)
            or (contract.debtors_only is not None and partner.partner_id not in contract.debtors_only)
            or (contract.debtors_except is not None and partner.partner_id in contract.debtors_except)
        ):
            allowed[d] = False
    return allowed


def _approvals(
    ledger: Ledger, book: Book, fund_day: Int32, contract: FactoringContract | None
) -> tuple[Int64, Int64, Int32]:
    """Approval slots: a debtor's approval at the start, then one slot for each change, in the order of its days."""
    table = None if contract is None or contract.approvals is None else dict(contract.approvals)
    steps = limits_by_day(ledger, table, 0, () if contract is None else contract.approval_changes)
    ptr = np.concatenate([[0], np.cumsum([len(s) for s in steps])]).astype(np.int64)
    limit = np.array([amount for s in steps for _, amount in s], dtype=np.int64)
    slot = ptr[book.partner].astype(np.int32)
    for d, own in enumerate(steps):
        if len(own) > 1:
            mine = np.flatnonzero(book.partner == d)
            days = np.array([day for day, _ in own[1:]])
            slot[mine] += np.searchsorted(days, fund_day[mine], side="right").astype(np.int32)
    return ptr, limit, slot


def limits_by_day(
    ledger: Ledger, table: dict[str, int] | None, unlisted: int, changes: tuple[DatedLimit, ...]
) -> list[list[tuple[int, int]]]:
    """For each partner the (day, limit) steps in force, the first from always on; no table means no limit."""
    later: dict[str, list[tuple[int, int]]] = {}
    for change in changes:
        later.setdefault(change.partner_id, []).append((change.day - ledger.as_of, change.amount_minor))
    steps = []
    for partner in ledger.partners:
        base = NO_LIMIT if table is None else table.get(partner.partner_id, unlisted)
        steps.append([(-NEVER, base), *sorted(later.get(partner.partner_id, []))])
    return steps


def _by_day(day: Int32, horizon_days: int) -> tuple[Int64, Int32]:
    inside = np.flatnonzero((day >= 0) & (day < horizon_days))
    order = inside[np.lexsort((inside, day[inside]))]
    counts = np.bincount(day[inside], minlength=horizon_days)[:horizon_days]
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), order.astype(np.int32)


def lower_account(
    ledger: Ledger, book: Book, purchases: Purchases, horizon_days: int, contract: FactoringContract | None
) -> Account:
    """The account's rates, fees and days (domain 1.3 to 1.6)."""
    if contract is None:
        contract = FactoringContract(contract_type="full_notified", recourse=True, start_day=ledger.as_of)
    as_of = ledger.as_of
    fees, vats, fund, bought = _planned_purchases(book, purchases, horizon_days, contract)
    lines = np.zeros(horizon_days, dtype=np.int64)
    inside = purchases.line_day[purchases.line_day < horizon_days]
    np.add.at(lines, inside, 1)
    anniversary = _anniversaries(contract, as_of, horizon_days)
    bank_fee = with_vat(contract.annual_audit_fee_minor, contract.vat_on_service) * anniversary.astype(np.int64)
    start = contract.start_day - as_of
    if 0 <= start < horizon_days:
        bank_fee[start] += with_vat(contract.setup_fee_minor, contract.vat_on_service)
    window = np.zeros(horizon_days, dtype=np.uint8)
    for first, last in contract.draw_windows:
        window[max(0, first - as_of) : max(0, last - as_of + 1)] = 1
    return Account(
        start=start,
        end=NEVER if contract.termination_day is None else contract.termination_day - as_of,
        fee_ppm=to_ppm(contract.service_fee_rate),
        fee_min=contract.service_fee_min_invoice_minor,
        vat_ppm=to_ppm(contract.vat_on_service),
        fee=fees,
        fee_vat=vats,
        fund=fund,
        bought=bought,
        lines=lines,
        line_fee=with_vat(contract.line_fee_minor, contract.vat_on_service),
        bank_fee=bank_fee,
        year_min=contract.service_fee_min_year_minor,
        anniversary=anniversary,
        month_ppm=_month_rates(contract, as_of, horizon_days),
        day_count=contract.day_count,
        financing_vat_ppm=to_ppm(contract.vat_on_financing),
        advance_ppm=to_ppm(contract.advance_rate),
        reserve_ppm=to_ppm(contract.reserve_rate),
        pooled=contract.reserve_mode == "pooled",
        fund_target=contract.fund_target_minor or 0,
        reserve_extra=contract.reserve_extra_minor,
        ceiling=NO_LIMIT if contract.funding_ceiling_minor is None else contract.funding_ceiling_minor,
        funds_in_use=contract.ceiling_basis == "funds_in_use",
        policy=_POLICIES[contract.draw_policy],
        window=window,
        bank_floor=contract.bank_floor_minor,
        netting=contract.shortfall_policy == "netting",
        flat_ppm=to_ppm(contract.flat_fee_rate),
        true_yield=contract.discount_method == "true_yield",
        value_days=contract.receipt_value_days,
        opening_utilisation=contract.opening_utilisation_minor,
        opening_fund=contract.opening_fund_minor,
    )


def with_vat(amount_minor: int, rate: Decimal) -> int:
    """A fee with its VAT, the VAT being a posted amount of its own."""
    return amount_minor + apply_rate(amount_minor, rate)


def rounded_ppm(amount: Int64, rate_ppm: int) -> Int64:
    """A rate of amounts that are not negative, each rounded once, halves up."""
    quotient, rest = np.divmod(amount * rate_ppm, PPM)
    return quotient + (2 * rest >= PPM)


def _planned_purchases(
    book: Book, purchases: Purchases, horizon_days: int, contract: FactoringContract
) -> tuple[Int64, Int64, Int64, Int64]:
    """By day, as if every invoice were bought for what is open at the start: fees, VAT on fees, fund withheld, count."""
    invoice = purchases.buy_invoice
    day = purchases.fund_day[invoice]
    amount = book.open_start[invoice]
    fee = np.maximum(rounded_ppm(amount, to_ppm(contract.service_fee_rate)), contract.service_fee_min_invoice_minor)
    columns = (
        fee,
        rounded_ppm(fee, to_ppm(contract.vat_on_service)),
        rounded_ppm(amount, to_ppm(contract.reserve_rate)),
        np.ones_like(amount),
    )
    totals = [np.zeros(horizon_days, dtype=np.int64) for _ in columns]
    for total, column in zip(totals, columns, strict=True):
        np.add.at(total, day, column)
    return totals[0], totals[1], totals[2], totals[3]


def _anniversaries(contract: FactoringContract, as_of: int, horizon_days: int) -> Flags:
    flags = np.zeros(horizon_days, dtype=np.uint8)
    if contract.anniversary_day is None:
        return flags
    first, years = to_date(contract.anniversary_day), 0
    while (day := to_day(add_months(first, 12 * years)) - as_of) < horizon_days:
        if day >= 0:
            flags[day] = 1
        years += 1
    return flags


def _month_rates(contract: FactoringContract, as_of: int, horizon_days: int) -> Int64:
    """rate(m) = max(index, floor) + margin, index being in force on the first business day of m (domain 1.4 step 3)."""
    first = to_date(as_of).replace(day=1)
    rates = []
    opening = first
    while to_day(opening) < as_of + horizon_days:
        index = index_on(contract.index, business_day_from(to_day(opening)))
        if contract.index_floor is not None:
            index = max(index, contract.index_floor)
        rates.append(to_ppm(index + contract.margin))
        opening = month_end(opening) + timedelta(days=1)
    return np.array(rates, dtype=np.int64)


def index_on(index: tuple[DatedRate, ...], day: int) -> Decimal:
    """The index row with the latest day not after the given one; the earliest row before any."""
    if not index:
        return Decimal(0)
    known = sorted(index, key=lambda row: row.day)
    return next((row.rate for row in reversed(known) if row.day <= day), known[0].rate)


def cover_flags(ledger: Ledger, sources: dict[str, CoverSource], source: CoverSource, otherwise: Flags) -> Flags:
    """For each partner whether its named cover is `source`; `otherwise` where none is named."""
    flags = otherwise.copy()
    for d, partner in enumerate(ledger.partners):
        if partner.partner_id in sources:
            flags[d] = sources[partner.partner_id] == source
    return flags
