"""Who computes next: as many answers at a time as there are processors, each on all of them where nobody else asks."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

#: Who waits looks up so often whether the answer is still wanted.
LOOK_SECONDS: Final = 0.1
#: Two who asked within so many seconds of each other share the processors.
CROWDED_SECONDS: Final = 2.0


class Turns:
    """Turns at computing, shared by all sessions: what is soon done goes first, then who came first."""

    def __init__(self, processors: int) -> None:
        assert processors > 0, "somebody must be able to compute"
        self._processors = processors
        self._free = processors
        self._asking = 0
        self._waiting: list[tuple[bool, int, threading.Event]] = []
        self._numbers = count()
        self._guard = threading.Lock()
        self._last: dict[object, float] = {}

    @contextmanager
    def turn(self, *, who: object = None, soon_done: bool = False, look: Callable[[], None] | None = None) -> Iterator[int]:
        """Waits for a free processor; tells how many threads to use: all where nobody else asks, else one.

        who: whose turn it is, for `is_crowded`. soon_done: before all that takes longer. look: called again and again
        while waiting; where it raises, the place in the queue is given up.
        """
        with self._guard:
            self._asking += 1
            self._note(who)
        try:
            self._come(soon_done, look)
            try:
                yield 1 if self.is_busy(beside_me=True) else self._processors
            finally:
                self._go()
        finally:
            with self._guard:
                self._asking -= 1

    def is_full(self) -> bool:
        """Whether whoever comes now has to wait."""
        with self._guard:
            return not self._free or bool(self._waiting)

    def is_busy(self, *, beside_me: bool = False) -> bool:
        """Whether anybody computes or waits for a turn; `beside_me`: anybody but the one who asks."""
        with self._guard:
            return self._asking > beside_me

    def is_crowded(self, who: object) -> bool:
        """Whether anybody else computes, waits, or asked a moment ago."""
        with self._guard:
            moment = time.monotonic() - CROWDED_SECONDS
            return any(other != who and when > moment for other, when in self._last.items()) or self._asking > 0

    def _note(self, who: object) -> None:
        now = time.monotonic()
        self._last = {other: when for other, when in self._last.items() if when > now - CROWDED_SECONDS} | {who: now}

    def _come(self, soon_done: bool, look: Callable[[], None] | None) -> None:
        with self._guard:
            if self._free and not self._waiting:
                self._free -= 1
                return
            called = threading.Event()
            heapq.heappush(self._waiting, (not soon_done, next(self._numbers), called))
        try:
            while not called.wait(LOOK_SECONDS if look else None):
                if look:
                    look()
        except BaseException:
            self._give_up(called)
            raise

    def _give_up(self, called: threading.Event) -> None:
        """Leaves the queue; a turn that was given meanwhile goes to the next."""
        with self._guard:
            kept = [one for one in self._waiting if one[2] is not called]
            given, self._waiting = len(kept) == len(self._waiting), kept
            heapq.heapify(self._waiting)
        if given:
            self._go()

    def _go(self) -> None:
        with self._guard:
            if self._waiting:
                heapq.heappop(self._waiting)[2].set()
            else:
                self._free += 1
