"""Amounts of other currencies in the company's own, at one rate per currency for one ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from data.store import Cursor
from forecasting.dates import to_date
from forecasting.ledger import NO_AMOUNT, Amounts
from forecasting.money import Currency, apply_rate


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates on one day: minor units of the company's currency for one minor unit of each foreign one."""

    home: str
    foreign: Mapping[str, Decimal]

    def convert_one(self, amount_minor: int, currency: str) -> int:
        """An amount in the company's currency, rounded once, halves away from zero."""
        return amount_minor if currency == self.home else apply_rate(amount_minor, self.foreign[currency])

    def per_unit(self, currency: str) -> Decimal:
        """What one unit of a foreign currency is worth in units of the company's."""
        return self.foreign[currency].scaleb(Currency(currency).exponent - Currency(self.home).exponent)

    def convert(self, amounts_minor: Amounts, currencies: Sequence[str] | None) -> Amounts:
        """A column in the company's currency; `currencies` None says that all of it is so already."""
        if currencies is None:
            return amounts_minor
        converted = amounts_minor.copy()
        for i, currency in enumerate(currencies):
            if currency != self.home and amounts_minor[i] != NO_AMOUNT:
                converted[i] = self.convert_one(int(amounts_minor[i]), currency)
        return np.asarray(converted, dtype=np.int64)


def read_rates(cursor: Cursor, home: str, as_of: int) -> Rates:
    """The latest rate of each currency on or before a day, else the first one after it."""
    rows = cursor.execute(
        "SELECT currency, coalesce(last(rate ORDER BY day) FILTER (day <= $day), first(rate ORDER BY day)) "
        "FROM exchange_rate WHERE currency <> $home GROUP BY currency",
        {"day": to_date(as_of), "home": home},
    ).fetchall()
    exponent = Currency(home).exponent
    return Rates(home, {c: rate.scaleb(exponent - Currency(c).exponent) for c, rate in rows})
