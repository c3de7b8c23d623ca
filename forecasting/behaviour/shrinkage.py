"""Hazards of payment by lateness: library, all partners, segment, partner, due weekday, each leaning on the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.counts import Counts
from forecasting.behaviour.library import CELLS, Curve, library_hazards
from forecasting.behaviour.location import Delays, Location, locate
from forecasting.behaviour.settlement import SettlementDays, SettlementRules, settlement_days

Floats = npt.NDArray[np.float64]

#: Invoices that each level weighs against the next (accuracy research, fixed defaults).
LIBRARY_PRIOR: Final = 20.0
SEGMENT_PRIOR: Final = 50.0
SMOOTH_PRIOR: Final = 5.0
PARTNER_PRIOR: Final = 6.0
WEEKDAY_PRIOR: Final = 10.0
RUN_PRIOR: Final = 4.0
#: Standard deviation in steps of the smoothing kernels (partner's own curve; curve on payment days).
SMOOTH_STEPS: Final = 2.0
RUN_STEPS: Final = 1.5
#: A cell of the common curve is pooled with its neighbours until it has seen this many payments.
POOLED_PAYMENTS: Final = 20.0
_POOL_MAX: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Every level of the chain as of a day; C partners, 191 cells of lateness.

    common (191,); segment (S, 191); smooth, partner, run (C, 191): the kernel-smoothed curve, the partner's own curve,
    the chance of being paid given that the partner pays something that day; location: mean, spread and smooth curve;
    weekday (k, 191) for the keys of `cells`; weekday_share (7,): share of payments by weekday.
    """

    counts: Counts
    common: Curve
    segment_of: npt.NDArray[np.int32]
    segment: Curve
    smooth: Curve
    partner: Curve
    run: Curve
    location: Location
    settlement: SettlementDays
    weekday: Curve
    weekday_share: Floats

    def weekday_of(self, partner: int, due: int) -> Curve:
        """A partner's curve for the weekday of a due date; its own curve where that cell was not counted; (191,)."""
        key = partner * 7 + (due + 3) % 7
        at = int(np.searchsorted(self.counts.cells, key))
        counted = at < len(self.counts.cells) and int(self.counts.cells[at]) == key
        curve: Curve = self.weekday[at] if counted else self.partner[partner]
        return curve


def build_curves(
    counts: Counts,
    delays: Delays,
    day: float,
    clock: Clock,
    rules: SettlementRules,
    segment_of: npt.NDArray[np.int32],
    caution: Floats | None = None,
) -> Curves:
    """The chain of hazards, each h = (paid + k * h_before) / (at risk + k); formulas of the accuracy research, section 5.

    common = (D + 20 library) / (N + 20) over windows that widen in the tails; segment = (D_s + 50 common) / (N_s + 50);
    smooth = (K D_c + 5 segment) / (K N_c + 5), K a Gaussian kernel of 2 steps; partner = (D_c + 6 smooth) / (N_c + 6);
    weekday = (D_cw + 10 partner) / (N_cw + 10); run = (D_c + 4 run') / (R_c + 4), R_c at risk on its own payment days.
    Every prior weight of a partner is multiplied, and its counts in common and segment divided, by `_crowd`;
    caution float64 (C,) multiplies the prior weights of single partners (above 1: trust its own history less).
    """
    crowd = _crowd(counts)
    trust = np.ones(len(counts.number)) if caution is None else caution
    prior = (trust * crowd)[:, None]
    library = library_hazards(5 / 7 if clock.business else 1.0)
    own_paid, own_at_risk = counts.paid / crowd[:, None], counts.at_risk / crowd[:, None]
    common = _pooled(own_paid.sum(axis=0), own_at_risk.sum(axis=0), library)
    segments = int(segment_of.max(initial=0)) + 1
    at_risk, paid = np.zeros((segments, CELLS)), np.zeros((segments, CELLS))
    np.add.at(at_risk, segment_of, own_at_risk)
    np.add.at(paid, segment_of, own_paid)
    segment = (paid + SEGMENT_PRIOR * common) / (at_risk + SEGMENT_PRIOR)
    location = locate(delays, day, common, trust)
    # Of a partner that never paid only the lateness of its waiting invoices is known: its mean lies beyond.
    base = np.where(counts.runs[:, None] > 0, segment[segment_of], location.hazard)
    kernel = _kernel(SMOOTH_STEPS)
    smooth = (_spread(counts.paid, kernel) + SMOOTH_PRIOR * prior * base) / (
        _spread(counts.at_risk, kernel) + SMOOTH_PRIOR * prior
    )
    partner = (counts.paid + PARTNER_PRIOR * prior * smooth) / (counts.at_risk + PARTNER_PRIOR * prior)
    at = np.minimum(counts.cells // 7, len(partner) - 1)
    share = counts.weekday_paid.sum(axis=0)
    return Curves(
        counts=counts,
        common=common,
        segment_of=segment_of,
        segment=segment,
        smooth=smooth,
        partner=partner,
        run=_run_curve(counts),
        location=location,
        settlement=settlement_days(rules, counts.rule_runs, counts.rule_days),
        weekday=(counts.cell_paid + WEEKDAY_PRIOR * prior[at] * partner[at])
        / (counts.cell_at_risk + WEEKDAY_PRIOR * prior[at]),
        weekday_share=share / max(1.0, float(share.sum())),
    )


def _crowd(counts: Counts) -> Floats:
    """By how much the evidence of a partner with many waiting invoices but hardly a payment day is discounted; (C,), >= 1.

    Invoices that wait for the same payment run are one piece of evidence until runs have been seen: m invoices at risk
    together on average and r payment days seen: m / (1 + r)^2, at least 1.
    """
    together = counts.at_risk.sum(axis=1) / np.maximum(counts.rule_days[:, -1], 1.0)
    discount: Floats = np.maximum(together / (1.0 + counts.runs) ** 2, 1.0)
    return discount


def _pooled(paid: Floats, at_risk: Floats, library: Curve) -> Curve:
    """The common curve: each cell with as many neighbours as it takes to see `POOLED_PAYMENTS`, at most 15 a side."""
    paid_to = np.concatenate([[0.0], np.cumsum(paid)])
    risk_to = np.concatenate([[0.0], np.cumsum(at_risk)])
    curve = np.empty(CELLS)
    for cell in range(CELLS):
        for reach in range(_POOL_MAX + 1):
            low, high = max(0, cell - reach), min(CELLS, cell + reach + 1)
            if paid_to[high] - paid_to[low] >= POOLED_PAYMENTS:
                break
        curve[cell] = (paid_to[high] - paid_to[low] + LIBRARY_PRIOR * library[cell]) / (
            risk_to[high] - risk_to[low] + LIBRARY_PRIOR
        )
    return curve


def _run_curve(counts: Counts) -> Curve:
    """Chance of being paid when the partner pays something that day; leans on all partners, then on its smooth self."""
    common = np.clip((counts.paid.sum(axis=0) + 10.0) / (counts.at_risk_runs.sum(axis=0) + 20.0), 0.01, 0.99)
    kernel = _kernel(RUN_STEPS)
    smooth = (_spread(counts.paid, kernel) + 3.0 * common) / (_spread(counts.at_risk_runs, kernel) + 3.0)
    own: Curve = (counts.paid + RUN_PRIOR * smooth) / (counts.at_risk_runs + RUN_PRIOR)
    return own


def _kernel(steps: float) -> Floats:
    """Gaussian weights, 1 in the middle, out to four standard deviations."""
    reach = int(4 * steps)
    weights: Floats = np.exp(-0.5 * (np.arange(-reach, reach + 1) / steps) ** 2)
    return weights


def _spread(table: Floats, kernel: Floats) -> Floats:
    """Each row convolved with the kernel; what falls over the ends is lost."""
    reach = len(kernel) // 2
    padded = np.pad(table, ((0, 0), (reach, reach)))
    out = np.zeros_like(table)
    for shift, weight in enumerate(kernel):
        out += weight * padded[:, shift : shift + table.shape[1]]
    return out
