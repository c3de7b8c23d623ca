"""Days sales outstanding, simple or counted back month by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from forecasting.money import round_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Dso:
    """Days sales outstanding with two decimals; `flag` says when the known months did not reach back far enough."""

    days: Decimal
    flag: Literal["history_too_short"] | None = None


def simple(balance_minor: int, turnover_minor: int, days: int) -> Dso:
    """How many days of sales the customers owe: balance * days / turnover, both with VAT, two decimals half up.

    The balance includes assigned invoices and bills not yet due. The turnover must be above 0.
    """
    if turnover_minor <= 0:
        raise ValueError("days of sales need a turnover above 0")
    return Dso(days=_two_decimals(balance_minor * days, turnover_minor))


def count_back(balance_minor: int, months: Iterable[tuple[int, int]]) -> Dso:
    """How many days of the latest sales the customers still owe, counted back from the latest month.

    `months` holds (turnover in minor units with VAT, days), latest first. While the balance covers a month's turnover,
    subtract it and add the month's days; then add balance / turnover * days of the next month. Stops at a balance of 0.
    """
    whole_days, left = 0, balance_minor
    for turnover_minor, days in months:
        if left <= 0:
            break
        if left < turnover_minor:
            return Dso(days=_two_decimals(whole_days * turnover_minor + left * days, turnover_minor))
        left -= turnover_minor
        whole_days += days
    return Dso(days=_two_decimals(whole_days, 1), flag="history_too_short" if left > 0 else None)


def _two_decimals(numerator: int, denominator: int) -> Decimal:
    return Decimal(round_ratio(100 * numerator, denominator)).scaleb(-2)
