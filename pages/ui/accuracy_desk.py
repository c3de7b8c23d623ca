"""Where screens ask how right past forecasts were: one work at a time, its answers remembered by ledger."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import streamlit as st

from data import repository
from data.access import Principal, may
from data.accuracy import Accuracy, AccuracyWork
from data.repository import Store
from forecasting.backtest import WeekForecast, received
from forecasting.curve import Projection
from forecasting.dates import to_date, to_day
from forecasting.ledger import Ledger
from pages.ui import session
from pages.ui.cash_words import Outlook
from pages.ui.session import Desk

_REMEMBERED: Final = 4


class _Works:
    """The works of this process by the ledger's fingerprint; a new one ends those that nobody waits for any more."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._works: OrderedDict[str, AccuracyWork] = OrderedDict()
        #: Forecasts of balances that are kept already.
        self.kept: set[tuple[str, int, int]] = set()

    def find(self, fingerprint: str) -> AccuracyWork | None:
        with self._guard:
            return self._works.get(fingerprint)

    def begin(self, of: Ledger, store: Store, principal: Principal) -> AccuracyWork:
        with self._guard:
            known = self._works.get(of.fingerprint)
            if known is not None and not known.failed:
                return known
            for other in self._works.values():
                if other.result is None:
                    other.stop()
            work = AccuracyWork(of, lambda found: keep_weeks(store, principal, of.fingerprint, found))
            self._works[of.fingerprint] = work
            while len(self._works) > _REMEMBERED:
                self._works.popitem(last=False)
            return work


@st.cache_resource(show_spinner=False)
def _works() -> _Works:
    return _Works()


def ready(at: Desk) -> Accuracy | None:
    """What is known of past forecasts on today's data, without beginning to compute."""
    work = _works().find(session.ledger(at).fingerprint)
    return None if work is None else work.result


def work(at: Desk) -> AccuracyWork | None:
    """The work on today's data, done or not; None where it was not begun."""
    return _works().find(session.ledger(at).fingerprint)


def begin(at: Desk) -> AccuracyWork:
    """The work on today's data, begun where it is not, and again where it failed."""
    return _works().begin(session.ledger(at), at.store, at.principal)


# ── forecasts that are kept ──────────────────────────────────────────────────────────────────────────────────────────


def keep(at: Desk, outlook: Outlook) -> None:
    """Keep a forecast that is shown, once; what a "what if" shows is none."""
    if outlook.coarse or not outlook.question.is_plain or not may(at.principal, "change_library"):
        return
    keep_projection(at, outlook.ledger, outlook.projection)


def keep_projection(at: Desk, of: Ledger, found: Projection) -> None:
    """Keep a forecast that is shown or exported, so that it can be held against what happens."""
    key = (of.fingerprint, found.seed, found.path_count)
    if key in _works().kept:
        return
    repository.save_forecast(
        at.store,
        at.principal,
        curves=found.curves,
        as_of=to_date(of.as_of),
        ledger_fingerprint=of.fingerprint,
        model_version=found.model_version,
        scenario="",
        seed=found.seed,
        path_count=found.path_count,
    )
    _works().kept.add(key)
    known = ready(at)
    if known is not None:
        keep_weeks(at.store, at.principal, of.fingerprint, known)


def keep_weeks(store: Store, principal: Principal, fingerprint: str, found: Accuracy) -> None:
    """Keep the receipts that this morning's forecast announces beside its balances."""
    if may(principal, "change_library"):
        repository.keep_weeks(store, principal, fingerprint, found.weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWeek:
    """A week that a kept forecast announced: the forecast's morning, what it said, and what came in (None: not over)."""

    made_on: int
    said: WeekForecast
    actual_minor: int | None

    @property
    def inside_80(self) -> bool:
        """Whether what came in fell in the 80 % band."""
        return self.actual_minor is not None and self.said.p10_minor <= self.actual_minor <= self.said.p90_minor


def held(at: Desk) -> tuple[HeldWeek, ...]:
    """Every week that kept forecasts announced, oldest forecast first, with what came in since."""
    of = session.ledger(at)
    by_morning: dict[int, list[WeekForecast]] = {}
    for morning, week in repository.kept_weeks(at.store, at.principal):
        by_morning.setdefault(to_day(morning), []).append(week)
    return tuple(
        HeldWeek(made_on=morning, said=week, actual_minor=actual)
        for morning, weeks in sorted(by_morning.items())
        for week, actual in zip(weeks, received(of, morning, [w.first_day for w in weeks]), strict=True)
    )
