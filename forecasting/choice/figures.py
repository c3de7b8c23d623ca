"""What a search says of one offer; apart from the search itself, which needs the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecasting.simulation.flows import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One candidate over all paths; amounts in minor units.

    `cost_minor`: expected cost over the horizon, the sum of `cost_by_heading` (positive: it costs). `minimum_...`: of each
    path's own lowest end-of-day balance, the 5 % and 50 % quantiles (observed values) and the mean. Probabilities: share
    of paths with at least one day below the cash floor, or below minus the authorised overdraft. `retained_minor`: mean
    of what failed debtors owe and nothing makes up for.
    """

    variant: Variant
    cost_minor: int
    cost_by_heading: Mapping[str, int]
    minimum_p05_minor: int
    minimum_p50_minor: int
    minimum_mean_minor: int
    probability_below_floor: float
    probability_below_overdraft: float
    retained_minor: int
