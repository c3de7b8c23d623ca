"""Second stage, products that settle each invoice by itself: spot, reverse on the supplier's side, forfaiting (1.6)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_account import Account
from forecasting.simulation.kernel_bank import count_debit, overdraft_interest, post, turn_month
from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_clauses import FORFAITING, SPOT, Purchases
from forecasting.simulation.kernel_factoring import (
    UTILISATION,
    YEAR_FEES,
    Diary,
    annual_minimum,
    bank_fees,
    service_fee,
)
from forecasting.simulation.kernel_money import PPM, apply_ppm, fill, lowered, mul_div
from forecasting.simulation.kernel_results import (
    CASH_CALL,
    DEAL,
    DEAL_BACK,
    DEAL_PAID,
    FACTOR_TRANSFER,
    FINANCING_FEE,
    FINANCING_VAT,
    SALE,
    SERVICE_FEE,
    SERVICE_VAT,
    Exposure,
    Outcome,
)

Int64 = npt.NDArray[np.int64]

#: Rows of `Diary.deal`: advanced, paid by the debtor or a guarantee, passed on to the company.
ADVANCED: Final = 0
PAID: Final = 1
PASSED: Final = 2
#: Rows of `Diary.due`: what is settled by the day of its payment, and by the day on which that is known.
BY_PAYMENT: Final = 0
BY_NEWS: Final = 1


@lowered
def run_product(
    path: int,
    bit: int,
    calendar: Calendar,
    book: Book,
    purchases: Purchases,
    account: Account,
    exposure: Exposure,
    diary: Diary,
    out: Outcome,
) -> None:
    """The days of one path under a discount product. U is what its buyer has paid out and not yet collected."""
    state, tally = diary.state, diary.tally
    fill(tally, 0)
    fill(state, 0)
    for t in range(calendar.days):
        diary.due[BY_PAYMENT, t] = 0
        diary.due[BY_NEWS, t] = 0
    if purchases.kind == SPOT:
        _read_deals(path, bit, calendar, account, exposure, diary, out)
    else:
        _read_sales(path, calendar, purchases, account, exposure, diary, out)
    state[UTILISATION] = account.opening_utilisation
    sold = purchases.kind != SPOT
    for invoice in purchases.held:
        state[UTILISATION] -= book.open_start[invoice] if sold else 0
    waiting = 0
    balance = book.opening
    for t in range(calendar.days):
        turn_month(t, tally, calendar)
        minimum = annual_minimum(path, t, account, diary, out)
        state[YEAR_FEES] += diary.fee[t]
        if minimum > 0 and not sold:
            _owe(calendar, t if calendar.business[t] else calendar.next_business[t], t, -minimum, diary)
        balance += exposure.kept[path, t] + diary.bank[t] + bank_fees(path, t, account, diary, out)
        if calendar.quarter_opens[t]:
            balance += overdraft_interest(path, t, tally, book, out)
        moved = diary.due[BY_PAYMENT, t]
        waiting += diary.due[BY_NEWS, t] - moved
        if moved != 0:
            post(path, FACTOR_TRANSFER if moved > 0 or sold else CASH_CALL, t, moved, out)
        balance += moved
        if not sold:
            received = exposure.base[path, t] - exposure.kept[path, t]
            state[UTILISATION] += diary.fee[t] + diary.fee_vat[t] + moved
            state[UTILISATION] -= received + diary.received[t] + diary.payout[t]
        count_debit(balance, tally)
        out.balance[path, t] = balance
        if out.state.shape[0]:
            # of a claim sold outright, what the buyer has not collected is what is open
            out.state[path, t, 0] = state[UTILISATION] + (exposure.assigned[path, t] if sold else 0)
            out.state[path, t, 1] = exposure.eligible_late[path, t]
            out.state[path, t, 3] = waiting
            out.state[path, t, 4] = exposure.assigned[path, t]


@lowered
def _owe(calendar: Calendar, day: int, news: int, amount: int, diary: Diary) -> None:
    """An amount to be settled on a day, known since another."""
    diary.due[BY_NEWS, news] += amount
    if day < calendar.days:
        diary.due[BY_PAYMENT, day] += amount


@lowered
def _read_deals(
    path: int, bit: int, calendar: Calendar, account: Account, exposure: Exposure, diary: Diary, out: Outcome
) -> None:
    """Spot: the advance less its flat fee on f; what is paid covers the advance first, the rest leaves on the next
    business day; what an unpaid advance lacks is claimed when the invoice goes back."""
    left = account.opening_utilisation
    deals = 0
    for row in range(exposure.turn_ptr[path], exposure.turn_ptr[path + 1]):
        kind = exposure.turn[row, 0]
        day = exposure.turn[row, 1]
        a = exposure.turn[row, 2]
        b = exposure.turn[row, 3]
        deal = b // 4
        if kind == DEAL:
            advance = apply_ppm(b if day >= 0 else a, account.advance_ppm)
            if day < 0:
                advance = min(left, advance)
                left -= advance
            else:
                fee = apply_ppm(a, account.flat_ppm)
                _keep_fee(path, day, fee, account, diary, out)
                _owe(calendar, day, day, advance - fee - apply_ppm(fee, account.vat_ppm), diary)
            diary.deal[ADVANCED, deals] = advance
            diary.deal[PAID, deals] = 0
            diary.deal[PASSED, deals] = 0
            deals += 1
        elif kind == DEAL_PAID and b & bit:
            diary.deal[PAID, deal] += a
            rest = max(0, diary.deal[PAID, deal] - diary.deal[ADVANCED, deal]) - diary.deal[PASSED, deal]
            diary.deal[PASSED, deal] += rest
            _owe(calendar, calendar.next_business[day], day, rest, diary)
        elif kind == DEAL_BACK and b & bit:
            lacking = max(0, diary.deal[ADVANCED, deal] - diary.deal[PAID, deal])
            _owe(calendar, day if calendar.business[day] else calendar.next_business[day], day, -lacking, diary)
    for t in range(calendar.days):
        # an indemnity delegated to the factor is passed on, no account being open
        _owe(calendar, calendar.next_business[t], t, diary.received[t], diary)


@lowered
def _keep_fee(path: int, day: int, fee: int, account: Account, diary: Diary, out: Outcome) -> None:
    vat = apply_ppm(fee, account.vat_ppm)
    diary.fee[day] += fee
    diary.fee_vat[day] += vat
    out.account[path, SERVICE_FEE] += fee
    out.account[path, SERVICE_VAT] += vat


@lowered
def _read_sales(
    path: int,
    calendar: Calendar,
    purchases: Purchases,
    account: Account,
    exposure: Exposure,
    diary: Diary,
    out: Outcome,
) -> None:
    """Reverse and forfaiting: ttc - discount - fee * (1 + vat) on f, nothing later."""
    year = PPM * account.day_count
    for row in range(exposure.turn_ptr[path], exposure.turn_ptr[path + 1]):
        if exposure.turn[row, 0] != SALE:
            continue
        day = exposure.turn[row, 1]
        amount = exposure.turn[row, 2]
        rate = account.month_ppm[calendar.month[day]]
        cost = rate * max(0, exposure.turn[row, 3])
        if purchases.kind == FORFAITING and account.true_yield:
            discount = amount - mul_div(amount, year, year + cost)
        else:
            discount = mul_div(amount, abs(cost), year)
            if cost < 0:
                discount = -discount
        vat = apply_ppm(discount, account.financing_vat_ppm)
        fee = service_fee(amount, account)
        _keep_fee(path, day, fee, account, diary, out)
        out.account[path, FINANCING_FEE] += discount
        out.account[path, FINANCING_VAT] += vat
        _owe(calendar, day, day, amount - fee - apply_ppm(fee, account.vat_ppm) - discount - vat, diary)
