"""What is counted of a history: invoices at risk and paid by lateness, payment days, moments of the delay."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.library import CELLS, FIRST, LAST
from forecasting.behaviour.settlement import SettlementRules
from forecasting.ledger import NO_DAY

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]

#: A payment key is partner * _DAYS + position: a clock never has so many positions.
_DAYS: Final = 1 << 20
#: Invoices expanded at once into their days at risk (memory).
_CHUNK: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """The invoices that were at risk within a window of days, on the clock; n rows.

    invoice int64 (n,) row of the history; partner int64 (n,); due, first, last int64 (n,) positions: of the due date,
    of the first and last day at risk within the window; paid bool (n,): paid on `last`. An invoice whose first day lies
    after the window has last < first and counts nothing.
    """

    invoice: Keys
    partner: Keys
    due: Keys
    first: Keys
    last: Keys
    paid: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Sums over a window of days, additive: the counts outside a window are the whole less those inside.

    C partners, 191 cells of lateness (`library`). at_risk, paid, at_risk_runs float64 (C, 191): invoices at risk, paid, at
    risk on days on which their partner paid something. cell_at_risk, cell_paid (k, 191): the same by partner and weekday
    of the due date, for the keys partner * 7 + weekday of `cells` int64 (k,). rule_runs, rule_days (C, R): payment days
    and open days that obey each settlement rule. weekday_paid (C, 7); number, runs (C,): paid invoices
    and payment days.
    """

    cells: Keys
    at_risk: Floats
    paid: Floats
    at_risk_runs: Floats
    cell_at_risk: Floats
    cell_paid: Floats
    rule_runs: Floats
    rule_days: Floats
    weekday_paid: Floats
    number: Floats
    runs: Floats

    def less(self, other: Counts) -> Counts:
        """These counts without those of a window inside."""
        return Counts(
            cells=self.cells,
            **{f.name: getattr(self, f.name) - getattr(other, f.name) for f in fields(self) if f.name != "cells"},
        )


def window_of(history: PaymentHistory, clock: Clock, first_day: int | None = None, end_day: int | None = None) -> Window:
    """Which invoices were at risk on the days [first_day, end_day) and when; the whole history unless given."""
    end = history.as_of if end_day is None else min(end_day, history.as_of)
    start = clock.first if first_day is None else first_day
    rows = np.flatnonzero((history.issue < end) & ((history.paid >= start) | (history.paid == NO_DAY)))
    paid = (history.paid[rows] != NO_DAY) & (history.paid[rows] < end)
    first = np.maximum(clock.at(history.issue[rows]), clock.at(start)).astype(np.int64)
    last = np.where(paid, clock.at(history.paid[rows]), int(clock.at(end)) - 1).astype(np.int64)
    return Window(
        invoice=rows,
        partner=history.partner[rows].astype(np.int64),
        due=clock.at(history.due[rows]).astype(np.int64),
        first=np.where(paid, np.minimum(first, last), first),
        last=last,
        paid=paid,
    )


def count(history: PaymentHistory, clock: Clock, rules: SettlementRules, window: Window, cells: Keys) -> Counts:
    """The sums of a window; O(invoices + partners x cells)."""
    size = history.partners
    alive = window.last >= window.first
    low = np.clip(window.first - window.due, FIRST, LAST) - FIRST
    high = np.clip(window.last - window.due, FIRST, LAST) - FIRST
    partner, paid = window.partner, window.paid
    key, known = _cell_keys(history, window, cells)
    runs = np.unique(partner[paid] * _DAYS + window.last[paid])
    run_partner, run_at = runs // _DAYS, runs % _DAYS
    return Counts(
        cells=cells,
        at_risk=_exposure(partner[alive], low[alive], high[alive], size),
        paid=_events(partner[paid], high[paid], size),
        at_risk_runs=_run_exposure(window, alive, runs, size),
        cell_at_risk=_exposure(key[known & alive], low[known & alive], high[known & alive], len(cells)),
        cell_paid=_events(key[known & paid], high[known & paid], len(cells)),
        rule_runs=rules.count(run_partner, run_at, size),
        rule_days=_rule_days(rules, window, alive, size),
        weekday_paid=_table(partner[paid] * 7 + clock.weekday[window.last[paid]], size, 7),
        runs=np.bincount(run_partner, minlength=size).astype(np.float64),
        number=np.bincount(partner[paid], minlength=size).astype(np.float64),
    )


def due_cells(history: PaymentHistory) -> Keys:
    """The key partner * 7 + weekday of the due date of every invoice; int64 (n,)."""
    keys: Keys = history.partner.astype(np.int64) * 7 + (history.due.astype(np.int64) + 3) % 7
    return keys


def _table(key: Keys, rows: int, columns: int) -> Floats:
    return np.bincount(key, minlength=rows * columns).reshape(rows, columns).astype(np.float64)


def _events(key: Keys, cell: Keys, rows: int) -> Floats:
    return _table(key * CELLS + cell, rows, CELLS)


def _exposure(key: Keys, low: Keys, high: Keys, rows: int) -> Floats:
    """How many intervals [low, high] cover each cell, per key: starts less ends, summed along the row."""
    width = CELLS + 1
    change = _table(key * width + low, rows, width) - _table(key * width + high + 1, rows, width)
    return np.cumsum(change, axis=1)[:, :CELLS]


def _cell_keys(history: PaymentHistory, window: Window, cells: Keys) -> tuple[Keys, npt.NDArray[np.bool_]]:
    """The place of each invoice's (partner, due weekday) among `cells`, and whether it has one."""
    if not len(cells):
        return np.zeros(len(window.invoice), dtype=np.int64), np.zeros(len(window.invoice), dtype=np.bool_)
    wanted = window.partner * 7 + (history.due[window.invoice].astype(np.int64) + 3) % 7
    at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    return at, cells[at] == wanted


def _run_exposure(window: Window, alive: npt.NDArray[np.bool_], runs: Keys, size: int) -> Floats:
    """Invoices at risk on their partner's own payment days, by lateness; float64 (C, 191)."""
    total = np.zeros(size * CELLS)
    for start in range(0, len(window.partner), _CHUNK):
        part = slice(start, start + _CHUNK)
        partner = window.partner[part]
        low = np.searchsorted(runs, partner * _DAYS + window.first[part])
        high = np.searchsorted(runs, partner * _DAYS + window.last[part], side="right")
        length = np.where(alive[part], high - low, 0)
        which = np.repeat(np.arange(len(partner)), length)
        offset = np.arange(len(which)) - np.repeat(np.cumsum(length) - length, length)
        late = runs[low[which] + offset] % _DAYS - window.due[part][which]
        total += np.bincount(partner[which] * CELLS + np.clip(late, FIRST, LAST) - FIRST, minlength=size * CELLS)
    return total.reshape(size, CELLS)


def _rule_days(rules: SettlementRules, window: Window, alive: npt.NDArray[np.bool_], size: int) -> Floats:
    """Open days that obey each rule between a partner's first and last day at risk in the window; float64 (C, R)."""
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.full(size, -1, dtype=np.int64)
    np.minimum.at(first, window.partner[alive], window.first[alive])
    np.maximum.at(last, window.partner[alive], window.last[alive])
    seen = last >= 0
    days = np.zeros((size, len(rules.names)))
    days[seen] = rules.before(last[seen] + 1) - rules.before(first[seen])
    return days
