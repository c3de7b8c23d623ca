"""Many paths become one curve per variant: bands, lowest point, shortfall probability, costs, drivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.ledger import Amounts
from forecasting.money import round_ratio
from forecasting.simulation.bands import Bands, day_order, rank_of
from forecasting.simulation.flows import CATEGORIES, Category, Variant
from forecasting.simulation.luck import BATCHES

Probabilities = npt.NDArray[np.float64]
#: The shares of paths that the bands are drawn at.
QUANTILES: Final[tuple[float, ...]] = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class LowestPoint:
    """The day on which the median balance is lowest, with the range of the balance on that day.

    `minimum_p05_minor`, `minimum_p50_minor`, `minimum_p95_minor` are quantiles of each path's own lowest balance.
    """

    day: int
    median_minor: int
    p05_minor: int
    p95_minor: int
    minimum_p05_minor: int
    minimum_p50_minor: int
    minimum_p95_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One variant's balance at the end of each of the H days from `first_day` on, over all paths.

    Amounts int64 (H,): `mean_minor` rounded half away from zero, the others observed values of a path (inverted CDF).
    Probabilities float64 (H,): share of paths whose balance that day is below the cash floor, or below minus the
    authorised overdraft; `..._ever` are shares of paths with at least one such day, with their standard error.
    `components_minor` holds the mean daily flow of each heading, (H,) per category. `cost_minor` is this variant's mean
    yearly flow minus the baseline's, heading by heading, over the horizon; `loss_minor` what debtors never pay;
    `account_minor` what the factor debits to its account (fees, interest and their VAT, by name of `ACCOUNT`), which never
    shows on the bank account.
    `component_sums_minor` are the flows of `components_minor` summed over the paths, for exact totals of any days.
    """

    variant: Variant
    first_day: int
    mean_minor: Amounts
    p05_minor: Amounts
    p25_minor: Amounts
    p50_minor: Amounts
    p75_minor: Amounts
    p95_minor: Amounts
    probability_below_floor: Probabilities
    probability_below_overdraft: Probabilities
    probability_below_floor_ever: float
    probability_below_overdraft_ever: float
    standard_error_floor: float
    standard_error_overdraft: float
    lowest: LowestPoint
    components_minor: Mapping[Category, Amounts]
    cost_minor: Mapping[Category, int]
    loss_minor: Mapping[str, int]
    account_minor: Mapping[str, int] = field(default_factory=dict)
    component_sums_minor: Mapping[Category, Amounts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """The answer to one question: a curve per variant on the same luck, with what is needed to ask it again.

    `check_paths` / `check_differences`: how many paths were also computed by the reference, and how many cents differed.
    """

    curves: Mapping[Variant, Curve]
    seed: int
    path_count: int
    ledger_fingerprint: str
    model_version: str
    overdue_moved: int
    check_paths: int
    check_differences: int
    seconds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """One variant over all P paths, as the engine hands it over.

    balance int64 (P, H): end of day. daily int64 (C, H): flows of each heading summed over paths. loss int64 (L,): by
    name of LOSSES, account int64 by name of ACCOUNT, both summed over paths.
    """

    variant: Variant
    balance: npt.NDArray[np.int64]
    daily: npt.NDArray[np.int64]
    loss: Mapping[str, int]
    account: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Balances that should not be undercut: the floor that management wants, and minus the authorised overdraft."""

    floor_minor: int
    overdraft_minor: int


def curve_of(sums: Sums, baseline: Sums, levels: Levels, first_day: int, *, threads: int = 2, plain: bool = False) -> Curve:
    """The curve of one variant: bands by day, lowest point, probabilities with their standard error, cost against baseline."""
    count = len(sums.balance)
    bounds = (levels.floor_minor, levels.overdraft_minor)
    bands = day_order(sums.balance, bounds, threads=threads, plain=plain)
    lows = sums.balance.min(axis=1)
    ever = [lows < bound for bound in bounds]
    return Curve(
        variant=sums.variant,
        first_day=first_day,
        mean_minor=mean_of(bands.total, count),
        p05_minor=bands.quantile[0],
        p25_minor=bands.quantile[1],
        p50_minor=bands.quantile[2],
        p75_minor=bands.quantile[3],
        p95_minor=bands.quantile[4],
        probability_below_floor=bands.below[0] / count,
        probability_below_overdraft=bands.below[1] / count,
        probability_below_floor_ever=float(ever[0].mean()),
        probability_below_overdraft_ever=float(ever[1].mean()),
        standard_error_floor=standard_error(ever[0]),
        standard_error_overdraft=standard_error(ever[1]),
        lowest=_lowest(bands, lows, first_day),
        components_minor={c: mean_of(sums.daily[k], count) for k, c in enumerate(CATEGORIES)},
        cost_minor=_cost(sums, baseline, count),
        loss_minor={name: round_ratio(amount, count) for name, amount in sums.loss.items()},
        account_minor={name: round_ratio(amount, count) for name, amount in sums.account.items()},
        component_sums_minor={c: sums.daily[k] for k, c in enumerate(CATEGORIES)},
    )


def _lowest(bands: Bands, lows: npt.NDArray[np.int64], first_day: int) -> LowestPoint:
    day = int(np.argmin(bands.quantile[2]))
    ordered = np.sort(lows)
    low, middle, high = (int(ordered[rank_of(percent, len(lows))]) for percent in (5, 50, 95))
    return LowestPoint(
        day=first_day + day,
        median_minor=int(bands.quantile[2, day]),
        p05_minor=int(bands.quantile[0, day]),
        p95_minor=int(bands.quantile[4, day]),
        minimum_p05_minor=low,
        minimum_p50_minor=middle,
        minimum_p95_minor=high,
    )


def _cost(sums: Sums, baseline: Sums, count: int) -> dict[Category, int]:
    """What a variant changes over the horizon, heading by heading (negative: it costs); headings that it leaves are absent."""
    change = sums.daily.sum(axis=1) - baseline.daily.sum(axis=1)
    return {c: round_ratio(int(change[k]), count) for k, c in enumerate(CATEGORIES) if change[k]}


def mean_of(total: npt.NDArray[np.int64], count: int) -> Amounts:
    """Sums over paths divided by their number, each rounded half away from zero; int64, same shape."""
    whole = (2 * np.abs(total) + count) // (2 * count)
    mean: Amounts = np.where(total < 0, -whole, whole)
    return mean


def standard_error(hit: npt.NDArray[np.bool_]) -> float:
    """Standard error of a share of paths, from the spread of its 16 independent batches.

    Paths are stratified, so the formula for independent draws, sqrt(p (1 - p) / n), would be too wide. Below two paths a
    batch it is used all the same.
    """
    count = len(hit)
    if count < 2 * BATCHES:
        share = float(hit.mean())
        return float(np.sqrt(share * (1 - share) / count))
    size = np.bincount(np.arange(count) % BATCHES, minlength=BATCHES)
    shares = np.bincount(np.arange(count) % BATCHES, weights=hit, minlength=BATCHES) / size
    return float(shares.std(ddof=1) / np.sqrt(BATCHES))
