"""The verb `journal`: balanced entries of the worked factoring cases, readable as a FEC."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import cli
from data.contract_files import write_factoring_file
from data.ledger_writing import write_ledger_folder
from data.scenario_files import write_scenario_file
from forecasting.factoring.journal import _BOOKED, FEC_COLUMNS
from pages.ui.i18n import LANGUAGES, Language, catalogue
from tests.forecasting import golden


@pytest.fixture(params=["factoring_F1", "factoring_F3"])
def entries(request: pytest.FixtureRequest, tmp_path: Path) -> list[dict[str, str]]:
    """journal.csv of a worked case."""
    ledger, scenario, contract = golden.factoring_case(golden.case(request.param))
    write_ledger_folder(ledger, tmp_path / "ledger")
    write_scenario_file(scenario, tmp_path / "s.toml")
    write_factoring_file(contract, tmp_path / "f.toml")
    words = ["journal", tmp_path / "ledger", "--out", tmp_path / "out", "--scenario", tmp_path / "s.toml"]
    assert cli.guarded([*map(str, words), "--factoring", str(tmp_path / "f.toml"), "--lang", "fr"]) == 0
    with (tmp_path / "out" / "journal.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_eighteen_columns_and_every_entry_balances(entries: list[dict[str, str]]) -> None:
    assert tuple(entries[0]) == FEC_COLUMNS
    sums: Counter[str] = Counter()
    for line in entries:
        debit, credit = Decimal(line["Debit"]), Decimal(line["Credit"])
        assert (debit == 0) != (credit == 0) and min(debit, credit) == 0
        sums[line["EcritureNum"]] += int(100 * (debit - credit))
        assert line["CompteLib"] != line["CompteNum"] and line["EcritureLib"]
    assert set(sums.values()) == {0}
    numbers = [int(line["EcritureNum"]) for line in entries]
    assert numbers == sorted(numbers) and set(numbers) == set(range(1, max(numbers) + 1))


@pytest.mark.parametrize("entries", ["factoring_F1"], indirect=True)
def test_the_purchase_of_the_specification(entries: list[dict[str, str]]) -> None:
    """Domain 1.7: 12 000.00 TTC, fee 0.8 %, reserve 10 %."""
    first = [(line["CompteNum"][:3], line["Debit"], line["Credit"]) for line in entries if line["EcritureNum"] == "1"]
    assert first == [
        ("467", "10684.80", "0.00"),
        ("467", "1200.00", "0.00"),
        ("622", "96.00", "0.00"),
        ("445", "19.20", "0.00"),
        ("411", "0.00", "12000.00"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_entry_has_its_words(language: Language) -> None:
    told = {key.removeprefix("journal.label.") for key in catalogue(language) if key.startswith("journal.label.")}
    assert told == {*_BOOKED, "purchased"}
