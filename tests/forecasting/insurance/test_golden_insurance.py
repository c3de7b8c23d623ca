"""The worked cases I1, row by row, and I3, both orders of application."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from forecasting.insurance.claim import ReportedClaim, indemnities
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from tests.forecasting import golden, make

CASES = golden.GOLDEN / "insurance_cases"


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def case_i1() -> tuple[Ledger, Scenario, InsurancePolicy]:
    book = make.ledger(
        "2026-01-01",
        [
            make.invoice("B-1", "B", "2026-04-01", "2026-05-31", 2_400_000),
            make.invoice("B-2", "B", "2026-05-01", "2026-06-30", 3_000_000),
        ],
    )
    failed = make.insolvency("B", "2026-06-16", declared="2026-06-22", dividend="0.05", dividend_date="2027-11-15")
    dates = ("2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15")
    policy = make.policy(
        "2026-01-01",
        end_day="2026-12-31",
        premium_rate="0.0025",
        planned_turnover_minor=400_000_000,
        declared_turnover_minor=430_000_000,
        premium_min_minor=800_000,
        adjustment_day="2027-02-15",
        tca_rate="0.09",
        domestic_share="0.80",
        nql_minor=30_000,
        max_liability_minor=24_000_000,
        max_credit_days=120,
        declaration_days=30,
        payment_days=30,
        monitoring_fee_minor=4_000,
        buyers=20,
        vat_on_fees="0.20",
        instalments=tuple(Instalment(day=make.day(d), share=Decimal("0.25")) for d in dates),
        limits=(("B", 5_000_000),),
    )
    return book, make.scenario(make.never("B-1"), failed, days=730), policy


def rows_of(path: Path) -> Counter[tuple[str, str, str, str, str]]:
    if not path.exists():
        pytest.skip("the worked cases are not beside this repository")
    found: Counter[tuple[str, str, str, str, str]] = Counter()
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = row["date"], row.get("variant", ""), row["category"], row["partner_id"], row["source_id"]
            found[key] += cents(row["amount"])
    return found


def test_i1_row_by_row() -> None:
    book, what, policy = case_i1()
    got: Counter[tuple[str, str, str, str, str]] = Counter()
    for result in (make.project(book, what), make.project(book, what, None, policy)):
        for flow in result.flows:
            got[make.iso(flow.day), result.variant, flow.category, flow.partner_id, flow.source_id] += flow.amount_minor
    assert got == rows_of(CASES / "I1" / "expected_flows.csv")


def test_i1_difference_is_the_contract_alone() -> None:
    book, what, policy = case_i1()
    difference: Counter[tuple[str, str, str, str, str]] = Counter()
    for sign, result in ((1, make.project(book, what, None, policy)), (-1, make.project(book, what))):
        for flow in result.flows:
            difference[make.iso(flow.day), "", flow.category, flow.partner_id, flow.source_id] += sign * flow.amount_minor
    expected = rows_of(CASES / "I1" / "expected_difference.csv")
    assert {k: v for k, v in difference.items() if v} == dict(expected)


def case_i3(stage: str, *, max_liability: int | None = 6_000_000) -> InsurancePolicy:
    return make.policy(
        nql_minor=100_000,
        deductible_claim_minor=50_000,
        afl_minor=2_000_000,
        max_liability_minor=max_liability,
        deductible_stage=stage,
    )


def claims_i3() -> list[ReportedClaim]:
    rows = (
        ("c5", "2026-10-05", 600_000, 1_000_000), ("c4", "2026-08-20", 5_500_000, 5_000_000),
        ("c3", "2026-06-10", 4_000_000, 3_000_000), ("c2", "2026-04-15", 1_500_000, 2_000_000),
        ("c1", "2026-03-20", 80_000, 2_000_000),
    )  # fmt: skip
    return [
        ReportedClaim(
            claim_id=c, partner_id=c, cause="insolvency", loss_day=make.day(d), loss_net_minor=loss, limit_minor=limit
        )
        for c, d, loss, limit in rows
    ]


@pytest.mark.parametrize(("file", "stage"), [("insurance.toml", "FR_STANDARD"), ("insurance_en.toml", "EN_LOSS_FIRST")])
def test_i3_every_step_of_both_orders(file: str, stage: str) -> None:
    path = CASES / "I3" / "expected.json"
    if not path.exists():
        pytest.skip("the worked cases are not beside this repository")
    expected = json.loads(path.read_text(encoding="utf-8"))[file]
    got = {i.claim_id: i for i in indemnities(case_i3(stage), claims_i3())}
    for claim_id, steps in expected.items():
        assert {name: getattr(got[claim_id], name) for name in steps} == steps, claim_id


@pytest.mark.parametrize(
    ("stage", "without_cap"),
    [("FR_STANDARD", [0, 0, 1_950_000, 4_450_000, 490_000]), ("EN_LOSS_FIRST", [0, 0, 2_160_000, 4_455_000, 495_000])],
)
def test_i3_without_maximum_liability(stage: str, without_cap: list[int]) -> None:
    """Source: the worked case I3, `variant_without_max_liability`."""
    got = indemnities(case_i3(stage, max_liability=None), claims_i3())
    assert [i.claim_id for i in got] == ["c1", "c2", "c3", "c4", "c5"]
    assert [i.indemnity_minor for i in got] == without_cap
    assert all(i.ml_left_minor is None for i in got)
