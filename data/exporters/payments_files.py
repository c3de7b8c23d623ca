"""A payment forecast as the files of the file interface: dates per invoice, receipts per week, what was learnt, detail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.holidays import calendars
from data.ledger_writing import write_csv
from forecasting.behaviour import (
    Behaviour,
    FailureRisk,
    OpenForecast,
    Overrides,
    PaymentHistory,
    caution,
    failure_risk,
    forecast_open,
    history_of,
    learn,
    unpaid_probability,
)
from forecasting.behaviour.explain import partner_behaviours
from forecasting.behaviour.forecast import PMF_DAYS
from forecasting.behaviour.runs import Sampler, sample_pay_days
from forecasting.dates import to_date
from forecasting.ledger import Invoices, Ledger, Side
from forecasting.money import Currency, to_text
from forecasting.version import MODEL_VERSION

LEVELS: Final = (5, 10, 25, 50, 75, 90, 95)
PAYMENTS_HEADER: Final = ("invoice_id", "mean_date", *(f"p{level:02}" for level in LEVELS), "probability_unpaid")
RECEIPTS_HEADER: Final = ("period_start", "mean", *(f"p{level:02}" for level in LEVELS))
WEEKS: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaymentForecast:
    """Everything that one call of `payments` needs: the ledger and what was learnt of its customers and suppliers."""

    ledger: Ledger
    history: PaymentHistory
    behaviour: Behaviour
    forecast: OpenForecast
    risk: FailureRisk
    suppliers: PaymentHistory
    supplier_behaviour: Behaviour


def learn_side(
    ledger: Ledger,
    side: Side,
    as_of: int,
    country: str = "",
    overrides: Overrides | None = None,
    sampler: Sampler = sample_pay_days,
) -> tuple[PaymentHistory, Behaviour]:
    """What is known of one side on a morning, and what it teaches; `sampler` as `learn` takes it."""
    history = history_of(ledger, side, as_of)
    first = int(history.issue.min()) if len(history) else as_of
    trusted = caution(history, ledger.overrides if overrides is None else overrides)
    return history, learn(history, as_of, calendars(first, as_of, country), caution=trusted, sampler=sampler)


def forecast_payments(
    ledger: Ledger,
    as_of: int,
    paths: int,
    seed: int,
    country: str = "",
    overrides: Overrides | None = None,
) -> PaymentForecast:
    """Learns from the invoices known on the morning of `as_of` and forecasts the customers' open ones."""
    said = ledger.overrides if overrides is None else overrides
    history, behaviour = learn_side(ledger, "customer", as_of, country, said)
    suppliers, supplier_behaviour = learn_side(ledger, "supplier", as_of, country, Overrides())
    return PaymentForecast(
        ledger=ledger,
        history=history,
        behaviour=behaviour,
        forecast=forecast_open(behaviour, history, as_of, paths, seed, overrides=said),
        risk=failure_risk(history, ledger.partners),
        suppliers=suppliers,
        supplier_behaviour=supplier_behaviour,
    )


def write_payments(result: PaymentForecast, folder: Path, detail: bool = False) -> None:
    """payments.csv, receipts.csv, behaviour.json; with `detail` also detail.npz, rows in the order of the ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    exponent = Currency(result.ledger.currency).exponent
    names = _invoice_ids(result.ledger.customers, result.forecast)
    write_csv(folder / "payments.csv", PAYMENTS_HEADER, _payment_rows(result, names))
    write_csv(folder / "receipts.csv", RECEIPTS_HEADER, _receipt_rows(result.forecast, exponent))
    text = json.dumps(behaviour_summary(result), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "behaviour.json").write_text(text + "\n", encoding="utf-8")
    if detail:
        np.savez(
            folder / "detail.npz",
            invoice_id=np.array(names, dtype=np.str_),
            pmf=result.forecast.pmf,
            receipts_minor=result.forecast.receipts_minor,
        )


def behaviour_summary(result: PaymentForecast) -> dict[str, Any]:
    """What was learnt, per side, partner and segment, with counts and where each figure comes from."""
    customers = _side_summary(result.behaviour, result.history)
    for row, source, probability, dispute in zip(
        customers["partners"], *_risk_columns(result.risk, result.history), strict=True
    ):
        row |= {"default_probability": probability, "default_source": source, "dispute_rate": dispute}
    return {
        "as_of": to_date(result.history.as_of).isoformat(),
        "model_version": MODEL_VERSION,
        "ledger_fingerprint": result.ledger.fingerprint,
        "customers": customers,
        "suppliers": _side_summary(result.supplier_behaviour, result.suppliers),
    }


def _risk_columns(risk: FailureRisk, history: PaymentHistory) -> tuple[list[str], list[float], list[float]]:
    partners = np.unique(history.partner).tolist()
    return (
        [risk.source[p] for p in partners],
        [round(float(risk.probability[p]), 6) for p in partners],
        [round(float(risk.dispute_rate[p]), 6) for p in partners],
    )


def _side_summary(behaviour: Behaviour, history: PaymentHistory) -> dict[str, Any]:
    partners = partner_behaviours(behaviour, history)
    widening = behaviour.widening
    segments: dict[str, dict[str, int]] = {}
    for row in partners:
        counts = segments.setdefault(row.segment, {"partners": 0, "paid": 0, "open": 0})
        counts["partners"] += 1
        counts["paid"] += row.paid
        counts["open"] += row.open
    return {
        "clock": "business_days" if behaviour.clock.business else "calendar_days",
        "holidays": behaviour.clock.holidays,
        "trend_days_per_year": round(behaviour.curves.location.trend, 2),
        "run_share": round(behaviour.run_pool, 3),
        "past_weeks": widening.weeks,
        "past_weeks_inside_80": widening.inside_80,
        "past_mean_square": None if np.isnan(widening.mean_square) else round(widening.mean_square, 3),
        "widening": widening.level,
        "segments": dict(sorted(segments.items())),
        "partners": [{k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(row).items()} for row in partners],
    }


def _invoice_ids(invoices: Invoices, forecast: OpenForecast) -> list[str]:
    return [invoices.invoice_id[row] for row in forecast.invoices.row.tolist()]


def _payment_rows(result: PaymentForecast, names: list[str]) -> Iterator[tuple[object, ...]]:
    """Dates of each open invoice; a level that is not reached within 180 days is left empty, the mean counts it as 180."""
    forecast, as_of = result.forecast, result.history.as_of
    reached = np.cumsum(forecast.pmf, axis=1)
    level = np.stack([(reached < p / 100 - 1e-12).sum(axis=1) for p in LEVELS], axis=1)
    mean = np.rint(forecast.pmf @ np.arange(PMF_DAYS + 1)).astype(np.int64)
    unpaid = unpaid_probability(forecast.pmf, forecast.invoices, result.risk.probability)
    for row, name in enumerate(names):
        dates = (to_date(as_of + k).isoformat() if k < PMF_DAYS else "" for k in level[row].tolist())
        yield name, to_date(as_of + int(mean[row])).isoformat(), *dates, f"{unpaid[row]:.6f}"


def _receipt_rows(forecast: OpenForecast, exponent: int) -> Iterator[tuple[object, ...]]:
    """Bands of the sum of receipts, week by week from the morning of `as_of`."""
    weekly: npt.NDArray[np.int64] = forecast.receipts_minor.reshape(len(forecast.receipts_minor), WEEKS, 7).sum(axis=2)
    for week in range(WEEKS):
        drawn = np.sort(weekly[:, week])
        bands = [int(drawn[_order(p, len(drawn))]) for p in LEVELS]
        mean = int(np.rint(drawn.mean()))
        start = to_date(forecast.invoices.as_of + 7 * week).isoformat()
        yield start, to_text(mean, exponent), *(to_text(band, exponent) for band in bands)


def _order(level: int, paths: int) -> int:
    """Place of the exact order statistic of a level: the smallest value that at least `level` % of the paths reach."""
    return max(0, -(-level * paths // 100) - 1)
