"""A small memory of results by hashable keys, bounded, shared by all sessions, each result computed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Who waits for another's computation looks up so often whether the answer is still wanted.
LOOK_SECONDS: Final = 0.1


@dataclass(slots=True)
class _Flight(Generic[V]):
    """A computation on its way, with those who wait for it; `found` holds its one result where it came to an end."""

    done: threading.Event = field(default_factory=threading.Event)
    found: list[V] = field(default_factory=list)


class Bounded(Generic[K, V]):
    """Keeps the `limit` results used last; those who ask the same at once wait for one computation.

    Keys are compared in full (a ledger's fingerprint, a scenario, contracts), never sampled, so that a changed cent is
    a new key.
    """

    def __init__(self, limit: int) -> None:
        assert limit > 0, "a memory of nothing remembers nothing"
        self._limit = limit
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._flights: dict[K, _Flight[V]] = {}
        self._guard = threading.Lock()

    def get(self, key: K, compute: Callable[[], V], *, look: Callable[[], None] | None = None) -> V:
        """The result of a key, computed now where it is not kept; a failed computation leaves no trace.

        Where another's computation fails, or is given up, one of those who waited for it computes. look: called again
        and again while waiting; what it raises ends the wait.
        """
        while True:
            with self._guard:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                flight = self._flights.get(key)
                if flight is None:
                    mine = self._flights[key] = _Flight()
                    break
            while not flight.done.wait(LOOK_SECONDS if look else None):
                if look:
                    look()
            if flight.found:
                return flight.found[0]
        return self._fly(key, mine, compute)

    def _fly(self, key: K, flight: _Flight[V], compute: Callable[[], V]) -> V:
        try:
            value = compute()
            with self._guard:
                self._kept[key] = value
                while len(self._kept) > self._limit:
                    self._kept.popitem(last=False)
            flight.found.append(value)
            return value
        finally:
            with self._guard:
                self._flights.pop(key, None)
            flight.done.set()

    def has(self, key: K) -> bool:
        """Whether a result is at hand."""
        with self._guard:
            return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)
