"""The verbs `import` and `export-ledger`: files into a store, and a ledger folder out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cli
from data.ledger_folder import read_ledger_folder
from forecasting.dates import to_date

INVOICES = """Numéro;Client;Date;Échéance;Montant TTC
F1;DUPONT;01/12/2025;31/01/2026;1 200,00
F2;MARTIN;05/12/2025;03/02/2026;2 400,50
A1;MARTIN;10/12/2025;10/12/2025;-100,00
"""


def told(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    status = cli.guarded([*map(str, words), "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_file_goes_in_and_a_ledger_comes_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, store = tmp_path / "clients.csv", tmp_path / "store.duckdb"
    source.write_text(INVOICES, encoding="utf-8")
    status, found = told(capsys, "import", source, "--store", store, "--kind", "customer", "--as-of", "2026-01-01")
    assert status == 0
    file = found["files"][0]
    assert {key: file[key] for key in ("file", "format", "accepted", "rejected", "duplicates", "problems")} == {
        "file": "clients.csv",
        "format": "csv",
        "accepted": 3,
        "rejected": 0,
        "duplicates": 0,
        "problems": [],
    }
    assert (file["total"], file["total_minor"], file["totals_minor"]) == ("3500.50", 3_500_50, {"EUR": 3_500_50})
    status, again = told(capsys, "import", source, "--store", store, "--kind", "customer")
    assert status == 0 and (again["files"][0]["stored"], again["files"][0]["duplicates"]) == (0, 3)
    status, _ = told(capsys, "export-ledger", "--store", store, "--out", tmp_path / "ledger")
    assert status == 0
    ledger = read_ledger_folder(tmp_path / "ledger").ledger
    assert to_date(ledger.as_of).isoformat() == "2026-01-01"
    assert int(ledger.customers.amount_minor.sum()) == 3_500_50


def test_rows_that_are_wrong_are_listed_and_the_rest_is_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "clients.csv"
    source.write_text(INVOICES.replace("05/12/2025", "31/02/2025"), encoding="utf-8")
    status, found = told(capsys, "import", source, "--store", tmp_path / "s.duckdb", "--kind", "customer")
    file = found["files"][0]
    assert (status, file["accepted"], file["rejected"]) == (1, 2, 1)
    problem = file["problems"][0]
    assert (problem["row"], problem["column"], problem["severity"]) == (3, "Date", "error")
    assert problem["message"] and problem["code"].startswith("import.")


def test_a_mapping_says_how_a_table_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, mapping = tmp_path / "x.csv", tmp_path / "m.toml"
    source.write_text("a;b;c;d;e\nF1;DUPONT;12/01/2025;01/31/2026;1200.00\n", encoding="utf-8")
    mapping.write_text(
        'side = "supplier"\ndate_order = "mdy"\ndecimal = "."\ndelimiter = ";"\n'
        '[columns]\na = "number"\nb = "partner_id"\nc = "issue"\nd = "due"\ne = "amount"\n',
        encoding="utf-8",
    )
    store = tmp_path / "s.duckdb"
    status, found = told(capsys, "import", source, "--store", store, "--mapping", mapping, "--as-of", "2026-01-01")
    assert (status, found["files"][0]["accepted"]) == (0, 1)
    told(capsys, "export-ledger", "--store", store, "--out", tmp_path / "ledger")
    ledger = read_ledger_folder(tmp_path / "ledger").ledger
    assert [to_date(day).isoformat() for day in (*ledger.suppliers.issue, *ledger.suppliers.due)] == [
        "2025-12-01",
        "2026-01-31",
    ]
