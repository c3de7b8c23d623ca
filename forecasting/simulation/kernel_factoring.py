"""Second stage, the factor's account of one path, one day at a time (domain 1.3 to 1.5); numbers are those of 1.4."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_account import NO_DRAW, NO_TARGET, ON_DEMAND, WINDOWS, Account
from forecasting.simulation.kernel_advance import TRANCHE_ROWS, prepay, repay
from forecasting.simulation.kernel_bank import TALLY, count_debit, overdraft_interest, post, turn_month
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_clauses import Purchases
from forecasting.simulation.kernel_money import PPM, apply_ppm, copy, fill, inlined, lowered, mul_div
from forecasting.simulation.kernel_results import (
    CASH_CALL,
    COMMITMENT_FEE,
    FACTOR_FEE,
    FACTOR_TRANSFER,
    FINANCING_FEE,
    FINANCING_VAT,
    FLOW,
    GUARANTEE,
    LINE,
    LOST_GUARANTEE,
    MINIMUM_FEE,
    OTHERWISE,
    SERVICE_FEE,
    SERVICE_VAT,
    Exposure,
    Outcome,
)

Int64 = npt.NDArray[np.int64]

#: Places in the account's running state.
UTILISATION: Final = 0
FUND: Final = 1  # withheld for a pooled fund
YEAR_FEES: Final = 2  # fees since the last anniversary
TRUE_UP: Final = 3  # interest in advance: what a cash call changes, posted on the next day
FIRST: Final = 4  # interest in advance: first and next draw of the queue
NEXT: Final = 5
STATE: Final = 6

#: Rows of `Diary.month`: max(U, 0) and A - max(U, 0), added up over the days of each month.
USED: Final = 0
UNUSED: Final = 1


class Diary(NamedTuple):
    """One path's days as the account finds them, int64 (H,): service fees, their VAT, withheld for the fund, invoices
    bought, first debtors, payouts to the account, other bank flows, receipts credited. month int64 (2, months): see
    above. state, tally: running figures of the account and the overdraft; room int64 (4, claims or years) for the
    policy; tranche int64 (3, H + 1): draws with interest in advance; deal int64 (3, deals), due int64 (2, H): see
    `kernel_products`."""

    fee: Int64
    fee_vat: Int64
    fund: Int64
    bought: Int64
    lines: Int64
    payout: Int64
    bank: Int64
    received: Int64
    month: Int64
    state: Int64
    tally: Int64
    room: Int64
    tranche: Int64
    deal: Int64
    due: Int64


def open_diary(days: int, months: int, claims: int, years: int, deals: int) -> Diary:
    """Room for one path at a time (plain Python: the compiled code allocates nothing)."""
    fee, fee_vat, fund, bought, lines, payout, bank, received = np.zeros((8, days), dtype=np.int64)
    return Diary(
        fee=fee,
        fee_vat=fee_vat,
        fund=fund,
        bought=bought,
        lines=lines,
        payout=payout,
        bank=bank,
        received=received,
        month=np.zeros((2, months), dtype=np.int64),
        state=np.zeros(STATE, dtype=np.int64),
        tally=np.zeros(2 * TALLY, dtype=np.int64),
        room=np.zeros((4, max(claims, years)), dtype=np.int64),
        tranche=np.zeros((TRANCHE_ROWS, days + 1), dtype=np.int64),
        deal=np.zeros((3, deals), dtype=np.int64),
        due=np.zeros((2, days), dtype=np.int64),
    )


@inlined
def service_fee(amount: int, account: Account) -> int:
    """max(round(service_fee_rate * open), service_fee_min_invoice); nothing where nothing is bought."""
    if amount == 0:
        return 0
    return max(apply_ppm(amount, account.fee_ppm), account.fee_min)


@lowered
def read_turns(
    path: int, bit: int, calendar: Calendar, account: Account, exposure: Exposure, diary: Diary, out: Outcome
) -> None:
    """The remittance plan with this path's departures from it, guarantees, and bank flows of a failure."""
    copy(account.fee, diary.fee)
    copy(account.fee_vat, diary.fee_vat)
    copy(account.fund, diary.fund)
    copy(account.bought, diary.bought)
    copy(account.lines, diary.lines)
    for row in range(exposure.turn_ptr[path], exposure.turn_ptr[path + 1]):
        kind = exposure.turn[row, 0]
        day = exposure.turn[row, 1]
        a = exposure.turn[row, 2]
        b = exposure.turn[row, 3]
        if day >= calendar.days:
            continue
        if kind == OTHERWISE:
            old = service_fee(a, account)
            new = service_fee(b, account)
            diary.fee[day] += new - old
            diary.fee_vat[day] += apply_ppm(new, account.vat_ppm) - apply_ppm(old, account.vat_ppm)
            diary.fund[day] += apply_ppm(b, account.reserve_ppm) - apply_ppm(a, account.reserve_ppm)
            diary.bought[day] -= 1 if b == 0 else 0
        elif kind == LINE:
            diary.lines[day] += a
        elif kind == GUARANTEE and b & bit:
            diary.payout[day] += a
            out.loss[path, LOST_GUARANTEE] += a
        elif kind == FLOW and b & bit:
            diary.bank[day] += a
            post(path, b // 4, day, a, out)


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
    if t < account.start:
        reserve = 0
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
    for month in range(diary.month.shape[1]):
        diary.month[USED, month] = 0
        diary.month[UNUSED, month] = 0
    waiting = 0
    balance = book.opening
    for t in range(calendar.days):
        turn_month(t, tally, calendar)
        annual_minimum(path, t, account, diary, out)
        _debit(path, t, calendar, account, diary, out)
        balance += exposure.kept[path, t] + diary.bank[t] + bank_fees(path, t, account, diary, out)
        if calendar.quarter_opens[t]:
            balance += overdraft_interest(path, t, tally, book, out)
        received = exposure.base[path, t] - exposure.kept[path, t]
        if purchases.sweep:
            # what was paid before today reaches the factor this morning, and is transferable at once (1.5)
            today = received
            received = waiting if calendar.business[t] else 0
            waiting += today - received
            state[UTILISATION] -= received
        early = ceiling(exposure.eligible_early[path, t], state[FUND], t, account)[0] - state[UTILISATION]
        if not purchases.sweep:
            state[UTILISATION] -= received
        state[UTILISATION] -= diary.payout[t]
        diary.received[t] = received
        repaid = received + diary.payout[t]
        if purchases.in_advance and repaid > 0:
            _charge(path, repay(t, repaid, diary.tranche, state, account), FINANCING_FEE, account, diary, out)
        most, reserve = ceiling(exposure.eligible_late[path, t], state[FUND], t, account)
        free = most - state[UTILISATION]
        if calendar.business[t] and t >= account.start:
            moved = _meet(t, free, max(0, free - early), balance, account)
            state[UTILISATION] += moved
            if purchases.in_advance and moved != 0:
                moved -= _advance(path, t, moved, exposure.mean_due[path, t], calendar, account, diary, out)
            if moved != 0:
                post(path, FACTOR_TRANSFER if moved > 0 else CASH_CALL, t, moved, out)
            balance += moved
        _accrue(t, most, calendar, account, diary)
        count_debit(balance, tally)
        out.balance[path, t] = balance
        if out.state.shape[0]:
            out.state[path, t, 0] = state[UTILISATION]
            out.state[path, t, 1] = exposure.eligible_late[path, t]
            out.state[path, t, 2] = reserve
            out.state[path, t, 3] = most - state[UTILISATION]
            out.state[path, t, 4] = exposure.assigned[path, t]


@inlined
def annual_minimum(path: int, t: int, account: Account, diary: Diary, out: Outcome) -> int:
    """Step 0: what the fees of the year lack to the annual minimum, with VAT; the day's purchases open the new year."""
    if not account.anniversary[t]:
        return 0
    state = diary.state
    short = max(0, account.year_min - state[YEAR_FEES])
    vat = apply_ppm(short, account.vat_ppm)
    owed: int = short + vat
    state[UTILISATION] += owed
    state[YEAR_FEES] = 0
    out.account[path, MINIMUM_FEE] += short
    out.account[path, SERVICE_VAT] += vat
    return owed


@inlined
def _debit(path: int, t: int, calendar: Calendar, account: Account, diary: Diary, out: Outcome) -> None:
    """Steps 2 and 3: service fees with what they withhold; on a month's first business day the month before."""
    state = diary.state
    if diary.bought[t] > 0:
        state[UTILISATION] += diary.fee[t] + diary.fee_vat[t]
        state[YEAR_FEES] += diary.fee[t]
        if account.fund_target != NO_TARGET:
            state[FUND] = min(account.fund_target, state[FUND] + diary.fund[t])
        out.account[path, SERVICE_FEE] += diary.fee[t]
        out.account[path, SERVICE_VAT] += diary.fee_vat[t]
    if calendar.month_opens[t] and calendar.month[t] > 0:
        _close_month(path, calendar.month[t] - 1, account, diary, out)
    if state[TRUE_UP] != 0:
        _charge(path, state[TRUE_UP], FINANCING_FEE, account, diary, out)
        state[TRUE_UP] = 0


@lowered
def _close_month(path: int, month: int, account: Account, diary: Diary, out: Outcome) -> None:
    """Step 3: I = round(sum of max(U, 0) * rate / day_count), and the commitment fee on what was left unused."""
    year = PPM * account.day_count
    if not account.in_advance:
        rate = account.month_ppm[month]
        interest = mul_div(diary.month[USED, month], abs(rate), year)
        _charge(path, interest if rate >= 0 else -interest, FINANCING_FEE, account, diary, out)
    unused = mul_div(diary.month[UNUSED, month], account.commitment_ppm, year)
    _charge(path, unused, COMMITMENT_FEE, account, diary, out)


@lowered
def _charge(path: int, amount: int, heading: int, account: Account, diary: Diary, out: Outcome) -> None:
    """U += amount + round(vat * amount)."""
    financing = heading == FINANCING_FEE
    vat = apply_ppm(amount, account.financing_vat_ppm if financing else account.vat_ppm)
    diary.state[UTILISATION] += amount + vat
    out.account[path, heading] += amount
    out.account[path, FINANCING_VAT if financing else SERVICE_VAT] += vat


@inlined
def _meet(t: int, free: int, pending: int, balance: int, account: Account) -> int:
    """Steps 8 and 9: what moves from the factor to the bank (negative: a cash call)."""
    if free < 0:
        return 0 if account.netting else free
    amount = free - pending
    if amount > 0 and t < account.end:
        if account.policy == ON_DEMAND:
            amount = min(amount, max(0, account.bank_floor - balance))
        elif account.policy == WINDOWS and not account.window[t]:
            amount = 0
    return max(0, amount)


@lowered
def _advance(
    path: int, t: int, moved: int, due: int, calendar: Calendar, account: Account, diary: Diary, out: Outcome
) -> int:
    """Interest in advance on a draw, with VAT, which the transfer is short of; a cash call repays draws instead."""
    if moved < 0:
        diary.state[TRUE_UP] += repay(t, -moved, diary.tranche, diary.state, account)
        return 0
    rate = account.month_ppm[calendar.month[t]]
    interest = prepay(t, moved, due, rate, diary.tranche, diary.state, account)
    vat = apply_ppm(interest, account.financing_vat_ppm)
    out.account[path, FINANCING_FEE] += interest
    out.account[path, FINANCING_VAT] += vat
    return interest + vat


@inlined
def _accrue(t: int, most: int, calendar: Calendar, account: Account, diary: Diary) -> None:
    """Step 10: the evening's utilisation, with the receipts that do not yet bear their value date, and what is unused."""
    used = diary.state[UTILISATION]
    for k in range(max(0, t - account.value_days + 1), t + 1):
        used += diary.received[k]
    diary.month[USED, calendar.month[t]] += max(0, used)
    diary.month[UNUSED, calendar.month[t]] += max(0, most - max(0, diary.state[UTILISATION]))


@inlined
def bank_fees(path: int, t: int, account: Account, diary: Diary, out: Outcome) -> int:
    """Set-up, audit and line fees, taken from the bank."""
    fees: int = -account.bank_fee[t] - diary.lines[t] * account.line_fee
    if fees != 0:
        post(path, FACTOR_FEE, t, fees, out)
    return fees
