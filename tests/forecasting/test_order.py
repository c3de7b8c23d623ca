"""One more order of a customer: limit, cover and funding, worked by hand, with the laws of both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.insurance.deadlines import OldestUnpaid
from forecasting.ledger import Partner
from forecasting.order import Order, judge, proposed_terms
from tests.forecasting.make import contract, day, policy

DAY = day("2026-06-11")
LIMITED = policy("2026-01-01", limits=(("C1", 50_000_00),), max_credit_days=60)
FACTOR = contract(
    "2026-01-01", approvals=(("C1", 30_000_00),), advance_rate="0.90", reserve_rate="0.10", funding_delay_bd=2
)


def order(amount: int, owed: int = 0, limit: int | None = None, **more: Any) -> Order:
    who = {k: more.pop(k) for k in ("public_body", "domestic", "intra_group") if k in more}
    keys = {"day": DAY, "term_days": 30, **more}
    partner = Partner(partner_id="C1", credit_limit_minor=limit, **who)
    return Order(partner=partner, amount_minor=amount, owed_minor=owed, **keys)


def test_an_order_beyond_the_internal_limit_is_refused() -> None:
    assert judge(order(10_000_00, 40_000_00, 50_000_00)).accepted
    refused = judge(order(10_000_01, 40_000_00, 50_000_00))
    assert not refused.accepted and refused.reasons == ("internal_limit",) and refused.internal_room_minor == 10_000_00


def test_cover_counts_before_vat_and_pays_its_percentage() -> None:
    """48,000 owed is 40,000 before VAT: 10,000 of limit left; an order of 18,000 is 15,000, of which 10,000 at 90 %."""
    answer = judge(order(18_000_00, 48_000_00), insurance=LIMITED)
    assert (answer.insured_minor, answer.reasons) == (9_000_00, ("insured_limit",))


def test_the_factor_advances_within_its_approval() -> None:
    """25,000 owed of 30,000 approved: 5,000 of the order at 90 % less 10 % kept back; Thursday + 2 business days is Monday."""
    answer = judge(order(12_000_00, 25_000_00), factoring=FACTOR)
    assert (answer.fundable_minor, answer.funded_after_days, answer.reasons) == (4_000_00, 4, ("approval",))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"public_body": True}, "not_insurable"),
        ({"intra_group": True}, "not_insurable"),
        ({"term_days": 61}, "term_beyond_cover"),
        ({"day": day("2025-12-31")}, "policy_not_running"),
        ({"oldest": OldestUnpaid(issue=DAY - 61, due=DAY - 31, balance_minor=1)}, "deliveries_stopped"),
    ],
)
def test_what_no_insurer_covers(changed: dict[str, Any], reason: str) -> None:
    answer = judge(order(1_000_00, **changed), insurance=LIMITED)
    assert answer.insured_minor == 0 and answer.reasons == (reason,)


@pytest.mark.parametrize(
    ("clauses", "changed", "reason"),
    [
        ({"ineligible": ("foreign",)}, {"domestic": False}, "not_fundable"),
        ({"debtors_only": ("C2",)}, {}, "not_fundable"),
        ({"debtors_except": ("C1",)}, {}, "not_fundable"),
        ({"max_term_days": 29}, {}, "term_beyond_funding"),
        ({"termination_day": "2026-06-11"}, {}, "contract_not_running"),
    ],
)
def test_what_no_factor_funds(clauses: dict[str, Any], changed: dict[str, Any], reason: str) -> None:
    answer = judge(order(1_000_00, **changed), factoring=contract("2026-01-01", **clauses))
    assert (answer.fundable_minor, answer.funded_after_days, answer.reasons) == (0, None, (reason,))


def test_the_usual_lateness_lengthens_the_wait() -> None:
    assert judge(order(1_00, mean_late_days=12.6)).paid_after_days == 43


@given(amount=st.integers(1, 10**8), owed=st.integers(0, 10**8))
@settings(max_examples=60, derandomize=True)
def test_an_order_never_gets_more_than_it_is_and_owing_more_never_helps(amount: int, owed: int) -> None:
    answer, later = (judge(order(amount, owed + more), FACTOR, LIMITED) for more in (0, 5_000_00))
    assert later.insured_minor <= answer.insured_minor <= amount
    assert later.fundable_minor <= answer.fundable_minor <= amount
    assert ("approval" in answer.reasons) == (amount + owed > 30_000_00)


@pytest.mark.parametrize(
    ("habit", "chance", "terms"),
    [
        (None, 0.015, "usual"),
        (0.49, 0.09, "usual"),
        (0.5, 0.015, "shorter"),
        (None, 0.10, "prepayment"),
        (1.0, 1.0, "prepayment"),
    ],
)
def test_terms_follow_from_habit_and_solvency(habit: float | None, chance: float, terms: str) -> None:
    assert proposed_terms(habit=habit, default_probability=chance) == terms
