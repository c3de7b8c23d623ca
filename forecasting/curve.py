"""Many paths become one curve per variant: bands, lowest point, shortfall probability, costs, drivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.ledger import Amounts
from forecasting.simulation.flows import Category, Variant

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
    yearly flow minus the baseline's, heading by heading, over the horizon; `loss_minor` what debtors never pay.
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
