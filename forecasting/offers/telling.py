"""The story of one day of a path, and of the paths that a question draws."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.simulation.flows import Event, Flow
from forecasting.simulation.path import PathResult


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTold:
    """One day of a path: the balances at its end (bank, then the factor's account), bank flows and steps, in order."""

    day: int
    balance_minor: int
    assigned_minor: int
    eligible_minor: int
    reserve_minor: int
    availability_minor: int
    utilisation_minor: int
    flows: tuple[Flow, ...]
    events: tuple[Event, ...]


def day_told(told: PathResult, day: int) -> DayTold:
    """What a day of a path moved and why; the day lies within the horizon."""
    k = day - told.first_day
    assert 0 <= k < len(told.balance_minor), "the day lies outside the path"
    return DayTold(
        day=day,
        balance_minor=int(told.balance_minor[k]),
        assigned_minor=int(told.assigned_minor[k]),
        eligible_minor=int(told.eligible_minor[k]),
        reserve_minor=int(told.reserve_minor[k]),
        availability_minor=int(told.availability_minor[k]),
        utilisation_minor=int(told.utilisation_minor[k]),
        flows=tuple(f for f in told.flows if f.day == day),
        events=tuple(e for e in told.events if e.day == day),
    )
