"""Getting paid: instalment plans, with what they can be expected to bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forecasting.errors import InputRejected, problem
from forecasting.money import round_ratio

Rhythm = Literal["week", "month"]
#: Days between two instalments.
PERIOD_DAYS: Final[dict[Rhythm, int]] = {"week": 7, "month": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """An amount due so many days after the agreement."""

    day: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentPlan:
    """A debt in instalments; `expected_minor` is what comes in when the debtor may fail on the way.

    `average_day` weighs each instalment's day by its amount.
    """

    schedule: tuple[Instalment, ...]
    expected_minor: int
    average_day: float


def instalment_plan(*, debt_minor: int, days: int, every: Rhythm, default_probability: float = 0.0) -> InstalmentPlan:
    """A plan over so many days with its expected cash (domain 4).

    n = days / period, rounded up; instalments of half_up(debt / n), the last takes the rest, the first one period after
    the agreement. With a constant hazard lam = -ln(1 - default_probability) / 365, expected = sum(a_k * exp(-lam t_k)).
    `default_probability` is for one year, 0 <= p < 1. Raises InputRejected where the debt is too small to be cut so.
    """
    if debt_minor <= 0 or days <= 0 or not 0 <= default_probability < 1:
        raise ValueError("a plan needs a debt, days and a probability below 1")
    period = PERIOD_DAYS[every]
    count = -(-days // period)
    regular = round_ratio(debt_minor, count)
    last = debt_minor - regular * (count - 1)
    if last <= 0:
        raise InputRejected((problem("collection.debt_too_small", count=count),))
    amounts = [regular] * (count - 1) + [last]
    schedule = tuple(Instalment(day=period * (k + 1), amount_minor=amount) for k, amount in enumerate(amounts))
    hazard = -math.log1p(-default_probability) / 365
    expected = math.fsum(part.amount_minor * math.exp(-hazard * part.day) for part in schedule)
    return InstalmentPlan(
        schedule=schedule,
        expected_minor=math.floor(expected + 0.5),
        average_day=math.fsum(part.day * part.amount_minor for part in schedule) / debt_minor,
    )


def spread(schedule: Sequence[Instalment], debts: Sequence[tuple[str, int]]) -> tuple[tuple[str, Instalment], ...]:
    """The part of each instalment that pays each invoice, the first invoice first until it is paid.

    `debts` are (invoice_id, open minor units); together they are the debt of the plan.
    """
    assert sum(owed for _, owed in debts) == sum(part.amount_minor for part in schedule), "a plan pays its debt"
    found: list[tuple[str, Instalment]] = []
    left, place = [owed for _, owed in debts], 0
    for part in schedule:
        rest = part.amount_minor
        while rest:
            paid = min(rest, left[place])
            if paid:
                found.append((debts[place][0], Instalment(day=part.day, amount_minor=paid)))
            rest, left[place] = rest - paid, left[place] - paid
            place += left[place] == 0 and rest > 0
    return tuple(found)
