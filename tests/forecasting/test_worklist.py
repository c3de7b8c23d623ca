"""The list of the day: the score of domain 4 worked by hand, and the laws of its order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.reminders import Action, NextStep
from forecasting.worklist import Case, CaseDeadline, OpenInvoice, at_stake, habit_of, worklist

AS_OF = 20_615  # Thursday 11 June 2026


def case(name: str, amount: int, late: int, **more: Any) -> Case:
    keys = {"default_probability": 0.0, **more}
    return Case(
        partner_id=name,
        invoices=(OpenInvoice(invoice_id=f"F-{name}", due=AS_OF - late, open_minor=amount),),
        **keys,
    )


def action(name: str, day: int, outcome: Any, **more: Any) -> Action:
    return Action(sequence=1, partner_id=name, invoice_ids=(f"F-{name}",), day=day, step="phone", outcome=outcome, **more)


def test_the_score_is_the_sum_of_its_parts() -> None:
    """Alone on the list p90 is its own amount: 35 + 25 * 30/60 + 20 * 0.05/0.10 + 10 * 0.5 + 10 = 72.5."""
    alone = case(
        "A", 9_000_00, 30, default_probability=0.05, habit=0.5, deadlines=(CaseDeadline(kind="factor", day=AS_OF + 7),)
    )
    (item,) = worklist([alone], AS_OF)
    assert dict(item.parts) == {"amount": 35, "days_late": 12.5, "default": 10, "habit": 5, "deadline": 10}
    assert item.score == 72.5


def test_amounts_are_measured_by_the_ninth_decile() -> None:
    """Ten customers owing 100 … 1,000: p90 is 900, so 900 and 1,000 count in full and 450 would count half."""
    items = worklist([case(f"C{k:02}", k * 100_00, 10) for k in range(1, 11)], AS_OF)
    points = {item.overdue_minor // 100_00: dict(item.parts)["amount"] for item in items}
    assert points[10] == points[9] == 35
    assert points[3] == pytest.approx(35 / 3)


def test_a_broken_promise_adds_ten_and_a_dispute_of_another_takes_twenty() -> None:
    plain = case("A", 100_00, 20)
    broken = case("A", 100_00, 20, actions=(action("A", AS_OF - 9, "promised", promise_day=AS_OF - 5),))
    disputed = case("A", 100_00, 20, actions=(action("A", AS_OF - 9, "disputed", owner="Ana"),))
    scores = [worklist([c], AS_OF)[0].score for c in (plain, broken, disputed)]
    assert scores[1] == scores[0] + 10 and scores[2] == scores[0] - 20


def test_a_deadline_eight_days_ahead_is_not_near_yet() -> None:
    item = worklist([case("A", 1_00, 1, deadlines=(CaseDeadline(kind="insurer", day=AS_OF + 8),))], AS_OF)[0]
    assert "deadline" not in dict(item.parts)
    assert item.next.deed == "declare"


def test_who_promised_waits_behind_whoever_is_to_be_called() -> None:
    promised = case("A", 90_000_00, 50, actions=(action("A", AS_OF - 2, "promised", promise_day=AS_OF + 5),))
    small = case("B", 100_00, 5)
    assert [i.partner_id for i in worklist([promised, small], AS_OF)] == ["B", "A"]


def test_a_dispute_of_the_books_asks_for_an_owner_before_any_call() -> None:
    invoices = (OpenInvoice(invoice_id="F-A", due=AS_OF - 20, open_minor=1_00, disputed=True),)
    taken_up = action("A", AS_OF, "disputed", owner="Ana")
    open_case, owned = (
        Case(partner_id="A", invoices=invoices, default_probability=0.0, actions=actions) for actions in ((), (taken_up,))
    )
    assert [worklist([c], AS_OF)[0].next for c in (open_case, owned)] == [
        NextStep(deed="settle_dispute", day=AS_OF),
        NextStep(deed="settle_dispute", day=AS_OF + 7),
    ]


def test_nothing_past_due_is_not_listed_but_a_large_courtesy_is() -> None:
    assert worklist([case("A", 100_00, -7), case("B", 6_000_00, -9)], AS_OF) == ()
    (item,) = worklist([case("B", 6_000_00, -7)], AS_OF)
    assert item.next.deed == "courtesy"


def test_half_of_the_last_six_is_a_habit() -> None:
    assert habit_of([6, 6, 6, 5, 0, -2, 90, 90]) == 0.5
    assert habit_of([]) is None


def test_what_a_call_saves_is_what_would_be_lost_in_two_weeks() -> None:
    """At 30 days 89.9 %, at 60 days 81.3 %: 14 days cost 14/30 of 8.6 points, 401.33 of 10,000.00."""
    assert at_stake(10_000_00, 30) == 401_33


CASES = st.lists(
    st.tuples(
        st.integers(1, 10**8),
        st.integers(-20, 200),
        st.floats(0, 1),
        st.one_of(st.none(), st.floats(0, 1)),
        st.integers(-5, 30),
    ),
    max_size=12,
)


@given(rows=CASES)
@settings(max_examples=60, derandomize=True)
def test_scores_are_explained_and_order_the_list(rows: list[tuple[int, int, float, float | None, int]]) -> None:
    cases = [
        case(
            f"C{k}",
            amount,
            late,
            default_probability=pd,
            habit=habit,
            deadlines=(CaseDeadline(kind="factor", day=AS_OF + d),),
        )
        for k, (amount, late, pd, habit, d) in enumerate(rows)
    ]
    items = worklist(cases, AS_OF)
    assert items == worklist(reversed(cases), AS_OF)
    assert {i.partner_id for i in items if i.overdue_minor} == {c.partner_id for c in cases if c.invoices[0].due < AS_OF}
    for item in items:
        assert item.score == min(100.0, max(0.0, sum(points for _, points in item.parts)))
    today = [item.score for item in items if item.is_due(AS_OF)]
    assert today == sorted(today, reverse=True)


@given(amount=st.integers(1, 10**9), late=st.integers(0, 800))
@settings(max_examples=50, derandomize=True)
def test_a_later_call_never_brings_more(amount: int, late: int) -> None:
    assert 0 <= at_stake(amount, late) <= amount
