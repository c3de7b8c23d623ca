"""An address reopens a question; a hostile one is repaired and says so; the panel and a scenario mean the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.scenario import Defaults, Delays, Insolvency, Scenario, Shock
from forecasting.simulation.flows import VARIANTS
from pages.ui.question import (
    FACTORS,
    HORIZONS,
    READY,
    Question,
    days_known,
    from_address,
    largest_customer,
    question_of,
    ready,
    ready_code,
    scenario_of,
    to_address,
)
from tests.pages.fixtures.company import small_ledger

WHOS = ("", "segment:export", "partner:C1")
KNOWN = {"whos": WHOS, "partners": ["C1", "C2", "C,3", "C 4&"], "saved": ["abc"]}

questions = st.builds(
    Question,
    months=st.sampled_from(list(HORIZONS)),
    delay_days=st.integers(0, 60),
    factor=st.sampled_from(FACTORS),
    who=st.sampled_from(WHOS),
    fails=st.sampled_from([(), ("C,3",), ("C1",), ("C1", "C2"), ("C 4&", "C,3", "C1")]),
    saved=st.sampled_from(["", "abc"]),
    band=st.sampled_from(VARIANTS),
)


@settings(derandomize=True, max_examples=200)
@given(questions)
def test_an_address_reopens_what_was_on_screen(question: Question) -> None:
    assert from_address(to_address(question), **KNOWN) == (question, ())


@settings(derandomize=True, max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["months", "delay", "defaults", "who", "fails", "scenario", "band"]), st.text(max_size=12)
    )
)
def test_any_address_gives_a_question_within_bounds(address: dict[str, str]) -> None:
    question, repairs = from_address(address, **KNOWN)
    assert question.months in HORIZONS and 0 <= question.delay_days <= 60 and question.factor in FACTORS
    assert question.who in WHOS and set(question.fails) <= set(KNOWN["partners"]) and question.saved in ("", "abc")
    assert question.band in VARIANTS
    taken = from_address(to_address(question), **KNOWN)[0]
    assert taken == question
    assert all(r.asked == address[r.field][:40] for r in repairs if r.field != "fails")


@pytest.mark.parametrize(
    ("address", "field", "applied"),
    [
        ({"delay": "999"}, "delay", "60"),
        ({"delay": "-5"}, "delay", "0"),
        ({"delay": "1e309"}, "delay", "60"),
        ({"delay": "abc"}, "delay", "0"),
        ({"defaults": "NaN"}, "defaults", "1"),
        ({"defaults": "9"}, "defaults", "3"),
        ({"who": "segment:<script>"}, "who", ""),
        ({"scenario": "gone"}, "scenario", ""),
        ({"months": "7"}, "months", "12"),
        ({"fails": "C1,gone"}, "fails", ""),
    ],
)
def test_a_repair_says_what_was_applied(address: dict[str, str], field: str, applied: str) -> None:
    _, repairs = from_address(address, **KNOWN)
    assert [(r.field, r.applied) for r in repairs] == [(field, applied)]


def test_the_panel_concerns_everybody_or_those_it_names() -> None:
    ledger = small_ledger()
    everybody = scenario_of(Question(delay_days=15, factor=Decimal(2)), ledger, days_known=1000)
    assert everybody.delays == Delays(add_days=15) and everybody.shocks == ()
    named = scenario_of(Question(delay_days=15, who="segment:export"), ledger, days_known=1000)
    assert named.delays == Delays() and named.shocks == (
        Shock(segment="export", delays=Delays(add_days=15), defaults=Defaults()),
    )


def test_every_control_changes_the_scenario() -> None:
    ledger = small_ledger()
    plain = scenario_of(Question(), ledger, days_known=1000)
    changed = [
        Question(months=6),
        Question(delay_days=1),
        Question(factor=Decimal("1.5")),
        Question(fails=(ledger.partners[0].partner_id,)),
        Question(fails=tuple(sorted(p.partner_id for p in ledger.partners[:2]))),
        Question(delay_days=1, who=f"partner:{ledger.partners[0].partner_id}"),
    ]
    assert len({scenario_of(q, ledger, days_known=1000) for q in changed} | {plain}) == len(changed) + 1


def test_the_horizon_stops_where_invoices_stop() -> None:
    ledger = small_ledger()
    assert scenario_of(Question(months=12), ledger, days_known=40).horizon_days == 40
    assert 300 < days_known(ledger) < 600


def test_a_saved_scenario_keeps_what_the_panel_cannot_hold() -> None:
    ledger = small_ledger()
    base = Scenario(name="mine", seed=7, delays=Delays(add_days=10, multiply=Decimal("1.3")), business_days_only=False)
    question = question_of(base, "abc")
    assert question.delay_days == 10 and question.saved == "abc"
    again = scenario_of(replace(question, delay_days=20), ledger, base, days_known=1000)
    assert again.seed == 7 and again.delays == Delays(add_days=20, multiply=Decimal("1.3"))
    assert again.name == "", "a name must not make two equal questions differ"


def test_ready_scenarios_are_recognised() -> None:
    largest = largest_customer(small_ledger())
    assert largest
    for code in READY:
        assert ready_code(ready(code, Question(months=6), largest), largest) == code
    assert ready_code(Question(delay_days=3), largest) == ""


def test_those_fail_whom_the_panel_names() -> None:
    """A saved failure stays as it was told while its customer is named; a name taken away, or added, is heeded."""
    ledger = small_ledger()
    first, second = sorted(p.partner_id for p in ledger.partners[:2])
    told = Insolvency(
        partner_id=first, judgment=ledger.as_of + 90, declared=ledger.as_of + 90, dividend_rate=Decimal("0.4")
    )
    base = Scenario(insolvencies=(told,))
    question = question_of(base, "abc")
    assert question.fails == (first,)
    assert scenario_of(question, ledger, base, days_known=1000).insolvencies == (told,)
    both = scenario_of(replace(question, fails=(first, second)), ledger, base, days_known=1000).insolvencies
    assert both[0] == told and [one.partner_id for one in both] == [first, second]
    assert scenario_of(replace(question, fails=()), ledger, base, days_known=1000).insolvencies == ()
