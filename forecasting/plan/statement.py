"""Flows by period as treasurers lay them out: opening, headings, net, closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from forecasting.dates import add_months, to_date, to_day
from forecasting.ledger import Amounts

Name = TypeVar("Name", bound=str)


def statement(opening_minor: int, flows: Mapping[Name, Sequence[int]]) -> dict[str, list[int]]:
    """Opening, each heading that moves, net and closing of every period; closing = opening + net, the next opens with it.

    >>> statement(100, {"customers": [50, 0], "rent": [0, -20], "tax": [0, 0]})
    {'opening': [100, 150], 'customers': [50, 0], 'rent': [0, -20], 'net': [50, -20], 'closing': [150, 130]}
    """
    present: dict[str, list[int]] = {name: [int(v) for v in values] for name, values in flows.items() if any(values)}
    count = len(next(iter(flows.values()), ()))
    net = [sum(values[k] for values in present.values()) for k in range(count)]
    opening, closing, now = [], [], opening_minor
    for amount in net:
        opening.append(now)
        now += amount
        closing.append(now)
    return {"opening": opening, **present, "net": net, "closing": closing}


def month_starts(first_day: int, days: int) -> tuple[int, ...]:
    """The first day and the first of each month after it, within so many days."""
    found, month = [first_day], to_date(first_day).replace(day=1)
    while (start := to_day(month := add_months(month, 1))) < first_day + days:
        found.append(start)
    return tuple(found)


def by_period(daily: Mapping[Name, Amounts], first_day: int, starts: Sequence[int], stop: int) -> dict[Name, list[int]]:
    """Daily flows (from first_day on) summed over periods that begin on `starts`; the last one ends before `stop`."""
    edges = [day - first_day for day in (*starts, stop)]
    return {name: [int(flow[a:b].sum()) for a, b in pairwise(edges)] for name, flow in daily.items()}
