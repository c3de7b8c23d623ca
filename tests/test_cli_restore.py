"""A backup goes back in its place by a verb; a damaged one changes nothing and is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import guarded
from data import backups
from data import repository as repo
from data.access import FINANCE
from data.repository import Company


def test_a_backup_goes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.duckdb"
    with repo.create_store(path) as store:
        repo.save_company(store, FINANCE, Company(name="Before"))
        made = backups.back_up(store, FINANCE)
        repo.save_company(store, FINANCE, Company(name="After"))
    assert guarded(["restore", "--store", str(path), "--backup", str(made.path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert Path(answer["kept"]).exists()
    with repo.open_store(path) as store:
        assert repo.company(store, FINANCE).name == "Before"


def test_a_damaged_backup_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, bad = tmp_path / "s.duckdb", tmp_path / "bad.duckdb"
    with repo.create_store(path) as store:
        repo.save_company(store, FINANCE, Company(name="Here"))
    bad.write_bytes(path.read_bytes()[:5_000])
    before = path.read_bytes()
    assert guarded(["restore", "--store", str(path), "--backup", str(bad)]) == 1
    assert "bad.duckdb" in capsys.readouterr().err
    assert path.read_bytes() == before
