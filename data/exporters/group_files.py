"""What companies of a group owe each other as files: sums by seller and buyer, and every difference between two books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from data.ledger_writing import write_csv
from forecasting.dates import to_date
from forecasting.group.mutual import Difference, Half
from forecasting.group.views import Group, View
from forecasting.money import Currency, to_text

BETWEEN_HEADER: Final = ("seller", "buyer", "invoices", "receivable", "payable")
DIFFERENCES_HEADER: Final = (
    "seller",
    "buyer",
    "number",
    "difference",
    "gap",
    "seller_amount",
    "buyer_amount",
    "seller_open",
    "buyer_open",
    "seller_issue_date",
    "buyer_issue_date",
    "seller_due_date",
    "buyer_due_date",
)


def write_group(group: Group, folder: Path) -> None:
    """between.csv, sorted by seller and buyer, and differences.csv, sorted by seller, buyer, number."""
    folder.mkdir(parents=True, exist_ok=True)
    exponent = Currency(group.loaded.currency).exponent
    between = [
        (b.seller, b.buyer, b.invoices, to_text(b.receivable_minor, exponent), to_text(b.payable_minor, exponent))
        for b in group.mutual.between
    ]
    write_csv(folder / "between.csv", BETWEEN_HEADER, between)
    differences = (tuple(_difference(found, exponent)) for found in group.mutual.differences)
    write_csv(folder / "differences.csv", DIFFERENCES_HEADER, differences)


def group_summary(view: View) -> dict[str, Any]:
    """What summary.json says of a group: whom the view is of, what was between its companies."""
    assert view.group is not None
    mutual = view.group.mutual
    return {
        "entity": view.name or None,
        "entities": list(view.group.names),
        "between": [
            {
                "seller": b.seller,
                "buyer": b.buyer,
                "invoices": b.invoices,
                "receivable_minor": b.receivable_minor,
                "payable_minor": b.payable_minor,
            }
            for b in mutual.between
        ],
        "differences": len(mutual.differences),
        "gap_minor": sum(found.gap_minor for found in mutual.differences),
    }


def _difference(found: Difference, exponent: int) -> Iterator[str]:
    pair = found.pair
    yield from (pair.seller, pair.buyer, pair.number, " ".join(found.kinds), to_text(found.gap_minor, exponent))
    halves = (pair.sold, pair.bought)
    for name in ("amount_minor", "open_minor"):
        yield from ("" if half is None else to_text(getattr(half, name), exponent) for half in halves)
    yield from (_day(half, "issue") for half in halves)
    yield from (_day(half, "due") for half in halves)


def _day(half: Half | None, name: str) -> str:
    return "" if half is None else to_date(getattr(half, name)).isoformat()
