"""Joint payment days: invoices of one partner are paid together, and a partner stays early or late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from forecasting.simulation.luck import normals, path_states, step, systematic_factors, uniforms

Floats = npt.NDArray[np.float64]
PayDays = npt.NDArray[np.int16]

#: Variance that all partners share on one day, and largest variance that shocks of one day may reach together.
DAY_SHARE: Final = 0.02
SHOCKS_MAX: Final = 0.95
#: The normal distribution function on 4,096 cells of 1/256 from -8 (cell middles): a table, so that a compiled twin
#: reaches the same bits.
NORMAL_STEP: Final = 256
NORMAL_EDGE: Final = 8.0
STAY_OPEN: Final[Floats] = 1.0 - ndtr((np.arange(4_096) + 0.5) / NORMAL_STEP - NORMAL_EDGE)
STAY_OPEN.setflags(write=False)
#: A threshold that no shock reaches.
CERTAIN: Final = 1e4
#: Counters of the words: the invoice's own luck, the partner's habit, then the partner's payment day by day number.
OWN: Final = 1 << 40
HABIT: Final = 1 << 41
RUN_DAY: Final = 1 << 42
#: The key of what all partners share on one day.
EVERYBODY: Final = 0x5D0A
#: Path-invoices simulated at once (memory).
_CHUNK: Final = 400_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunLaw:
    """The joint law of when n open invoices of m partners are paid, on K open days after the morning of `as_of`.

    day int32 (K,) calendar day numbers; partner int32 (n,) index into the m partners; stable int64 (n,), partner_stable
    int64 (m,) keys of luck; threshold float64 (n, K) = Phi^-1(p) / sqrt(1 - r_c - r_d), p the chance of being paid on
    the day when still open; run_loading, day_loading (m,) = sqrt(r / (1 - r_c - r_d)) of the partner's and everybody's
    shock of the day; habit_loading, economy_loading, own_loading (m,) of what lasts, squares adding up to 1.

    An invoice is paid on the first day on which prod(1 - p~) falls below its own uniform u, with
    p~ = Phi(threshold - run_loading Z_(c,day) - day_loading Z_day) and
    u = Phi(own_loading e_i - habit_loading Z_c - economy_loading Z), so that its marginal law is exactly that of p.
    """

    as_of: int
    day: npt.NDArray[np.int32]
    partner: npt.NDArray[np.int32]
    stable: npt.NDArray[np.int64]
    partner_stable: npt.NDArray[np.int64]
    threshold: Floats
    run_loading: Floats
    day_loading: Floats
    habit_loading: Floats
    economy_loading: Floats
    own_loading: Floats

    def __len__(self) -> int:
        return len(self.partner)


#: What draws days of payment: `sample_pay_days`, or compiled code with the same bits (law, seed, paths, beyond).
Sampler = Callable[[RunLaw, int, npt.NDArray[np.int64], int], PayDays]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Habits:
    """What makes payments of C partners move together, as shares of variance.

    run (C,): shock of one day of a partner; habit (C,): lasting effect of a partner; economy: lasting effect of all.
    """

    run: Floats
    habit: Floats
    economy: float


def run_law(
    *,
    as_of: int,
    day: npt.NDArray[np.int32],
    partner: npt.NDArray[np.int32],
    stable: npt.NDArray[np.int64],
    partner_stable: npt.NDArray[np.int64],
    hazard: Floats,
    habits: Habits,
) -> RunLaw:
    """The joint law from hazards float64 (n, K) and habits; `partner` indexes the C partners of habits and keys."""
    # A chance of exactly 0 or 1 is a certain fact: its threshold is so far out that no shock moves it.
    present, index = np.unique(partner, return_inverse=True)
    partner_stable = partner_stable[present]
    run = np.minimum(habits.run[present], SHOCKS_MAX - DAY_SHARE)
    own_day = 1.0 - run - DAY_SHARE
    lasting = np.minimum(habits.habit[present], SHOCKS_MAX - habits.economy)
    return RunLaw(
        as_of=as_of,
        day=day,
        partner=index.astype(np.int32),
        stable=stable,
        partner_stable=partner_stable,
        threshold=np.clip(ndtri(hazard) / np.sqrt(own_day)[index][:, None], -CERTAIN, CERTAIN),
        run_loading=np.sqrt(run / own_day),
        day_loading=np.sqrt(DAY_SHARE / own_day),
        habit_loading=np.sqrt(lasting),
        economy_loading=np.full(len(run), np.sqrt(habits.economy)),
        own_loading=np.sqrt(1.0 - lasting - habits.economy),
    )


def sample_pay_days(law: RunLaw, seed: int, paths: npt.NDArray[np.int64], beyond: int) -> PayDays:
    """The day on which each invoice is paid on each path, counted from `as_of`; int16 (paths, n), `beyond` for later.

    Luck is keyed by seed, path and stable id of invoice, partner and day: path p does not depend on how many paths are
    drawn, and an invoice that is removed leaves the others' luck alone.
    """
    chunk = max(1, _CHUNK // max(1, len(law)))
    blocks = [_sample(law, seed, paths[start : start + chunk], beyond) for start in range(0, len(paths), chunk)]
    return np.concatenate(blocks) if blocks else np.zeros((0, len(law)), dtype=np.int16)


def _sample(law: RunLaw, seed: int, paths: npt.NDArray[np.int64], beyond: int) -> PayDays:
    state = path_states(seed, paths)
    partner_state = step(state[:, None], law.partner_stable[None, :])
    stop = own_uniform(law, seed, paths, state, partner_state)
    everybody = step(state, EVERYBODY)
    pay = np.full(stop.size, beyond, dtype=np.int16)
    alive = np.arange(stop.size)
    invoice = np.tile(np.arange(len(law)), len(paths))
    limit, left = stop.ravel(), np.ones(stop.size)
    group = (np.arange(len(paths))[:, None] * len(law.partner_stable) + law.partner[None, :]).ravel()
    for k, day in enumerate(law.day.tolist()):
        if not len(alive):
            break
        shock = law.run_loading * normals(step(partner_state, RUN_DAY + day))
        shock += law.day_loading * normals(step(everybody, RUN_DAY + day))[:, None]
        score = law.threshold[invoice, k] - shock.ravel()[group]
        cell = np.clip((score + NORMAL_EDGE) * NORMAL_STEP, 0, len(STAY_OPEN) - 1).astype(np.int64)
        left = left * STAY_OPEN[cell]
        open_still = left >= limit
        pay[alive[~open_still]] = day - law.as_of
        alive, invoice, group = alive[open_still], invoice[open_still], group[open_still]
        limit, left = limit[open_still], left[open_still]
    return pay.reshape(len(paths), len(law))


def own_uniform(
    law: RunLaw,
    seed: int,
    paths: npt.NDArray[np.int64],
    state: npt.NDArray[np.uint64],
    partner_state: npt.NDArray[np.uint64],
) -> Floats:
    """How long each invoice waits, as a uniform that lasting effects share; float64 (paths, n)."""
    own = ndtri(uniforms(step(step(state[:, None], law.stable[None, :]), OWN)))
    lasting = law.habit_loading * normals(step(partner_state, HABIT))
    lasting += law.economy_loading * systematic_factors(seed, paths)[:, None]
    limit: Floats = ndtr(law.own_loading[law.partner] * own - lasting[:, law.partner])
    return limit


def payment_chances(hazard: Floats) -> Floats:
    """The chance of being paid on each day, from the chances when still open; float64 (n, K)."""
    left = np.cumprod(1.0 - hazard, axis=1)
    chances: Floats = hazard * np.concatenate([np.ones((len(hazard), 1)), left[:, :-1]], axis=1)
    return chances


def shared_excess(chance: Floats, share: Floats) -> Floats:
    """By how much two payments of chance p come together more often than alone when a share r of variance is common.

    Phi2(z, z; r) - p^2 = integral from 0 to r of exp(-z^2 / (1 + t)) / (2 pi sqrt(1 - t^2)) dt, z = Phi^-1(p); by Gauss-
    Legendre on 12 points. The arguments broadcast.
    """
    z = ndtri(np.clip(chance, 1e-6, 1 - 1e-6))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    t = 0.5 * share[..., None] * (nodes + 1)
    inside = np.exp(-(z[..., None] ** 2) / (1 + t)) / (2 * np.pi * np.sqrt(1 - t**2))
    excess: Floats = (inside * weights).sum(axis=-1) * 0.5 * share
    return excess
