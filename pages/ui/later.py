"""Whole answers that nobody's page waits for: computed off the script threads, a wish of each reader at a time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

Work = Callable[[], object]


class Later:
    """The last wish of each reader, fulfilled one after another in the order in which the readers came.

    Who wishes for something else meanwhile keeps the place in the queue; what was wished before is not computed. Its
    thread lives as long as there is something to do. A wish that fails is over: the page that asks again finds nothing,
    computes for itself, and says what went wrong.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._wishes: OrderedDict[object, Work] = OrderedDict()
        self._doing: object = None
        self._thread: threading.Thread | None = None

    def want(self, who: object, work: Work) -> None:
        """Have something done when its turn comes, instead of what the same reader wanted before."""
        with self._guard:
            self._wishes[who] = work
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="later")
                self._thread.start()

    def is_waiting(self, who: object) -> bool:
        """Whether a reader's wish is still to be fulfilled."""
        with self._guard:
            return who in self._wishes or (self._doing is not None and self._doing == who)

    def is_behind(self) -> bool:
        """Whether wishes wait for another one."""
        with self._guard:
            return bool(self._wishes)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception:
                logging.getLogger(__name__).exception("a whole answer failed")

    def _next(self) -> Work | None:
        with self._guard:
            if not self._wishes:
                self._doing = self._thread = None
                return None
            self._doing, work = self._wishes.popitem(last=False)
            return work
