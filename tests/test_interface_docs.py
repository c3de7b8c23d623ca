"""The page about files and the command line names everything that the readers know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands.registry import MODULES, load
from data.factoring_files import FACTORING_CLAUSES
from data.insurance_files import INSURANCE_CLAUSES
from data.ledger_folder import read_ledger_folder
from data.ledger_writing import write_ledger_folder
from tests.data.test_ledger_folder import FULL, folder_of

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "interface.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z0-9_-]+", PAGE))


@pytest.mark.parametrize("name", MODULES)
def test_every_verb_with_its_options(name: str) -> None:
    row = next((line for line in PAGE.splitlines() if line.startswith(f"| `{name} ")), "")
    assert row, f"{name} is not in the table of verbs"
    for argument in load(name).arguments:
        assert not argument.is_option or argument.name in row, f"{name} {argument.name}"


@pytest.mark.parametrize("key", sorted({*FACTORING_CLAUSES, *INSURANCE_CLAUSES}))
def test_every_clause(key: str) -> None:
    assert key in WORDS


def test_every_column_that_is_written(tmp_path: Path) -> None:
    write_ledger_folder(read_ledger_folder(folder_of(tmp_path / "a", FULL)).ledger, tmp_path / "b")
    for path in sorted((tmp_path / "b").iterdir()):
        assert path.name in PAGE
        first = path.read_text(encoding="utf-8").splitlines()
        names = first[0].split(",") if path.suffix == ".csv" else [line.split(" = ")[0] for line in first]
        assert set(names) <= WORDS
