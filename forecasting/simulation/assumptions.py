"""What the model assumes where nothing is learnt or given, each figure with its source, to be labelled on screen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS, DelayProfiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Figures of domain specification section 5 that no ledger tells; probabilities are for one year.

    delay_correlation: correlation of the latent lateness of two invoices of one debtor. delay_systematic: loading of the
    debtor's effect on the systematic factor. sector_correlation: added to the failures of one sector (measured
    prototypes). protracted_probability: never pays without insolvency, all invoices of the debtor at once;
    deliveries then stop `stop_delivery_days` later. Disputes: share of invoices, mean days to settlement (exponential),
    share settled by a credit note of `dispute_credit_rate`. Failures: share by procedure, dividend and its day.
    A reorganisation pays 25 % in eight yearly instalments: the first stands here, later ones lie beyond a year.
    """

    default_probability: float = 0.015
    delay_correlation: float = 0.5
    delay_systematic: float = 0.3
    sector_correlation: float = 0.08
    protracted_probability: float = 0.003
    stop_delivery_days: int = 30
    dispute_probability: float = 0.015
    dispute_mean_days: float = 30.0
    dispute_credit_share: float = 0.5
    dispute_credit_rate: Decimal = Decimal("0.20")
    reorganisation_share: float = 0.34
    safeguard_share: float = 0.01
    liquidation_dividend: Decimal = Decimal("0.05")
    liquidation_dividend_days: int = 540
    reorganisation_dividend: Decimal = Decimal("0.03125")
    reorganisation_dividend_days: int = 365


ASSUMPTIONS: Final = Assumptions()


def default_correlation(probability: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Correlation of a debtor's failure with the economy, by its one-year default probability.

    Basel II paragraph 272 for corporates, less the reduction for firms of 5 million turnover (domain section 5):
    R = 0.12 k + 0.24 (1 - k) - 0.04, k = (1 - e^(-50 PD)) / (1 - e^-50). PD 1 %: 0.153; 2 %: 0.124; 5 %: 0.090.
    """
    weight = -np.expm1(-50.0 * np.asarray(probability, dtype=np.float64)) / -np.expm1(-50.0)
    correlation: npt.NDArray[np.float64] = 0.24 - 0.12 * weight - 0.04
    return correlation


def default_delay_curve() -> npt.NDArray[np.float64]:
    """How late an unknown French customer pays, by days after the due date; float64 (256,), from 60 days before.

    Domain section 5: 48.7 % on time (a fifth of them 1 to 5 days early), 43.3 % 1 to 30 days late (truncated exponential,
    its mean 12.5 days), 8.0 % later (30 days and an exponential of mean 60); the last column holds later or never.
    """
    days = np.arange(OFFSETS) + FIRST_OFFSET
    curve = np.zeros(OFFSETS)
    curve[days == 0] = 0.487 * 0.8
    curve[(days >= -5) & (days < 0)] = 0.487 * 0.2 / 5
    # A scale of 24.4 days gives the truncated exponential its mean of 12.5.
    late = np.where((days >= 1) & (days <= 30), np.exp(-days / 24.4), 0)
    curve += 0.433 * late / late.sum()
    tail = np.where(days > 30, np.exp(-(days - 31) / 60) * -np.expm1(-1 / 60), 0)
    curve += 0.08 * tail
    curve[-1] += 1 - curve.sum()
    return curve


def assumed_profiles(partner_count: int) -> DelayProfiles:
    """The default curve for every partner, labelled as an assumption."""
    return DelayProfiles(
        pmf=default_delay_curve()[None, :],
        profile=np.zeros(partner_count, dtype=np.int32),
        assumed=np.ones(1, dtype=np.bool_),
    )
