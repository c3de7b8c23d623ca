"""Second stage, interest in advance: taken from each draw up to its expected payment, trued up when it is repaid.

Provisional in the specification (1.4, OP-19): receipts and cash calls repay the oldest draw first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.simulation.kernel_account import Account
from forecasting.simulation.kernel_money import PPM, lowered, share

Int64 = npt.NDArray[np.int64]

#: Rows of a queue of draws: what is left of each, the day on which its payment is expected, its yearly rate.
LEFT: Final = 0
EXPECTED: Final = 1
RATE: Final = 2
TRANCHE_ROWS: Final = 3
#: Places of the queue's first and next draw in the account's state.
_FIRST: Final = 4
_NEXT: Final = 5


@lowered
def prepay(t: int, amount: int, expected: int, rate: int, tranche: Int64, state: Int64, account: Account) -> int:
    """I = round(draw * rate * (expected_pay - draw_date) / day_count)."""
    place = state[_NEXT]
    tranche[LEFT, place] = amount
    tranche[EXPECTED, place] = expected
    tranche[RATE, place] = rate
    state[_NEXT] += 1
    cost = abs(rate) * (expected - t)
    interest = share(amount, cost, PPM * account.day_count)
    return interest if rate >= 0 else -interest


@lowered
def repay(t: int, amount: int, tranche: Int64, state: Int64, account: Account) -> int:
    """What the days between expected and actual payment add or give back, rounded once, halves away from zero.

    The sum of part * days * rate / year is kept as whole + rest / year, so that no product passes 64 bits.
    """
    year = PPM * account.day_count
    whole = 0
    rest = 0
    while amount > 0 and state[_FIRST] < state[_NEXT]:
        place = state[_FIRST]
        part = min(amount, tranche[LEFT, place])
        days = part * (t - tranche[EXPECTED, place])
        whole += (days // year) * tranche[RATE, place]
        rest += (days % year) * tranche[RATE, place]
        whole += rest // year
        rest %= year
        tranche[LEFT, place] -= part
        amount -= part
        if tranche[LEFT, place] == 0:
            state[_FIRST] += 1
    if whole >= 0:
        return whole + 1 if 2 * rest >= year else whole
    return whole + 1 if 2 * rest > year else whole
