"""Luck depends on its coordinates alone, and the bad years are spread evenly over the paths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from forecasting.simulation.luck import (
    BATCHES,
    GOLDEN,
    batch_of,
    mix,
    path_states,
    reversed_bits,
    short_words,
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


@pytest.fixture(scope="module")
def short() -> npt.NDArray[np.uint32]:
    """Short words of 4,000 paths and 250 invoices, neighbouring keys among them; uint32 (4000, 250)."""
    stable = np.concatenate([np.arange(50), np.random.default_rng(5).integers(0, 2**62, 200)]).astype(np.uint64)
    return short_words(path_states(3, np.arange(4_000))[:, None], stable * GOLDEN)


def test_short_words_are_one_value_of_a_path_and_a_key(short: npt.NDArray[np.uint32]) -> None:
    alone = short_words(path_states(3, np.array([17])), np.array([4], dtype=np.uint64) * GOLDEN)
    assert short[17, 4] == alone[0]


@pytest.mark.parametrize("shift", [0, 8, 16, 24])
def test_every_byte_of_a_short_word_is_spread_evenly(short: npt.NDArray[np.uint32], shift: int) -> None:
    """Chi-square of 256 cells: mean 255, standard deviation 22.6; over all words, and of each invoice over the paths."""
    value = (short >> np.uint32(shift)) & np.uint32(255)
    count = np.bincount(value.ravel(), minlength=256)
    assert ((count - short.size / 256) ** 2 / (short.size / 256)).sum() < 255 + 5 * 22.6
    each = np.array([np.bincount(column, minlength=256) for column in value.T])
    score = ((each - 4_000 / 256) ** 2 / (4_000 / 256)).sum(axis=1)
    assert score.max() < 255 + 6 * 22.6
    assert abs(score.mean() - 255) < 5 * 22.6 / np.sqrt(len(score))


@pytest.mark.parametrize(("one", "other"), [(16, 16), (16, 0), (0, 0)])
def test_short_words_of_two_invoices_do_not_move_together(short: npt.NDArray[np.uint32], one: int, other: int) -> None:
    """Over the paths, no two invoices are correlated, neither half with either half: |r| stays that of chance."""
    first = ((short >> np.uint32(one)) & np.uint32(0xFFFF)).astype(np.float64)
    second = ((short >> np.uint32(other)) & np.uint32(0xFFFF)).astype(np.float64)
    r = np.corrcoef(first.T, second.T)[:250, 250:]
    if one == other:
        r = r[~np.eye(250, dtype=bool)]
    z = r.ravel() * np.sqrt(4_000)
    assert np.abs(z).max() < 5.5
    assert abs(z.std() - 1) < 0.02


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
