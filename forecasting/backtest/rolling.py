"""What the product would have said on past mornings, held against what happened and against two naive methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.backtest.records import METHODS, Backtest, Method, Miss, PartnerError, WeekResult
from forecasting.behaviour import Holidays, OpenForecast, PaymentHistory, forecast_open, learn
from forecasting.ledger import NO_DAY

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: Days between origins, weeks judged, history needed before the first origin.
ORIGIN_GAP_DAYS: Final = 14
WEEKS: Final = 4
HISTORY_DAYS_MIN: Final = 28
ORIGINS_DEFAULT: Final = 12
PATHS: Final = 500
#: An invoice not paid after so many days counts as paid then, in every method.
LATEST_DAYS: Final = 180
#: Cells of the calibration picture, and how many misses are told.
CALIBRATION_CELLS: Final = 10
WORST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judged:
    """One origin: per invoice the forecast days after the origin of each method, what happened, and the forecast
    chance of being paid before that day, and until its end."""

    origin: int
    forecast: OpenForecast
    known: npt.NDArray[np.bool_]
    actual: Integers
    days: dict[Method, Integers]
    before: Floats
    until: Floats
    weeks: tuple[WeekResult, ...]


def origins_of(history: PaymentHistory, count: int) -> tuple[int, ...]:
    """Up to `count` past mornings, 14 days apart, each with 4 weeks of history before and 4 weeks that have passed since."""
    if not len(history) or not (history.paid != NO_DAY).any():
        return ()
    last = history.as_of - 7 * WEEKS
    days = range(last, int(history.issue.min()) + HISTORY_DAYS_MIN - 1, -ORIGIN_GAP_DAYS)
    return tuple(sorted(list(days)[:count]))


def backtest(
    history: PaymentHistory,
    calendars: Sequence[Holidays],
    origins: int = ORIGINS_DEFAULT,
    paths: int = PATHS,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Backtest | None:
    """Learns and forecasts anew on each past morning with what was known then; None where the history is too short.

    Point forecasts: ours is the median day; the due date (or the morning itself where it has passed); the due date plus
    the partner's mean lateness known then (everybody's where it never paid). Invoices still open today count once 180
    days have passed; those with an unknown outcome are not judged, in any method. `progress` hears the share that is done.
    """
    judged, mornings = [], origins_of(history, origins)
    for number, day in enumerate(mornings, start=1):
        judged.append(_judge(history, day, calendars, paths, seed))
        if progress:
            progress(number / len(mornings))
    judged = [j for j in judged if j.known.any()]
    if not judged:
        return None
    weeks = tuple(week for j in judged for week in j.weeks)
    actual = max(1, sum(w.actual_minor for w in weeks))
    return Backtest(
        origins=tuple(j.origin for j in judged),
        invoices=int(sum(j.known.sum() for j in judged)),
        mean_absolute_error_days=tuple((m, _mean_error(judged, m)) for m in METHODS),
        weekly_error=tuple((m, sum(abs(w.said(m) - w.actual_minor) for w in weeks) / actual) for m in METHODS),
        coverage_80=float(np.mean([w.inside_80 for w in weeks])),
        band_width=sum(w.p90_minor - w.p10_minor for w in weeks) / actual,
        weeks=weeks,
        calibration=_calibration(judged),
        partners=_by_partner(judged),
        misses=_misses(judged),
    )


def _judge(history: PaymentHistory, day: int, calendars: Sequence[Holidays], paths: int, seed: int) -> _Judged:
    known = history.known_on(day)
    forecast = forecast_open(learn(known, day, calendars), known, day, paths, seed)
    paid = history.paid[np.flatnonzero(history.issue < day)[known.is_open]].astype(np.int64)
    settled = paid != NO_DAY
    actual = np.where(settled, np.minimum(paid - day, LATEST_DAYS), LATEST_DAYS)
    reached = np.cumsum(forecast.pmf, axis=1)
    due = np.maximum(forecast.invoices.due.astype(np.int64) - day, 0)
    with_mean = np.maximum(forecast.invoices.due.astype(np.int64) - day + _mean_lateness(known), 0)
    days: dict[Method, Integers] = {
        "ours": (reached < 0.5 - 1e-12).sum(axis=1),
        "due_date": np.minimum(due, LATEST_DAYS),
        "due_date_and_mean": np.minimum(with_mean, LATEST_DAYS),
    }
    rows = np.arange(len(actual))
    return _Judged(
        origin=day,
        forecast=forecast,
        known=settled | (history.as_of - day >= LATEST_DAYS),
        actual=actual,
        days=days,
        before=reached[rows, actual] - forecast.pmf[rows, actual],
        until=reached[rows, actual],
        weeks=_weeks(forecast, actual, days, day),
    )


def _mean_lateness(known: PaymentHistory) -> Integers:
    """The rounded mean lateness of each open invoice's partner, of everybody where it never paid; calendar days."""
    paid = ~known.is_open
    late = (known.paid[paid].astype(np.int64) - known.due[paid]).astype(np.float64)
    number = np.bincount(known.partner[paid], minlength=known.partners)
    total = np.bincount(known.partner[paid], late, known.partners)
    everybody = float(late.mean()) if len(late) else 0.0
    mean = np.where(number > 0, total / np.maximum(number, 1), everybody)
    rounded: Integers = np.rint(mean).astype(np.int64)[known.partner[known.is_open]]
    return rounded


def _weeks(forecast: OpenForecast, actual: Integers, days: dict[Method, Integers], origin: int) -> tuple[WeekResult, ...]:
    amount = forecast.invoices.amount_minor
    drawn = np.sort(
        forecast.receipts_minor[:, : 7 * WEEKS].reshape(len(forecast.receipts_minor), WEEKS, 7).sum(axis=2), axis=0
    )
    size = len(drawn)

    def order(level: int) -> Integers:
        band: Integers = drawn[max(0, -(-level * size // 100) - 1)]
        return band

    def weekly(day: Integers) -> Integers:
        inside = day < 7 * WEEKS
        return np.bincount(day[inside] // 7, amount[inside], WEEKS).astype(np.int64)

    low, middle, high = order(10), order(50), order(90)
    came, due, mean = weekly(actual), weekly(days["due_date"]), weekly(days["due_date_and_mean"])
    return tuple(
        WeekResult(
            origin=origin,
            week=k,
            actual_minor=int(came[k]),
            p10_minor=int(low[k]),
            p50_minor=int(middle[k]),
            p90_minor=int(high[k]),
            due_date_minor=int(due[k]),
            due_date_and_mean_minor=int(mean[k]),
        )
        for k in range(WEEKS)
    )


def _errors(judged: _Judged, method: Method) -> Integers:
    errors: Integers = np.abs(judged.days[method] - judged.actual)[judged.known]
    return errors


def _mean_error(judged: Sequence[_Judged], method: Method) -> float:
    return float(np.concatenate([_errors(j, method) for j in judged]).mean())


def _calibration(judged: Sequence[_Judged]) -> tuple[float, ...]:
    """Share of outcomes in each tenth of their forecast distribution, each spread evenly over the mass of its own day."""
    before = np.concatenate([j.before[j.known] for j in judged])
    mass = np.maximum(np.concatenate([j.until[j.known] for j in judged]) - before, 1e-9)
    edges = np.arange(CALIBRATION_CELLS + 1) / CALIBRATION_CELLS
    reached = np.clip((edges[None, :] - before[:, None]) / mass[:, None], 0.0, 1.0)
    reached[:, -1] = 1.0
    return tuple(np.diff(reached, axis=1).mean(axis=0).tolist())


def _by_partner(judged: Sequence[_Judged]) -> tuple[PartnerError, ...]:
    """Errors by partner, those with most judged invoices first."""
    partner = np.concatenate([j.forecast.invoices.partner[j.known] for j in judged])
    errors = {m: np.concatenate([_errors(j, m) for j in judged]) for m in METHODS}
    number = np.bincount(partner)
    total = {m: np.bincount(partner, errors[m]) for m in METHODS}
    present = np.flatnonzero(number)
    return tuple(
        PartnerError(
            partner=c,
            invoices=int(number[c]),
            ours=float(total["ours"][c] / number[c]),
            due_date=float(total["due_date"][c] / number[c]),
            due_date_and_mean=float(total["due_date_and_mean"][c] / number[c]),
        )
        for c in present[np.lexsort((present, -number[present]))].tolist()
    )


def _misses(judged: Sequence[_Judged]) -> tuple[Miss, ...]:
    """The worst misses by amount times days, each invoice once."""
    found: dict[int, Miss] = {}
    weight: dict[int, int] = {}
    for j in judged:
        invoices = j.forecast.invoices
        off = np.where(j.known, np.abs(j.days["ours"] - j.actual), 0) * invoices.amount_minor
        for place in np.argsort(-off, kind="stable")[:WORST].tolist():
            row = int(invoices.row[place])
            if off[place] <= weight.get(row, 0):
                continue
            weight[row] = int(off[place])
            found[row] = Miss(
                origin=j.origin,
                row=row,
                partner=int(invoices.partner[place]),
                amount_minor=int(invoices.amount_minor[place]),
                due=int(invoices.due[place]),
                forecast=j.origin + int(j.days["ours"][place]),
                paid=j.origin + int(j.actual[place]) if j.actual[place] < LATEST_DAYS else NO_DAY,
                late_days=j.origin - int(invoices.due[place]),
                error_days=int(j.days["ours"][place] - j.actual[place]),
            )
    worst = sorted(found, key=lambda row: (-weight[row], row))[:WORST]
    return tuple(found[row] for row in worst)
