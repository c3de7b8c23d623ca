"""The delay curve that is assumed where no history speaks: French payers, domain specification section 5."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.float64]

#: Lateness runs from `FIRST` to `LAST` steps of the clock after the due date; both ends hold what lies beyond.
FIRST: Final = -60
LAST: Final = 130
CELLS: Final = LAST - FIRST + 1

#: Hazard of a payment earlier than five days before the due date, and floor of every hazard.
_EARLY: Final = 1e-4
_FLOOR: Final = 1e-5


def library_delays(day_scale: float) -> Curve:
    """Probability of each lateness for an unknown payer; float64 (191,), the rest to 1 being later than the last cell.

    48.7 % on time (a fifth of them spread over 5 days before), 43.3 % 1 to 30 days late (truncated exponential with
    mean 12.5: scale 24.4), 8.0 % later (30 + exponential of mean 60). `day_scale` is clock steps per calendar day
    (5/7 for business days). Source: domain specification section 5, from Altares and Banque de France figures.
    """
    step = np.arange(FIRST, LAST + 1, dtype=np.float64)
    curve = np.where((step < 0) & (step >= -5), 0.487 * 0.2 / 5, 0.0)
    curve[step == 0] = 0.487 * 0.8
    limit = round(30 * day_scale)
    late = np.where((step >= 1) & (step <= limit), np.exp(-step / (24.4 * day_scale)), 0.0)
    curve += 0.433 * late / late.sum()
    tail = 60 * day_scale
    curve += np.where(step > limit, 0.08 * np.exp(-(step - limit - 1) / tail) * -np.expm1(-1 / tail), 0.0)
    return curve


def library_hazards(day_scale: float) -> Curve:
    """The library curve as the chance of being paid on a step when still open on it; float64 (191,)."""
    curve = library_delays(day_scale)
    alive = 1.0 - np.concatenate([[0.0], np.cumsum(curve)[:-1]])
    hazard = np.clip(curve / np.maximum(alive, 1e-9), _FLOOR, 0.95)
    hazard[: -FIRST - 5] = _EARLY
    return hazard
