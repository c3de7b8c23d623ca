"""Second stage, the bank account of one path: flows posted under their heading, overdraft interest by quarter (1.9)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_book import Book, Calendar
from forecasting.simulation.kernel_money import PPM, apply_ppm, fill, inlined, lowered, mul_div
from forecasting.simulation.kernel_results import BANK_INTEREST, Outcome

Int64 = npt.NDArray[np.int64]

#: Interest on overdrafts runs on a year of 360 days.
_YEAR: Final = 360
#: Places in a tally of debit balances: days of the quarter added up; this month's highest; sum of the quarter's highest.
_OWED: Final = 0
_HIGHEST: Final = 1
_HIGHS: Final = 2
TALLY: Final = 3


@inlined
def post(path: int, heading: int, day: int, amount: int, out: Outcome) -> None:
    """A flow under its heading, added over the paths by day and over the days by path."""
    out.daily[heading, day] += amount
    out.total[path, heading] += amount


@lowered
def overdraft_interest(path: int, t: int, tally: Int64, book: Book, out: Outcome) -> int:
    """What the bank takes this morning: on a quarter's first business day, interest and fee of the quarter before.

    interest = round(sum of max(-balance, 0) over its days * overdraft_rate / 360), fee = round(overdraft_fee_rate * sum
    of each month's highest debit). Days before the first of this quarter were moved aside by `count_debit`.
    """
    if tally[TALLY + _OWED] == 0:
        return 0
    interest = mul_div(tally[TALLY + _OWED], book.overdraft_ppm, PPM * _YEAR)
    fee = apply_ppm(tally[TALLY + _HIGHS], book.overdraft_fee_ppm)
    tally[TALLY + _OWED] = 0
    tally[TALLY + _HIGHS] = 0
    post(path, BANK_INTEREST, t, -(interest + fee), out)
    return -(interest + fee)


@inlined
def turn_month(t: int, tally: Int64, calendar: Calendar) -> None:
    """On the first day of a month its highest debit starts afresh; on that of a quarter the old quarter is set aside."""
    if t == 0 or calendar.month[t] == calendar.month[t - 1]:
        return
    tally[_HIGHS] += tally[_HIGHEST]
    tally[_HIGHEST] = 0
    if calendar.quarter_starts[t]:
        tally[TALLY + _OWED] = tally[_OWED]
        tally[TALLY + _HIGHS] = tally[_HIGHS]
        tally[_OWED] = 0
        tally[_HIGHS] = 0


@inlined
def count_debit(balance: int, tally: Int64) -> None:
    """The evening's debit balance."""
    if balance < 0:
        tally[_OWED] -= balance
        tally[_HIGHEST] = max(tally[_HIGHEST], -balance)


@lowered
def run_bank(path: int, calendar: Calendar, book: Book, flows: Int64, more: Int64, tally: Int64, out: Outcome) -> None:
    """The days of one path without a factor's account; `flows` and `more` int64 (H,) add up to the day's bank flows."""
    fill(tally, 0)
    balance = book.opening
    for t in range(calendar.days):
        turn_month(t, tally, calendar)
        balance += flows[t] + more[t]
        if calendar.quarter_opens[t]:
            balance += overdraft_interest(path, t, tally, book, out)
        count_debit(balance, tally)
        out.balance[path, t] = balance
