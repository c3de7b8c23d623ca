"""Contradictions are refused with the clause named; a contract that can never pay says so; use is watched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecasting.factoring.guards import Usage, alerts, contradictions
from tests.forecasting import make

START = "2026-01-01"


def found(partners: set[str] | None = None, **clauses: Any) -> list[tuple[str, str, str]]:
    return [(p.code, p.column, p.severity) for p in contradictions(make.contract(START, **clauses), partners)]


def test_a_plain_contract_has_nothing_against_it() -> None:
    assert found({"A"}, approvals=(("A", 1),), reserve_rate="0.1", definancing_days=30) == []


@pytest.mark.parametrize(
    ("clauses", "code", "column"),
    [
        ({"advance_rate": "1.1"}, "value.share_out_of_range", "advance_rate"),
        ({"definancing_days": -1}, "value.negative", "definancing_days"),
        ({"fund_target_minor": -1}, "value.negative", "fund_target"),
        ({"index": ()}, "factoring.index_missing", "index_rate"),
        ({"index": ((START, "0.02"), (START, "0.03"))}, "factoring.index_overlap", "index"),
        ({"reserve_mode": "pooled"}, "factoring.fund_target_missing", "fund_target"),
        ({"recourse": False}, "factoring.payout_days_missing", "guarantee_payout_days"),
        ({"debtors_only": ("A",), "debtors_except": ("A",)}, "factoring.only_and_except", "debtors"),
        ({"draw_policy": "windows", "draw_windows": ((9, 8),)}, "factoring.window_backwards", "draw_windows"),
        ({"termination_day": "2025-12-31"}, "contract.ends_before_start", "termination_date"),
        ({"approvals": (("NOBODY", 1),)}, "contract.unknown_partner", "approvals"),
        ({"approval_changes": (make.limit_change("NOBODY", START, 1),)}, "contract.unknown_partner", "approval_change"),
        (
            {"reserve_mode": "pooled", "fund_target_minor": 5, "opening_fund_minor": 6},
            "factoring.opening_fund_above_target",
            "opening_fund",
        ),
        (
            {"reserve_mode": "pooled", "fund_target_minor": 5, "funding_ceiling_minor": 4},
            "factoring.ceiling_below_fund",
            "funding_ceiling",
        ),
    ],
)
def test_contradictions_name_their_clause(clauses: dict[str, Any], code: str, column: str) -> None:
    assert (code, column, "error") in found({"A"}, **clauses)


@pytest.mark.parametrize(
    ("clauses", "column"),
    [
        ({"advance_rate": "0"}, "advance_rate"),
        ({"reserve_rate": "1"}, "reserve_rate"),
        ({"concentration_cap": "0"}, "concentration_cap"),
        ({"funding_ceiling_minor": 0}, "funding_ceiling"),
        ({"approvals": (("A", 0),)}, "approvals"),
        ({"draw_policy": "windows"}, "draw_windows"),
        ({"debtors_only": ()}, "debtors"),
    ],
)
def test_a_contract_that_can_never_pay_says_so_and_pays_nothing(clauses: dict[str, Any], column: str) -> None:
    assert ("contract.never_pays", column, "warning") in found(None, **clauses)
    ledger = make.ledger(START, [make.invoice("A1", "A", "2026-01-06", "2026-03-06", 1_000_000)])
    what = make.scenario(make.never("A1"), days=60)
    assert make.total(make.project(ledger, what, make.contract(START, **clauses)), "factor_transfer") == 0


def usage(days: int = 120, **columns: int) -> Usage:
    given = {
        "utilisation": 100,
        "reserve": 10,
        "availability": 100,
        "transfer": 0,
        "baseline": 1_000,
        "outflow": 0,
        **columns,
    }
    return Usage(first_day=make.day(START), **{name: np.full(days, value, dtype=np.int64) for name, value in given.items()})


def test_heavy_use_needs_thirty_days_in_a_row() -> None:
    assert [(a.code, make.iso(a.day), a.days) for a in alerts(usage(availability=11))] == [("heavy_use", "2026-01-30", 91)]
    # Exactly 90 % is not above it.
    assert alerts(usage(utilisation=90, availability=10)) == ()
    assert alerts(usage(29, availability=0)) == ()


def test_draws_with_a_falling_balance_finance_losses() -> None:
    falling = usage(transfer=1)
    falling.baseline[:] = np.arange(120)[::-1]
    assert [(a.code, make.iso(a.day)) for a in alerts(falling)] == [("finances_losses", "2026-03-31")]
    falling.baseline[:] = np.arange(120)
    assert alerts(falling) == ()


def test_a_cushion_thinner_than_a_month_of_outflows() -> None:
    """Reserve 10 and 100 undrawn against 30 days of 4."""
    assert [(a.code, make.iso(a.day)) for a in alerts(usage(outflow=4))] == [("thin_cushion", START)]
    assert alerts(usage(outflow=3)) == ()
    assert alerts(usage(outflow=4, utilisation=0)) == ()
