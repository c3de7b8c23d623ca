"""The verb `choose`: files and answer, the efficient set beside brute force on the file, problems named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from cli import main
from data.sample_grid import SAMPLE_GRID


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    assert main(["sample", "--out", str(folder), "--invoices", "600", "--as-of", "2026-11-02"]) == 0
    return folder


def test_the_sample_has_a_ready_grid(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    call = ["choose", str(sample), "--grid", str(sample / "grid.toml"), "--out", str(tmp_path)]
    assert main([*call, "--paths", "40", "--worth", "2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    rows = list(csv.DictReader((tmp_path / "choices.csv").open(encoding="utf-8")))
    assert len(rows) == answer["offers"] == 1 + 8 * 2 + 8 + 2
    assert (rows[0]["factoring"], rows[0]["insurance"], rows[0]["cost"]) == ("", "", "0.00")
    points = [(float(row["cost"]), -float(row["minimum_p05"])) for row in rows]
    for row, point in zip(rows, points, strict=True):
        beaten = any(q != point and q[0] <= point[0] and q[1] <= point[1] for q in points)
        twin = any(q == point for q in points[: int(row["offer"])]) or row["dominated_by"] != ""
        assert (row["efficient"] == "true") == (not beaten and not twin)
        if row["dominated_by"]:
            by = rows[int(row["dominated_by"])]
            assert float(row["dearer_by"]) == pytest.approx(float(row["cost"]) - float(by["cost"]))
    assert [int(row["offer"]) for row in rows if row["efficient"] == "true"] == answer["efficient"]
    sheet = list(csv.DictReader((tmp_path / "worth.csv").open(encoding="utf-8")))
    assert answer["cheapest"] == 0 or sheet


def test_a_level_of_risk_picks_the_cheapest(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["choose", str(sample), "--grid", str(sample / "grid.toml"), "--out", str(tmp_path), "--paths", "40"]
    assert main([*call, "--lang", "fr"]) == 0
    rows = list(csv.DictReader((tmp_path / "choices.csv").open(encoding="utf-8")))
    bound = sorted(float(row["minimum_p05"]) for row in rows)[-5]
    capsys.readouterr()
    assert main([*call, f"--lowest={bound:.2f}", "--json"]) == 0
    chosen = rows[json.loads(capsys.readouterr().out)["cheapest"]]
    assert float(chosen["cost"]) == min(float(r["cost"]) for r in rows if float(r["minimum_p05"]) >= bound)
    assert main([*call, "--lowest", "999999999", "--lang", "en"]) == 0
    assert "No offer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('factoring = ["missing.toml"]', ["toml.file_missing"]),
        ("[factoring_clauses]\nreserve_rate = []", ["choice.not_values"]),
        ('[factoring_clauses]\nreserve_rat = ["0.1"]', ["toml.unknown_key"]),
        ('[factoring_clauses]\nreserve_rate = ["7"]\n[insurance_clauses]\ninsured_pct = ["x"]', ["value.", "value."]),
        ('[[limit]]\npartner_id = "nobody"\nadd = ["1"]', ["contract.unknown_partner"]),
        ('[[assigned]]\nlargest = 3', ["toml.key_missing"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_grid_is_named(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, codes: list[str]
) -> None:
    grid = tmp_path / "grid.toml"
    grid.write_text(text, encoding="utf-8")
    assert main(["choose", str(sample), "--grid", str(grid), "--out", str(tmp_path)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(codes)
    assert all(f"[{code}" in line for line, code in zip(lines, codes, strict=True))


def test_too_many_and_certain_are_refused(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid, certain = tmp_path / "grid.toml", tmp_path / "certain.toml"
    values = ", ".join(f'"{k / 1000}"' for k in range(200))
    grid.write_text(
        f'factoring = ["{sample / "factoring.toml"}"]\n[factoring_clauses]\nmargin = [{values}]\nreserve_rate = [{values}]\n',
        encoding="utf-8",
    )
    certain.write_text('kind = "certain"\n', encoding="utf-8")
    call = ["choose", str(sample), "--grid", str(grid), "--out", str(tmp_path)]
    assert main(call) == 1
    assert "[choice.too_many]" in capsys.readouterr().err
    assert main([*call, "--scenario", str(certain)]) == 1
    assert "[choice.needs_chance]" in capsys.readouterr().err
    assert SAMPLE_GRID
