"""Second stage, the factor's account of one path, one day at a time (domain 1.3 to 1.6); numbers are those of 1.4."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_bank import TALLY, count_debit, overdraft_interest, post, turn_month
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_clauses import (
    FORFAITING,
    NO_DRAW,
    ON_DEMAND,
    SPOT,
    WINDOWS,
    Account,
    Purchases,
)
from forecasting.simulation.kernel_money import PPM, apply_ppm, copy, fill, inlined, lowered, mul_div
from forecasting.simulation.kernel_results import (
    CASH_CALL,
    FACTOR_FEE,
    FACTOR_TRANSFER,
    FLOW,
    GUARANTEE,
    LINE,
    OTHERWISE,
    PRODUCT,
    REST,
    Exposure,
    Outcome,
)

Int64 = npt.NDArray[np.int64]

#: Places in the account's running state.
UTILISATION: Final = 0
FUND: Final = 1  # withheld for a pooled fund
YEAR_FEES: Final = 2  # fees since the last anniversary
STATE: Final = 3

#: Columns of Outcome.account.
SERVICE_FEE: Final = 0
MINIMUM_FEE: Final = 1
SERVICE_VAT: Final = 2
FINANCING_FEE: Final = 3
FINANCING_VAT: Final = 4


class Diary(NamedTuple):
    """One path's days as the account finds them, int64 (H,): service fees, their VAT, withheld for the fund, invoices
    bought, first debtors, payouts to the account, other bank flows, receipts credited; accrued int64 by month. state,
    tally: the account's and the overdraft's running figures; room int64 (4, claims or years) for the policy."""

    fee: Int64
    fee_vat: Int64
    fund: Int64
    bought: Int64
    lines: Int64
    payout: Int64
    bank: Int64
    received: Int64
    accrued: Int64
    state: Int64
    tally: Int64
    room: Int64


def open_diary(days: int, months: int, claims: int, years: int) -> Diary:
    """Room for one path at a time (plain Python: the compiled code allocates nothing)."""
    sizes = (*[days] * 8, months, STATE, 2 * TALLY)
    return Diary(*(np.zeros(size, dtype=np.int64) for size in sizes), np.zeros((4, max(claims, years)), dtype=np.int64))


@inlined
def service_fee(amount: int, account: Account) -> int:
    """max(round(service_fee_rate * open), service_fee_min_invoice); nothing where nothing is bought."""
    if amount == 0:
        return 0
    return max(apply_ppm(amount, account.fee_ppm), account.fee_min)


@lowered
def read_turns(
    path: int,
    bit: int,
    calendar: Calendar,
    purchases: Purchases,
    account: Account,
    exposure: Exposure,
    diary: Diary,
    out: Outcome,
) -> None:
    """The remittance plan with this path's departures from it, guarantees, and flows of discount products."""
    copy(account.fee, diary.fee)
    copy(account.fee_vat, diary.fee_vat)
    copy(account.fund, diary.fund)
    copy(account.bought, diary.bought)
    copy(account.lines, diary.lines)
    for row in range(exposure.turn_ptr[path], exposure.turn_ptr[path + 1]):
        kind, day, a, b = exposure.turn[row]
        if day >= calendar.days:
            continue
        if kind == OTHERWISE:
            old, new = service_fee(a, account), service_fee(b, account)
            diary.fee[day] += new - old
            diary.fee_vat[day] += apply_ppm(new, account.vat_ppm) - apply_ppm(old, account.vat_ppm)
            diary.fund[day] += apply_ppm(b, account.reserve_ppm) - apply_ppm(a, account.reserve_ppm)
            diary.bought[day] -= 1 if b == 0 else 0
        elif kind == LINE:
            diary.lines[day] += a
        elif kind == GUARANTEE and b & bit:
            diary.payout[day] += a
            out.loss[path, 2] += a
        elif kind == FLOW and b & bit:
            diary.bank[day] += a
            post(path, b // 4, day, a, out)
        elif kind in (PRODUCT, REST):
            amount = _product(path, kind, day, a, b, calendar, purchases, account, out)
            diary.bank[day] += amount
            post(path, FACTOR_TRANSFER, day, amount, out)


@lowered
def _product(
    path: int,
    kind: int,
    day: int,
    amount: int,
    days_left: int,
    calendar: Calendar,
    purchases: Purchases,
    account: Account,
    out: Outcome,
) -> int:
    """What a discount product transfers (domain 1.6): reverse and forfaiting once, spot an advance, then the rest."""
    if purchases.kind == SPOT:
        advance = apply_ppm(amount, account.advance_ppm)
        if kind == REST:
            return amount - advance
        fee = apply_ppm(amount, account.flat_ppm)
        vat = apply_ppm(fee, account.vat_ppm)
        out.account[path, SERVICE_FEE] += fee
        out.account[path, SERVICE_VAT] += vat
        return advance - fee - vat
    year = PPM * account.day_count
    cost = account.month_ppm[calendar.month[day]] * max(0, days_left)
    fee = service_fee(amount, account)
    vat = apply_ppm(fee, account.vat_ppm)
    if purchases.kind == FORFAITING:
        value = mul_div(amount, year, year + cost) if account.true_yield else mul_div(amount, year - cost, year)
    else:
        value = amount - mul_div(amount, cost, year)
    out.account[path, SERVICE_FEE] += fee
    out.account[path, SERVICE_VAT] += vat
    out.account[path, FINANCING_FEE] += amount - value
    return value - fee - vat


@inlined
def ceiling(eligible: int, fund: int, t: int, account: Account) -> tuple[int, int]:
    """(A, G): what may be in use, and the reserve, at an eligible base; both 0 under the draw policy `none` (1.3, 1.5)."""
    if account.policy == NO_DRAW:
        return 0, 0
    reserve = account.reserve_extra
    if not account.pooled:
        reserve += apply_ppm(eligible, account.reserve_ppm)
    elif t < account.end:
        reserve += fund
    financed = eligible if account.advance_ppm == PPM else apply_ppm(eligible, account.advance_ppm)
    if account.funds_in_use:
        return min(financed - reserve, account.ceiling), reserve
    return min(financed, account.ceiling) - reserve, reserve


@lowered
def run_account(
    path: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    account: Account,
    exposure: Exposure,
    diary: Diary,
    out: Outcome,
) -> None:
    """The days of one path with the factor's account beside the bank."""
    state, tally = diary.state, diary.tally
    fill(tally, 0)
    fill(state, 0)
    state[UTILISATION] = account.opening_utilisation
    state[FUND] = account.opening_fund
    fill(diary.accrued, 0)
    waiting = 0
    balance = book.opening
    for t in range(calendar.days):
        turn_month(t, tally, calendar)
        _debit(path, t, calendar, account, diary, state, out)
        balance += exposure.kept[path, t] + diary.bank[t] + bank_fees(path, t, account, diary, out)
        if calendar.quarter_opens[t]:
            balance += overdraft_interest(path, t, tally, book, out)
        received = exposure.base[path, t] - exposure.kept[path, t]
        if purchases.sweep:
            waiting += received
            received = 0
            # what was paid before today reaches the factor this morning, and is transferable at once (1.5)
            if calendar.business[t]:
                received = waiting - (exposure.base[path, t] - exposure.kept[path, t])
                waiting -= received
                state[UTILISATION] -= received
        early = ceiling(exposure.eligible_early[path, t], state[FUND], t, account)[0] - state[UTILISATION]
        diary.received[t] = received
        if not purchases.sweep:
            state[UTILISATION] -= received
        state[UTILISATION] -= diary.payout[t]
        most, reserve = ceiling(exposure.eligible_late[path, t], state[FUND], t, account)
        free = most - state[UTILISATION]
        if calendar.business[t] and t >= account.start:
            moved = _meet(path, t, free, max(0, free - early), balance, account, out)
            state[UTILISATION] += moved
            balance += moved
        _accrue(t, calendar, account, diary, state)
        count_debit(balance, tally)
        out.balance[path, t] = balance
        if out.state.shape[0]:
            out.state[path, t, 0] = state[UTILISATION]
            out.state[path, t, 1] = exposure.eligible_late[path, t]
            out.state[path, t, 2] = reserve
            out.state[path, t, 3] = most - state[UTILISATION]
            out.state[path, t, 4] = exposure.assigned[path, t]


@inlined
def _debit(path: int, t: int, calendar: Calendar, account: Account, diary: Diary, state: Int64, out: Outcome) -> None:
    """Steps 0, 2 and 3: the annual minimum, service fees with what they withhold, last month's interest."""
    if account.anniversary[t] and t > account.start:
        short = max(0, account.year_min - state[YEAR_FEES])
        vat = apply_ppm(short, account.vat_ppm)
        state[UTILISATION] += short + vat
        state[YEAR_FEES] = 0
        out.account[path, MINIMUM_FEE] += short
        out.account[path, SERVICE_VAT] += vat
    if diary.bought[t] > 0:
        state[UTILISATION] += diary.fee[t] + diary.fee_vat[t]
        state[YEAR_FEES] += diary.fee[t]
        state[FUND] = min(account.fund_target, state[FUND] + diary.fund[t])
        out.account[path, SERVICE_FEE] += diary.fee[t]
        out.account[path, SERVICE_VAT] += diary.fee_vat[t]
    if calendar.month_opens[t] and calendar.month[t] > 0:
        month = calendar.month[t] - 1
        rate = account.month_ppm[month]
        interest = mul_div(diary.accrued[month], abs(rate), PPM * account.day_count)
        if rate < 0:
            interest = -interest
        vat = apply_ppm(interest, account.financing_vat_ppm)
        state[UTILISATION] += interest + vat
        out.account[path, FINANCING_FEE] += interest
        out.account[path, FINANCING_VAT] += vat


@inlined
def _meet(path: int, t: int, free: int, pending: int, balance: int, account: Account, out: Outcome) -> int:
    """Steps 8 and 9: what moves from the factor to the bank (negative: a cash call)."""
    if free < 0:
        if account.netting:
            return 0
        post(path, CASH_CALL, t, free, out)
        return free
    amount = free - pending
    if amount <= 0:
        return 0
    if t < account.end:
        if account.policy == ON_DEMAND:
            amount = min(amount, max(0, account.bank_floor - balance))
        elif account.policy == WINDOWS and not account.window[t]:
            amount = 0
    if amount > 0:
        post(path, FACTOR_TRANSFER, t, amount, out)
    return amount


@inlined
def _accrue(t: int, calendar: Calendar, account: Account, diary: Diary, state: Int64) -> None:
    """Step 10: the evening's utilisation, with the receipts that do not yet bear their value date."""
    used = state[UTILISATION]
    for k in range(max(0, t - account.value_days + 1), t + 1):
        used += diary.received[k]
    diary.accrued[calendar.month[t]] += max(0, used)


@inlined
def bank_fees(path: int, t: int, account: Account, diary: Diary, out: Outcome) -> int:
    """Set-up, audit and line fees, taken from the bank."""
    fees: int = -account.bank_fee[t] - diary.lines[t] * account.line_fee
    if fees != 0:
        post(path, FACTOR_FEE, t, fees, out)
    return fees


@lowered
def add_bank_fees(path: int, calendar: Calendar, account: Account, diary: Diary, out: Outcome) -> None:
    """The same over the horizon, for a product that keeps no account."""
    for t in range(calendar.days):
        diary.bank[t] += bank_fees(path, t, account, diary, out)
