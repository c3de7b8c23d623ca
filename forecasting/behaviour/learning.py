"""Learns how every partner of one side pays, from what is known on a morning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock, Holidays, choose_clock
from forecasting.behaviour.counts import count, due_cells, window_of
from forecasting.behaviour.crossfit import fit_odds, sample_partners
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.location import delays_behind
from forecasting.behaviour.recalibration import (
    IDENTITY,
    RUN_SHARE_ASSUMED,
    SQUARE_PRIOR,
    PastForecast,
    Recalibration,
    Widening,
    lasting_shares,
    past_origins,
    recalibrate,
    run_shares,
    widen,
)
from forecasting.behaviour.runs import Sampler, sample_pay_days
from forecasting.behaviour.settlement import SettlementRules, settlement_rules
from forecasting.behaviour.shrinkage import Curves, build_curves
from forecasting.behaviour.terms import AmountScale, terms_of
from forecasting.ledger import NO_DAY

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]

#: Open invoices whose terms are held at once (memory).
_CHUNK: Final = 2_000
#: Calendar days of a past forecast that are computed.
_PAST_DAYS: Final = 63
#: Partners whose past forecasts are replayed; beyond, partners are sampled by their stable number.
REPLAYED_PARTNERS_MAX: Final = 3_000
#: Mean square of past misses assumed where no past forecast can be made: bands 1.5 times as wide.
SQUARE_UNKNOWN: Final = 2.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Behaviour:
    """What was learnt of one side on the morning of `as_of`; C partners.

    coefficients: weights of the odds layer; recalibration: what past forecasts taught; run_share float64 (C,), run_pool:
    variance that a partner's invoices share on a day; lasting float64 (C,): variance of a partner's lasting effect;
    widening: how far past weeks missed. `calibrated` is False for a plain fit.
    """

    as_of: int
    clock: Clock
    rules: SettlementRules
    scale: AmountScale
    curves: Curves
    coefficients: Floats
    recalibration: Recalibration
    run_share: Floats
    run_pool: float
    lasting: Floats
    widening: Widening
    calibrated: bool


def learn(
    history: PaymentHistory,
    as_of: int,
    calendars: Sequence[Holidays],
    *,
    self_calibration: bool = True,
    caution: Floats | None = None,
    sampler: Sampler = sample_pay_days,
) -> Behaviour:
    """Learns how partners pay from a history known on the morning of `as_of`.

    1 the clock; 2 the odds layer, cross-fitted; 3 the curves of everything known; 4 (self-calibration) what the model
    would have said at up to six past origins: recalibration of the odds, joint payment runs, widening of the bands.
    The same arguments give the same answer. O(invoices), partners beyond some thousands being sampled in 2 and 4.
    caution float64 (C,): how much more than usual single partners' histories are distrusted (`overrides.caution`).
    sampler: what draws the past origins' paths; compiled code with the same bits takes less time over it.
    """
    assert history.as_of == as_of, "the history must be known on the day of learning"
    clock = choose_clock(history, calendars)
    rules, scale = settlement_rules(clock), AmountScale.of(history)
    coefficients = fit_odds(history, clock, rules, scale)
    curves = curves_of(history, clock, rules, caution)
    lasting = lasting_shares(curves.counts.number)
    plain = Behaviour(
        as_of=as_of,
        clock=clock,
        rules=rules,
        scale=scale,
        curves=curves,
        coefficients=coefficients,
        recalibration=IDENTITY,
        run_share=np.full(history.partners, RUN_SHARE_ASSUMED),
        run_pool=RUN_SHARE_ASSUMED,
        lasting=lasting,
        widening=widen((), np.zeros(0), np.zeros(0), SQUARE_UNKNOWN),
        calibrated=False,
    )
    return _calibrated(plain, history, sampler) if self_calibration else plain


def curves_of(history: PaymentHistory, clock: Clock, rules: SettlementRules, caution: Floats | None = None) -> Curves:
    """The curves of everything known on the history's morning; due-weekday curves for the open invoices.

    A list of open items alone leaves out everybody who paid in time: where no payment is known, what is open says nothing
    of lateness, and the library's curve stands as it is.
    """
    window = window_of(history, clock) if (history.paid != NO_DAY).any() else window_of(history, clock, end_day=clock.first)
    cells = np.unique(due_cells(history)[history.is_open])
    counts = count(history, clock, rules, window, cells)
    return build_curves(counts, delays_behind(history, window), history.as_of, clock, rules, history.segment, caution)


def hazards(
    behaviour: Behaviour, curves: Curves, invoices: PaymentHistory, days: int
) -> tuple[npt.NDArray[np.int32], Floats, Keys]:
    """The chance of being paid on each open day of the next `days` calendar days when still open, before overrides.

    Returns day int32 (K,), hazard float64 (n, K), late int64 (n,): lateness in clock steps on the first of these days.
    """
    clock = behaviour.clock
    first, end = int(clock.at(invoices.as_of)), int(clock.at(invoices.as_of + days))
    position = np.arange(first, end, dtype=np.int64)
    late = first - clock.at(invoices.due).astype(np.int64)
    table = np.empty((len(invoices), len(position)))
    for start in range(0, len(invoices), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(invoices)), dtype=np.int64)
        which = np.repeat(rows, len(position))
        terms = terms_of(invoices, clock, curves, behaviour.scale, which, np.tile(position, len(rows)))
        steps = late[rows][:, None] + np.arange(len(position))[None, :]
        odds = terms.log_odds(behaviour.coefficients).reshape(len(rows), len(position))
        table[rows] = behaviour.recalibration.apply(odds, steps)
    return clock.day[position], table, late


def _calibrated(plain: Behaviour, history: PaymentHistory, sampler: Sampler) -> Behaviour:
    """Adds what past forecasts teach."""
    replayed = sample_partners(history, REPLAYED_PARTNERS_MAX)
    past = [_past_forecast(plain, replayed, day) for day in past_origins(replayed)]
    recalibration = recalibrate(past)
    past = [_recalibrated(p, recalibration) for p in past]
    shares, pool = run_shares(past, replayed.partners)
    lasting = lasting_shares(_paid_by_partner(replayed))
    run = np.full(history.partners, pool)
    run[_same_partners(history, replayed)] = shares
    return replace(
        plain,
        recalibration=recalibration,
        run_share=run,
        run_pool=pool,
        widening=widen(past, shares, lasting, SQUARE_UNKNOWN if len(past) < 2 else SQUARE_PRIOR, sampler),
        calibrated=True,
    )


def _past_forecast(plain: Behaviour, history: PaymentHistory, day: int) -> PastForecast:
    """What the model would have said on an earlier morning, beside what happened since."""
    known = history.known_on(day)
    curves = curves_of(known, plain.clock, plain.rules)
    waiting = known.take(known.is_open)
    days, table, late = hazards(plain, curves, waiting, _PAST_DAYS)
    paid = history.paid[np.flatnonzero(history.issue < day)[known.is_open]]
    at = plain.clock.at(paid).astype(np.int64) - int(plain.clock.at(day))
    seen = int(np.searchsorted(days, history.as_of))
    return PastForecast(
        history=waiting,
        hazard=table,
        day=days,
        late=late,
        paid_at=np.where((paid != NO_DAY) & (at < len(days)), np.maximum(at, 0), len(days)),
        seen=seen,
    )


def _recalibrated(past: PastForecast, recalibration: Recalibration) -> PastForecast:
    steps = past.late[:, None] + np.arange(len(past.day))[None, :]
    p = np.clip(past.hazard, 1e-9, 1 - 1e-9)
    return replace(past, hazard=recalibration.apply(np.log(p) - np.log1p(-p), steps))


def _paid_by_partner(history: PaymentHistory) -> Floats:
    paid = history.partner[history.paid != NO_DAY]
    return np.bincount(paid, minlength=history.partners).astype(np.float64)


def _same_partners(history: PaymentHistory, sampled: PaymentHistory) -> npt.NDArray[np.intp]:
    """Where the partners of a sampled history stand in the whole one."""
    if sampled.partners == history.partners:
        return np.arange(history.partners)
    where = {name: i for i, name in enumerate(history.partner_id)}
    return np.array([where[name] for name in sampled.partner_id], dtype=np.intp)
