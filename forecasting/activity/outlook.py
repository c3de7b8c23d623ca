"""What one side is expected to bring in each coming month, with who brings it, who is gone, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from forecasting.activity.history import Issued, issued, month_of, series_of, whole_months, working_days
from forecasting.activity.level import Level, LevelError, fit_level, level_error
from forecasting.activity.partners import Shares, shares_of
from forecasting.ledger import Ledger, Side
from forecasting.ledger_build import stable_id
from forecasting.simulation.luck import normals, words

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Months that can be asked for at once, and those that are when nobody says.
MONTHS_MAX: Final = 48
MONTHS_DEFAULT: Final = 13
#: The lasting part of a level's error is drawn under this counter; each month under its own number.
_LASTING: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """The coming months of one side, the running one first; h months, amounts with VAT net of credit notes.

    months int64 (h,): months since year 0; expected_minor int64 (h,): the whole month; known_minor int64 (h,): what of it
    stands in the ledger already. level None: nothing was issued and nothing is expected.
    """

    side: Side
    history: Issued
    months: Integers
    expected_minor: Integers
    known_minor: Integers
    history_months: int
    level: Level | None
    error: LevelError
    shares: Shares

    @property
    def lost_partners(self) -> tuple[int, ...]:
        """Partners (numbers in the ledger) once important and now quiet, left out of the months to come."""
        return tuple(np.flatnonzero(self.shares.lost).tolist())

    @property
    def stands_in_ledger(self) -> bool:
        """Whether the ledger brings its own business to come: half or more of the five months after the running one."""
        return int(2 * self.known_minor[1:6].sum()) >= int(self.expected_minor[1:6].sum())


def outlook(ledger: Ledger, side: Side, months: int = MONTHS_DEFAULT) -> Outlook:
    """What the coming months of a side are expected to bring, learnt from the invoices issued so far.

    The month of `as_of` comes first. Level, trend and season are those of all partners together, without those that are
    lost; their own shares split it. Raises ValueError for a number of months outside 1 to 48.
    """
    if not 1 <= months <= MONTHS_MAX:
        raise ValueError(f"{months} months asked for, 1 to {MONTHS_MAX} are possible")
    history = issued(ledger, side)
    start, stop = whole_months(history)
    shares = shares_of(history, start, stop)
    now = int(month_of(ledger.as_of))
    coming = now + np.arange(months)
    level, error, expected = None, LevelError(lasting=0.0, of_month=0.0, origins=0), np.zeros(months)
    if stop > start and shares.share.sum() > 0:
        series = series_of(history, start, stop, ~shares.lost)
        level, error = fit_level(series), level_error(series)
        # Months between the last whole one and the running one are stepped over: nobody knows them.
        ahead = now - stop + months
        expected = level.months(ahead, working_days(stop, ahead, history.every_day))[now - stop :]
    inside = (history.month >= now) & (history.month < now + months)
    known = np.bincount(history.month[inside] - now, history.amount_minor[inside].astype(np.float64), months)
    return Outlook(
        side=side,
        history=history,
        months=coming,
        expected_minor=np.rint(np.maximum(expected, 0.0)).astype(np.int64),
        known_minor=np.rint(known).astype(np.int64),
        history_months=stop - start,
        level=level,
        error=error,
        shares=shares,
    )


def month_quantiles(view: Outlook, probabilities: Floats) -> Integers:
    """Bands of each coming month, int64 (len(probabilities), h) in minor units: expected * exp(spread * z(q)).

    `expected_minor` is the median; the spread is that of the level's own past errors.
    """
    factor = np.exp(view.error.whole * ndtri(np.asarray(probabilities, dtype=np.float64)))
    return np.asarray(np.rint(factor[:, None] * view.expected_minor[None, :]).astype(np.int64))


def month_factors(view: Outlook, seed: int, paths: npt.ArrayLike) -> Floats:
    """By how much each month comes out above or below its expectation on each path, float64 (paths, h).

    exp(lasting * Z + of_month * Z_m), Z normal by (seed, path, side), Z_m by month besides: the first paths of a longer
    run are those of a shorter one, and a month keeps its luck as time goes on. Median 1.
    """
    return level_factors(view.side, view.error, view.months, seed, paths)


def level_factors(side: Side, error: LevelError, months: Integers, seed: int, paths: npt.ArrayLike) -> Floats:
    """The same for any months (since year 0) and any error, float64 (paths, len(months))."""
    path = np.asarray(paths, dtype=np.int64)
    key = stable_id(f"activity {side}")
    lasting = normals(words(seed, path, key, _LASTING))
    own = normals(words(seed, path[:, None], key, months[None, :]))
    factors: Floats = np.exp(error.lasting * lasting[:, None] + error.of_month * own)
    return factors
