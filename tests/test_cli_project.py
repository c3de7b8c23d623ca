"""The verb `project` on the worked cases, written into files and read back from files."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cli
from data.contract_files import write_factoring_file
from data.ledger_writing import write_ledger_folder
from data.scenario_files import write_scenario_file
from forecasting.money import to_minor
from tests.forecasting import golden

#: Columns of balances.csv and what the worked cases call them.
STATE = {
    "utilisation": "utilisation_eod_cents",
    "eligible": "eligible_eod_cents",
    "reserve": "reserve_eod_cents",
    "availability": "availability_eod_cents",
    "assigned": "outstanding_assigned_eod_cents",
}
FLOWS = ["date", "variant", "category", "amount", "partner_id", "source_id"]


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def project(*words: object) -> None:
    assert cli.guarded(["project", *map(str, words)]) == 0


@pytest.mark.parametrize("name", ["factoring_F1", "factoring_F3"])
def test_worked_factoring_cases_day_by_day(name: str, tmp_path: Path) -> None:
    case = golden.case(name)
    ledger, scenario, contract = golden.factoring_case(case)
    write_ledger_folder(ledger, tmp_path / "ledger")
    write_scenario_file(scenario, tmp_path / "s.toml")
    write_factoring_file(contract, tmp_path / "f.toml")
    project(tmp_path / "ledger", "--out", tmp_path, "--scenario", tmp_path / "s.toml", "--factoring", tmp_path / "f.toml")
    flows: Counter[str] = Counter()
    for row in rows(tmp_path / "flows.csv"):
        if row["variant"] == "factoring" and row["category"] != "planned_flow":
            flows[row["date"]] += to_minor(row["amount"], 2)
    expected = case["expected"].get("factor_flows_by_date") or case["expected"]["treasury_flows_by_date"]
    assert {day: flow for day, flow in flows.items() if flow} == {day: flow for day, flow in expected.items() if flow}
    states = {row["date"]: row for row in rows(tmp_path / "balances.csv") if row["variant"] == "factoring"}
    assert len(states) == scenario.horizon_days
    for day in case["expected"]["event_days"]:
        assert {k: to_minor(states[day["date"]][k], 2) for k in STATE} == {k: day[v] for k, v in STATE.items()}


@pytest.fixture
def insured(tmp_path: Path) -> Path:
    """The worked insurance case I1, projected."""
    case = golden.GOLDEN / "insurance_cases" / "I1"
    if not case.is_dir():
        pytest.skip("the worked case I1 is not beside this repository")
    project(
        case / "ledger", "--out", tmp_path, "--scenario", case / "scenario.toml", "--insurance", case / "insurance.toml"
    )
    return tmp_path


def test_worked_insurance_case_row_by_row(insured: Path) -> None:
    expected = list(rows(golden.GOLDEN / "insurance_cases" / "I1" / "expected_flows.csv"))
    found = list(rows(insured / "flows.csv"))
    assert list(found[0]) == FLOWS
    assert sorted(map(_key, found)) == sorted(map(_key, expected))
    order = [(row["date"], row["variant"], row["category"], row["source_id"]) for row in found]
    assert order == sorted(order)


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in FLOWS)


def test_summary_of_a_certain_projection(insured: Path) -> None:
    summary: dict[str, Any] = json.loads((insured / "summary.json").read_text(encoding="utf-8"))
    assert list(summary) == [
        "variants",
        "seed",
        "path_count",
        "ledger_fingerprint",
        "model_version",
        "overdue_moved",
        "engine_check",
        "seconds",
    ]
    assert list(summary["variants"]) == ["baseline", "insurance"]
    insurance = summary["variants"]["insurance"]
    assert insurance == {
        "lowest_minor": -7_392_00,
        "lowest_date": "2026-07-15",
        "lowest_p05_minor": -7_392_00,
        "lowest_p95_minor": -7_392_00,
        "probability_below_floor": 1.0,
        "probability_below_overdraft": 1.0,
        "cost_minor": {"indemnity": 40_500_00, "insurance_fee": -960_00, "insurer_share": -2_025_00, "premium": -11_524_00},
        "loss_minor": insurance["loss_minor"],
    }
    assert summary["variants"]["baseline"]["cost_minor"] == {}
    assert (summary["path_count"], summary["overdue_moved"]) == (1, 0)
    assert all(isinstance(spent, float) for spent in summary["seconds"].values())


def test_balances_are_the_flows_added_up(insured: Path) -> None:
    balance: Counter[str] = Counter()
    flows = list(rows(insured / "flows.csv"))
    for row in rows(insured / "balances.csv"):
        for flow in flows:
            if (flow["date"], flow["variant"]) == (row["date"], row["variant"]):
                balance[row["variant"]] += to_minor(flow["amount"], 2)
        assert to_minor(row["balance"], 2) == balance[row["variant"]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sample company, written by its verb."""
    folder = tmp_path_factory.mktemp("company")
    assert cli.guarded(["sample", "--out", str(folder), "--invoices", "500", "--as-of", "2026-11-25"]) == 0
    return folder


def test_a_drawn_projection_of_the_sample(company: Path, tmp_path: Path) -> None:
    contracts = ("--factoring", company / "factoring.toml", "--insurance", company / "insurance.toml")
    project(company, "--out", tmp_path, *contracts, "--paths", "16", "--horizon", "60", "--seed", "7")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert list(summary["variants"]) == ["baseline", "both", "factoring", "insurance"]
    assert (summary["path_count"], summary["seed"]) == (16, 7)
    assert summary["engine_check"]["paths"] > 0 and summary["engine_check"]["differences"] == 0
    curve = list(rows(tmp_path / "curve.csv"))
    assert len(curve) == 60 * 4
    assert [(row["date"], row["variant"]) for row in curve] == sorted((row["date"], row["variant"]) for row in curve)
    for row in curve:
        bands = [to_minor(row[name], 2) for name in ("p05", "p25", "p50", "p75", "p95")]
        assert bands == sorted(bands)
        assert 0 <= float(row["probability_below_floor"]) <= 1
    components = list(rows(tmp_path / "components.csv"))
    assert list(components[0]) == ["date", "variant", "category", "mean"]
    assert {row["variant"] for row in components} == set(summary["variants"])
    lowest = min((to_minor(row["p50"], 2), row["date"]) for row in curve if row["variant"] == "baseline")
    assert (summary["variants"]["baseline"]["lowest_minor"], summary["variants"]["baseline"]["lowest_date"]) == lowest


def test_the_call_wins_over_the_scenario(company: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text('kind = "certain"\nhorizon_days = 200\n')
    project(company, "--out", tmp_path, "--scenario", scenario, "--horizon", "10")
    assert len(list(rows(tmp_path / "balances.csv"))) == 10


def test_order_of_rows_and_columns_changes_no_file(company: Path, tmp_path: Path) -> None:
    shuffled, luck = tmp_path / "shuffled", random.Random(1)
    shutil.copytree(company, shuffled)
    for path in shuffled.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            header, *body = csv.reader(stream)
        order = luck.sample(range(len(header)), len(header))
        luck.shuffle(body)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([row[k] for k in order] for row in [header, *body])
    scenario = tmp_path / "s.toml"
    scenario.write_text('kind = "certain"\nhorizon_days = 120\n[delays]\nadd_days = 10\n')
    for ledger, out in ((company, "plain"), (shuffled, "other")):
        contracts = ("--factoring", ledger / "factoring.toml", "--insurance", ledger / "insurance.toml")
        project(ledger, "--out", tmp_path / out, "--scenario", scenario, *contracts)
    for name in ("flows.csv", "balances.csv"):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
