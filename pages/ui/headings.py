"""What the bank account is made of: the projection's categories and the planned flows, grouped as screens name them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np

from forecasting.curve import Curve
from forecasting.dates import to_date
from forecasting.ledger import Amounts, Ledger
from forecasting.plan import weighted_flows
from forecasting.simulation.flows import CATEGORIES, Category
from forecasting.simulation.operations import planned_days
from pages.ui.charts.weeks import HEADINGS, Heading

_OF_CATEGORY: Final[dict[Category, Heading]] = {
    "debtor_receipt": "customers",
    "direct_receipt": "customers",
    "recovery": "customers",
    "late_interest": "customers",
    "supplier_payment": "suppliers",
    "bank_interest": "financing",
    "vat_payment": "tax",
    "vat_relief": "tax",
    "vat_relief_reversal": "tax",
    "factor_transfer": "protection",
    "cash_call": "protection",
    "factor_fee": "protection",
    "premium": "protection",
    "insurance_fee": "protection",
    "indemnity": "protection",
    "insurer_share": "protection",
}
_OF_PLANNED: Final[dict[str, Heading]] = {
    "wages": "wages",
    "social_charges": "wages",
    "vat": "tax",
    "corporate_tax": "tax",
    "rent": "rent",
    "loan": "financing",
}


def planned_heading(category: str) -> Heading:
    """The heading of a planned flow's category; what has none of its own is `other`."""
    return _OF_PLANNED.get(category, "other")


def planned_daily(ledger: Ledger, first: int, days: int) -> dict[Heading, Amounts]:
    """Planned flows per heading and day, int64 (days,) each: what they come to on average where they are not sure."""
    daily: dict[Heading, Amounts] = {}
    for flow in weighted_flows(ledger.planned_flows):
        column = daily.setdefault(planned_heading(flow.category), np.zeros(days, dtype=np.int64))
        for day in planned_days(flow, first, first + days - 1):
            column[day - first] += flow.amount_minor
    return daily


def daily_headings(curve: Curve, ledger: Ledger) -> dict[Heading, Amounts]:
    """The mean flow per heading and day, int64 (H,) each; together they are the curve's mean daily change."""
    days = len(curve.p50_minor)
    daily = planned_daily(ledger, curve.first_day, days)
    for category, flow in curve.components_minor.items():
        if category != "planned_flow":
            heading = _OF_CATEGORY[category]
            daily[heading] = daily.get(heading, np.zeros(days, dtype=np.int64)) + flow
    return {heading: daily[heading] for heading in HEADINGS if heading in daily}


#: A line of a detailed table: a heading, or a category of what a contract moves.
Line = Heading | Category


def daily_lines(curve: Curve, ledger: Ledger) -> dict[Line, Amounts]:
    """As `daily_headings`, with what a contract moves told category by category: transfers, fees, premium, indemnities."""
    lines: dict[Line, Amounts] = {h: flow for h, flow in daily_headings(curve, ledger).items() if h != "protection"}
    moved = ((c, curve.components_minor.get(c)) for c in CATEGORIES if _OF_CATEGORY.get(c) == "protection")
    return lines | {c: flow for c, flow in moved if flow is not None and flow.any()}


def line_key(line: Line) -> str:
    """The catalogue's key for the name of a line."""
    return f"day.heading.{line}" if line in CATEGORIES else f"cash.heading.{line}"


def week_starts(first_day: int, count: int = 13) -> tuple[int, ...]:
    """The first day and the Mondays after it: `count` weeks without a gap, the first one possibly short."""
    monday = first_day + (7 - to_date(first_day).weekday()) % 7
    later = range(monday if monday > first_day else monday + 7, first_day + 7 * count + 7, 7)
    return (first_day, *later)[:count]


def weekly(daily: Mapping[Heading, Amounts], first_day: int, starts: tuple[int, ...]) -> dict[Heading, Amounts]:
    """Daily flows summed over weeks that begin on `starts`; the last one has seven days."""
    edges = [s - first_day for s in (*starts, starts[-1] + 7)]
    return {
        heading: np.array([int(flow[a:b].sum()) for a, b in pairwise(edges)], dtype=np.int64)
        for heading, flow in daily.items()
    }
