"""How much business a month brings: level, damped trend and season of a monthly series, with its own past error.

Model of month m: y_m = level * trend^h * season(month of year) * (business days of m / usual)^1/2 * error. Everything that
few months cannot tell is shrunk: the level's memory to six months, the trend to none, the season to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Half-lives, in months, among which the level's memory is averaged, and what their past errors are worth before any.
HALF_LIVES: Final = (2.0, 4.0, 8.0, 16.0)
_PRIOR_MONTHS: Final = 3.0
#: A month counts at most as this many median months: one exceptional invoice shall not bend a year.
OUTLIER_MONTHS: Final = 3.0
#: The trend of a month is worth this share of the one before; a slope counts by t^2 / (t^2 + this).
TREND_DAMPING: Final = 0.7
_TREND_DOUBT: Final = 12.0
_TREND_MONTHS: Final = 18
#: Sales follow the number of business days by this power: some are sold by the day, others by the month.
BUSINESS_DAY_POWER: Final = 0.5
#: Months of history from which past forecasts are made, horizons that are judged, the error assumed beside chance.
BACKTEST_FIRST_MONTHS: Final = 5
HORIZONS: Final = 12
ASSUMED_ERROR: Final = 0.12
_ASSUMED_WEIGHT: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonthlySeries:
    """Whole months of history, oldest first: n consecutive months without a gap.

    first_month: months since year 0 (12 * year + month - 1); amount float64 (n,) in minor units; squares float64 (n,):
    sum of squared invoice amounts, the variance that chance alone gives the month; business_days float64 (n,).
    """

    first_month: int
    amount: Floats
    squares: Floats
    business_days: Floats

    def __len__(self) -> int:
        return len(self.amount)

    def head(self, months: int) -> MonthlySeries:
        """The first months alone: what was known then."""
        return MonthlySeries(
            first_month=self.first_month,
            amount=self.amount[:months],
            squares=self.squares[:months],
            business_days=self.business_days[:months],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """What one month brings before season and calendar, and what bends it.

    level: minor units of a usual month; slope: monthly growth of the next month, damped after it; season float64 (12,):
    factor of January to December, 1 where nothing is known; usual_days: business days of a usual month.
    """

    level: float
    slope: float
    season: Floats
    usual_days: float
    first_ahead: int

    def months(self, ahead: int, business_days: Floats) -> Floats:
        """Expected amounts of the next `ahead` months in minor units, float64 (ahead,); business_days (ahead,)."""
        steps = np.arange(1, ahead + 1)
        damped = TREND_DAMPING * (1 - TREND_DAMPING**steps) / (1 - TREND_DAMPING)
        season = self.season[(self.first_ahead + steps - 1) % 12]
        calendar = (business_days / self.usual_days) ** BUSINESS_DAY_POWER
        expected: Floats = self.level * np.exp(self.slope * damped) * season * calendar
        return expected


def fit_level(series: MonthlySeries) -> Level:
    """The level, damped trend and season that whole months of history suggest; needs at least one month.

    Level: mean of exponentially weighted means over HALF_LIVES, weighted by the inverse of their past squared errors (one
    step) plus _PRIOR_MONTHS of the common error. Trend: slope of log amounts, by t^2 / (t^2 + 12). Season: see `season_of`.
    """
    season, days = season_of(series), float(series.business_days.mean())
    factor = _season_at(series, season) * (series.business_days / days) ** BUSINESS_DAY_POWER
    plain = _without_outliers(series.amount / factor)
    return Level(
        level=_level_now(plain),
        slope=_slope(plain),
        season=season,
        usual_days=days,
        first_ahead=series.first_month + len(series),
    )


def season_of(series: MonthlySeries) -> Floats:
    """Factors of January to December, shrunk to 1 by how well past years agree, float64 (12,); all 1 below a year.

    The excess e of a month is its amount over the mean of its year less 1. The share of it that repeats, rho, is the
    correlation of e with itself a year before, with six months' worth of a prior: half of what chance in the invoices
    (sum of squares) does not explain. With k years of a month, its mean excess counts by k rho / (1 + (k - 1) rho).
    """
    months = len(series)
    if months < 12:
        return np.ones(12)
    plain = _without_outliers(series.amount / (series.business_days / series.business_days.mean()) ** BUSINESS_DAY_POWER)
    around = _yearly_mean(plain)
    excess = np.where(around > 0, plain / np.where(around > 0, around, 1.0) - 1.0, 0.0)
    chance = series.squares.sum() / max(float((around**2).sum()), 1.0)
    spread = float((excess**2).mean())
    repeats = 0.5 * max(0.0, 1.0 - chance / spread) if spread > 0 else 0.0
    pairs = excess[12:] * excess[:-12]
    rho = (float(pairs.sum()) + 6.0 * spread * repeats) / max((len(pairs) + 6.0) * spread, 1e-12)
    rho = float(np.clip(rho, 0.0, 0.95))
    number = (series.first_month + np.arange(months)) % 12
    seen = np.bincount(number, minlength=12)
    mean = np.bincount(number, excess, 12) / np.maximum(seen, 1)
    weight = seen * rho / (1.0 + np.maximum(seen - 1, 0) * rho)
    season: Floats = np.maximum(1.0 + weight * mean, 0.05)
    return season / float(season.mean())


def past_errors(series: MonthlySeries, horizons: int = HORIZONS) -> Floats:
    """By how much past forecasts of whole months missed, as log(actual / forecast); float64 (origins, horizons), NaN where
    the month is not over. Origin k knew the first BACKTEST_FIRST_MONTHS + k months and nothing else."""
    months = len(series)
    origins = range(BACKTEST_FIRST_MONTHS, months)
    errors = np.full((len(origins), horizons), np.nan)
    for row, known in enumerate(origins):
        ahead = min(horizons, months - known)
        said = fit_level(series.head(known)).months(ahead, series.business_days[known : known + ahead])
        actual = series.amount[known : known + ahead]
        floor = 0.05 * np.maximum(np.abs(said), 1.0)
        errors[row, :ahead] = np.log(np.maximum(actual, floor) / np.maximum(said, floor))
    return errors


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelError:
    """How far a month may come out from its expectation, as standard deviations of its log amount.

    lasting: the part that every coming month shares; of_month: the part of each month alone; origins: past forecasts that
    it rests on (0: assumed).
    """

    lasting: float
    of_month: float
    origins: int

    @property
    def whole(self) -> float:
        """The standard deviation of one month's log amount."""
        return float(np.hypot(self.lasting, self.of_month))


def level_error(series: MonthlySeries) -> LevelError:
    """The error of the level, from its own past forecasts of all horizons.

    Variance: the mean of the plain and of the median-based mean square of `past_errors`, with _ASSUMED_WEIGHT origins'
    worth of what is assumed before: the chance that lies in the number and size of invoices, and ASSUMED_ERROR. Lasting
    share: covariance of the errors of two neighbouring horizons of one origin over the variance, between 0.2 and 0.8.
    """
    errors = past_errors(series)
    seen = errors[~np.isnan(errors)]
    chance = float(series.squares.sum()) / max(float((series.amount**2).sum()), 1.0)
    assumed = min(chance, 1.0) + ASSUMED_ERROR**2
    squares = float(np.median(seen**2) / 0.455 + (seen**2).mean()) / 2 if len(seen) else 0.0
    whole = (len(errors) * squares + _ASSUMED_WEIGHT * assumed) / (len(errors) + _ASSUMED_WEIGHT)
    product = (errors[:, :-1] * errors[:, 1:]).ravel()
    shared = product[~np.isnan(product)]
    share = float(shared.mean()) / squares if len(shared) and squares > 0 else 0.3
    share = min(max(share, 0.2), 0.8)
    return LevelError(
        lasting=float(np.sqrt(share * whole)), of_month=float(np.sqrt((1 - share) * whole)), origins=len(errors)
    )


def _season_at(series: MonthlySeries, season: Floats) -> Floats:
    return season[(series.first_month + np.arange(len(series))) % 12]


def _without_outliers(amount: Floats) -> Floats:
    """Months above OUTLIER_MONTHS median months are cut to that; sales below 0 count as they are."""
    usual = float(np.median(amount))
    return np.minimum(amount, OUTLIER_MONTHS * usual) if usual > 0 else amount


def _yearly_mean(amount: Floats) -> Floats:
    """The mean of the twelve months around each month, those at the ends of the first and last whole year."""
    sums = np.concatenate(([0.0], np.cumsum(amount)))
    means = (sums[12:] - sums[:-12]) / 12.0
    start = np.clip(np.arange(len(amount)) - 6, 0, len(means) - 1)
    return np.asarray(means[start])


def _level_now(plain: Floats) -> float:
    """The usual month of today, from months without season and calendar."""
    states = np.array([_weighted_means(plain, half_life) for half_life in HALF_LIVES])
    misses = (plain[None, 3:] - states[:, 2:-1]) ** 2 if len(plain) > 3 else np.zeros((len(HALF_LIVES), 0))
    common = float(misses.mean()) if misses.size else 1.0
    score = (misses.sum(axis=1) + _PRIOR_MONTHS * common) / (misses.shape[1] + _PRIOR_MONTHS)
    weight = 1.0 / np.maximum(score, 1e-12) ** 2 if common > 0 else np.ones(len(HALF_LIVES))
    return float((weight * states[:, -1]).sum() / weight.sum())


def _weighted_means(plain: Floats, half_life: float) -> Floats:
    """After each month, the mean of all months so far by weights that halve every `half_life` months; float64 (n,)."""
    keep = 0.5 ** (1.0 / half_life)
    age = np.arange(len(plain))
    weight = np.tril(keep ** np.maximum(age[:, None] - age[None, :], 0))
    return np.asarray((weight * plain[None, :]).sum(axis=1) / weight.sum(axis=1))


def _slope(plain: Floats) -> float:
    """Monthly growth of the latest months, counted by its own certainty; none below six months or with months at 0."""
    latest = plain[-_TREND_MONTHS:]
    months = len(latest)
    if months < 6 or (latest <= 0).any():
        return 0.0
    x, y = np.arange(months) - (months - 1) / 2, np.log(latest)
    slope = float((x * y).sum() / (x * x).sum())
    rest = y - y.mean() - slope * x
    variance = float((rest * rest).sum()) / (months - 2) / float((x * x).sum())
    sure = slope * slope / (slope * slope + _TREND_DOUBT * variance) if slope else 0.0
    return float(np.clip(slope * sure, -0.1, 0.1))
