"""The accuracy of past forecasts as `accuracy.json` of the file interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.holidays import calendars
from forecasting.backtest import ORIGINS_DEFAULT, Backtest, backtest
from forecasting.behaviour import history_of
from forecasting.dates import to_date
from forecasting.ledger import NO_DAY, Ledger
from forecasting.version import MODEL_VERSION


def backtest_ledger(
    ledger: Ledger,
    origins: int = ORIGINS_DEFAULT,
    country: str = "",
    progress: Callable[[float], None] | None = None,
) -> Backtest | None:
    """Past forecasts of the customers' payments against what happened; None where the history is too short."""
    history = history_of(ledger, "customer")
    first = int(history.issue.min()) if len(history) else ledger.as_of
    return backtest(history, calendars(first, ledger.as_of, country), origins, progress=progress)


def write_accuracy(result: Backtest | None, ledger: Ledger, folder: Path) -> dict[str, Any]:
    """Writes accuracy.json and returns what it holds; `origins` is empty where the history is too short to judge."""
    folder.mkdir(parents=True, exist_ok=True)
    content = accuracy(result, ledger)
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / "accuracy.json").write_text(text + "\n", encoding="utf-8")
    return content


def accuracy(result: Backtest | None, ledger: Ledger) -> dict[str, Any]:
    """The content of accuracy.json: errors by method, weeks with their bands, calibration, partners, worst misses."""
    head: dict[str, Any] = {
        "as_of": to_date(ledger.as_of).isoformat(),
        "model_version": MODEL_VERSION,
        "ledger_fingerprint": ledger.fingerprint,
    }
    if result is None:
        return head | {"origins": [], "invoices": 0}
    invoice_id, partners = ledger.customers.invoice_id, ledger.partners
    return head | {
        "origins": [_iso(day) for day in result.origins],
        "invoices": result.invoices,
        "mean_absolute_error_days": {method: round(error, 4) for method, error in result.mean_absolute_error_days},
        "weekly_error": {method: round(error, 4) for method, error in result.weekly_error},
        "coverage_80": round(result.coverage_80, 4),
        "band_width_80": round(result.band_width, 4),
        "calibration": [round(share, 4) for share in result.calibration],
        "weeks": [
            {
                "origin": _iso(w.origin),
                "week": w.week + 1,
                "actual_minor": w.actual_minor,
                "p10_minor": w.p10_minor,
                "p50_minor": w.p50_minor,
                "p90_minor": w.p90_minor,
                "due_date_minor": w.due_date_minor,
                "due_date_and_mean_minor": w.due_date_and_mean_minor,
                "inside_80": w.inside_80,
            }
            for w in result.weeks
        ],
        "partners": [
            {
                "partner_id": partners[p.partner].partner_id,
                "invoices": p.invoices,
                "ours": round(p.ours, 3),
                "due_date": round(p.due_date, 3),
                "due_date_and_mean": round(p.due_date_and_mean, 3),
            }
            for p in result.partners
        ],
        "misses": [
            {
                "origin": _iso(m.origin),
                "invoice_id": invoice_id[m.row],
                "partner_id": partners[m.partner].partner_id,
                "amount_minor": m.amount_minor,
                "due": _iso(m.due),
                "forecast": _iso(m.forecast),
                "paid": None if m.paid == NO_DAY else _iso(m.paid),
                "late_days": m.late_days,
                "error_days": m.error_days,
            }
            for m in result.misses
        ],
    }


def _iso(day: int) -> str:
    return to_date(day).isoformat()
