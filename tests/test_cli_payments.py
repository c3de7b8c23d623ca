"""The verb `payments`: dates and sums with their bands, what was learnt, and the detail for judges."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cli
from data.ledger_folder import read_ledger_folder
from forecasting.dates import to_date
from forecasting.ledger import NO_DAY
from forecasting.money import to_minor

BANDS = ["p05", "p10", "p25", "p50", "p75", "p90", "p95"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    assert cli.guarded(["sample", "--out", str(folder), "--invoices", "500", "--as-of", "2026-11-25"]) == 0
    return folder


@pytest.fixture(scope="module")
def forecast(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forecast")
    assert cli.guarded(["payments", str(company), "--out", str(folder), "--paths", "200", "--detail"]) == 0
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_open_invoice_has_its_line(company: Path, forecast: Path) -> None:
    ledger = read_ledger_folder(company).ledger
    side = ledger.customers
    waiting = (side.amount_minor > 0) & (side.issue < ledger.as_of) & (side.paid == NO_DAY)
    found = rows(forecast / "payments.csv")
    assert list(found[0]) == ["invoice_id", "mean_date", *BANDS, "probability_unpaid"]
    assert {row["invoice_id"] for row in found} <= {side.invoice_id[i] for i in np.flatnonzero(waiting)}
    assert len(found) >= 0.9 * waiting.sum()
    for row in found:
        dates = [row[band] for band in BANDS if row[band]]
        assert dates == sorted(dates) and dates[0] >= to_date(ledger.as_of).isoformat()
        assert 0 <= float(row["probability_unpaid"]) <= 1


def test_thirteen_weeks_of_sums(forecast: Path) -> None:
    weeks = rows(forecast / "receipts.csv")
    assert list(weeks[0]) == ["period_start", "mean", *BANDS]
    assert [week["period_start"] for week in weeks[:2]] == ["2026-11-25", "2026-12-02"]
    assert len(weeks) == 13
    detail = np.load(forecast / "detail.npz")
    for k, week in enumerate(weeks):
        levels = [to_minor(week[band], 2) for band in BANDS]
        assert levels == sorted(levels)
        sums = detail["receipts_minor"][:, 7 * k : 7 * k + 7].sum(axis=1)
        assert abs(to_minor(week["mean"], 2) - sums.mean()) <= 0.5
        assert levels[3] in sums


def test_detail_for_judges(forecast: Path) -> None:
    detail = np.load(forecast / "detail.npz")
    count = len(rows(forecast / "payments.csv"))
    assert detail["invoice_id"].shape == (count,)
    assert detail["pmf"].shape == (count, 181)
    assert detail["receipts_minor"].shape == (200, 91) and detail["receipts_minor"].dtype == np.int64
    assert np.allclose(detail["pmf"].sum(axis=1), 1)


def test_what_was_learnt_with_its_counts(company: Path, forecast: Path) -> None:
    learnt: dict[str, Any] = json.loads((forecast / "behaviour.json").read_text(encoding="utf-8"))
    customers = learnt["customers"]
    for name in ("paid", "open"):
        by_partner = sum(row[name] for row in customers["partners"])
        assert by_partner == sum(row[name] for row in customers["segments"].values()) > 0
    assert learnt["ledger_fingerprint"] == read_ledger_folder(company).ledger.fingerprint
    assert sum(row["open"] for row in customers["partners"]) == len(rows(forecast / "payments.csv"))


def test_the_same_call_gives_the_same_files(company: Path, forecast: Path, tmp_path: Path) -> None:
    assert cli.guarded(["payments", str(company), "--out", str(tmp_path), "--paths", "200"]) == 0
    for name in ("payments.csv", "receipts.csv", "behaviour.json"):
        assert (tmp_path / name).read_bytes() == (forecast / name).read_bytes()
    assert not (tmp_path / "detail.npz").exists()


def test_a_ledger_without_history_is_forecast_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "ledger.toml").write_text('as_of = 2026-01-01\ncurrency = "EUR"\nopening_cash = "0"\n')
    header = "invoice_id,partner_id,issue_date,due_date,amount\n"
    (folder / "customer_invoices.csv").write_text(header + "F1,A,2025-12-01,2026-01-30,120.00\n")
    (folder / "supplier_invoices.csv").write_text(header)
    assert cli.guarded(["payments", str(folder), "--out", str(tmp_path / "out"), "--paths", "50"]) == 0
    assert [row["invoice_id"] for row in rows(tmp_path / "out" / "payments.csv")] == ["F1"]
    (folder / "customer_invoices.csv").write_text(header)
    assert cli.guarded(["payments", str(folder), "--out", str(tmp_path / "none"), "--paths", "50"]) == 0
    assert rows(tmp_path / "none" / "payments.csv") == []


def test_backtest_of_its_own_history(company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.guarded(["backtest", str(company), "--out", str(tmp_path), "--origins", "2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    written = json.loads((tmp_path / "accuracy.json").read_text(encoding="utf-8"))
    assert answer == {name: written[name] for name in answer}
    assert len(written["origins"]) == 2 and len(written["weeks"]) == 8
    assert set(written["mean_absolute_error_days"]) == {"ours", "due_date", "due_date_and_mean"}


def test_backtest_of_too_short_a_history_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    (folder / "ledger.toml").write_text('as_of = 2026-01-01\ncurrency = "EUR"\nopening_cash = "0"\n')
    header = "invoice_id,partner_id,issue_date,due_date,amount\n"
    (folder / "customer_invoices.csv").write_text(header + "F1,A,2025-12-01,2026-01-30,120.00\n")
    (folder / "supplier_invoices.csv").write_text(header)
    assert cli.guarded(["backtest", str(folder), "--out", str(tmp_path), "--lang", "en"]) == 0
    assert "too short" in capsys.readouterr().out
    assert json.loads((tmp_path / "accuracy.json").read_text(encoding="utf-8"))["origins"] == []
