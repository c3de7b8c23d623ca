"""Luck depends on its coordinates alone, and the bad years are spread evenly over the paths."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.simulation.luck import (
    BATCHES,
    GOLDEN,
    batch_of,
    mix,
    reversed_bits,
    step,
    systematic_factors,
    uniforms,
    words,
)


def test_mix_is_the_finaliser_of_splitmix64() -> None:
    """First outputs of SplitMix64 from seed 0, as printed in the test vectors of its reference implementation."""
    states = np.arange(1, 4, dtype=np.uint64) * GOLDEN
    assert mix(states).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_a_word_depends_on_its_own_coordinates_alone() -> None:
    whole = words(7, np.arange(100)[:, None], np.array([3, -5, 2**40])[None, :], 9)
    assert whole[41, 1] == words(7, 41, -5, 9)
    assert len(np.unique(whole)) == whole.size
    assert words(8, 41, -5, 9) != whole[41, 1]


def test_a_state_before_its_counter_differs_from_every_word() -> None:
    state = step(words(1, 2, 3, 4), 5)
    assert len({*step(state, np.arange(1_000)).tolist(), *state.tolist()}) == 1_001


def test_uniforms_are_strictly_inside() -> None:
    ends = uniforms(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert 0 < ends[0] < ends[1] < 1


def test_bits_in_reverse_order() -> None:
    assert reversed_bits(np.array([0, 1, 2, 3])).tolist() == [0, 2**31, 2**30, 2**31 + 2**30]
    numbers = np.random.default_rng(1).integers(0, 2**32, 100)
    assert reversed_bits(reversed_bits(numbers).astype(np.int64)).tolist() == numbers.tolist()


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_the_first_paths_are_those_of_any_longer_run(seed: int) -> None:
    assert np.array_equal(systematic_factors(seed, np.arange(10_000))[:1_000], systematic_factors(seed, np.arange(1_000)))


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_every_batch_is_spread_evenly(seed: int) -> None:
    """64 points of a batch fall one into each of 64 equally likely intervals."""
    from scipy.special import ndtr

    paths = np.arange(64 * BATCHES)
    share = ndtr(systematic_factors(seed, paths))
    for batch in range(BATCHES):
        cells = np.floor(share[batch_of(paths) == batch] * 64).astype(int)
        assert sorted(cells.tolist()) == list(range(64))


def test_batches_are_scrambled_apart() -> None:
    factors = systematic_factors(5, np.arange(64 * BATCHES))
    assert len(np.unique(factors)) == factors.size
    ordered = np.sort(factors.reshape(64, BATCHES), axis=0)
    assert all(not np.allclose(ordered[:, a], ordered[:, b], atol=1e-4) for a in range(BATCHES) for b in range(a))
