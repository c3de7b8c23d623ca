"""A factoring contract as flat arrays: what its account is debited on which day, its rates, limits and bank days.

Days count from `as_of` (day 0), rates are whole millionths, amounts minor units. Source: domain 1.2 to 1.6.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, business_day_from, month_end, to_date, to_day
from forecasting.factoring.contract import FactoringContract
from forecasting.ledger import Ledger
from forecasting.money import apply_rate
from forecasting.simulation.kernel_book import Book
from forecasting.simulation.kernel_clauses import ACCOUNT, Purchases
from forecasting.simulation.kernel_facts import NEVER, to_ppm
from forecasting.simulation.kernel_money import NO_LIMIT, PPM

Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]

#: Draw policies (domain 1.5).
FULL, ON_DEMAND, WINDOWS, NO_DRAW = 0, 1, 2, 3
_POLICIES: Final = {"full": FULL, "on_demand": ON_DEMAND, "windows": WINDOWS, "none": NO_DRAW}
#: An absent target of the pooled fund.
NO_TARGET: Final = -1


class Account(NamedTuple):
    """What the factor's account is debited, bank days and rates; read by the second stage only.

    fee, fee_vat, fund, bought, lines int64 (H,): on the remittance plan, each day's service fees, their VAT, withheld for
    a pooled fund, invoices and first debtors. bank_fee int64 (H,): set-up and audit fees with VAT. anniversary uint8 (H,).
    month_ppm int64: yearly rate of each calendar month.
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
    in_advance: bool
    policy: int
    window: Flags
    bank_floor: int
    netting: bool
    flat_ppm: int
    commitment_ppm: int
    true_yield: bool
    value_days: int
    opening_utilisation: int
    opening_fund: int


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
        fund_target=NO_TARGET if contract.fund_target_minor is None else contract.fund_target_minor,
        reserve_extra=contract.reserve_extra_minor,
        ceiling=NO_LIMIT if contract.funding_ceiling_minor is None else contract.funding_ceiling_minor,
        funds_in_use=contract.ceiling_basis == "funds_in_use",
        in_advance=contract.interest_mode == "advance",
        policy=_POLICIES[contract.draw_policy],
        window=window,
        bank_floor=contract.bank_floor_minor,
        netting=contract.shortfall_policy == "netting",
        flat_ppm=to_ppm(contract.flat_fee_rate),
        commitment_ppm=to_ppm(contract.commitment_fee_rate),
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
    """By day, as if every invoice were bought for what is open at the start: fees, VAT on fees, fund withheld, count.

    Discount products settle each invoice by itself and plan nothing here.
    """
    if purchases.kind != ACCOUNT:
        return tuple(np.zeros((4, horizon_days), dtype=np.int64))  # type: ignore[return-value]
    invoice = purchases.buy_invoice
    day = np.repeat(np.arange(horizon_days), np.diff(purchases.buy_ptr))
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
    """1 on the anniversary date and each year after it, once the contract has started."""
    flags = np.zeros(horizon_days, dtype=np.uint8)
    if contract.anniversary_day is None:
        return flags
    first, years = to_date(contract.anniversary_day), 0
    while (day := to_day(add_months(first, 12 * years))) < as_of + horizon_days:
        if day >= as_of and day > contract.start_day:
            flags[day - as_of] = 1
        years += 1
    return flags


def _month_rates(contract: FactoringContract, as_of: int, horizon_days: int) -> Int64:
    """rate(m) = max(index, floor) + margin, index being in force on the first business day of m (domain 1.4 step 3)."""
    first = to_date(as_of).replace(day=1)
    rates = []
    opening = first
    while to_day(opening) < as_of + horizon_days:
        rates.append(to_ppm(_index_on(contract, business_day_from(to_day(opening))) + contract.margin))
        opening = month_end(opening) + timedelta(days=1)
    return np.array(rates, dtype=np.int64)


def _index_on(contract: FactoringContract, day: int) -> Decimal:
    """The index row with the latest day not after the given one (the earliest before any), at least the floor."""
    if not contract.index:
        return Decimal(0)
    known = sorted(contract.index, key=lambda row: row.day)
    index = next((row.rate for row in reversed(known) if row.day <= day), known[0].rate)
    return index if contract.index_floor is None else max(index, contract.index_floor)
