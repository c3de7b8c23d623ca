"""How surely a partner pays at all: probability of default, of staying unpaid, of a dispute, each with where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.history import PaymentHistory
from forecasting.ledger import NO_DAY, Partner

Floats = npt.NDArray[np.float64]

#: Where a probability of default comes from; everything but "given" is an assumption to be labelled.
Source = Literal["given", "rating", "rating_and_habit", "assumption", "assumption_and_habit"]

#: One-year default probability by rating bucket (assumption, domain section 5), and where nothing is known.
BY_RATING: Final = {"very good": 0.001, "good": 0.004, "fair": 0.012, "weak": 0.035, "very weak": 0.10}
UNKNOWN: Final = 0.015
#: Payers habitually more than 30 days late fail six times more often (Altares), at most 40 %.
HABIT_FACTOR: Final = 6.0
DEFAULT_MAX: Final = 0.40
LATE_DAYS: Final = 30
#: The habit is judged on the last six paid invoices, at least three of them, half of them late.
HABIT_INVOICES: Final = 6
HABIT_INVOICES_MIN: Final = 3
HABIT_SHARE: Final = 0.5
#: Chance that a debt still open at this age (days after due) is ever collected; survey of US agencies, not French.
COLLECTED_AGES: Final = (0, 30, 60, 90, 180, 270, 360, 720)
COLLECTED: Final = (0.949, 0.899, 0.813, 0.696, 0.521, 0.391, 0.228, 0.093)
#: Share of invoices disputed (assumption), and the invoices that it weighs against a partner's own.
DISPUTE_SHARE: Final = 0.015
DISPUTE_PRIOR: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRisk:
    """Per partner of the history: one-year probability of default float64 (C,), its sources, share late by habit (C,)."""

    probability: Floats
    source: tuple[Source, ...]
    late_share: Floats
    dispute_rate: Floats


def failure_risk(history: PaymentHistory, partners: Sequence[Partner]) -> FailureRisk:
    """The chance that each partner fails within a year, from what is given, its rating, and its habit of paying late.

    A given probability stands. Else the rating's bucket, or 1.5 % where there is none, times 6 for a partner half of
    whose last six paid invoices were more than 30 days late, at most 40 %. dispute_rate = (disputed + 50 * 1.5 %) /
    (invoices + 50). `partners` are those of the ledger, in the order of the history's index.
    """
    late = _habit(history)
    probability = np.empty(len(partners))
    sources: list[Source] = []
    for index, partner in enumerate(partners):
        habit = bool(late[index] >= HABIT_SHARE)
        value, source = _one(partner, habit)
        probability[index] = value
        sources.append(source)
    invoices = np.bincount(history.partner, minlength=len(partners))
    disputed = np.bincount(history.partner[history.disputed], minlength=len(partners))
    return FailureRisk(
        probability=probability,
        source=tuple(sources),
        late_share=late,
        dispute_rate=(disputed + DISPUTE_PRIOR * DISPUTE_SHARE) / (invoices + DISPUTE_PRIOR),
    )


def _one(partner: Partner, habit: bool) -> tuple[float, Source]:
    if partner.default_probability is not None:
        return partner.default_probability, "given"
    rating = " ".join(partner.rating.lower().replace("_", " ").split())
    known = rating in BY_RATING
    value = BY_RATING.get(rating, UNKNOWN)
    if habit:
        value = min(DEFAULT_MAX, HABIT_FACTOR * value)
        return value, "rating_and_habit" if known else "assumption_and_habit"
    return value, "rating" if known else "assumption"


def _habit(history: PaymentHistory) -> Floats:
    """Share of each partner's last six paid invoices that were more than 30 days late; 0 below three; float64 (C,)."""
    paid = np.flatnonzero(history.paid != NO_DAY)
    order = paid[np.lexsort((history.stable[paid], history.paid[paid], history.partner[paid]))]
    partner = history.partner[order]
    ends = np.searchsorted(partner, np.arange(history.partners), side="right")
    last = ends[partner] - np.arange(len(order)) <= HABIT_INVOICES
    late = (history.paid[order].astype(np.int64) - history.due[order]) > LATE_DAYS
    number = np.bincount(partner[last], minlength=history.partners)
    share = np.bincount(partner[last & late], minlength=history.partners) / np.maximum(number, 1)
    return np.where(number >= HABIT_INVOICES_MIN, share, 0.0)


def collected_eventually(age_days: npt.ArrayLike) -> Floats:
    """Chance that a debt of this age is ever collected (assumption, US survey of agencies [S93]); piecewise linear."""
    chance: Floats = np.interp(np.asarray(age_days, dtype=np.float64), COLLECTED_AGES, COLLECTED)
    return chance


def unpaid_probability(
    pmf: Floats, invoices: PaymentHistory, default_probability: Floats, excluded: npt.NDArray[np.bool_] | None = None
) -> Floats:
    """Chance that each open invoice is never paid; float64 (n,).

    With S(k) the chance to be still open after k days and lam = -ln(1 - PD) / 365 per day: the debtor fails first, sum of
    S(k) (1 - e^-lam) e^(-lam k) over the days of `pmf`; or the invoice is still open at the end and is never collected at
    that age (`collected_eventually`). default_probability float64 (C,) per partner.
    """
    still_open = 1.0 - np.cumsum(pmf[:, :-1], axis=1)
    days = still_open.shape[1]
    rate = -np.log1p(-np.minimum(default_probability, 0.99))[invoices.partner] / 365.0
    alive = np.exp(-rate[:, None] * np.arange(days)[None, :])
    fails = (still_open * alive).sum(axis=1) * -np.expm1(-rate)
    age = np.maximum(invoices.as_of + days - invoices.due.astype(np.int64), 0)
    stays = pmf[:, -1] * np.exp(-rate * days) * (1.0 - collected_eventually(age))
    unpaid: Floats = np.clip(fails + stays, 0.0, 1.0)
    return unpaid if excluded is None else np.where(excluded, 1.0, unpaid)
