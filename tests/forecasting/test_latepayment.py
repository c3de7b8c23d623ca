"""Statutory interest by semester and the fixed compensation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.errors import InputRejected
from forecasting.latepayment import LateInterest, late_interest, statutory_rate
from forecasting.reference_rates import KNOWN_UNTIL, MAIN_REFINANCING, reference_rate, semester_start
from tests.forecasting import golden

D = date.fromisoformat
CASES = golden.case("late_interest")["cases"] if golden.GOLDEN.is_dir() else []
SEMESTERS = golden.case("ecb_semester_rates")["semesters"] if golden.GOLDEN.is_dir() else []


def owed_in_case(inputs: dict[str, Any]) -> LateInterest:
    due = D(inputs.get("due", "2025-01-01"))
    fixed = inputs.get("fixed_rate")
    return late_interest(
        amount_minor=inputs["principal_cents"],
        due=due,
        paid=D(inputs["paid"]) if "paid" in inputs else due + timedelta(days=inputs["days"]),
        margin=Decimal(inputs["addon_pts"]) / 100 if "addon_pts" in inputs else None,
        contract_rate=Decimal(fixed) if fixed else None,
        part_payments=[(D(day), amount) for day, amount in inputs.get("partials", [])],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_worked_cases(case: dict[str, Any]) -> None:
    owed, expected = owed_in_case(case["inputs"]), case["expected"]
    assert owed.interest_minor == expected["interest_cents"]
    assert owed.fixed_compensation_minor == expected.get("fixed_indemnity_cents", 4000)
    for segment, wanted in zip(owed.segments, expected.get("segments", owed.segments), strict=True):
        if isinstance(wanted, dict):
            assert segment.semester.isoformat() == wanted["semester"]
            assert segment.rate * 100 == Decimal(wanted["rate_pct"])
            assert (segment.principal_minor, segment.days) == (wanted["principal_cents"], wanted["days"])


@pytest.mark.parametrize("row", SEMESTERS, ids=lambda r: r["semester"])
def test_rate_of_each_semester(row: dict[str, str]) -> None:
    start = D(row["from_"])
    rate, provisional = statutory_rate("FR", start)
    assert rate * 100 == Decimal(row["fr_late_rate_pct"])
    assert statutory_rate("EU", start)[0] * 100 == Decimal(row["eu_plus8_pct"])
    assert provisional == ("PROVISIONAL" in row["status"])


def test_table_is_in_order_and_each_step_changes_the_rate() -> None:
    starts = [step.start for step in MAIN_REFINANCING]
    assert starts == sorted(set(starts))
    assert all(a.rate != b.rate for a, b in pairwise(MAIN_REFINANCING))


def test_rates_after_the_last_known_decision_are_provisional() -> None:
    later = semester_start(KNOWN_UNTIL + timedelta(days=1))
    found = reference_rate(later)
    assert found is not None and found.status == "provisional"


def test_paid_on_the_due_date_owes_nothing() -> None:
    owed = late_interest(amount_minor=100_00, due=D("2025-03-31"), paid=D("2025-03-31"))
    assert (owed.interest_minor, owed.fixed_compensation_minor, owed.days, owed.segments) == (0, 0, 0, ())


def test_a_day_late_owes_a_day_and_the_compensation() -> None:
    owed = late_interest(amount_minor=1_000_000_00, due=D("2025-03-31"), paid=D("2025-04-01"))
    assert owed.interest_minor == 360_27  # 1 000 000 x 13.15 % / 365 = 360.27
    assert (owed.fixed_compensation_minor, owed.days) == (40_00, 1)


def test_part_payment_before_the_due_date_lowers_the_principal() -> None:
    before = late_interest(
        amount_minor=100_000_00, due=D("2025-03-31"), paid=D("2025-05-31"), part_payments=[(D("2025-03-31"), 40_000_00)]
    )
    assert before == late_interest(amount_minor=60_000_00, due=D("2025-03-31"), paid=D("2025-05-31"))


def test_interest_stops_when_part_payments_have_paid_all() -> None:
    owed = late_interest(
        amount_minor=100_00, due=D("2025-03-31"), paid=D("2025-05-31"), part_payments=[(D("2025-04-10"), 100_00)]
    )
    assert owed.days == 10 and owed.segments[-1].last == D("2025-04-10")


def test_belgium_rounds_the_reference_up_to_the_half_point() -> None:
    """embuild.be: 10.50 % for the first semester of 2026 (reference 2.15)."""
    assert statutory_rate("BE", D("2026-01-01"))[0] == Decimal("0.105")
    assert statutory_rate("BE", D("2011-01-01"))[0] == Decimal("0.09")  # 1.00 is a half point already


def test_ireland_applies_the_rate_of_the_payment_date_to_the_whole_delay() -> None:
    owed = late_interest(amount_minor=1_000_00, due=D("2025-05-31"), paid=D("2025-07-31"), country="IE")
    assert {segment.rate for segment in owed.segments} == {Decimal("0.1015")}
    assert [segment.semester for segment in owed.segments] == [D("2025-01-01"), D("2025-07-01")]


@pytest.mark.parametrize(
    ("amount", "fixed"), [(1_000_00, 40_00), (1_000_01, 70_00), (10_000_00, 70_00), (10_000_01, 100_00)]
)
def test_ireland_compensates_by_amount(amount: int, fixed: int) -> None:
    owed = late_interest(amount_minor=amount, due=D("2025-05-31"), paid=D("2025-06-01"), country="IE")
    assert owed.fixed_compensation_minor == fixed


def test_french_public_buyers_owe_the_rate_of_the_first_semester_throughout() -> None:
    """Code de la commande publique R2192-31: one rate for the whole delay, margin of 8 points."""
    owed = late_interest(amount_minor=1_000_00, due=D("2024-05-31"), paid=D("2025-03-31"), country="FR-PUBLIC")
    assert {segment.rate for segment in owed.segments} == {Decimal("0.125")}


def test_no_interest_after_a_judgment_and_no_compensation() -> None:
    owed = late_interest(amount_minor=1_000_00, due=D("2025-03-31"), paid=D("2026-03-31"), judgment=D("2025-04-30"))
    assert (owed.days, owed.fixed_compensation_minor) == (30, 0)


@pytest.mark.parametrize("country", ["DE", "AT", "XX"])
def test_a_base_that_is_not_filled_in_is_a_problem_and_not_a_guess(country: str) -> None:
    with pytest.raises(InputRejected):
        late_interest(amount_minor=1_000_00, due=D("2025-03-31"), paid=D("2025-04-30"), country=country)


def test_semesters_before_the_table_are_a_problem() -> None:
    with pytest.raises(InputRejected):
        late_interest(amount_minor=1_000_00, due=D("2008-05-01"), paid=D("2008-06-01"))


@given(
    due=st.dates(date(2012, 1, 1), date(2026, 6, 30)),
    late=st.integers(1, 900),
    cut=st.integers(1, 899),
    amount=st.integers(1, 10**9),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_day_by_day_sum_is_the_sum_over_segments(due: date, late: int, cut: int, amount: int) -> None:
    """The definition, one day at a time: balance of the morning times the rate of the day's semester, rounded once."""
    paid, part_day, part = due + timedelta(days=late), due + timedelta(days=cut), amount // 3
    parts = [(part_day, part)] if cut <= late else []
    owed = late_interest(amount_minor=amount, due=due, paid=paid, part_payments=parts)
    total = Decimal(0)
    for k in range(1, late + 1):
        day = due + timedelta(days=k)
        balance = amount - sum(a for d, a in parts if d < day)
        total += balance * statutory_rate("FR", semester_start(day))[0]
    assert abs(owed.interest_minor - total / 365) <= Decimal("0.5")
    assert owed.days == late
