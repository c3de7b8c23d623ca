"""Ridge logistic regression: how much each term of a payment's odds counts."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from forecasting.behaviour.terms import CODED, NUMERIC

Floats = npt.NDArray[np.float64]

_STEPS_MAX: Final = 25
_HALVINGS_MAX: Final = 10
_ENOUGH: Final = 1e-3
#: Coefficients are kept to this many decimals, so that a library's last bit does not reach a sampled day.
_DECIMALS: Final = 6


def prior_mean() -> Floats:
    """Coefficients before any evidence: the curve as it is, settlement days as they are, no other effect; (SIZE,)."""
    return np.array([mean for _, mean, _ in NUMERIC] + [0.0 for _, count, _ in CODED for _ in range(count)])


def prior_spread() -> Floats:
    """Prior standard deviations of the coefficients; (SIZE,)."""
    return np.array([spread for *_, spread in NUMERIC] + [spread for _, count, spread in CODED for _ in range(count)])


def ridge_logistic(design: Floats, outcome: Floats, weight: Floats, mean: Floats, spread: Floats) -> Floats:
    """The coefficients b that minimise sum w (log(1 + e^s) - y s) + sum (b - mean)^2 / (2 spread^2), s = design @ b.

    Newton steps, each halved until it descends; rounded to 6 decimals. design float64 (R, J), outcome (R,) of 0 and 1,
    weight (R,).
    """

    def loss(b: Floats) -> float:
        score = design @ b
        misfit = np.maximum(score, 0) + np.log1p(np.exp(-np.abs(score))) - outcome * score
        return float(weight @ misfit + 0.5 * (((b - mean) / spread) ** 2).sum())

    b, value = mean.copy(), loss(mean)
    for _ in range(_STEPS_MAX):
        chance = expit(design @ b)
        slope = design.T @ (weight * (outcome - chance)) - (b - mean) / spread**2
        curvature = (design * (weight * chance * (1 - chance))[:, None]).T @ design + np.diag(1 / spread**2)
        step = np.linalg.solve(curvature, slope)
        for _ in range(_HALVINGS_MAX):
            if loss(b + step) <= value:
                break
            step = step / 2
        b = b + step
        before, value = value, loss(b)
        if before - value < _ENOUGH:
            break
    return np.round(b, _DECIMALS)
