"""What must hold of any waterfall (domain section 9, check 7)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.insurance.claim import Loss, limited_loss, waterfall
from forecasting.insurance.policy import InsurancePolicy
from forecasting.money import apply_rate
from tests.forecasting import make

Amounts = st.integers(min_value=0, max_value=10_000_000)
Rates = st.sampled_from([Decimal(r) for r in ("0", "0.5", "0.855", "0.9", "1")])
quick = settings(max_examples=200, derandomize=True, deadline=None)
Growing = Literal["deductible_claim_minor", "afl_minor", "max_liability_minor"]


@st.composite
def policies(draw: st.DrawFn) -> InsurancePolicy:
    return make.policy(
        "2026-01-01",
        nql_minor=draw(st.sampled_from((0, 100_000))),
        deductible_claim_minor=draw(Amounts),
        afl_minor=draw(Amounts),
        max_liability_minor=draw(st.none() | Amounts),
        deductible_stage=draw(st.sampled_from(("FR_STANDARD", "EN_LOSS_FIRST"))),
    )


@st.composite
def years(draw: st.DrawFn) -> list[Loss]:
    """Losses of one insurance year under one percentage."""
    pct = draw(Rates)
    losses = draw(st.lists(Amounts, min_size=1, max_size=6))
    return [
        Loss(claim_id=f"c{k}", partner_id="", loss_day=make.day("2026-03-01") + k, loss_minor=loss, insured_pct=pct)
        for k, loss in enumerate(losses)
    ]


def total(policy: InsurancePolicy, losses: list[Loss]) -> int:
    return sum(i.indemnity_minor for i in waterfall(policy, losses))


@quick
@given(policies(), years())
def test_an_indemnity_passes_no_cap(policy: InsurancePolicy, losses: list[Loss]) -> None:
    paid = waterfall(policy, losses)
    for loss, indemnity in zip(losses, paid, strict=True):
        assert 0 <= indemnity.indemnity_minor <= apply_rate(loss.loss_minor, loss.insured_pct)
    assert sum(i.afl_used_minor for i in paid) == policy.afl_minor - paid[-1].afl_left_minor >= 0
    if policy.max_liability_minor is not None:
        assert sum(i.indemnity_minor for i in paid) == policy.max_liability_minor - (paid[-1].ml_left_minor or 0)


@quick
@given(policies(), years(), Amounts)
def test_a_year_grows_with_loss_and_cap_and_shrinks_with_deductibles(
    policy: InsurancePolicy, losses: list[Loss], more: int
) -> None:
    now = total(policy, losses)
    assert total(policy, [replace(x, loss_minor=x.loss_minor + more) for x in losses]) >= now
    assert total(replace(policy, deductible_claim_minor=policy.deductible_claim_minor + more), losses) <= now
    if policy.max_liability_minor is not None:
        assert total(replace(policy, max_liability_minor=policy.max_liability_minor + more), losses) >= now


@quick
@given(policies(), years(), Amounts)
def test_a_year_shrinks_with_the_annual_first_loss(policy: InsurancePolicy, losses: list[Loss], more: int) -> None:
    """Within a cent per claim: each order rounds a different share of a claim."""
    higher = total(replace(policy, afl_minor=policy.afl_minor + more), losses)
    assert higher <= total(policy, losses) + len(losses) * (policy.deductible_stage == "EN_LOSS_FIRST")


@quick
@given(policies(), Amounts, Rates, Rates)
def test_one_claim_grows_with_the_percentage(policy: InsurancePolicy, loss: int, one: Decimal, two: Decimal) -> None:
    low, high = sorted((one, two))
    claim = Loss(claim_id="c", partner_id="", loss_day=make.day("2026-03-01"), loss_minor=loss, insured_pct=low)
    assert total(policy, [claim]) <= total(policy, [replace(claim, insured_pct=high)])


@quick
@given(st.lists(st.tuples(Amounts, st.sampled_from((0, 55, 100, 200))), max_size=6), Amounts, Amounts, st.booleans())
def test_a_limit_lets_through_the_sum_or_itself(rows: list[tuple[int, int]], limit: int, more: int, on_gross: bool) -> None:
    debts = [(net + net * vat // 1000, net) for net, vat in rows]

    def loss(cap: int | None) -> int:
        return limited_loss([(ttc, ht, cap) for ttc, ht in debts], on_gross=on_gross)

    everything = sum(ht for _, ht in debts)
    assert loss(None) == everything
    assert loss(limit) <= loss(limit + more) <= everything
    if not on_gross:
        assert loss(limit) == min(everything, limit)


@quick
@given(policies(), years(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(policy: InsurancePolicy, losses: list[Loss], luck: Any) -> None:
    mixed = luck.sample(losses, len(losses))
    assert waterfall(policy, mixed) == waterfall(policy, losses)


def test_claims_of_one_day_pass_by_claim_id() -> None:
    policy = make.policy("2026-01-01", pct="1", max_liability_minor=150)
    day = make.day("2026-03-01")
    losses = [Loss(claim_id=c, partner_id="", loss_day=day, loss_minor=100, insured_pct=Decimal(1)) for c in ("b", "a")]
    assert [(i.claim_id, i.indemnity_minor) for i in waterfall(policy, losses)] == [("a", 100), ("b", 50)]


@pytest.mark.parametrize(("loss", "below", "paid"), [(100_000, True, 0), (100_001, False, 100_001)])
def test_the_threshold_is_reached_or_not_and_never_deducted(loss: int, below: bool, paid: int) -> None:
    policy = make.policy("2026-01-01", pct="1", nql_minor=100_000)
    claim = Loss(claim_id="c", partner_id="", loss_day=make.day("2026-03-01"), loss_minor=loss, insured_pct=Decimal(1))
    (got,) = waterfall(policy, [claim])
    assert (got.below_threshold, got.indemnity_minor) == (below, paid)
