"""Luck as a function: the random word of a seed, a path, an entity and a counter, with nothing remembered in between.

word(seed, path, key, counter) = mix(mix(mix(mix(seed) + path*G) + key*G) + counter*G), where `mix` is the finaliser of
splitmix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators") and G its golden increment.
Every draw depends on its own coordinates alone: more paths, other invoices or other threads change nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Words = npt.NDArray[np.uint64]

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
#: Counters of an entity's words. The delay of an open invoice is its state itself, before any counter; that of business
#: to come is its short word.
DEBTOR: Final = 1 << 40
ONSET: Final = DEBTOR + 1
PROCEDURE: Final = DEBTOR + 2
DISPUTE: Final = DEBTOR + 3
SECTOR: Final = DEBTOR + 4

_SHORT_1: Final = np.uint32(0x7FEB352D)
_SHORT_2: Final = np.uint32(0x846CA68B)

#: Normal quantiles of 2^16 equally likely cells (cell middles): a table, so that a compiled twin draws the same bits.
NORMAL_CELLS: Final[npt.NDArray[np.float64]] = ndtri((np.arange(65_536) + 0.5) / 65_536)
NORMAL_CELLS.setflags(write=False)


def mix(x: Words) -> Words:
    """The splitmix64 finaliser of each word: a bijection that leaves no visible structure; uint64, any shape."""
    z: Words = np.bitwise_xor(x, x >> np.uint64(30))
    z *= _MIX_1
    z ^= z >> np.uint64(27)
    z *= _MIX_2
    z ^= z >> np.uint64(31)
    return z


def step(state: Words, coordinate: npt.ArrayLike) -> Words:
    """The state after one more coordinate (path, stable key or counter, any whole numbers); broadcasts."""
    moved = np.asarray(coordinate).astype(np.int64).astype(np.uint64) * GOLDEN
    return mix(np.asarray(state + moved))


def path_states(seed: int, paths: npt.ArrayLike) -> Words:
    """The state of each path of a seed; uint64, shape of `paths`."""
    start = mix(np.array([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64))
    return step(start, paths)


def words(seed: int, path: npt.ArrayLike, key: npt.ArrayLike, counter: npt.ArrayLike) -> Words:
    """The random 64-bit word of (seed, path, stable key, counter); the arguments broadcast."""
    return step(step(path_states(seed, path), key), counter)


def short_words(state: Words, key: Words) -> npt.NDArray[np.uint32]:
    """32 random bits of a path's state and an entity's key (its stable number times G); broadcasts.

    Two rounds of a 32-bit finaliser (multipliers of Wellons 2018, "Prospecting for hash functions"): the lower halves of
    state and key enter before the first, the upper halves before the second. Four times as fast to compile into a loop
    over invoices as a 64-bit word; what is rare or needs more bits takes a word of `step` instead.
    """
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    x = (state & low).astype(np.uint32) + (key & low).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * _SHORT_1
    x += (state >> half).astype(np.uint32) + (key >> half).astype(np.uint32)
    x = (x ^ (x >> np.uint32(15))) * _SHORT_2
    return x ^ (x >> np.uint32(16))


def step_of(counter: int) -> np.uint64:
    """What a counter adds to a state."""
    return np.uint64(counter * int(GOLDEN) % 2**64)


def uniforms(word: Words) -> npt.NDArray[np.float64]:
    """A number strictly between 0 and 1 from the upper 52 bits of each word."""
    return ((word >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def normals(word: Words) -> npt.NDArray[np.float64]:
    """A standard normal number from the upper 16 bits of each word (a table of 65,536 cells)."""
    return NORMAL_CELLS[(word >> np.uint64(48)).astype(np.intp)]


#: Paths are dealt in turn to this many batches; each batch stratifies the systematic factor by a scramble of its own,
#: so that batches are independent of one another and their spread measures the error of any figure.
BATCHES: Final = 16
#: The key under which the scrambles stand (no path has this number, no entity this key).
_SYSTEMATIC: Final = -1


def batch_of(paths: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The batch, 0 to 15, that each path belongs to."""
    return np.asarray(paths, dtype=np.int64) % BATCHES


def reversed_bits(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """The 32 bits of each number in reverse order: the van der Corput sequence in base 2, times 2^32."""
    x = numbers.astype(np.uint32)
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF)):
        x = ((x >> np.uint32(shift)) & np.uint32(mask)) | ((x & np.uint32(mask)) << np.uint32(shift))
    return (x >> np.uint32(16)) | (x << np.uint32(16))


def systematic_factors(seed: int, paths: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """How bad the year is on each path: standard normal numbers, + is bad, evenly spread over the paths.

    Path p is the (p // 16)-th point of batch p % 16: the van der Corput point, its digits flipped by the batch's random
    word (digital shift, Owen 1995), through the normal quantile. The first n paths are the paths of any longer run.
    Batches stay independent, as the error bars of stratified draws need. float64, shape of `paths`.
    """
    number = np.asarray(paths, dtype=np.int64)
    scrambles = (words(seed, -1, _SYSTEMATIC, np.arange(BATCHES)) >> np.uint64(32)).astype(np.uint32)
    point = reversed_bits(number // BATCHES) ^ scrambles[batch_of(number)]
    factors: npt.NDArray[np.float64] = ndtri((point.astype(np.float64) + 0.5) * 2.0**-32)
    return factors
