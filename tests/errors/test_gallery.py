"""A gallery of broken input: every folder here breaks one thing, and holds the sentences that the user then reads.

A case lies over `base` (a small right question): its files replace those of the base, `NAME.absent` removes one, `call`
holds the words of the command line, one per line, where it is not the projection of the base. `expected.en` and
`expected.fr` are standard error with the exit status. After a change of words, rewrite them all and read the difference:

    ENCAISSE_GALLERY=write python -m pytest tests/errors
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import cli
from pages.ui.i18n import catalogue

GALLERY = Path(__file__).parent
CASES = sorted(path.name for path in GALLERY.iterdir() if path.is_dir() and path.name not in ("base", "__pycache__"))


def lay_out(case: str, where: Path) -> None:
    """The base with the case over it."""
    shutil.copytree(GALLERY / "base", where, dirs_exist_ok=True)
    shutil.copytree(GALLERY / case, where, dirs_exist_ok=True)
    for absent in where.rglob("*.absent"):
        absent.with_suffix("").unlink()


def call_of(where: Path) -> list[str]:
    if (where / "call").exists():
        return (where / "call").read_text(encoding="utf-8").splitlines()
    contracts = [name for name in ("factoring", "insurance") if (where / f"{name}.toml").exists()]
    options = [word for name in contracts for word in (f"--{name}", f"{name}.toml")]
    return ["project", "ledger", "--out", "out", "--scenario", "scenario.toml", *options]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("case", CASES)
def test_the_sentences_of_a_broken_input(
    case: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    status = cli.guarded([*call_of(tmp_path), "--lang", language])
    told = f"{capsys.readouterr().err}exit {status}\n"
    golden = GALLERY / case / f"expected.{language}"
    if os.environ.get("ENCAISSE_GALLERY") == "write":
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_a_right_question_has_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(GALLERY / "base", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    assert cli.guarded(call_of(tmp_path)) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("case", CASES)
def test_every_case_says_its_code_in_brackets(case: str) -> None:
    """The code at the end of each line lets a script know what a person reads."""
    lines = (GALLERY / case / "expected.en").read_text(encoding="utf-8").splitlines()[:-1]
    assert lines
    codes = {line.rsplit("[", 1)[1].rstrip("]") for line in lines if line.endswith("]")}
    assert all(f"problem.{code}" in catalogue("en") for code in codes)
