"""A small memory of results by hashable keys, bounded, shared by all sessions, each result computed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Keeps the `limit` results used last; two sessions that ask the same at once wait for one computation.

    Keys are compared in full (a ledger's fingerprint, a scenario, contracts), never sampled, so that a changed cent is
    a new key.
    """

    def __init__(self, limit: int) -> None:
        assert limit > 0, "a memory of nothing remembers nothing"
        self._limit = limit
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._busy: dict[K, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: K, compute: Callable[[], V]) -> V:
        """The result of a key, computed now where it is not kept; a failed computation leaves no trace."""
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            turn = self._busy.setdefault(key, threading.Lock())
        with turn:
            with self._guard:
                if key in self._kept:
                    return self._kept[key]
            try:
                value = compute()
            finally:
                with self._guard:
                    self._busy.pop(key, None)
            with self._guard:
                self._kept[key] = value
                while len(self._kept) > self._limit:
                    self._kept.popitem(last=False)
            return value

    def has(self, key: K) -> bool:
        """Whether a result is at hand."""
        with self._guard:
            return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)
