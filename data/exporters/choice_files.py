"""A search as files: choices.csv, one row per offer with the efficient set marked, and worth.csv, the negotiating sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from data.ledger_writing import csv_text, write_csv
from forecasting.choice.figures import Figures
from forecasting.choice.frontier import Verdict
from forecasting.choice.offers import Offer
from forecasting.choice.worth import Worth
from forecasting.dates import to_date
from forecasting.money import Currency, to_text

CHOICES_HEADER: Final = (
    "offer",
    "factoring",
    "insurance",
    "cost",
    "minimum_p05",
    "minimum_p50",
    "minimum_mean",
    "probability_below_floor",
    "probability_below_overdraft",
    "retained_loss",
    "efficient",
    "dominated_by",
    "dearer_by",
    "lower_by",
    "likelier_by",
    "cheapest",
)
WORTH_HEADER: Final = (
    "contract",
    "clause",
    "partner_id",
    "asked",
    "now",
    "then",
    "cost_change",
    "minimum_p05_change",
    "minimum_mean_change",
    "probability_change",
    "retained_loss_change",
)


def write_choices(
    folder: Path,
    offers: Sequence[Offer],
    figures: Sequence[Figures],
    verdicts: Sequence[Verdict],
    chosen: int | None,
    currency: str,
) -> None:
    """choices.csv: offers in the grid's order, the one without protection first; one more column for each axis."""
    folder.mkdir(parents=True, exist_ok=True)
    axes = _axes(offers)
    write_csv(folder / "choices.csv", (*CHOICES_HEADER, *axes), _rows(offers, figures, verdicts, chosen, currency, axes))


def choices_text(
    offers: Sequence[Offer],
    figures: Sequence[Figures],
    verdicts: Sequence[Verdict],
    chosen: int | None,
    currency: str,
) -> str:
    """The same as text, to be taken away from a screen."""
    axes = _axes(offers)
    return csv_text((*CHOICES_HEADER, *axes), _rows(offers, figures, verdicts, chosen, currency, axes))


def _axes(offers: Sequence[Offer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(axis for offer in offers for axis, _ in offer.values))


def _rows(
    offers: Sequence[Offer],
    figures: Sequence[Figures],
    verdicts: Sequence[Verdict],
    chosen: int | None,
    currency: str,
    axes: Sequence[str],
) -> Iterator[tuple[str, ...]]:
    for place, offer in enumerate(offers):
        yield _row(place, offer, figures[place], verdicts[place], chosen, axes, Currency(currency).exponent)


def _row(
    place: int, offer: Offer, found: Figures, verdict: Verdict, chosen: int | None, axes: Sequence[str], exponent: int
) -> tuple[str, ...]:
    values = dict(offer.values)
    behind = verdict.by is not None
    return (
        str(place),
        "" if offer.factoring is None else offer.factoring.name or "factoring",
        "" if offer.insurance is None else offer.insurance.name or "insurance",
        to_text(found.cost_minor, exponent),
        to_text(found.minimum_p05_minor, exponent),
        to_text(found.minimum_p50_minor, exponent),
        to_text(found.minimum_mean_minor, exponent),
        repr(found.probability_below_floor),
        repr(found.probability_below_overdraft),
        to_text(found.retained_minor, exponent),
        "true" if verdict.efficient else "false",
        str(verdict.by) if behind else "",
        to_text(verdict.dearer_minor, exponent) if behind else "",
        to_text(verdict.lower_minor, exponent) if behind else "",
        f"{verdict.likelier:.6f}" if behind else "",
        "true" if place == chosen else "false",
        *(values.get(axis, "") for axis in axes),
    )


def write_worth(folder: Path, found: Iterable[Worth], currency: str) -> None:
    """worth.csv: what each request would change, clause by clause, then limit by limit."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "worth.csv", WORTH_HEADER, worth_rows(found, currency))


def worth_rows(found: Iterable[Worth], currency: str) -> Iterator[tuple[str, ...]]:
    """The rows of the negotiating sheet."""
    exponent = Currency(currency).exponent
    for one in found:
        request = one.request
        yield (
            request.kind,
            clause_key(request.field),
            request.partner_id,
            request.ask,
            clause_text(request.field, request.now, exponent),
            "" if request.asked is None else clause_text(request.field, request.asked, exponent),
            to_text(one.cost_minor, exponent),
            to_text(one.lowest_minor, exponent),
            to_text(one.lowest_mean_minor, exponent),
            f"{one.probability:.6f}",
            to_text(one.retained_minor, exponent),
        )


def clause_key(field: str) -> str:
    """The key under which the file interface knows a clause.

    >>> clause_key("funding_ceiling_minor"), clause_key("limits")
    ('funding_ceiling', 'limits')
    """
    return field.removesuffix("_minor")


def clause_text(field: str, value: Any, exponent: int) -> str:
    """A clause's value as contract files write it; of a table, how many rows it has."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if field.endswith("_minor") or field in ("limits", "approvals"):
        return str(len(value)) if isinstance(value, tuple) else to_text(value, exponent)
    if isinstance(value, tuple):
        return str(len(value)) if value and not isinstance(value[0], str) else " ".join(value)
    return to_date(value).isoformat() if field.endswith("_day") else str(value)
