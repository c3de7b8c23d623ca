"""A smooth delay curve for each partner from its own mean and spread, with the shape that all partners share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from forecasting.behaviour.counts import Window
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.library import FIRST, LAST, Curve
from forecasting.ledger import NO_DAY

Floats = npt.NDArray[np.float64]

#: Delays beyond these do not move a partner's mean or spread.
DELAY_MIN: Final = -40
DELAY_MAX: Final = 60
#: Prior weight of the common spread, in invoices; smallest variance in clock steps squared.
SPREAD_PRIOR: Final = 12.0
VARIANCE_MIN: Final = 0.3
#: Prior standard deviation of the common trend, in clock steps per year.
TREND_PRIOR: Final = 4.0
#: Rounds in which the payment day of an open invoice is expected from what is known of it.
_ROUNDS: Final = 3
#: Open invoices later than this teach nothing about mean and spread (they are a matter of the tail).
_OPEN_MAX: Final = 40.0
#: Payments from which a partner's spread tells how spread grows with the mean, and the weight of no growth.
_SEVERAL: Final = 5
GROWTH_PRIOR: Final = 20.0
#: Standardised delays are counted in cells of 0.05 from -8 to 12 and smoothed over 5 cells.
_GRID: Final = np.linspace(-8.0, 12.0, 401)
_SMOOTHING: Final = 5.0
#: Weight of the common hazards where the shape has no mass left.
_FLOOR: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """Single delays in clock steps, clipped to [-40, 60], with the due date in years.

    Of paid invoices: invoice (row of the history), partner, delay, time, settled (old enough that 95 % of its age are
    paid, so that slow payers are not missing); of open ones: open_partner, open_late, open_time.
    """

    invoice: npt.NDArray[np.int64]
    partner: npt.NDArray[np.int64]
    delay: Floats
    time: Floats
    settled: npt.NDArray[np.bool_]
    open_partner: npt.NDArray[np.int64]
    open_late: Floats
    open_time: Floats

    def less(self, inside: Window) -> Delays:
        """Without the invoices that were paid within a window."""
        gone = np.zeros(int(self.invoice.max(initial=-1)) + 1, dtype=np.bool_)
        gone[inside.invoice[inside.paid]] = True
        kept = ~gone[self.invoice]
        return replace(
            self,
            invoice=self.invoice[kept],
            partner=self.partner[kept],
            delay=self.delay[kept],
            time=self.time[kept],
            settled=self.settled[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Location:
    """Per partner mean and spread of the delay in clock steps (C,), the common trend per year, and the hazards (C, 191)."""

    mean: Floats
    spread: Floats
    trend: float
    hazard: Curve


def delays_behind(history: PaymentHistory, window: Window) -> Delays:
    """The delays of a whole history, one by one."""
    time = _years(history.due[window.invoice])
    late = np.clip(window.last - window.due, DELAY_MIN, DELAY_MAX).astype(np.float64)
    paid, waiting = window.paid, ~window.paid & (window.last >= window.first)
    return Delays(
        invoice=window.invoice[paid],
        partner=window.partner[paid],
        delay=late[paid],
        time=time[paid],
        settled=history.issue[window.invoice[paid]] + _settling_days(history) < history.as_of,
        open_partner=window.partner[waiting],
        open_late=late[waiting],
        open_time=time[waiting],
    )


def _settling_days(history: PaymentHistory) -> float:
    """Calendar days from issue within which 95 % of the paid invoices were paid."""
    paid = history.paid != NO_DAY
    age = history.paid[paid].astype(np.int64) - history.issue[paid]
    return float(np.quantile(age, 0.95)) if len(age) else 0.0


def _years(days: npt.ArrayLike) -> Floats:
    """Day numbers as years from 2000-01-01."""
    years: Floats = (np.asarray(days, dtype=np.float64) - 10_957.0) / 365.0
    return years


def locate(delays: Delays, day: float, common: Curve, caution: Floats) -> Location:
    """Mean, spread and smooth hazards of every partner as of a day.

    Delay = mean_c + trend * (due - day) + spread_c * z. The trend is one within-partner slope, ridge-shrunk to 0 with
    prior sd `TREND_PRIOR`; means shrink to the common mean by within / between variance, variances by `SPREAD_PRIOR`
    invoices of a spread that grows with the mean as learnt. An open invoice k late enters with its expected delay beyond
    k under a normal law (Tobit EM, 3 rounds); the shape of z counts it to the right of k (Efron's self-consistency).
    Hazards are the shape's mass on each step over what is left; `common` fills where nothing is left. Chosen on real
    data: it beats counting by lateness where payments spread evenly and invoices are few.
    caution float64 (C,): multiplies what the common mean and spread weigh for a partner.
    """
    now, partners = float(_years(day)), len(caution)
    trend = _trend(delays, partners)

    def total(weight: Floats) -> Floats:
        return np.bincount(delays.partner, weight, partners).astype(np.float64)

    paid = delays.delay - trend * (delays.time - now)
    number, first, second = total(np.ones(len(paid))), total(paid), total(paid**2)
    prior = _Prior.of(number, first, second, caution)
    mean, spread = prior.shrink(number, first, second)
    late = delays.open_late - trend * (delays.open_time - now)
    use = late < _OPEN_MAX
    late, who = late[use], delays.open_partner[use]
    waiting = np.bincount(who, minlength=partners).astype(np.float64)
    for _ in range(_ROUNDS):
        expected, variance = _beyond(late, mean[who], spread[who])
        mean, spread = prior.shrink(
            number + waiting,
            first + np.bincount(who, expected, partners),
            second + np.bincount(who, expected**2 + variance, partners),
        )
    shape = _shape((paid - mean[delays.partner]) / spread[delays.partner], (late - mean[who]) / spread[who])
    return Location(mean=mean, spread=spread, trend=trend, hazard=_hazards(mean, spread, shape, common))


def _trend(delays: Delays, partners: int) -> float:
    """The common slope of delay on due date within partners, in steps per year, shrunk to 0."""
    who, delay, time = delays.partner[delays.settled], delays.delay[delays.settled], delays.time[delays.settled]
    number = np.maximum(np.bincount(who, minlength=partners), 1)
    delay = delay - (np.bincount(who, delay, partners) / number)[who]
    time = time - (np.bincount(who, time, partners) / number)[who]
    within = (float(delay @ delay) + 1.0) / max(1, len(delay) - len(np.unique(who)))
    return float(delay @ time) / (float(time @ time) + within / TREND_PRIOR**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prior:
    """What all partners share: mean, variance within a partner, what the common mean and spread weigh in
    invoices (C,), and how the logarithm of the variance grows with the mean."""

    mean: float
    within: float
    weight: Floats
    spread_weight: Floats
    growth: float

    @staticmethod
    def of(number: Floats, first: Floats, second: Floats, caution: Floats) -> _Prior:
        means = first / np.maximum(number, 1.0)
        inside = np.maximum(second - number * means**2, 0.0)
        within = float((inside.sum() + 1.0) / max(1.0, np.maximum(number - 1, 0).sum()))
        several = number > 1
        between = within
        if several.sum() > 2:
            between = max(0.05 * within, float(np.var(means[several]) - np.mean(within / number[several])))
        common = float(first.sum() / max(1.0, number.sum()))
        growth = _spread_growth(number, means, inside, within, common, between)
        return _Prior(
            mean=common,
            within=within,
            weight=caution * within / between,
            spread_weight=SPREAD_PRIOR * caution,
            growth=growth,
        )

    def shrink(self, number: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Means and spreads from sums that may hold expected delays."""
        mean = (first + self.weight * self.mean) / (number + self.weight)
        inside = np.maximum(second - first**2 / np.maximum(number, 1.0), 0.0)
        usual = self.within * np.exp(np.clip(self.growth * (mean - self.mean), -1.0, 1.0))
        variance = (inside + self.spread_weight * usual) / (np.maximum(number - 1, 0.0) + self.spread_weight)
        return mean, np.sqrt(np.maximum(variance, VARIANCE_MIN))


def _spread_growth(number: Floats, means: Floats, inside: Floats, within: float, common: float, between: float) -> float:
    """How fast the logarithm of the variance grows with the mean: slower payers spread more; ridge-shrunk to 0.

    Weighted least squares of log(s_c^2 / s^2) on mean_c - mean over partners with at least `_SEVERAL` payments.
    """
    known = number >= _SEVERAL
    if not known.any():
        return 0.0
    ratio = np.log(np.clip(inside[known] / (number[known] - 1) / within, 0.05, 20.0))
    away = means[known] - common
    weight = (number[known] - 1) / 2
    ratio = ratio - np.average(ratio, weights=weight)
    away = away - np.average(away, weights=weight)
    return float((weight * away) @ ratio / ((weight * away) @ away + GROWTH_PRIOR * between))


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
