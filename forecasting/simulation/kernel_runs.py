"""The compiled twin of the joint payment runs: the same bits as `forecasting.behaviour.runs`, path by path."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@njit(nogil=True, cache=True, inline="always")
def _mix(z: np.uint64) -> np.uint64:
    """The finaliser of `luck.mix`."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(nogil=True, cache=True)
def fill_run_days(
    everybody: Words,
    partner_state: Words,
    day_step: Words,
    day: Int16,
    ptr: Int64,
    threshold: Floats,
    run_loading: Floats,
    day_loading: Floats,
    limit: Floats,
    normal_cells: Floats,
    stay_open: Floats,
    cell_step: float,
    cell_edge: float,
    beyond: int,
    pay: Int16,
) -> None:
    """The day on which each invoice is paid on each path; written to (B, n), `beyond` for later.

    Invoices stand partner by partner: partner c owns ptr[c] to ptr[c + 1] of them. everybody (B,), partner_state (B, m):
    states of what all share and of each partner; day_step (K,): what each day adds to a state; day int16 (K,): days from
    as_of; threshold (n, K). A partner's shocks are drawn as far as its last payment.
    """
    days = np.uint64(day.size)
    shared = np.empty(days, dtype=np.float64)
    shock = np.empty(days, dtype=np.float64)
    top = int(stay_open.size) - 1
    one = np.uint64(1)
    for p in range(everybody.size):
        for k in range(days):
            shared[k] = normal_cells[_mix(everybody[p] + day_step[k]) >> np.uint64(48)]
        waits = limit[p]
        paid = pay[p]
        for c in range(np.uint64(ptr.size - 1)):
            state = partner_state[p, c]
            own, common = run_loading[c], day_loading[c]
            known = np.uint64(0)
            for i in range(np.uint64(ptr[c]), np.uint64(ptr[c + one])):
                line = threshold[i]
                bound = waits[i]
                rest = 1.0
                paid[i] = beyond
                for k in range(days):
                    if k == known:
                        drawn = own * normal_cells[_mix(state + day_step[k]) >> np.uint64(48)]
                        shock[k] = drawn + common * shared[k]
                        known += one
                    place = int((line[k] - shock[k] + cell_edge) * cell_step)
                    rest *= stay_open[np.uint64(min(max(place, 0), top))]
                    if rest < bound:
                        paid[i] = day[k]
                        break
