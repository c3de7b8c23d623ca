"""A policy that contradicts itself is refused with the clause named; one that can never pay says so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from forecasting.insurance.guards import contradictions
from forecasting.insurance.policy import BonusMalus, Instalment
from tests.forecasting import make

START = "2026-01-01"


def found(**clauses: Any) -> list[tuple[str, str, str]]:
    pct = clauses.pop("insured_pct", "0.9")
    return [(p.code, p.column, p.severity) for p in contradictions(make.policy(START, pct=pct, **clauses), {"A"})]


def test_a_plain_policy_has_nothing_against_it() -> None:
    assert found(limits=(("A", 1_000),), end_day="2026-12-31", adjustment_day="2027-02-01") == []


HALF = Instalment(day=0, share=Decimal("0.6"))
ROW = BonusMalus(loss_ratio_up_to=Decimal("0.3"), change=Decimal(0))


@pytest.mark.parametrize(
    ("clauses", "code", "column"),
    [
        ({"insured_pct": "1.01"}, "value.share_out_of_range", "insured_pct"),
        ({"waiting_months": -1}, "value.negative", "waiting_months"),
        ({"afl_minor": -1}, "value.negative", "afl"),
        ({"end_day": "2025-12-31"}, "contract.ends_before_start", "end_date"),
        ({"adjustment_day": "2025-12-31"}, "insurance.adjusted_before_start", "adjustment_date"),
        ({"instalments": (HALF, HALF, HALF)}, "insurance.shares_above_one", "instalments"),
        ({"bonus_malus": (ROW, ROW)}, "insurance.bound_twice", "bonus_malus"),
        (
            {"bonus_malus": (BonusMalus(loss_ratio_up_to=None, change=Decimal("-1.1")),)},
            "insurance.change_below_minus_one",
            "bonus_malus",
        ),
        ({"limits": (("NOBODY", 1),)}, "contract.unknown_partner", "limits"),
        ({"limit_changes": (make.limit_change("NOBODY", START, 1),)}, "contract.unknown_partner", "limit_change"),
        ({"cover_source": (("NOBODY", "none"),)}, "contract.unknown_partner", "cover_source"),
    ],
)
def test_contradictions_name_their_clause(clauses: dict[str, Any], code: str, column: str) -> None:
    assert (code, column, "error") in found(**clauses)


@pytest.mark.parametrize(
    ("clauses", "column"),
    [
        ({"insured_pct": "0"}, "insured_pct"),
        ({"max_liability_minor": 0}, "max_liability"),
        ({"limits": (("A", 0),)}, "limits"),
        ({"limits": (("A", 500),), "nql_minor": 500}, "nql"),
    ],
)
def test_a_policy_that_can_never_pay_says_so_and_pays_nothing(clauses: dict[str, Any], column: str) -> None:
    assert ("contract.never_pays", column, "warning") in found(**clauses)
    ledger = make.ledger(START, [make.invoice("A1", "A", "2026-01-06", "2026-03-06", 1_000_000)])
    what = make.scenario(make.insolvency("A", "2026-02-02"), days=60)
    pct = clauses.pop("insured_pct", "0.9")
    assert make.total(make.project(ledger, what, None, make.policy(START, pct=pct, **clauses)), "indemnity") == 0
