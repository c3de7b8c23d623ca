"""Fair timing: ways that are compared run in turn, in one process, and the fastest of several rounds counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter

Work = Callable[[], object]


def fastest(ways: Mapping[str, Work], rounds: int) -> dict[str, float]:
    """Seconds of the fastest of so many rounds, way by way; every round runs all of them, one after the other.

    Each way runs once beforehand, so that compiling and first touches of memory are not timed.
    """
    for work in ways.values():
        work()
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, work in ways.items():
            begin = perf_counter()
            work()
            best[name] = min(best[name], perf_counter() - begin)
    return best
