"""Dated facts and the default probability that they make; numbers of domain section 5."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.solvency import FACT_KINDS, RATINGS, SolvencyFact, solvency


def fact(day: int, kind: Any, value: str = "") -> SolvencyFact:
    return SolvencyFact(partner_id="C1", day=day, kind=kind, value=value)


def test_nothing_known_is_one_and_a_half_percent() -> None:
    assert solvency([], 100).probability == 0.015
    assert solvency([], 100, given=0.02).probability == 0.02


def test_a_rating_then_an_incident_then_a_new_rating() -> None:
    facts = [fact(10, "rating", "fair"), fact(50, "incident"), fact(80, "rating", "weak")]
    assert solvency(facts, 40).probability == 0.012
    assert solvency(facts, 60).probability == 0.012 * 6
    found = solvency(facts, 90)
    assert found.probability == 0.035
    assert [(e.before, e.after) for e in found.effects] == [(0.015, 0.012), (0.012, 0.012 * 6), (0.012 * 6, 0.035)]


def test_an_incident_weighs_for_a_year_and_at_most_forty_percent() -> None:
    facts = [fact(10, "rating", "very weak"), fact(20, "incident")]
    assert solvency(facts, 20 + 364).probability == 0.40
    assert solvency(facts, 20 + 365).probability == 0.10


def test_a_probability_above_forty_percent_is_not_lowered_by_an_incident() -> None:
    assert solvency([fact(1, "incident")], 2, given=0.7).probability == 0.7


def test_an_insolvency_is_certain_whatever_follows() -> None:
    assert solvency([fact(5, "insolvency", "liquidation"), fact(9, "rating", "good")], 10).probability == 1.0


FACTS = st.lists(st.builds(fact, st.integers(0, 900), st.sampled_from(FACT_KINDS), st.sampled_from(RATINGS)), max_size=6)


@given(facts=FACTS, day=st.integers(0, 1_000))
@settings(max_examples=60, derandomize=True)
def test_a_probability_by_facts_known_that_day_alone(facts: list[SolvencyFact], day: int) -> None:
    found = solvency(facts, day)
    assert 0 < found.probability <= 1
    assert found == solvency([f for f in facts if f.day <= day], day)
    assert found == solvency(list(reversed(facts)), day)
