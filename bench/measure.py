"""Fair timing: ways that are compared run in turn, in one process, and the fastest of several rounds counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter

Work = Callable[[], object]


def fastest(ways: Mapping[str, Work], rounds: int, clock: Callable[[], float] = perf_counter) -> dict[str, float]:
    """Seconds of the fastest of so many rounds, way by way; every round runs all of them, one after the other.

    clock: what is counted, such as `busy_seconds`. Each way runs once beforehand, so that compiling and first touches of memory are not timed.
    """
    for work in ways.values():
        work()
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, work in ways.items():
            begin = clock()
            work()
            best[name] = min(best[name], clock() - begin)
    return best


def busy_seconds() -> float:
    """Processor seconds so far of this process and all that it has started and that still run (Linux, to a hundredth).

    Where others use the machine too, this says what a way costs and the clock on the wall does not.
    """
    spent: dict[int, float] = {}
    parent: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # After the name, which may hold blanks: state, parent, … user and system time.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parent[int(stat.parent.name)] = int(fields[1])
            spent[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    ours, found = {os.getpid()}, 0
    while len(ours) > found:
        found = len(ours)
        ours |= {process for process, above in parent.items() if above in ours}
    return sum(spent[process] for process in ours)
