"""Who computes next: as many answers at a time as there are processors, each on all of them where nobody else asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Turns at computing, shared by all sessions; who came first goes first."""

    def __init__(self, processors: int) -> None:
        assert processors > 0, "somebody must be able to compute"
        self._processors = processors
        self._free = threading.Semaphore(processors)
        self._guard = threading.Lock()
        self._asking = 0

    @contextmanager
    def turn(self) -> Iterator[int]:
        """Waits for a free processor; tells how many threads to use: all where nobody else asks, else one."""
        with self._guard:
            self._asking += 1
        try:
            with self._free:
                yield 1 if self.is_busy(beside_me=True) else self._processors
        finally:
            with self._guard:
                self._asking -= 1

    def is_busy(self, *, beside_me: bool = False) -> bool:
        """Whether anybody computes or waits for a turn; `beside_me`: anybody but the one who asks."""
        with self._guard:
            return self._asking > beside_me
