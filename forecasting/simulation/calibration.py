"""How much a debtor's invoices have in common under the table law, so that its bands are those of the payment runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.profiles import DelayProfiles
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.simulation.assumptions import ASSUMPTIONS, Assumptions
from forecasting.simulation.draw_block import receipts_book
from forecasting.simulation.draw_plan import DrawPlan, draw_plan
from forecasting.simulation.run_days import Runs

#: Correlations that are tried; between them the width is taken to be linear.
_TRIED: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
#: Weeks that are compared, on so many paths of one seed.
_WEEKS: Final = 13
_PATHS: Final = 2_000
#: Open invoices below which bands are too much a matter of chance to learn from.
_INVOICES_MIN: Final = 30


def correlation_like_runs(ledger: Ledger, profiles: DelayProfiles, runs: Runs) -> float:
    """The correlation of the lateness of two invoices of a debtor that makes the two laws' weekly bands alike.

    Both laws draw the open invoices, nobody failing; the widths of the 80 % bands of 13 weekly sums, added up, are
    compared. Wider bands come with more correlation, on the same luck: the two tried ones around the target are found by
    halving. The assumed correlation stands where fewer than 30 invoices are open.
    """
    if len(runs.row) < _INVOICES_MIN:
        return ASSUMPTIONS.delay_correlation
    target = weekly_width(open_plan(ledger, profiles, ASSUMPTIONS, runs))

    @cache
    def width(k: int) -> float:
        return weekly_width(open_plan(ledger, profiles, replace(ASSUMPTIONS, delay_correlation=_TRIED[k]), None, runs))

    below, above = 0, len(_TRIED) - 1
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if width(middle) > target else (middle, above)
    return float(np.interp(target, [width(below), max(width(below), width(above))], [_TRIED[below], _TRIED[above]]))


def open_plan(
    ledger: Ledger,
    profiles: DelayProfiles,
    assumptions: Assumptions,
    runs: Runs | None,
    counted: Runs | None = None,
) -> DrawPlan:
    """A plan in which the open invoices of a joint law alone count, and nobody fails; drawn by that law or by tables."""
    calm = replace(assumptions, protracted_probability=0.0, dispute_probability=0.0)
    scenario = Scenario(horizon_days=7 * _WEEKS)
    plan = draw_plan(ledger, scenario, profiles, np.zeros(len(ledger.partners)), calm, runs)
    law = runs or counted
    assert law is not None
    return replace(plan, minor=np.where(np.isin(plan.row, law.row), plan.minor, 0))


def weekly_width(plan: DrawPlan) -> float:
    """The widths of the 80 % bands of what comes in week by week, added up; minor units."""
    book = receipts_book(plan, 0, _PATHS)
    weeks: npt.NDArray[np.int64] = book.reshape(len(book), _WEEKS, 7).sum(axis=2)
    low, high = np.quantile(weeks, [0.1, 0.9], axis=0)
    return float((high - low).sum())
