"""What the user knows better, laid over what was learnt: dates, exclusions, disputes, shifts and trust."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.history import PaymentHistory
from forecasting.ledger import NO_DAY
from forecasting.ledger_build import stable_id
from forecasting.overrides import DelayShift, Overrides, TrustLevel

Floats = npt.NDArray[np.float64]

#: What each level multiplies the weight of the peers by.
CAUTION: Final[dict[TrustLevel, float]] = {"low": 4.0, "normal": 1.0, "high": 0.25}
#: Mean days until a dispute is settled, exponential (assumption of domain section 5, to be labelled).
DISPUTE_DAYS: Final = 30.0


def caution(history: PaymentHistory, overrides: Overrides) -> Floats | None:
    """The multiplier of the peers' weight per partner, float64 (C,), for `learn`; None where all trust is normal."""
    if not overrides.trust:
        return None
    where = {name: i for i, name in enumerate(history.partner_id)}
    factor = np.ones(history.partners)
    for trust in overrides.trust:
        if trust.partner_id in where:
            factor[where[trust.partner_id]] = CAUTION[trust.level]
    return factor


def shift_days(history: PaymentHistory, overrides: Overrides) -> npt.NDArray[np.int64]:
    """By how many calendar days each partner is said to pay later than it did; int64 (C,).

    A shift of a partner and one of its segment add up, as they do on open invoices.
    """
    days = np.zeros(history.partners, dtype=np.int64)
    for shift in overrides.shifts:
        days[_partners_of(history, shift)] += shift.days
    return days


def overridden(
    hazard: Floats, day: npt.NDArray[np.int32], invoices: PaymentHistory, clock: Clock, overrides: Overrides
) -> Floats:
    """The chances of payment on each day with what the user and the ledger know; a new array (n, K).

    In this order: shifts move a row later or earlier; disputes hold payments back until settled; a known or expected day
    is certain (on the first open day from it on); an excluded invoice is never paid.
    """
    table = hazard.copy()
    for shift in overrides.shifts:
        rows = _concerned(invoices, shift)
        table[rows] = _moved(table[rows], _steps(clock, invoices.as_of, shift.days))
    disputed = np.flatnonzero(invoices.disputed | _named(invoices, overrides.disputed))
    if len(disputed):
        table[disputed] = _held_back(table[disputed], day, invoices.as_of)
    for row, when in _known_days(invoices, overrides):
        table[row] = 0.0
        at = int(np.searchsorted(day, max(when, invoices.as_of)))
        if at < len(day):
            table[row, at] = 1.0
    table[_named(invoices, overrides.excluded)] = 0.0
    return table


def _concerned(invoices: PaymentHistory, shift: DelayShift) -> npt.NDArray[np.bool_]:
    """Which invoices a shift concerns."""
    return _partners_of(invoices, shift)[invoices.partner]


def _partners_of(history: PaymentHistory, shift: DelayShift) -> npt.NDArray[np.bool_]:
    """Which partners a shift concerns; bool (C,)."""
    if shift.partner_id:
        return np.array([name == shift.partner_id for name in history.partner_id], dtype=np.bool_)
    segments = np.array([name == shift.segment for name in history.segment_name], dtype=np.bool_)
    return segments[history.segment]


def _steps(clock: Clock, as_of: int, days: int) -> int:
    """Calendar days as clock steps, counted from `as_of`."""
    return int(clock.at(as_of + days)) - int(clock.at(as_of))


def _moved(table: Floats, steps: int) -> Floats:
    """Rows moved `steps` later: nobody pays before; or earlier: the end of the row goes on as it was."""
    if steps == 0:
        return table
    out = np.zeros_like(table)
    if steps > 0:
        out[:, steps:] = table[:, : max(0, table.shape[1] - steps)]
    else:
        kept = table[:, min(-steps, table.shape[1] - 1) :]
        out[:, : kept.shape[1]] = kept
        out[:, kept.shape[1] :] = table[:, -1:]
    return out


def _held_back(table: Floats, day: npt.NDArray[np.int32], as_of: int) -> Floats:
    """Chances of payment when a dispute must be settled first (exponential, mean 30 days).

    Two states, in dispute and settled: each day the dispute ends with chance 1 - exp(-gap / 30), then the usual chance
    holds. The row is the chance of payment given that the invoice is still open, whatever its state.
    """
    gap = np.diff(day, prepend=np.int32(as_of - 1)).astype(np.float64)
    ends = -np.expm1(-gap / DISPUTE_DAYS)
    held, free = np.ones(len(table)), np.zeros(len(table))
    out = np.empty_like(table)
    for k in range(table.shape[1]):
        free, held = free + held * ends[k], held * (1 - ends[k])
        paid = free * table[:, k]
        out[:, k] = paid / np.maximum(free + held, 1e-300)
        free = free - paid
    return out


def _named(invoices: PaymentHistory, names: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Which invoices are named."""
    keys = np.array([stable_id(name) for name in names], dtype=np.int64)
    return np.isin(invoices.stable, keys)


def _known_days(invoices: PaymentHistory, overrides: Overrides) -> list[tuple[int, int]]:
    """Rows with a certain pay day: those of the ledger, then those that the user expects (which win)."""
    known = [(int(row), int(invoices.expected[row])) for row in np.flatnonzero(invoices.expected != NO_DAY)]
    where = {int(key): row for row, key in enumerate(invoices.stable)} if overrides.expected else {}
    named = ((where.get(stable_id(e.invoice_id)), e.day) for e in overrides.expected)
    return known + [(row, when) for row, when in named if row is not None]
