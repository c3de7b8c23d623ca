"""A projection in pieces: ranges of its paths that anybody may draw, in any order, put together as if drawn at once.

Luck belongs to a path's own number, amounts are whole: the sums of the ranges are those of all paths, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.curve import Sums
from forecasting.simulation.flows import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Paths `first` to `stop` - 1 of a question."""

    first: int
    stop: int

    def __post_init__(self) -> None:
        assert 0 <= self.first < self.stop, "a shard holds at least one path"

    def __len__(self) -> int:
        return self.stop - self.first


def shards_of(count: int, size: int) -> tuple[Shard, ...]:
    """Paths 0 to `count` - 1 in ranges of so many; the last one may be shorter."""
    return tuple(Shard(first=first, stop=min(first + size, count)) for first in range(0, count, size))


def merged(parts: Iterable[tuple[Shard, Mapping[Variant, Sums]]], count: int) -> dict[Variant, Sums]:
    """The sums of all `count` paths from those of their ranges, in whatever order these come; each is let go once copied."""
    came = np.zeros(count, dtype=np.bool_)
    whole: dict[Variant, Sums] = {}
    for shard, sums in parts:
        assert not came[shard.first : shard.stop].any(), "a path came twice"
        came[shard.first : shard.stop] = True
        for variant, part in sums.items():
            whole[variant] = _with(whole.get(variant) or _none_yet(part, count), shard, part)
    assert came.all(), "a path is missing"
    return whole


def _none_yet(like: Sums, count: int) -> Sums:
    balance = np.zeros((count, like.balance.shape[1]), dtype=np.int64)
    return Sums(variant=like.variant, balance=balance, daily=np.zeros_like(like.daily), loss={}, account={})


def _with(so_far: Sums, shard: Shard, part: Sums) -> Sums:
    so_far.balance[shard.first : shard.stop] = part.balance
    so_far.daily[:] += part.daily
    return replace(so_far, loss=_added(so_far.loss, part.loss), account=_added(so_far.account, part.account))


def _added(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    return {name: a.get(name, 0) + amount for name, amount in b.items()}
