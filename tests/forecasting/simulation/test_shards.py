"""Paths drawn in pieces, in any order, are the projection drawn at once, bit for bit."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.company import expectations
from forecasting.curve import Projection
from forecasting.scenario import Defaults, Scenario
from forecasting.simulation.engine import Book, Watch, evaluate, projection_of, simulate, sums_of
from forecasting.simulation.shards import Shard, merged, shards_of
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, small
from tests.forecasting.simulation.test_engine import same

PATHS = 90
QUESTION = Scenario(path_count=PATHS, horizon_days=120, defaults=Defaults(multiply_probability=Decimal(3)))


def book() -> Book:
    ledger = small(120)
    return simulate(ledger, QUESTION, learnt=expectations(ledger))


@cache
def at_once() -> Projection:
    return evaluate(book(), FACTORING, INSURANCE)


def in_pieces(shards: list[Shard], asked: Book) -> Projection:
    parts = ((shard, sums_of(asked, FACTORING, INSURANCE, shard, threads=1)) for shard in shards)
    sums = merged(parts, PATHS)
    return projection_of(asked, sums, FACTORING, INSURANCE, threads=1, check_paths=0, watch=Watch(None))


@st.composite
def partitions(draw: st.DrawFn) -> list[Shard]:
    """The paths cut anywhere, the pieces in any order."""
    cuts = [0, *sorted(draw(st.sets(st.integers(1, PATHS - 1), max_size=8))), PATHS]
    shards = [Shard(first=a, stop=b) for a, b in itertools.pairwise(cuts)]
    return draw(st.permutations(shards))


@given(partitions())
@settings(max_examples=25)
def test_any_pieces_in_any_order_are_the_whole(shards: list[Shard]) -> None:
    assert same(in_pieces(shards, book()), at_once())


@given(st.lists(partitions(), min_size=2, max_size=3))
@settings(max_examples=8)
def test_a_book_that_drew_other_pieces_before_draws_the_same(asked: list[list[Shard]]) -> None:
    kept = book()
    assert all(same(in_pieces(shards, kept), at_once()) for shards in asked)


@given(st.integers(1, 500), st.integers(1, 600))
def test_shards_hold_every_path_once(count: int, size: int) -> None:
    shards = shards_of(count, size)
    assert [path for shard in shards for path in range(shard.first, shard.stop)] == list(range(count))
    assert all(len(shard) <= size for shard in shards)


def test_a_path_that_is_missing_or_comes_twice_is_noticed() -> None:
    asked = book()
    first, second = ((s, sums_of(asked, None, None, s)) for s in shards_of(PATHS, PATHS // 2))
    with pytest.raises(AssertionError, match="missing"):
        merged([first], PATHS)
    with pytest.raises(AssertionError, match="twice"):
        merged([first, first, second], PATHS)


def test_parts_may_be_read_only_and_stay_as_they_are() -> None:
    """Results of another process come as views of memory that is not ours."""
    asked = book()
    shard = Shard(first=0, stop=PATHS)
    sums = sums_of(asked, FACTORING, None, shard)
    for part in sums.values():
        part.balance.setflags(write=False)
        part.daily.setflags(write=False)
    whole = merged([(shard, sums)], PATHS)
    assert whole.keys() == sums.keys()
    for variant, part in sums.items():
        assert np.array_equal(whole[variant].balance, part.balance) and whole[variant].balance is not part.balance
        assert np.array_equal(whole[variant].daily, part.daily)
        assert (whole[variant].loss, whole[variant].account) == (part.loss, part.account)


def test_the_first_paths_of_pieces_are_held_against_the_reference() -> None:
    asked = book()
    shards = shards_of(PATHS, 40)
    sums = merged(((s, sums_of(asked, FACTORING, INSURANCE, s)) for s in shards[::-1]), PATHS)
    wrong = {v: replace(s, balance=s.balance + (np.arange(PATHS) == 1)[:, None]) for v, s in sums.items()}
    for answer, differences in ((sums, 0), (wrong, 4 * QUESTION.horizon_days)):
        found = projection_of(asked, answer, FACTORING, INSURANCE, threads=1, check_paths=3, watch=Watch(None))
        assert (found.check_paths, found.check_differences) == (3, differences)
