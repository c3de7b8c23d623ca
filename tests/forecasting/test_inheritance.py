"""A scenario made from another follows it in all that it does not say differently."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inheritance import inherited, own_fields
from forecasting.scenario import Defaults, Delays, DisputeFact, Insolvency, PaymentFact, Scenario, Shock

PARENT = Scenario(
    name="Recession",
    delays=Delays(add_days=10),
    defaults=Defaults(multiply_probability=Decimal(2)),
    shocks=(Shock(segment="retail", delays=Delays(add_days=5)), Shock(partner_id="C1", delays=Delays(add_days=20))),
    payments=(PaymentFact(invoice_id="F1", day=20_500), PaymentFact(invoice_id="F2", day=20_510)),
)


def test_what_the_child_does_not_say_follows() -> None:
    child = replace(PARENT, name="Worse", defaults=Defaults(multiply_probability=Decimal(5)))
    after = replace(PARENT, delays=Delays(add_days=25), defaults=Defaults(multiply_probability=Decimal(3)), seed=9)
    follows = inherited(PARENT, after, child)
    assert follows.delays.add_days == 25 and follows.seed == 9, "follows"
    assert follows.defaults.multiply_probability == 5 and follows.name == "Worse", "its own"
    assert own_fields(after, follows) == ("defaults",)


def test_one_key_of_delays_is_its_own_and_the_other_follows() -> None:
    child = replace(PARENT, delays=Delays(add_days=30))
    after = replace(PARENT, delays=Delays(add_days=12, multiply=Decimal("1.5")))
    assert inherited(PARENT, after, child).delays == Delays(add_days=30, multiply=Decimal("1.5"))


def test_facts_follow_by_what_they_speak_of() -> None:
    own = Shock(segment="retail", delays=Delays(add_days=50))
    child = replace(
        PARENT, shocks=(own, PARENT.shocks[1]), insolvencies=(Insolvency(partner_id="C9", judgment=5, declared=6),)
    )
    moved = Shock(partner_id="C1", delays=Delays(add_days=40))
    after = replace(
        PARENT,
        shocks=(PARENT.shocks[0], moved),
        payments=PARENT.payments[:1],
        disputes=(DisputeFact(invoice_id="F7", day=3),),
    )
    follows = inherited(PARENT, after, child)
    assert follows.shocks == (own, moved)
    assert follows.payments == PARENT.payments[:1], "what the parent no longer says is gone"
    assert follows.disputes == after.disputes and follows.insolvencies == child.insolvencies


def test_a_part_payment_more_is_the_childs_own() -> None:
    child = replace(PARENT, payments=(*PARENT.payments, PaymentFact(invoice_id="F1", day=20_600, amount_minor=5)))
    after = replace(PARENT, payments=(PaymentFact(invoice_id="F1", day=20_700), PARENT.payments[1]))
    follows = inherited(PARENT, after, child)
    assert [p.day for p in follows.payments if p.invoice_id == "F1"] == [20_500, 20_600]


DAYS = st.integers(0, 3)
SCENARIOS = st.builds(
    Scenario,
    seed=DAYS,
    delays=st.builds(Delays, add_days=DAYS),
    shocks=st.lists(
        st.builds(Shock, segment=st.sampled_from("abc"), delays=st.builds(Delays, add_days=DAYS)),
        max_size=3,
        unique_by=lambda s: s.segment,
    ).map(tuple),
    payments=st.lists(st.builds(PaymentFact, invoice_id=st.sampled_from("FGH"), day=DAYS), max_size=4).map(tuple),
)


def told(of: Scenario) -> Scenario:
    """A scenario whose records stand in an order that does not matter."""
    return replace(of, shocks=tuple(sorted(of.shocks, key=str)), payments=tuple(sorted(of.payments, key=str)))


@settings(max_examples=300, deadline=None)
@given(before=SCENARIOS, after=SCENARIOS, child=SCENARIOS)
def test_laws_of_inheritance(before: Scenario, after: Scenario, child: Scenario) -> None:
    assert told(inherited(before, before, child)) == told(child), "a parent that stays changes nothing"
    assert told(inherited(before, after, before)) == told(after), "a child that says nothing of its own becomes the parent"
    assert told(inherited(before, after, after)) == told(after), "who says the same already stays"
    follows = inherited(before, after, child)
    assert set(follows.payments) <= {*after.payments, *child.payments}, "nothing is invented"
