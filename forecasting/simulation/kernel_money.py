"""The kernel's arithmetic: whole numbers of 64 bits, one rounding, no overflow.

The functions run compiled and uncompiled from this same source. `forecasting.money` says the same in plain Python.
"""

from __future__ import annotations

from typing import Final

from numba.extending import register_jitable

#: Rates are whole numbers of millionths.
PPM: Final = 1_000_000
#: An amount that nothing reaches: an absent limit. Two of them still add up within 64 bits.
NO_LIMIT: Final = 2**61
#: Both factors below this: their product stays below 2**62.
_SMALL: Final = 2**31


@register_jitable
def round_ratio(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole number, halves away from zero; denominator > 0."""
    if numerator < 0:
        return -round_ratio_positive(-numerator, denominator)
    return round_ratio_positive(numerator, denominator)


@register_jitable
def round_ratio_positive(numerator: int, denominator: int) -> int:
    """The same for a numerator that is not negative."""
    quotient = numerator // denominator
    if 2 * (numerator - quotient * denominator) >= denominator:
        quotient += 1
    return quotient


@register_jitable
def apply_ppm(amount: int, rate_ppm: int) -> int:
    """A rate of an amount, rounded once. |amount * rate_ppm| < 2**63, which holds below 9 * 10**12 minor units at 100 %."""
    return round_ratio(amount * rate_ppm, PPM)


@register_jitable
def mul_div(a: int, b: int, c: int) -> int:
    """round(a * b / c), exact although a * b may pass 64 bits; a, b >= 0, 0 < c < 2**61.

    a * b = a * (b // c) * c + a * (b % c); the second part is divided bit by bit of a, its rest staying below 2c.
    """
    if a < _SMALL and b < _SMALL:
        return round_ratio_positive(a * b, c)
    whole = a * (b // c)
    part = b % c
    quotient = 0
    rest = 0
    for bit in range(62, -1, -1):
        quotient *= 2
        rest *= 2
        if rest >= c:
            rest -= c
            quotient += 1
        if (a >> bit) & 1:
            rest += part
            if rest >= c:
                rest -= c
                quotient += 1
    if 2 * rest >= c:
        quotient += 1
    return whole + quotient
