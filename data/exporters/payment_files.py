"""A forecast of open invoices as the files of the file interface: one line per invoice, one per week, what was learnt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.ledger_writing import write_csv
from forecasting.behaviour import Behaviour, DelayProfiles, FailureRisk, OpenForecast, PaymentHistory, delay_profiles
from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS
from forecasting.dates import to_date
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import Currency, round_ratio, to_text

#: The shares at which dates and sums are told, in percent.
PERCENTS: Final = (5, 10, 25, 50, 75, 90, 95)
WEEKS: Final = 13
_BANDS: Final = tuple(f"p{percent:02d}" for percent in PERCENTS)
PAYMENTS_HEADER: Final = ("invoice_id", "mean_date", *_BANDS, "probability_unpaid")
RECEIPTS_HEADER: Final = ("period_start", "mean", *_BANDS)

Floats = npt.NDArray[np.float64]


def write_payments(forecast: OpenForecast, unpaid: Floats, invoice_id: tuple[str, ...], folder: Path) -> None:
    """payments.csv: the mean date (of the days within reach), quantile dates (empty where later or never), chance unpaid."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = _payment_rows(forecast, unpaid, [invoice_id[row] for row in forecast.invoices.row.tolist()])
    write_csv(folder / "payments.csv", PAYMENTS_HEADER, rows)


def write_receipts(forecast: OpenForecast, currency: str, folder: Path) -> None:
    """receipts.csv: 13 weeks from `as_of`, the mean and the quantiles of each week's sum."""
    write_csv(folder / "receipts.csv", RECEIPTS_HEADER, _receipt_rows(forecast, Currency(currency).exponent))


def write_detail(forecast: OpenForecast, invoice_id: tuple[str, ...], folder: Path) -> None:
    """detail.npz: invoice_id (n), pmf (n, 181), receipts_minor (N, 91)."""
    names = np.array([invoice_id[row] for row in forecast.invoices.row.tolist()], dtype=np.str_)
    np.savez(folder / "detail.npz", invoice_id=names, pmf=forecast.pmf, receipts_minor=forecast.receipts_minor)


def write_behaviour(learnt: dict[str, Any], folder: Path) -> None:
    """behaviour.json, readable by people too."""
    text = json.dumps(learnt, ensure_ascii=False, indent=1)
    (folder / "behaviour.json").write_text(text + "\n", encoding="utf-8")


def learnt_of(ledger: Ledger, history: PaymentHistory, behaviour: Behaviour, risk: FailureRisk) -> dict[str, Any]:
    """What was learnt, per partner with invoices and per segment, with the counts that it rests on.

    Delays are calendar days after the due date (median, 10 % and 90 % of the curve for coming invoices).
    """
    paid, waiting = history.paid != NO_DAY, history.is_open
    counts = [_count(history.partner, history.partners, mask) for mask in (paid | waiting, paid, waiting)]
    seen = np.flatnonzero(counts[0]).tolist()
    profiles = delay_profiles(behaviour, history) if seen else None
    partners = [
        {
            "partner_id": history.partner_id[index],
            "segment": history.segment_name[int(history.segment[index])],
            **_counted(counts, index),
            **(_delays(profiles, int(profiles.profile[index])) if profiles else {}),
            "default_probability": round(float(risk.probability[index]), 6),
            "default_probability_source": risk.source[index],
        }
        for index in seen
    ]
    of_segment = history.segment[history.partner]
    by_segment = [_count(of_segment, len(history.segment_name), mask) for mask in (paid | waiting, paid, waiting)]
    segments = [
        {"segment": history.segment_name[index], **_counted(by_segment, index)}
        for index in np.flatnonzero(by_segment[0]).tolist()
    ]
    return {
        "as_of": to_date(history.as_of).isoformat(),
        "ledger_fingerprint": ledger.fingerprint,
        "clock": {"business_days": behaviour.clock.business, "holidays": behaviour.clock.holidays},
        "calibrated": behaviour.calibrated,
        **_counted([np.array([int(mask.sum())]) for mask in (paid | waiting, paid, waiting)], 0),
        "segments": segments,
        "partners": partners,
    }


def _count(index: npt.NDArray[np.int32], size: int, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    return np.bincount(index[mask], minlength=size)


def _counted(counts: list[npt.NDArray[np.int64]], index: int) -> dict[str, int]:
    return {name: int(column[index]) for name, column in zip(("invoices", "paid", "open"), counts, strict=True)}


def _delays(profiles: DelayProfiles, row: int) -> dict[str, Any]:
    """Quantiles of a delay curve; None where they lie beyond what it knows."""
    reached = np.cumsum(profiles.pmf[row])
    found: dict[str, Any] = {}
    for percent in (10, 50, 90):
        place = int(np.searchsorted(reached, percent / 100 - 1e-12))
        found[f"delay_p{percent}_days"] = None if place >= OFFSETS - 1 else place + FIRST_OFFSET
    return {**found, "assumed": bool(profiles.assumed[row])}


def _payment_rows(forecast: OpenForecast, unpaid: Floats, names: list[str]) -> Iterator[tuple[str, ...]]:
    as_of, days = forecast.invoices.as_of, forecast.pmf.shape[1] - 1
    reached = np.cumsum(forecast.pmf, axis=1)
    within = np.maximum(reached[:, days - 1], 1e-12)
    mean = (forecast.pmf[:, :days] @ np.arange(days)) / within
    for index, name in enumerate(names):
        places = np.searchsorted(reached[index], np.array(PERCENTS) / 100 - 1e-12).tolist()
        dates = ["" if place >= days else to_date(as_of + place).isoformat() for place in places]
        yield name, to_date(as_of + int(mean[index] + 0.5)).isoformat(), *dates, f"{float(unpaid[index]):.6g}"


def _receipt_rows(forecast: OpenForecast, exponent: int) -> Iterator[tuple[str, ...]]:
    paths = len(forecast.receipts_minor)
    weeks = forecast.receipts_minor.reshape(paths, WEEKS, 7).sum(axis=2)
    levels = np.quantile(weeks, np.array(PERCENTS) / 100, axis=0, method="inverted_cdf")
    for week in range(WEEKS):
        start = to_date(forecast.invoices.as_of + 7 * week).isoformat()
        mean = round_ratio(int(weeks[:, week].sum()), paths)
        yield start, to_text(mean, exponent), *(to_text(int(level), exponent) for level in levels[:, week].tolist())
