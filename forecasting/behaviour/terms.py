"""What the odds of a payment on a day rest on, invoice by invoice and day by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.library import FIRST, LAST
from forecasting.behaviour.shrinkage import Curves

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]

#: Lower bounds of the zones of lateness, in clock steps after the due date.
ZONES: Final = (-5, -1, 1, 2, 4, 8, 16, 31)
#: Payments that a partner's share of a weekday weighs against the common share.
_WEEKDAY_SHARE_PRIOR: Final = 10.0
#: Month-end positions with a term of their own, in calendar days from the nearest month end.
_MONTH_ENDS: Final = (-2, -1, 0, 1, 2)

#: The numeric terms, each a column: name, prior mean and prior standard deviation of its coefficient.
NUMERIC: Final[tuple[tuple[str, float, float], ...]] = (
    ("one", 0.0, 1.0),
    ("curve", 1.0, 0.15),  # log odds of the partner's curve for this due weekday
    ("holidays_counted", 0.0, 0.5),  # the same curve read in Mondays to Fridays, holidays or not, less the curve
    ("smooth_against_counted", 0.0, 0.5),  # mean-and-spread curve less the kernel-smoothed one
    ("weekday_habit", 0.0, 0.5),  # the partner's share of this weekday against everybody's
    ("settlement_day", 0.2, 0.5),  # chance of a payment day against the partner's usual chance
    ("settlement_day_in_runs", 0.8, 0.5),  # the same, for partners that pay many invoices at once
    ("run", 0.0, 0.5),  # payment day times "paid when the partner pays", against the curve
    ("run_in_runs", 0.0, 0.5),
    ("in_runs", 0.0, 0.5),
    ("amount", 0.0, 0.5),  # standardised logarithm of the amount
)
#: The coded terms, each a set of alternatives: name, alternatives, prior sd; code -1 is "none of them".
CODED: Final[tuple[tuple[str, int, float], ...]] = (
    ("zone", len(ZONES) + 1, 0.4),
    ("weekday", 7, 0.3),
    ("month_end", len(_MONTH_ENDS), 0.2),
    ("holiday", 2, 0.5),
    ("curve_in_zone", len(ZONES) + 1, 0.12),
)
#: Number of coefficients: the numeric terms, then the coded ones one after another.
SIZE: Final = len(NUMERIC) + sum(count for _, count, _ in CODED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """The terms of R rows: numeric float64 (R, 11), codes int8 (R, 4), zone int8 (R,)."""

    numeric: Floats
    codes: npt.NDArray[np.int8]
    zone: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.numeric)

    def log_odds(self, coefficients: Floats) -> Floats:
        """Log odds of a payment under given coefficients; float64 (R,)."""
        odds = self.numeric @ coefficients[: len(NUMERIC)]
        start = len(NUMERIC)
        for column, (name, count, _) in enumerate(CODED):
            own = np.append(coefficients[start : start + count], 0.0)
            if name == "curve_in_zone":
                odds += own[self.zone] * self.numeric[:, 1]
            else:
                odds += own[self.codes[:, column]]
            start += count
        return odds

    def matrix(self) -> Floats:
        """All terms as columns, for the fit; float64 (R, SIZE)."""
        columns = np.zeros((len(self), SIZE))
        columns[:, : len(NUMERIC)] = self.numeric
        rows, start = np.arange(len(self)), len(NUMERIC)
        for column, (name, count, _) in enumerate(CODED):
            code = self.zone if name == "curve_in_zone" else self.codes[:, column]
            here = code >= 0
            columns[rows[here], start + code[here]] = self.numeric[here, 1] if name == "curve_in_zone" else 1.0
            start += count
        return columns


def log_odds(chance: Floats) -> Floats:
    """Log odds, with chances kept within [1e-5, 0.995]."""
    p = np.clip(chance, 1e-5, 0.995)
    return np.log(p) - np.log1p(-p)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountScale:
    """Mean and standard deviation of the logarithm of amounts, so that the term has no currency."""

    mean: float
    spread: float

    @staticmethod
    def of(history: PaymentHistory) -> AmountScale:
        if not len(history):
            return AmountScale(mean=0.0, spread=1.0)
        logs = np.log(np.maximum(history.amount_minor.astype(np.float64), 1.0))
        return AmountScale(mean=float(logs.mean()), spread=max(float(logs.std()), 0.1))


def terms_of(
    history: PaymentHistory, clock: Clock, curves: Curves, scale: AmountScale, invoice: Keys, position: Keys
) -> Terms:
    """The terms of invoices on positions of the clock (rows of equal length R)."""
    partner = history.partner[invoice].astype(np.int64)
    late = np.clip(position - clock.at(history.due[invoice]), FIRST, LAST).astype(np.int64)
    cell = late - FIRST
    smooth = log_odds(curves.smooth[partner, cell])
    due = history.due[invoice].astype(np.int64)
    counted = np.clip(clock.weekdays_between(history.due[invoice], clock.day[position]), FIRST, LAST) - FIRST
    curve = log_odds(_weekday_curve(curves, partner, due, cell))
    chance = curves.settlement.chance(partner, position)
    habit = np.log(np.clip(chance / curves.settlement.usual[partner], 0.02, 50.0))
    known = (curves.counts.runs / (curves.counts.runs + 1))[partner]
    run = known * (log_odds(np.clip(chance * curves.run[partner, cell], 1e-5, 0.99)) - curve)
    together = np.clip(np.log2((curves.counts.number + 1) / (curves.counts.runs + 1)) / 4, 0.0, 1.0)[partner]
    weekday = clock.weekday[position].astype(np.int64)
    amount = np.log(np.maximum(history.amount_minor[invoice].astype(np.float64), 1.0))
    numeric = np.stack(
        [
            np.ones(len(partner)),
            curve,
            log_odds(_weekday_curve(curves, partner, due, counted)) - curve,
            log_odds(curves.location.hazard[partner, cell]) - smooth,
            _weekday_habit(curves, partner, weekday) if clock.business else np.zeros(len(partner)),
            habit,
            habit * together,
            run,
            run * together,
            together,
            np.clip((amount - scale.mean) / scale.spread, -2.5, 2.5),
        ],
        axis=1,
    )
    zone = np.digitize(late, ZONES).astype(np.int8)
    offset = clock.month_offset[position]
    month_end = np.where(np.abs(offset) <= 2, offset + 2, -1)
    holiday = np.where(clock.after_closed[position], 0, np.where(clock.before_closed[position], 1, -1))
    codes = np.stack([zone, weekday, month_end, holiday], axis=1).astype(np.int8)
    return Terms(numeric=numeric, codes=codes, zone=zone)


def _weekday_curve(curves: Curves, partner: Keys, due: Keys, cell: Keys) -> Floats:
    """The partner's curve for this weekday of the due date; the partner's own where that cell was not counted."""
    cells = curves.counts.cells
    own: Floats = curves.partner[partner, cell]
    if not len(cells):
        return own
    wanted = partner * 7 + (due + 3) % 7
    at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    return np.where(cells[at] == wanted, curves.weekday[at, cell], own)


def _weekday_habit(curves: Curves, partner: Keys, weekday: Keys) -> Floats:
    """Logarithm of the partner's share of payments on this weekday over everybody's, shrunk by 10 payments."""
    common = curves.weekday_share[weekday]
    own = curves.counts.weekday_paid[partner, weekday] + _WEEKDAY_SHARE_PRIOR * common
    total = curves.counts.number[partner] + _WEEKDAY_SHARE_PRIOR
    return np.log((own + 1e-9) / (total * common + 1e-9))
