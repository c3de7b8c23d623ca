"""What the model would have said at past origins, and what it learns from having been wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.odds import ridge_logistic
from forecasting.behaviour.runs import Habits, Sampler, run_law, sample_pay_days, shared_excess
from forecasting.ledger import NO_DAY

Floats = npt.NDArray[np.float64]

#: Past origins: at most so many, so far apart, with at least this history and share of today's payments.
ORIGINS_MAX: Final = 6
ORIGIN_GAP_DAYS: Final = 28
HISTORY_DAYS_MIN: Final = 84
PAID_SHARE_MIN: Final = 0.4
#: Days that a past forecast is held against, for the odds and for the bands.
JUDGED_DAYS: Final = 42
#: Zones of lateness with a level and a slope of their own, and the prior sd of both.
_ZONES: Final = (-1, 3, 16)
_SHIFT_SPREAD: Final = 0.005
#: The log odds around which the slope turns.
_PIVOT: Final = -1.5
#: Day pairs of the pool that weigh against a partner's own, and the share assumed where nothing is known.
_PAIR_PRIOR: Final = 30.0
RUN_SHARE_ASSUMED: Final = 0.35
_RUN_GRID: Final = np.linspace(0.0, 0.9, 19)
#: A lasting effect starts at variance .35 / (1 / .36 + paid invoices), relative to the rest.
_HABIT_SCALE: Final = 0.35
_HABIT_START: Final = 1 / 0.36
#: Steps of the widening: extra lasting share of partner and of the economy.
WIDENINGS: Final = ((0.0, 0.0), (0.03, 0.01), (0.08, 0.03), (0.16, 0.06), (0.28, 0.12), (0.45, 0.2))
#: Past weeks that the prior weighs, its mean square of misses (measured: slightly above 1), the largest miss that counts,
#: and the paths drawn per past origin.
_WEEK_PRIOR: Final = 24.0
SQUARE_PRIOR: Final = 1.15
_MISS_MAX: Final = 3.0
_PATHS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastForecast:
    """A forecast made at a past origin with what was known then, beside what happened.

    history: as known then, open invoices only, n rows; hazard float64 (n, K) before recalibration; position int64 (K,) of
    the clock, day int32 (K,); late int64 (n,) lateness on the first position; paid_at int64 (n,) index of the day of
    payment, K where it was not paid among them; seen: how many of the K days have passed by now.
    """

    history: PaymentHistory
    hazard: Floats
    day: npt.NDArray[np.int32]
    late: npt.NDArray[np.int64]
    paid_at: npt.NDArray[np.int64]
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """log odds' = slope * log odds + level + tilt * (log odds + 1.5) by zone of lateness; identity where nothing is known."""

    slope: float
    level: tuple[float, ...]
    tilt: tuple[float, ...]
    rows: int

    def apply(self, log_odds: Floats, late: npt.NDArray[np.int64]) -> Floats:
        """Chances of payment from log odds and lateness, same shape."""
        zone = np.digitize(late, _ZONES)
        level, tilt = np.array(self.level), np.array(self.tilt)
        corrected: Floats = expit(self.slope * log_odds + level[zone] + tilt[zone] * (log_odds - _PIVOT))
        return corrected


IDENTITY: Final = Recalibration(slope=1.0, level=(0.0,) * 4, tilt=(0.0,) * 4, rows=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    """How far past weeks missed against what was forecast: mean square of (actual - median) / sd over `weeks` weeks.

    `level` is the step of `WIDENINGS` that brings it to 1, with `_WEEK_PRIOR` weeks of prior; inside_80 of `weeks` fell
    inside the 80 % band as drawn without widening.
    """

    level: int
    mean_square: float
    weeks: int
    inside_80: int


def past_origins(history: PaymentHistory) -> tuple[int, ...]:
    """The mornings at which the model is asked again what it would have said, latest first."""
    paid = np.sort(history.paid[history.paid != NO_DAY])
    if not len(history) or not len(paid):
        return ()
    first = int(history.issue.min())
    days = range(history.as_of - ORIGIN_GAP_DAYS, first + HISTORY_DAYS_MIN - 1, -ORIGIN_GAP_DAYS)
    enough = [d for d in days if np.searchsorted(paid, d) >= PAID_SHARE_MIN * len(paid)]
    return tuple(enough[:ORIGINS_MAX])


def recalibrate(past: Sequence[PastForecast]) -> Recalibration:
    """Level and slope by zone of lateness, from how past forecasts of the next 42 days came true; ridge to identity."""
    odds, zones, outcomes = [], [], []
    for forecast in past:
        score, zone, paid = _judged_rows(forecast)
        odds.append(score)
        zones.append(zone)
        outcomes.append(paid)
    if not sum(len(o) for o in odds):
        return IDENTITY
    score, zone = np.concatenate(odds), np.concatenate(zones)
    held = zone[:, None] == np.arange(len(_ZONES) + 1)
    design = np.concatenate([score[:, None], held, held * (score[:, None] - _PIVOT)], axis=1)
    size = design.shape[1]
    mean, spread = np.zeros(size), np.full(size, _SHIFT_SPREAD)
    mean[0] = 1.0
    b = ridge_logistic(design, np.concatenate(outcomes).astype(np.float64), np.ones(len(score)), mean, spread)
    zone_count = len(_ZONES) + 1
    return Recalibration(
        slope=float(b[0]),
        level=tuple(b[1 : 1 + zone_count].tolist()),
        tilt=tuple(b[1 + zone_count :].tolist()),
        rows=len(score),
    )


def _judged_rows(past: PastForecast) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Log odds, zone of lateness and outcome of every invoice-day that a past forecast is held against."""
    days = int(np.searchsorted(past.day, past.history.as_of + JUDGED_DAYS))
    days = min(days, past.seen)
    index = np.arange(days)
    at_risk = index[None, :] <= past.paid_at[:, None]
    p = np.clip(past.hazard[:, :days][at_risk], 1e-9, 1 - 1e-9)
    late = (past.late[:, None] + index[None, :])[at_risk]
    paid = (index[None, :] == past.paid_at[:, None])[at_risk]
    return np.log(p) - np.log1p(-p), np.digitize(late, _ZONES).astype(np.int64), paid


def run_shares(past: Sequence[PastForecast], partners: int) -> tuple[Floats, float]:
    """The share of variance that invoices of one partner have in common on a day: per partner (C,), and of the pool.

    Per partner and day the excess sum over pairs (y_i - p_i)(y_j - p_j) is set against the excess that a share r implies
    for pairs of the day's mean chance (`shared_excess`), summed over days; the partner's share solves its own excess plus
    a prior of the pool's. Clipped to [0, 0.9].
    """
    seen = np.zeros(partners)
    pairs = np.zeros((partners, len(_RUN_GRID)))
    for forecast in past:
        days = min(int(np.searchsorted(forecast.day, forecast.history.as_of + JUDGED_DAYS)), forecast.seen)
        partner = forecast.history.partner.astype(np.int64)
        for k in range(days):
            alive = forecast.paid_at >= k
            who, p = partner[alive], forecast.hazard[alive, k]
            miss = (forecast.paid_at[alive] == k) - p
            number = np.bincount(who, minlength=partners).astype(np.float64)
            several = np.flatnonzero(number > 1)
            if not len(several):
                continue
            total = np.bincount(who, miss, partners)[several]
            square = np.bincount(who, miss * miss, partners)[several]
            mean = np.bincount(who, p, partners)[several] / number[several]
            seen[several] += total**2 - square
            count = number[several] * (number[several] - 1)
            pairs[several] += count[:, None] * shared_excess(
                mean[:, None], np.broadcast_to(_RUN_GRID, (len(mean), len(_RUN_GRID)))
            )
    if not pairs.any():
        return np.full(partners, RUN_SHARE_ASSUMED), RUN_SHARE_ASSUMED
    # A partner with many invoices must not decide for all: each weighs the square root of its evidence.
    weight = 1.0 / np.sqrt(np.maximum(pairs[:, -1], 1e-9))
    weight[pairs[:, -1] <= 0] = 0.0
    pool = _solve((seen * weight).sum()[None], (pairs * weight[:, None]).sum(axis=0)[None])[0]
    typical = _PAIR_PRIOR * shared_excess(np.full(len(_RUN_GRID), 0.1), _RUN_GRID)
    implied = float(np.interp(pool, _RUN_GRID, typical))
    return _solve(seen + implied, pairs + typical), float(pool)


def _solve(seen: Floats, implied: Floats) -> Floats:
    """The share at which the implied excess (rows over the grid, rising) reaches the one seen."""
    reached = np.array([np.interp(s, row, _RUN_GRID) for s, row in zip(seen, implied, strict=True)])
    return np.round(reached, 6)


def lasting_shares(paid_invoices: Floats) -> Floats:
    """How much a partner's lasting effect weighs before widening: large for the unknown, small for the well known."""
    relative = _HABIT_SCALE / (_HABIT_START + paid_invoices)
    return relative / (1 + relative)


def habits_at(level: int, run: Floats, lasting: Floats) -> Habits:
    """The habits of a step of the widening."""
    habit, economy = WIDENINGS[level]
    return Habits(run=run, habit=np.minimum(lasting + habit, 0.9), economy=economy)


def widen(
    past: Sequence[PastForecast],
    run: Floats,
    lasting: Floats,
    prior_square: float = SQUARE_PRIOR,
    sampler: Sampler = sample_pay_days,
) -> Widening:
    """The step of `WIDENINGS` under which past weekly sums missed as much as forecast.

    For each past origin 200 paths are drawn at each step; z = (actual - median) / (half the 80 % width / 1.2816) over its
    first six weeks that have passed. Taken is the first step with (24 * prior + sum z^2) / (24 + n) <= 1 under the prior
    scaled by that step's own width against the first.
    """
    weeks, first, inside, level, mean_square = 0, _Missed(), 0, 0, prior_square
    for level in range(len(WIDENINGS)):
        missed = _Missed()
        for forecast in past:
            missed = missed.plus(forecast, habits_at(level, run, lasting), sampler)
        if level == 0:
            weeks, first, inside = missed.weeks, missed, missed.inside
        narrower = (first.width / missed.width) ** 2 if missed.width else 1.0
        mean_square = (_WEEK_PRIOR * prior_square * narrower + missed.square) / (_WEEK_PRIOR + weeks)
        if mean_square <= 1.0:
            break
    return Widening(level=level, mean_square=first.square / weeks if weeks else float("nan"), weeks=weeks, inside_80=inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missed:
    """Sums over past weeks: squared misses in standard deviations, half widths, weeks, weeks inside the 80 % band."""

    square: float = 0.0
    width: float = 0.0
    weeks: int = 0
    inside: int = 0

    def plus(self, past: PastForecast, habits: Habits, sampler: Sampler) -> _Missed:
        """With the weeks of one more past forecast, drawn under given habits."""
        weeks = min(JUDGED_DAYS // 7, int(past.day[past.seen - 1] + 1 - past.history.as_of) // 7) if past.seen else 0
        if weeks <= 0 or not len(past.history):
            return self
        amount = past.history.amount_minor
        actual = _weekly(_actual_days(past), amount, weeks)[0]
        low, middle, high = np.quantile(
            _weekly(_drawn_days(past, habits, weeks, sampler), amount, weeks), [0.1, 0.5, 0.9], axis=0
        )
        deviation = np.maximum((high - low) / 2 / 1.2816, 0.02 * actual.mean() + 1.0)
        return _Missed(
            square=self.square + float((np.minimum(np.abs(actual - middle) / deviation, _MISS_MAX) ** 2).sum()),
            width=self.width + float((high - low).sum() / 2),
            weeks=self.weeks + weeks,
            inside=self.inside + int(((actual >= low) & (actual <= high)).sum()),
        )


def _actual_days(past: PastForecast) -> npt.NDArray[np.int64]:
    days = np.append(past.day[: past.seen].astype(np.int64) - past.history.as_of, 32_000)
    return days[np.minimum(past.paid_at, past.seen)][None, :]


def _drawn_days(past: PastForecast, habits: Habits, weeks: int, sampler: Sampler) -> npt.NDArray[np.int64]:
    """Days of payment on drawn paths, as far as the judged weeks reach: what is drawn on a day needs none after it."""
    judged = int(np.searchsorted(past.day, past.history.as_of + 7 * weeks))
    law = run_law(
        as_of=past.history.as_of,
        day=past.day[:judged],
        partner=past.history.partner,
        stable=past.history.stable,
        partner_stable=past.history.partner_stable,
        hazard=past.hazard[:, :judged],
        habits=habits,
    )
    return sampler(law, past.history.as_of, np.arange(_PATHS), 32_000).astype(np.int64)


def _weekly(pay: npt.NDArray[np.int64], amount_minor: npt.NDArray[np.int64], weeks: int) -> Floats:
    """Sums per week of what is paid on given days; float64 (paths, weeks)."""
    paths = len(pay)
    week = np.minimum(pay // 7, weeks)
    key = np.arange(paths)[:, None] * (weeks + 1) + week
    weight = np.broadcast_to(amount_minor.astype(np.float64), pay.shape)
    sums = np.bincount(key.ravel(), weight.ravel(), paths * (weeks + 1)).astype(np.float64)
    return sums.reshape(paths, weeks + 1)[:, :weeks]
