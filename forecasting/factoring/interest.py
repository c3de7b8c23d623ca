"""The financing commission: the rate of a month, what a month owes, what a draw pays in advance (domain 1.4 steps 3, 10)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from forecasting.dates import business_day_from, to_date, to_day
from forecasting.factoring.contract import FactoringContract
from forecasting.money import round_ratio


def first_business_day(day: int) -> int:
    """The first business day of the month of a day."""
    return business_day_from(to_day(to_date(day).replace(day=1)))


def rate_of_month(contract: FactoringContract, day: int) -> Decimal:
    """The yearly rate of the month of a day: max(index, floor) + margin, for every day of that month.

    The index is the row with the latest `from` not after the month's first business day (the first row before any).
    """
    if not contract.index:
        return contract.margin
    start = first_business_day(day)
    rows = sorted(contract.index, key=lambda row: row.day)
    index = [row.rate for row in rows if row.day <= start][-1:] or [rows[0].rate]
    floored = index[0] if contract.index_floor is None else max(index[0], contract.index_floor)
    return floored + contract.margin


def interest(amount_days_minor: int, rate_pa: Decimal, day_count: int) -> int:
    """round(sum over days of the balance * rate / day_count), one rounding."""
    numerator, denominator = rate_pa.as_integer_ratio()
    return round_ratio(amount_days_minor * numerator, denominator * day_count)


@dataclass(slots=True)
class _Tranche:
    """What is left of one draw whose interest was taken in advance."""

    left_minor: int
    expected: int
    rate_pa: Decimal


class AdvanceInterest:
    """Interest taken from each draw up to its expected payment, trued up when receipts repay it, oldest draw first."""

    def __init__(self, contract: FactoringContract) -> None:
        self._contract = contract
        self._tranches: deque[_Tranche] = deque()

    def draw(self, day: int, amount_minor: int, expected: int) -> int:
        """I = round(draw * rate * (expected_pay - draw_date) / day_count), to deduct from the transfer."""
        rate = rate_of_month(self._contract, day)
        self._tranches.append(_Tranche(amount_minor, expected, rate))
        return interest(amount_minor * (expected - day), rate, self._contract.day_count)

    def repay(self, day: int, amount_minor: int) -> int:
        """What the days between expected and actual payment add (or give back), rounded once per repayment."""
        total = Fraction(0)
        while amount_minor > 0 and self._tranches:
            tranche = self._tranches[0]
            part = min(amount_minor, tranche.left_minor)
            total += part * (day - tranche.expected) * Fraction(tranche.rate_pa) / self._contract.day_count
            tranche.left_minor -= part
            amount_minor -= part
            if not tranche.left_minor:
                self._tranches.popleft()
        return round_ratio(total.numerator, total.denominator)


class Accrual:
    """What each month owes: sums over its days of max(U, 0) and of the availability left unused (step 10)."""

    def __init__(self, contract: FactoringContract) -> None:
        self._contract = contract
        self._months: dict[int, tuple[int, int]] = {}

    def add(self, day: int, balance_minor: int, unused_minor: int) -> None:
        """One day at its end."""
        month = to_day(to_date(day).replace(day=1))
        balance, unused = self._months.get(month, (0, 0))
        self._months[month] = balance + max(balance_minor, 0), unused + max(unused_minor, 0)

    def due(self, day: int) -> tuple[int, int]:
        """On the first business day of a month, interest and commitment fee of the month before; else (0, 0)."""
        if day != first_business_day(day):
            return 0, 0
        this_month = to_day(to_date(day).replace(day=1))
        before = to_day(to_date(this_month - 1).replace(day=1))
        balance, unused = self._months.pop(before, (0, 0))
        base = self._contract.day_count
        financed = 0
        if self._contract.interest_mode == "arrears":
            financed = interest(balance, rate_of_month(self._contract, before), base)
        return financed, interest(unused, self._contract.commitment_fee_rate, base)
