"""The calendar of reminders: worked cases of domain 4, and laws that hold for every invoice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.dates import is_business_day, to_date, to_day
from forecasting.reminders import CALENDAR, STEPS, Action, Outcome, Step, next_step, reminders, standing

DUE = to_day(date(2026, 6, 1))


def action(day: int, step: Step = "phone", outcome: Outcome = "reached", sequence: int = 1, **more: Any) -> Action:
    return Action(sequence=sequence, partner_id="C1", invoice_ids=("F1",), day=day, step=step, outcome=outcome, **more)


def test_the_calendar_of_an_invoice_due_on_a_monday() -> None:
    """Due 1 June 2026: day 30 is Wednesday 1 July; day 8 is Tuesday 9 June; -7 is Monday 25 May."""
    days = {r.step: to_date(r.day).isoformat() for r in reminders(DUE, 6_000_00)}
    assert days == {
        "courtesy": "2026-05-25",
        "statement": "2026-06-02",
        "phone": "2026-06-04",
        "letter": "2026-06-09",
        "salesperson": "2026-06-16",
        "formal_notice": "2026-06-23",
        "stop_delivery": "2026-07-01",
        "outside_help": "2026-07-16",
        "legal": "2026-07-31",
    }


def test_a_small_invoice_gets_no_courtesy_reminder() -> None:
    assert next(iter(reminders(DUE, 5_000_00))).step == "statement"


def test_phone_first_however_late() -> None:
    assert next_step(due=DUE, open_minor=100_00, as_of=DUE + 50).deed == "phone"


def test_after_three_missed_calls_a_letter() -> None:
    missed = [action(DUE + 10 + k, outcome="no_answer", sequence=k) for k in range(3)]
    assert next_step(due=DUE, open_minor=1, as_of=DUE + 12, actions=missed[:2]).deed == "phone"
    assert next_step(due=DUE, open_minor=1, as_of=DUE + 13, actions=missed).deed == "letter"


def test_what_a_formal_notice_announces_waits_eight_days() -> None:
    """Sent on Tuesday 23 June 2026: not before Wednesday 1 July."""
    sent = action(DUE + 22, "formal_notice", "sent")
    found = next_step(due=DUE, open_minor=1, as_of=DUE + 23, actions=[sent])
    assert (found.deed, to_date(found.day).isoformat()) == ("stop_delivery", "2026-07-01")


def test_an_insurers_deadline_comes_first_and_moves_back_to_a_business_day() -> None:
    """Saturday 13 June 2026 becomes Friday the 12th."""
    found = next_step(due=DUE, open_minor=1, as_of=DUE + 5, declare_by=DUE + 12)
    assert (found.deed, to_date(found.day).isoformat()) == ("declare", "2026-06-12")
    assert next_step(due=DUE, open_minor=1, as_of=DUE + 5, declare_by=DUE + 25).deed == "phone"


def test_amicable_before_legal() -> None:
    outside = action(DUE + 46, "outside_help", "sent")
    broken = action(DUE + 40, "phone", "promised", sequence=0, promise_day=DUE + 42)
    late = DUE + 61
    assert next_step(due=DUE, open_minor=1, as_of=late, actions=[outside]).deed == "instalments"
    assert next_step(due=DUE, open_minor=1, as_of=late, actions=[broken, outside]).deed == "legal"
    bad_faith = action(DUE + 46, "outside_help", "sent", reason="bad_faith")
    assert next_step(due=DUE, open_minor=1, as_of=DUE + 50, actions=[broken, bad_faith]).deed == "legal"


def test_a_promise_is_awaited_and_then_counts_as_broken() -> None:
    """Promised for Sunday 14 June 2026: kept as long as it comes on Monday."""
    promised = action(DUE + 9, outcome="promised", promise_day=DUE + 13)
    waiting = next_step(due=DUE, open_minor=1, as_of=DUE + 14, actions=[promised])
    assert (waiting.deed, to_date(waiting.day).isoformat()) == ("await_promise", "2026-06-16")
    assert standing([promised], DUE + 14).broken == 0
    assert standing([promised], DUE + 15).broken == 1
    assert next_step(due=DUE, open_minor=1, as_of=DUE + 15, actions=[promised]).deed == "letter"


def test_a_promise_moved_in_time_is_not_broken_one_moved_late_is() -> None:
    first = action(DUE + 4, outcome="promised", promise_day=DUE + 8)
    for day, broken in ((DUE + 7, 0), (DUE + 10, 1)):
        again = action(day, outcome="promised", promise_day=DUE + 29, sequence=2)
        found = standing([first, again], DUE + 11)
        assert (found.broken, found.promise_day) == (broken, DUE + 29)


def test_a_dispute_has_five_business_days() -> None:
    """Opened on Thursday 4 June 2026: Thursday the 11th."""
    opened = action(DUE + 3, outcome="disputed", owner="Ana", reason="dispute")
    found = next_step(due=DUE, open_minor=1, as_of=DUE + 4, actions=[opened])
    assert (found.deed, to_date(found.day).isoformat()) == ("settle_dispute", "2026-06-11")
    settled = action(DUE + 5, outcome="settled", sequence=2)
    assert next_step(due=DUE, open_minor=1, as_of=DUE + 6, actions=[opened, settled]).deed == "letter"


@given(due=st.integers(15_000, 30_000), amount=st.integers(1, 10**9))
@settings(max_examples=50, derandomize=True)
def test_steps_fall_on_business_days_in_order(due: int, amount: int) -> None:
    found = reminders(due, amount)
    assert all(is_business_day(r.day) and r.day >= due + CALENDAR[r.step] for r in found)
    assert [r.day for r in found] == sorted(r.day for r in found)


@given(
    due=st.integers(20_000, 21_000),
    late=st.integers(-10, 120),
    done=st.lists(st.tuples(st.integers(-7, 100), st.sampled_from(STEPS)), max_size=5),
)
@settings(max_examples=100, derandomize=True)
def test_no_step_is_repeated_on_its_day_nor_falls_on_a_holiday(due: int, late: int, done: list[tuple[int, Step]]) -> None:
    actions = [action(due + day, step, sequence=k) for k, (day, step) in enumerate(sorted(done))]
    found = next_step(due=due, open_minor=1, as_of=due + late, actions=actions)
    assert is_business_day(found.day)
    if actions:
        assert found.day > actions[-1].day
        highest = max(STEPS.index(a.step) for a in actions)
        if found.deed != "instalments":
            assert STEPS.index(found.deed) == min(highest + 1, len(STEPS) - 1)


@pytest.mark.parametrize("late", [2, 3, 4, 10])
def test_calls_begin_on_the_third_day(late: int) -> None:
    assert (next_step(due=DUE, open_minor=1, as_of=DUE + late).day <= DUE + late) == (late >= 3)
