"""Which days count, and which calendar partners follow."""

from __future__ import annotations

import numpy as np

from forecasting.behaviour.clock import Holidays, build_clock, choose_clock
from tests.forecasting.behaviour.company import NO_HOLIDAYS, START, four_customers, history


def test_closed_days_have_the_number_of_the_next_open_day() -> None:
    clock = build_clock(four_customers(), NO_HOLIDAYS[0], 100)
    friday = START + 4
    saturday, sunday, monday = (int(clock.at(friday + k)) for k in (1, 2, 3))
    assert saturday == sunday == monday == int(clock.at(friday)) + 1
    assert clock.day[monday] == friday + 3


def test_payments_on_week_ends_ask_for_every_day() -> None:
    known = history({"a": lambda rng, due: int(rng.integers(-3, 4))})
    any_day = known.take(np.arange(len(known)))
    paid = np.where(any_day.is_open, any_day.paid, any_day.due)
    every_day = type(known)(**{f: getattr(known, f) for f in known.__dataclass_fields__} | {"paid": paid.astype(np.int32)})
    assert not choose_clock(every_day, NO_HOLIDAYS).business
    assert choose_clock(known, NO_HOLIDAYS).business


def test_the_calendar_on_whose_holidays_nobody_pays_is_chosen_with_evidence_only() -> None:
    known = history({f"c{k}": lambda rng, due: int(rng.integers(0, 6)) for k in range(30)}, days=300, every=3)
    holidays = np.array([d for d in range(START + 60, START + 290, 11) if (d + 3) % 7 < 5], dtype=np.int32)
    paid = known.paid.copy()
    paid[np.isin(paid, holidays)] += 1
    moved = type(known)(**{f: getattr(known, f) for f in known.__dataclass_fields__} | {"paid": paid})
    first = Holidays(code="first", days=(holidays + 2).astype(np.int32))
    right = Holidays(code="right", days=holidays)
    assert choose_clock(moved, (first, right)).holidays == "right"
    assert choose_clock(known.take(known.paid < START), (first, right)).holidays == "first"


def test_beside_a_holiday_is_known() -> None:
    wednesday = START + 9
    clock = build_clock(four_customers(), Holidays(code="x", days=np.array([wednesday], dtype=np.int32)), 100)
    before, after = int(clock.at(wednesday - 1)), int(clock.at(wednesday + 1))
    assert clock.before_closed[before] and not clock.after_closed[before]
    assert clock.after_closed[after] and not clock.before_closed[after]
    assert int(clock.at(wednesday)) == after
