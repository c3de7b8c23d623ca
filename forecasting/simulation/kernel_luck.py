"""The mixing of `luck` as compiled code takes it, a word at a time."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True, inline="always")
def mixed(z: np.uint64) -> np.uint64:
    """The finaliser of `luck.mix`."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(nogil=True, cache=True, inline="always")
def short_word(first: np.uint32, second: np.uint32, low: np.uint32, high: np.uint32) -> np.uint32:
    """`luck.short_words` of the lower and upper halves of a state and a key.

    Every step is cut back to 32 bits, else the compiler works on half as many at a time.
    """
    x = np.uint32(low + first)
    x = np.uint32(np.uint32(x ^ np.uint32(x >> np.uint32(16))) * np.uint32(0x7FEB352D))
    x = np.uint32(x + np.uint32(high + second))
    x = np.uint32(np.uint32(x ^ np.uint32(x >> np.uint32(15))) * np.uint32(0x846CA68B))
    return np.uint32(x ^ np.uint32(x >> np.uint32(16)))
