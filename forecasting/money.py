"""Amounts as whole minor units, with the one rounding that the product knows.

Text becomes an integer once, at the door, and an integer becomes text once, at the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

#: Decimal places of currencies that do not have two.
_EXPONENTS = {
    "XOF": 0,
    "XAF": 0,
    "XPF": 0,
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "VND": 0,
    "TND": 3,
    "KWD": 3,
    "BHD": 3,
    "OMR": 3,
    "JOD": 3,
}

#: No single amount may pass this many minor units, so that any sum of a million of them stays in 64 bits.
AMOUNT_LIMIT_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency by its ISO 4217 code, with its number of decimal places."""

    code: str

    @property
    def exponent(self) -> int:
        """Decimal places: XOF 0, EUR 2, TND 3."""
        return _EXPONENTS.get(self.code, 2)


def round_ratio(numerator: int, denominator: int) -> int:
    """The whole number nearest to numerator/denominator, halves away from zero (domain C1).

    >>> round_ratio(5, 2), round_ratio(-5, 2), round_ratio(4, 3)
    (3, -3, 1)
    """
    assert denominator > 0, "a ratio needs a positive denominator"
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = quotient + (2 * rest >= denominator)
    return rounded if numerator >= 0 else -rounded


def apply_rate(amount_minor: int, rate: Decimal) -> int:
    """A rate of an amount, multiplied first and rounded once, halves away from zero.

    >>> apply_rate(1_200_000, Decimal("0.008"))
    9600
    """
    numerator, denominator = rate.as_integer_ratio()
    return round_ratio(amount_minor * numerator, denominator)


def converted(amount_minor: int, rate: Decimal, source: Currency, target: Currency) -> int:
    """An amount of one currency in another, at what one unit of it is worth there, rounded once.

    round(amount * rate * 10^(decimals of target - decimals of source)), minor units of each.

    >>> converted(1_000, Decimal("0.92"), Currency("USD"), Currency("EUR"))
    920
    >>> converted(1_000, Decimal("0.00152"), Currency("XOF"), Currency("EUR"))
    152
    """
    numerator, denominator = rate.as_integer_ratio()
    shift = target.exponent - source.exponent
    return round_ratio(amount_minor * numerator * 10 ** max(shift, 0), denominator * 10 ** max(-shift, 0))


def net_of_vat(gross_minor: int, vat_rate: Decimal) -> int:
    """The amount before VAT, half_up(gross / (1 + vat))."""
    numerator, denominator = (1 + vat_rate).as_integer_ratio()
    return round_ratio(gross_minor * denominator, numerator)


def to_minor(text: str, exponent: int) -> int:
    """Minor units of a plain amount such as "1234.56"; ValueError where it is not one or carries a fraction of a cent."""
    try:
        scaled = Decimal(text.strip()).scaleb(exponent)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(text)
    return int(scaled)


def to_text(amount_minor: int, exponent: int) -> str:
    """A plain amount such as "1234.56" for files (screens format through i18n)."""
    if exponent == 0:
        return str(amount_minor)
    unit = 10**exponent
    whole, cents = divmod(abs(amount_minor), unit)
    return f"{'-' if amount_minor < 0 else ''}{whole}.{cents:0{exponent}d}"
