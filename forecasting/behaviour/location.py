"""A smooth delay curve for each partner from its own mean and spread, with the shape that all partners share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.counts import Counts, Window, delays_of, years
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.library import FIRST, LAST, Curve

Floats = npt.NDArray[np.float64]

#: Prior weight of the common spread, in invoices; smallest variance in clock steps squared.
SPREAD_PRIOR: Final = 20.0
VARIANCE_MIN: Final = 0.3
#: Prior standard deviation of the common trend, in clock steps per year.
TREND_PRIOR: Final = 4.0
#: Rounds in which the payment day of an open invoice is expected from what is known of it.
_ROUNDS: Final = 3
#: Open invoices later than this teach nothing about mean and spread (they are a matter of the tail).
_OPEN_MAX: Final = 40.0
#: Standardised delays are counted in cells of 0.05 from -8 to 12 and smoothed over 5 cells.
_GRID: Final = np.linspace(-8.0, 12.0, 401)
_SMOOTHING: Final = 5.0
#: Weight of the common hazards where the shape has no mass left.
_FLOOR: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """Single delays behind the counts: of paid invoices (partner, delay, due date in years) and lateness of open ones."""

    partner: npt.NDArray[np.int64]
    delay: Floats
    time: Floats
    open_partner: npt.NDArray[np.int64]
    open_late: Floats
    open_time: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Location:
    """Per partner mean and spread of the delay in clock steps (C,), the common trend per year, and the hazards (C, 191)."""

    mean: Floats
    spread: Floats
    trend: float
    hazard: Curve


def delays_behind(history: PaymentHistory, window: Window) -> Delays:
    """The delays of a window, one by one."""
    delay, time = delays_of(window), years(history.due[window.invoice])
    waiting = ~window.paid & (window.last >= window.first)
    return Delays(
        partner=window.partner[window.paid],
        delay=delay[window.paid],
        time=time[window.paid],
        open_partner=window.partner[waiting],
        open_late=(window.last - window.due)[waiting].astype(np.float64),
        open_time=time[waiting],
    )


def locate(counts: Counts, delays: Delays, day: float, common: Curve, clock: Clock) -> Location:
    """Mean, spread and smooth hazards of every partner as of a day.

    Delay = mean_c + trend * (due - day) + spread_c * z. The trend is one within-partner slope, ridge-shrunk to 0 with
    prior sd `TREND_PRIOR`; means shrink to the common mean by within / between variance, variances by `SPREAD_PRIOR`
    invoices. An open invoice k late enters with its expected delay beyond k under a normal law (Tobit EM, 3 rounds);
    the shape of z counts it to the right of k (Efron's self-consistency). Hazards are the shape's mass on each step over
    what is left; `common` fills where nothing is left. Chosen on real data because it beats counting by lateness when
    payments spread evenly (smooth payers) and few invoices per partner are known.
    """
    now = float(years(day))
    trend = _trend(counts)
    first = counts.delay - trend * (counts.time - counts.number * now)
    second = (
        counts.delay_square
        - 2 * trend * (counts.delay_time - now * counts.delay)
        + trend**2 * (counts.time_square - 2 * now * counts.time + counts.number * now**2)
    )
    prior = _Prior.of(counts.number, first, second)
    mean, spread = prior.shrink(counts.number, first, second)
    late = delays.open_late - trend * (delays.open_time - now)
    use = late < _OPEN_MAX
    late, who = late[use], delays.open_partner[use]
    waiting = np.bincount(who, minlength=len(mean)).astype(np.float64)
    for _ in range(_ROUNDS):
        expected, variance = _beyond(late, mean[who], spread[who])
        mean, spread = prior.shrink(
            counts.number + waiting,
            first + np.bincount(who, expected, len(mean)),
            second + np.bincount(who, expected**2 + variance, len(mean)),
        )
    paid = delays.delay - trend * (delays.time - now)
    shape = _shape((paid - mean[delays.partner]) / spread[delays.partner], (late - mean[who]) / spread[who])
    return Location(mean=mean, spread=spread, trend=trend, hazard=_hazards(mean, spread, shape, common))


def _trend(counts: Counts) -> float:
    """The common slope of delay on due date within partners, per year, shrunk to 0."""
    number = np.maximum(counts.settled, 1.0)
    shared = counts.settled_delay_time - counts.settled_delay * counts.settled_time / number
    square = counts.settled_time_square - counts.settled_time**2 / number
    inside = np.maximum(counts.delay_square - counts.delay**2 / np.maximum(counts.number, 1.0), 0.0).sum()
    within = (inside + 1.0) / max(1.0, float(np.maximum(counts.number - 1, 0).sum()))
    return float(shared.sum() / (square.sum() + within / TREND_PRIOR**2))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prior:
    """What all partners share: mean, variance within a partner, and invoices that the common mean weighs."""

    mean: float
    within: float
    weight: float

    @staticmethod
    def of(number: Floats, first: Floats, second: Floats) -> _Prior:
        means = first / np.maximum(number, 1.0)
        inside = np.maximum(second - number * means**2, 0.0)
        within = float((inside.sum() + 1.0) / max(1.0, np.maximum(number - 1, 0).sum()))
        several = number > 1
        between = within
        if several.sum() > 2:
            between = max(0.05 * within, float(np.var(means[several]) - np.mean(within / number[several])))
        return _Prior(mean=float(first.sum() / max(1.0, number.sum())), within=within, weight=within / between)

    def shrink(self, number: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Means and spreads from sums that may hold expected delays."""
        mean = (first + self.weight * self.mean) / (number + self.weight)
        inside = np.maximum(second - first**2 / np.maximum(number, 1.0), 0.0)
        variance = (inside + SPREAD_PRIOR * self.within) / (np.maximum(number - 1, 0.0) + SPREAD_PRIOR)
        return mean, np.sqrt(np.maximum(variance, VARIANCE_MIN))


def _beyond(late: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of a normal delay known to exceed `late`."""
    z = np.clip((late - mean) / spread, -8.0, 6.0)
    ratio = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) / ndtr(-z)
    return mean + spread * ratio, spread**2 * np.maximum(1 + z * ratio - ratio**2, 0.0)


def _shape(paid: Floats, waiting: Floats) -> Floats:
    """Distribution function of the standardised delay on `_GRID`; a normal law stands in below 30 payments."""
    kernel = np.exp(-0.5 * (np.arange(-20, 21) / _SMOOTHING) ** 2)
    kernel /= kernel.sum()
    counted = np.histogram(paid, bins=_GRID)[0].astype(np.float64)
    if len(paid) < 30:
        middle = 0.5 * (_GRID[:-1] + _GRID[1:])
        counted += (30 - len(paid)) * 0.05 * np.exp(-0.5 * middle**2) / np.sqrt(2 * np.pi)
    open_cells = np.histogram(np.clip(waiting, _GRID[0] + 0.1, _GRID[-1] - 0.1), bins=_GRID)[0]
    mass = counted
    for _ in range(_ROUNDS):
        density = np.convolve(mass, kernel, "same") + 1e-3
        density /= density.sum()
        left = np.maximum(1.0 - np.cumsum(density), 1e-3)
        shared = np.concatenate([[0.0], np.cumsum(open_cells / left)[:-1]])
        mass = counted + np.minimum(density * shared, density * max(len(paid), 30))
    density = np.convolve(mass, kernel, "same") + 1e-3
    return np.concatenate([[0.0], np.cumsum(density) / density.sum()])


def _hazards(mean: Floats, spread: Floats, shape: Floats, common: Curve) -> Curve:
    """The shape moved and stretched to each partner, as hazards on every step of lateness; float64 (C, 191)."""
    edges = np.arange(FIRST, LAST + 2) - 0.5
    below = np.interp((edges[None, :] - mean[:, None]) / spread[:, None], _GRID, shape)
    mass, left = np.diff(below, axis=1), 1.0 - below[:, :-1]
    return np.clip((mass + _FLOOR * common) / (left + _FLOOR), 1e-5, 0.95)
