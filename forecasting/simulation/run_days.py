"""When open invoices are paid on any path, by the joint law that was learnt: the days that `payments` forecasts."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.runs import (
    EVERYBODY,
    NORMAL_EDGE,
    NORMAL_STEP,
    RUN_DAY,
    STAY_OPEN,
    RunLaw,
    own_uniform,
    sample_pay_days,
)
from forecasting.simulation.kernel_runs import fill_run_days
from forecasting.simulation.luck import GOLDEN, NORMAL_CELLS, path_states, step

Int16 = npt.NDArray[np.int16]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs:
    """A joint law laid out partner by partner, with the ledger's row of each invoice.

    row int64 (n,): row of `Ledger.customers`, in the order of `law`. order int64 (n,): the law's invoices partner by
    partner; ptr int64 (m + 1,); threshold float64 (n, K): the law's thresholds in that order.
    """

    law: RunLaw
    row: Int64
    order: Int64
    ptr: Int64
    threshold: npt.NDArray[np.float64]


def runs_of(law: RunLaw, row: npt.NDArray[np.int32]) -> Runs:
    """The law of open invoices, laid out for drawing."""
    order = np.argsort(law.partner, kind="stable")
    count = np.bincount(law.partner, minlength=len(law.partner_stable))
    return Runs(
        law=law,
        row=row.astype(np.int64),
        order=order,
        ptr=np.append(0, np.cumsum(count)).astype(np.int64),
        threshold=np.ascontiguousarray(law.threshold[order]),
    )


def fast_pay_days(law: RunLaw, seed: int, paths: Int64, beyond: int) -> Int16:
    """`sample_pay_days` by compiled code: the same days, bit for bit, in a fraction of the time."""
    return run_pay_days(runs_of(law, np.arange(len(law), dtype=np.int32)), seed, paths, beyond)


def run_pay_days(runs: Runs, seed: int, paths: Int64, beyond: int, *, plain: bool = False) -> Int16:
    """Days from as_of on which each invoice of the law is paid on each path, `beyond` for later; int16 (B, n).

    The same bits as `forecasting.behaviour.runs.sample_pay_days`, which is what `plain` calls.
    """
    law = runs.law
    inside = law.day - law.as_of < beyond
    if plain:
        return np.minimum(sample_pay_days(law, seed, paths, beyond), np.int16(beyond))
    state = path_states(seed, paths)
    partner_state = step(state[:, None], law.partner_stable[None, :])
    # row by row in memory, or the compiler would make a second kernel for the other order
    limit = np.ascontiguousarray(own_uniform(law, seed, paths, state, partner_state)[:, runs.order])
    sorted_days = np.empty(limit.shape, dtype=np.int16)
    fill_run_days(
        step(state, EVERYBODY),
        partner_state,
        (RUN_DAY + law.day[inside].astype(np.int64)).astype(np.uint64) * GOLDEN,
        (law.day[inside] - law.as_of).astype(np.int16),
        runs.ptr,
        runs.threshold,
        law.run_loading,
        law.day_loading,
        limit,
        NORMAL_CELLS,
        STAY_OPEN,
        float(NORMAL_STEP),
        NORMAL_EDGE,
        beyond,
        sorted_days,
    )
    days = np.empty_like(sorted_days)
    days[:, runs.order] = sorted_days
    return days


class DrawnDays:
    """Days that a joint law has drawn already, for the next question about the same open invoices.

    A shock acts on drawn days, so that questions which differ in shocks, defaults or contracts share them. What is kept
    is what would be drawn again, bit for bit; beyond `cells_max` days nothing more is kept.
    """

    def __init__(self, cells_max: int = 16_000_000) -> None:
        self._room = cells_max
        self._runs: Runs | None = None
        self._kept: dict[tuple[int, int, bytes], Int16] = {}
        self._guard = threading.Lock()

    def of(self, runs: Runs, seed: int, paths: Int64, beyond: int) -> Int16:
        """What `run_pay_days` returns; read-only."""
        key = (seed, beyond, paths.tobytes())
        with self._guard:
            if self._runs is not runs:
                self._room += sum(days.size for days in self._kept.values())
                self._kept, self._runs = {}, runs
            known = self._kept.get(key)
        if known is not None:
            return known
        days = run_pay_days(runs, seed, paths, beyond)
        days.setflags(write=False)
        with self._guard:
            if self._runs is runs and key not in self._kept and days.size <= self._room:
                self._room -= days.size
                self._kept[key] = days
        return days
