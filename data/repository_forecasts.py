"""Forecasts as they were made, to be held against what happened; and the ready scenarios of this company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from data.access import Principal, require
from data.ready_scenarios import ReadyScenario
from data.ready_scenarios import ready_scenarios as ready_for
from data.repository_audit import utc_now
from data.repository_company import first_day, read_company
from data.store import Cursor, Store, staged, table
from forecasting.backtest import WeekForecast
from forecasting.curve import Curve
from forecasting.dates import to_date, to_day
from forecasting.ledger import Amounts, Days
from forecasting.simulation.flows import Variant

_BANDS = ("mean_minor", "p05_minor", "p25_minor", "p50_minor", "p75_minor", "p95_minor")
_WEEK = ("mean_minor", "p10_minor", "p50_minor", "p90_minor", "due_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRecord:
    """A forecast that was made: on what data, under which scenario (its name), with which luck and model."""

    forecast_id: int
    made_at: datetime
    as_of: date
    ledger_fingerprint: str
    model_version: str
    scenario: str
    seed: int
    path_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastBands:
    """One variant of a forecast: balance bands int64 (H,) by day int32 (H,)."""

    day: Days
    mean_minor: Amounts
    p05_minor: Amounts
    p25_minor: Amounts
    p50_minor: Amounts
    p75_minor: Amounts
    p95_minor: Amounts


def save_forecast(
    store: Store,
    principal: Principal,
    *,
    curves: Mapping[Variant, Curve],
    as_of: date,
    ledger_fingerprint: str,
    model_version: str,
    scenario: str,
    seed: int,
    path_count: int,
) -> int:
    """Keep a forecast; the same question on the same data is kept once. Returns its number."""
    require(principal, "change_library")
    question = [as_of, ledger_fingerprint, model_version, scenario, seed, path_count]

    def change(cursor: Cursor) -> int:
        known = cursor.execute(
            "SELECT forecast_id FROM forecast WHERE as_of = ? AND ledger_fingerprint = ? AND model_version = ? "
            "AND scenario = ? AND seed = ? AND path_count = ?",
            question,
        ).fetchall()
        if known:
            return int(known[0][0])
        number = int(cursor.execute("SELECT coalesce(max(forecast_id), 0) + 1 FROM forecast").fetchall()[0][0])
        cursor.execute("INSERT INTO forecast VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [number, utc_now(), *question])
        for variant, curve in curves.items():
            columns = {name: pa.array(getattr(curve, name)) for name in _BANDS}
            days = pa.array(range(curve.first_day, curve.first_day + len(curve.mean_minor)), type=pa.int32())
            with staged(cursor, "forecast_rows", pa.table({"day": days.cast(pa.date32()), **columns})):
                cursor.execute(
                    f"INSERT INTO forecast_day (forecast_id, variant, day, {', '.join(_BANDS)}) "
                    f"SELECT CAST(? AS BIGINT), ?, day, {', '.join(_BANDS)} FROM forecast_rows",
                    [number, variant],
                )
        return number

    return store.write(change, ledger=False)


def keep_weeks(store: Store, principal: Principal, ledger_fingerprint: str, weeks: Sequence[WeekForecast]) -> int:
    """Keep the receipts that forecasts on these data announced, week by week; returns how many forecasts got them.

    Forecasts that have theirs already keep them.
    """
    require(principal, "change_library")
    rows = pa.table(
        {
            "first_day": pa.array([to_date(week.first_day) for week in weeks], type=pa.date32()),
            **{name: pa.array([getattr(week, name) for week in weeks], type=pa.int64()) for name in _WEEK},
        }
    )

    def change(cursor: Cursor) -> int:
        waiting = cursor.execute(
            "SELECT forecast_id FROM forecast WHERE ledger_fingerprint = ? "
            "AND forecast_id NOT IN (SELECT forecast_id FROM forecast_week)",
            [ledger_fingerprint],
        ).fetchall()
        with staged(cursor, "week_rows", rows):
            for (number,) in waiting:
                cursor.execute(
                    f"INSERT INTO forecast_week (forecast_id, first_day, {', '.join(_WEEK)}) "
                    f"SELECT CAST(? AS BIGINT), first_day, {', '.join(_WEEK)} FROM week_rows",
                    [number],
                )
        return len(waiting)

    return store.write(change, ledger=False) if weeks else 0


def kept_weeks(store: Store, principal: Principal) -> tuple[tuple[date, WeekForecast], ...]:
    """The receipts that were announced: the morning of the forecast with each week, the last forecast of each morning."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(
            f"SELECT f.as_of, w.first_day, {', '.join(f'w.{name}' for name in _WEEK)} "
            "FROM forecast_week w JOIN forecast f ON f.forecast_id = w.forecast_id "
            "WHERE f.forecast_id IN (SELECT max(g.forecast_id) FROM forecast g "
            "WHERE g.forecast_id IN (SELECT forecast_id FROM forecast_week) GROUP BY g.as_of) "
            "ORDER BY f.as_of, w.first_day"
        ).fetchall()
    return tuple(
        (as_of, WeekForecast(first_day=to_day(first), **dict(zip(_WEEK, amounts, strict=True))))
        for as_of, first, *amounts in rows
    )


def forecasts(store: Store, principal: Principal) -> tuple[ForecastRecord, ...]:
    """Every forecast that was kept, newest first."""
    require(principal, "read_treasury")
    names = tuple(ForecastRecord.__dataclass_fields__)
    with store.read() as cursor:
        rows = cursor.execute(f"SELECT {', '.join(names)} FROM forecast ORDER BY forecast_id DESC").fetchall()
    return tuple(ForecastRecord(**dict(zip(names, row, strict=True))) for row in rows)


def forecast_bands(store: Store, principal: Principal, forecast_id: int) -> dict[Variant, ForecastBands]:
    """The bands of a kept forecast by variant, days in order."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = table(
            cursor,
            f"SELECT variant, day, {', '.join(_BANDS)} FROM forecast_day WHERE forecast_id = $id ORDER BY variant, day",
            {"id": forecast_id},
        )
    bands: dict[Variant, ForecastBands] = {}
    for variant in dict.fromkeys(rows["variant"].to_pylist()):
        part = rows.filter(pc.equal(rows["variant"], variant))
        amounts = {name: part[name].to_numpy() for name in _BANDS}
        bands[variant] = ForecastBands(day=part["day"].cast(pa.int32()).to_numpy(), **amounts)
    return bands


def ready_scenarios(store: Store, principal: Principal, as_of: date | None = None) -> tuple[ReadyScenario, ...]:
    """The scenarios that ship, about this company's own largest customer (by what it was invoiced in the last year)."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        day = first_day(read_company(cursor), as_of)
        largest = cursor.execute(
            "SELECT partner_id FROM invoice WHERE side = 'customer' AND issue >= $from AND issue < $to "
            "GROUP BY partner_id ORDER BY sum(amount_minor) DESC, partner_id LIMIT 1",
            {"from": day - timedelta(days=365), "to": day},
        ).fetchall()
    return ready_for(day, str(largest[0][0]) if largest else "")
