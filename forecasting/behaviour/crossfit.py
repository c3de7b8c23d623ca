"""Learns the odds layer on days that the curves have not seen, block of days by block of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.counts import Window, count, due_cells, window_of
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.location import delays_behind
from forecasting.behaviour.odds import prior_mean, prior_spread, ridge_logistic
from forecasting.behaviour.settlement import SettlementRules
from forecasting.behaviour.shrinkage import build_curves
from forecasting.behaviour.terms import AmountScale, Terms, terms_of
from forecasting.ledger import NO_DAY
from forecasting.simulation.luck import mix

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]

#: Longest and shortest block of days left out at once, and how many blocks at most (the latest ones).
BLOCK_DAYS: Final = 28
BLOCK_DAYS_MIN: Final = 7
BLOCKS_MAX: Final = 16
#: Invoice-days that the fit uses, about; beyond, invoices are sampled by their stable number.
ROWS_MAX: Final = 250_000
#: Partners whose curves are rebuilt for every block; beyond, partners are sampled by their stable number.
PARTNERS_MAX: Final = 2_000


def fit_odds(history: PaymentHistory, clock: Clock, rules: SettlementRules, scale: AmountScale) -> Floats:
    """The coefficients of the odds layer, float64 (SIZE,); the prior ones where nothing was ever paid.

    Cross-fitted: for each block of days the curves are built from everything outside it, then each invoice-day of the
    block is a payment or not. Out-of-block curves are as unsure as real forecasts are, so that a curve which deserves
    less trust gets a smaller weight. Invoices that a partner has at risk on the same day are not independent evidence: m
    of them weigh sqrt(m) together.
    """
    if not (history.paid != NO_DAY).any():
        return prior_mean()
    blocks = list(_blocks(sample_partners(history, PARTNERS_MAX), clock, rules, scale))
    design = np.concatenate([terms.matrix() for terms, _, _ in blocks])
    outcome = np.concatenate([paid for _, paid, _ in blocks]).astype(np.float64)
    weight = np.concatenate([weight for _, _, weight in blocks])
    return ridge_logistic(design, outcome, weight, prior_mean(), prior_spread())


def sample_partners(history: PaymentHistory, most: int) -> PaymentHistory:
    """The history of at most `most` partners, chosen by stable number and renumbered; unchanged where there are fewer."""
    used = np.unique(history.partner)
    if len(used) <= most:
        return history
    order = np.argsort(mix(history.partner_stable[used].astype(np.uint64)), kind="stable")
    kept = np.sort(used[order[:most]])
    part = history.take(np.isin(history.partner, kept))
    return replace(
        part,
        partner=np.searchsorted(kept, part.partner).astype(np.int32),
        partner_id=tuple(history.partner_id[k] for k in kept.tolist()),
        partner_stable=history.partner_stable[kept],
        segment=history.segment[kept],
    )


def at_risk_rows(window: Window, keep: npt.NDArray[np.bool_] | None = None) -> tuple[Keys, Keys, npt.NDArray[np.bool_]]:
    """Every (invoice, position) at risk in a window, and whether it was paid then; `keep` bool (n,) drops invoices."""
    length = np.maximum(window.last - window.first + 1, 0)
    if keep is not None:
        length = np.where(keep, length, 0)
    which = np.repeat(np.arange(len(length)), length)
    position = window.first[which] + np.arange(len(which)) - np.repeat(np.cumsum(length) - length, length)
    return window.invoice[which], position, window.paid[which] & (position == window.last[which])


def _blocks(
    history: PaymentHistory, clock: Clock, rules: SettlementRules, scale: AmountScale
) -> Iterator[tuple[Terms, npt.NDArray[np.bool_], Floats]]:
    """The terms, outcomes and weights of each block's invoice-days, latest block first."""
    cells = np.unique(due_cells(history))
    everything = window_of(history, clock)
    total = count(history, clock, rules, everything, cells)
    delays = delays_behind(history, everything)
    first = int(history.issue.min())
    days = int(np.clip((history.as_of - first) // 8, BLOCK_DAYS_MIN, BLOCK_DAYS))
    limit = _sampling_limit(history, everything, clock, history.as_of - BLOCKS_MAX * days)
    for end in range(history.as_of, max(first, history.as_of - BLOCKS_MAX * days), -days):
        inside = window_of(history, clock, end - days, end)
        outside = total.less(count(history, clock, rules, inside, cells))
        curves = build_curves(outside, delays.less(inside), end - days / 2, clock, rules, history.segment)
        keep = mix(history.stable[inside.invoice].astype(np.uint64)) <= limit
        invoice, position, paid = at_risk_rows(inside, keep)
        together = history.partner[invoice].astype(np.int64) << 32 | position
        _, inverse, size = np.unique(together, return_inverse=True, return_counts=True)
        yield terms_of(history, clock, curves, scale, invoice, position), paid, 1.0 / np.sqrt(size[inverse])


def _sampling_limit(history: PaymentHistory, window: Window, clock: Clock, first_day: int) -> np.uint64:
    """Invoices whose scrambled stable number is at most this are used, so that about `ROWS_MAX` rows remain."""
    start = int(clock.at(first_day))
    rows = int(np.maximum(window.last - np.maximum(window.first, start) + 1, 0).sum())
    return np.uint64(min(2**64 - 1, 2**64 * ROWS_MAX // max(rows, 1)))
