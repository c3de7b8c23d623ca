"""The kernel's arithmetic: whole numbers of 64 bits, one rounding, no overflow.

The functions run compiled and uncompiled from this same source. `forecasting.money` says the same in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from numba.extending import register_jitable

_Array = npt.NDArray[np.signedinteger[Any]] | npt.NDArray[np.uint8]

#: No function but the entries is called from Python: their wrappers would cost half of the time to compile.
_INNER: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Compiler options of every kernel function: nothing is allocated (so nothing is counted and freed in the loops: the
#: caller brings all the room that is needed), and no check for a divisor of 0 (all divisors are positive).
OPTIONS: Final[dict[str, Any]] = {"_nrt": False, "error_model": "numpy"}

#: Rates are whole numbers of millionths.
PPM: Final = 1_000_000
#: An amount that nothing reaches: an absent limit. Two of them still add up within 64 bits.
NO_LIMIT: Final = 2**61
#: In place of a share before VAT: no VAT is due.
NO_TAX: Final = -1
#: Both factors below this: their product stays below 2**62.
_SMALL: Final = 2**31


def lowered(function: _Function) -> _Function:
    """Marks a function that compiled code may call and plain Python too, from the same source."""
    marked: _Function = register_jitable(**OPTIONS, **_INNER)(function)
    return marked


def inlined(function: _Function) -> _Function:
    """The same for a step of a loop over days or events: its body takes the place of each call."""
    marked: _Function = register_jitable(**OPTIONS, **_INNER, forceinline=True)(function)
    return marked


@inlined
def row_number(number: int) -> int:
    """A row's number read from a signed column, without its sign: for the compiler it then never counts from the end."""
    unsigned: int = np.uint32(number)  # type: ignore[assignment]
    return unsigned


@inlined
def round_ratio(numerator: int, denominator: int) -> int:
    """numerator / denominator to the nearest whole number, halves away from zero; denominator > 0."""
    if numerator < 0:
        return -round_ratio_positive(-numerator, denominator)
    return round_ratio_positive(numerator, denominator)


@inlined
def round_ratio_positive(numerator: int, denominator: int) -> int:
    """The same for a numerator that is not negative."""
    quotient = numerator // denominator
    if 2 * (numerator - quotient * denominator) >= denominator:
        quotient += 1
    return quotient


@inlined
def apply_ppm(amount: int, rate_ppm: int) -> int:
    """A rate of an amount, rounded once. |amount * rate_ppm| < 2**63, which holds below 9 * 10**12 minor units at 100 %."""
    return round_ratio(amount * rate_ppm, PPM)


@lowered
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


@lowered
def share(amount: int, part: int, whole: int) -> int:
    """round(amount * part / whole) for an amount of either sign, exact although the product may pass 64 bits."""
    if amount < 0:
        return -mul_div(-amount, part, whole)
    return mul_div(amount, part, whole)


@lowered
def fill(target: _Array, value: int) -> None:
    """One value everywhere in a column."""
    for k in range(target.shape[0]):
        target[k] = value


@lowered
def copy(source: _Array, target: _Array) -> None:
    """A column over another of the same length."""
    for k in range(target.shape[0]):
        target[k] = source[k]


@lowered
def add(source: _Array, target: _Array) -> None:
    """Adds a table of rows and columns to another of the same shape."""
    for k in range(target.shape[0]):
        for j in range(target.shape[1]):
            target[k, j] += source[k, j]


@lowered
def total(column: _Array) -> int:
    """The sum of a column."""
    amount = 0
    for k in range(column.shape[0]):
        amount += column[k]
    return amount
