"""A projection as the files of the file interface: flows and balances of a certain one, bands and components of a drawn one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.ledger_writing import csv_text, write_csv
from forecasting.dates import to_date
from forecasting.ledger import Ledger
from forecasting.money import Currency, to_text
from forecasting.simulation.flows import Flow, Variant
from forecasting.simulation.path import PathResult
from forecasting.simulation.variants import CertainProjection
from forecasting.version import MODEL_VERSION

if TYPE_CHECKING:  # a certain projection does not wait for the machinery of drawn ones
    from forecasting.curve import Curve, Projection

Summary = dict[str, Any]

FLOWS_HEADER: Final = ("date", "variant", "category", "amount", "partner_id", "source_id")
BALANCES_HEADER: Final = ("date", "variant", "balance", "utilisation", "eligible", "reserve", "availability", "assigned")
CURVE_HEADER: Final = (
    "date",
    "variant",
    "mean",
    "p05",
    "p25",
    "p50",
    "p75",
    "p95",
    "probability_below_floor",
    "probability_below_overdraft",
)
COMPONENTS_HEADER: Final = ("date", "variant", "category", "mean")


def write_certain(projection: CertainProjection, currency: str, folder: Path) -> None:
    """flows.csv, sorted by date, variant, category, source_id, and balances.csv, every day, sorted by date, variant."""
    folder.mkdir(parents=True, exist_ok=True)
    exponent = Currency(currency).exponent
    write_csv(folder / "flows.csv", FLOWS_HEADER, _flow_rows(projection.results, exponent))
    write_csv(folder / "balances.csv", BALANCES_HEADER, _balance_rows(projection.results, exponent))


def write_drawn(projection: Projection, currency: str, folder: Path) -> None:
    """curve.csv, sorted by date and variant, and components.csv, sorted by date, variant, category."""
    folder.mkdir(parents=True, exist_ok=True)
    exponent = Currency(currency).exponent
    write_csv(folder / "curve.csv", CURVE_HEADER, _curve_rows(projection.curves, exponent))
    write_csv(folder / "components.csv", COMPONENTS_HEADER, _component_rows(projection.curves, exponent))


def curve_text(projection: Projection, currency: str) -> str:
    """curve.csv as a text: every day of every variant to the cent, the same as the command line writes."""
    return csv_text(CURVE_HEADER, _curve_rows(projection.curves, Currency(currency).exponent))


def certain_summary(projection: CertainProjection, ledger: Ledger, seed: int, seconds: Mapping[str, float]) -> Summary:
    """summary.json of a certain projection: one path, so its quantiles are its value and its probabilities 0 or 1."""
    variants = {}
    for variant in sorted(projection.results):
        day, lowest = projection.lowest(variant)
        variants[variant] = {
            "lowest_minor": lowest,
            "lowest_date": to_date(day).isoformat(),
            "lowest_p05_minor": lowest,
            "lowest_p95_minor": lowest,
            "probability_below_floor": float(projection.ever_below(variant, ledger.cash_floor_minor)),
            "probability_below_overdraft": float(projection.ever_below(variant, -ledger.overdraft_limit_minor)),
            "cost_minor": projection.cost_minor(variant),
            "loss_minor": dict(projection.results[variant].losses),
        }
    return {
        "variants": variants,
        "seed": seed,
        "path_count": 1,
        "ledger_fingerprint": ledger.fingerprint,
        "model_version": MODEL_VERSION,
        "overdue_moved": projection.overdue_moved,
        # The path is the reference itself: there is no engine's figure beside it to differ from.
        "engine_check": {"paths": 0, "differences": 0},
        "seconds": _rounded(seconds),
    }


def drawn_summary(projection: Projection, seconds: Mapping[str, float]) -> Summary:
    """summary.json of a drawn projection."""
    return {
        "variants": {variant: _curve_summary(projection.curves[variant]) for variant in sorted(projection.curves)},
        "seed": projection.seed,
        "path_count": projection.path_count,
        "ledger_fingerprint": projection.ledger_fingerprint,
        "model_version": projection.model_version,
        "overdue_moved": projection.overdue_moved,
        "engine_check": {"paths": projection.check_paths, "differences": projection.check_differences},
        "seconds": _rounded({**projection.seconds, **seconds}),
    }


def write_summary(summary: Summary, folder: Path) -> None:
    """summary.json, readable by people too."""
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(spent, 4) for stage, spent in seconds.items()}


def _curve_summary(curve: Curve) -> Summary:
    lowest = curve.lowest
    return {
        "lowest_minor": lowest.median_minor,
        "lowest_date": to_date(lowest.day).isoformat(),
        "lowest_p05_minor": lowest.p05_minor,
        "lowest_p95_minor": lowest.p95_minor,
        "probability_below_floor": curve.probability_below_floor_ever,
        "probability_below_overdraft": curve.probability_below_overdraft_ever,
        "cost_minor": {category: curve.cost_minor[category] for category in sorted(curve.cost_minor)},
        "loss_minor": dict(curve.loss_minor),
    }


def _flow_rows(results: Mapping[Variant, PathResult], exponent: int) -> Iterator[tuple[str, ...]]:
    def order(row: tuple[Variant, Flow]) -> tuple[int, str, str, str, str, int]:
        variant, flow = row
        return flow.day, variant, flow.category, flow.source_id, flow.partner_id, flow.amount_minor

    flows = ((variant, flow) for variant, result in results.items() for flow in result.flows if flow.amount_minor)
    for variant, flow in sorted(flows, key=order):
        amount = to_text(flow.amount_minor, exponent)
        yield to_date(flow.day).isoformat(), variant, flow.category, amount, flow.partner_id, flow.source_id


def _balance_rows(results: Mapping[Variant, PathResult], exponent: int) -> Iterator[tuple[str, ...]]:
    columns = {
        variant: [
            series.tolist()
            for series in (
                result.balance_minor,
                result.utilisation_minor,
                result.eligible_minor,
                result.reserve_minor,
                result.availability_minor,
                result.assigned_minor,
            )
        ]
        for variant, result in results.items()
    }
    baseline = results["baseline"]
    for index in range(len(baseline.balance_minor)):
        when = to_date(baseline.first_day + index).isoformat()
        for variant in sorted(columns):
            yield when, variant, *(to_text(series[index], exponent) for series in columns[variant])


def _curve_rows(curves: Mapping[Variant, Curve], exponent: int) -> Iterator[tuple[str, ...]]:
    for when, index in _days(curves):
        for variant in sorted(curves):
            curve = curves[variant]
            bands = (curve.mean_minor, curve.p05_minor, curve.p25_minor, curve.p50_minor, curve.p75_minor, curve.p95_minor)
            chances = (curve.probability_below_floor, curve.probability_below_overdraft)
            amounts = (to_text(int(band[index]), exponent) for band in bands)
            yield when, variant, *amounts, *(f"{float(chance[index]):.6g}" for chance in chances)


def _component_rows(curves: Mapping[Variant, Curve], exponent: int) -> Iterator[tuple[str, ...]]:
    for when, index in _days(curves):
        for variant in sorted(curves):
            means = curves[variant].components_minor
            for category in sorted(means):
                if means[category][index]:
                    yield when, variant, category, to_text(int(means[category][index]), exponent)


def _days(curves: Mapping[Variant, Curve]) -> Iterable[tuple[str, int]]:
    baseline = curves["baseline"]
    return ((to_date(baseline.first_day + k).isoformat(), k) for k in range(len(baseline.mean_minor)))
