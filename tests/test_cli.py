"""The command line as others use it: JSON keys and types, exit statuses, languages, a quick start, never a traceback."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cli
from commands.console import language_of
from commands.grammar import GLOBAL
from commands.registry import MODULES, load
from pages.ui.i18n import LANGUAGES, Language, catalogue
from tests.forecasting import golden

ROOT = Path(__file__).resolve().parents[1]

Run = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a call in this process; answers with status, standard output, standard error."""

    def call(*words: str) -> Run:
        status = cli.guarded([str(word) for word in words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


def answer(result: Run) -> dict[str, Any]:
    status, out, err = result
    assert (status, err) == (0, "")
    assert out.count("\n") == 1, "one JSON object on one line"
    loaded: dict[str, Any] = json.loads(out)
    return loaded


def test_due_date(run: Any) -> None:
    found = answer(run("due-date", "--issue", "2026-07-18", "--terms", "45 jours fin de mois", "--json"))
    assert found == {"due_date": "2026-09-30", "method": "A", "legal": True, "legal_limit": "2026-09-30"}
    found = answer(run("due-date", "--issue=2026-07-18", "--terms=45 jours fin de mois", "--method=B", "--json"))
    assert found == {"due_date": "2026-09-14", "method": "B", "legal": True, "legal_limit": "2026-09-16"}


def test_late_interest(run: Any) -> None:
    found = answer(run("late-interest", "--amount", "12000", "--due", "2024-06-15", "--paid", "2024-07-20", "--json"))
    assert found == {
        "interest_minor": 165_21,
        "fixed_compensation_minor": 40_00,
        "days": 35,
        "segments": [
            {
                "semester": "2024-01-01",
                "from": "2024-06-16",
                "to": "2024-06-30",
                "rate": "0.145",
                "principal_minor": 12_000_00,
                "days": 15,
            },
            {
                "semester": "2024-07-01",
                "from": "2024-07-01",
                "to": "2024-07-20",
                "rate": "0.1425",
                "principal_minor": 12_000_00,
                "days": 20,
            },
        ],
        "provisional": False,
    }


def test_late_interest_on_the_options(run: Any) -> None:
    words = ("late-interest", "--amount", "10000", "--due", "2025-12-01", "--paid", "2026-01-31", "--json")
    assert answer(run(*words, "--add-points", "8"))["interest_minor"] == 169_63
    assert answer(run(*words, "--country", "EU"))["interest_minor"] == 169_63
    assert answer(run(*words, "--rate", "0.10"))["segments"][0]["rate"] == "0.1"
    parts = answer(run(*words, "--payment", "2025-12-31=4000.00", "--payment", "2026-01-15=1000"))["segments"]
    assert [part["principal_minor"] for part in parts] == [10_000_00, 6_000_00, 5_000_00]
    later = answer(run("late-interest", "--amount", "1", "--due", "2026-06-30", "--paid", "2026-07-31", "--json"))
    assert later["provisional"] is True
    on_time = answer(run("late-interest", "--amount", "1", "--due", "2026-06-30", "--paid", "2026-06-30", "--json"))
    assert (on_time["fixed_compensation_minor"], on_time["segments"]) == (0, [])


def test_dso(run: Any, tmp_path: Path) -> None:
    assert answer(run("dso", "--balance", "30000", "--turnover", "60000", "--days", "90", "--json")) == {
        "days": "45.00",
        "flag": None,
    }
    months = tmp_path / "months.csv"
    months.write_text("days,turnover\n30,10000\n31,10000.00\n")
    found = answer(run("dso", "--balance", "50000", "--months", str(months), "--json"))
    assert found == {"days": "61.00", "flag": "history_too_short"}


def test_plan(run: Any) -> None:
    found = answer(run("plan", "--amount", "12000", "--days", "90", "--every", "month", "--pd", "0.2", "--json"))
    assert found == {
        "schedule": [{"day": day, "amount_minor": 4_000_00} for day in (30, 60, 90)],
        "expected_minor": 11_569_10,
        "average_day": 60.0,
    }


CLAIMS = (
    "claim_id,partner_id,cause,loss_date,loss_net,limit,named\n"
    "b,B,insolvency,2026-02-01,1000.00,,\n"
    "a,A,protracted_default,2026-02-01,1000.00,500.00,true\n"
    "c,C,insolvency,2026-01-01,100000.00,,false\n"
)


def test_indemnity(run: Any, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'insured_pct = "0.9"\nundeclared_limit = "10000.00"\nundeclared_pct = "0.6"\n[limits]\nA = "9999.00"\nB = "800.00"\n'
    )
    (tmp_path / "c.csv").write_text(CLAIMS)
    found = answer(run("indemnity", str(tmp_path / "p.toml"), str(tmp_path / "c.csv"), "--json"))
    assert [claim["claim_id"] for claim in found["claims"]] == ["c", "a", "b"]
    assert [claim["loss_minor"] for claim in found["claims"]] == [10_000_00, 500_00, 800_00]
    assert [claim["indemnity_minor"] for claim in found["claims"]] == [6_000_00, 450_00, 720_00]
    assert found["claims"][0] == {
        "claim_id": "c",
        "below_threshold": False,
        "loss_minor": 10_000_00,
        "after_percentage_minor": 6_000_00,
        "after_deductible_minor": 6_000_00,
        "afl_used_minor": 0,
        "indemnity_minor": 6_000_00,
        "afl_left_minor": 0,
        "ml_left_minor": None,
    }
    assert found["total_indemnity_minor"] == 7_170_00


@pytest.mark.parametrize("policy", ["insurance.toml", "insurance_en.toml"])
def test_worked_claims(run: Any, policy: str) -> None:
    folder = golden.GOLDEN / "insurance_cases" / "I3"
    if not folder.is_dir():
        pytest.skip("the worked case I3 is not beside this repository")
    found = answer(run("indemnity", str(folder / policy), str(folder / "claims.csv"), "--json"))
    by_id = {claim["claim_id"]: claim for claim in found["claims"]}
    for claim_id, expected in json.loads((folder / "expected.json").read_text())[policy].items():
        assert {key: by_id[claim_id][key] for key in expected} == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_speaks_of_every_verb_and_argument(run: Any, language: Language) -> None:
    words = catalogue(language)
    status, out, _ = run("--help", "--lang", language)
    assert status == 0
    for name in MODULES:
        key = name.replace("-", "_")
        assert words[f"cli.{key}.help"] in out
        status, of_verb, _ = run(name, "--help", "--lang", language)
        assert status == 0
        for argument in load(name).arguments:
            assert words[f"cli.{key}.argument.{argument.key}"] in of_verb
        for argument in GLOBAL:
            assert words[f"cli.argument.{argument.key}"] in of_verb


def test_no_words_are_left_over() -> None:
    """An argument that is gone leaves no sentence behind."""
    known = {f"{name.replace('-', '_')}.argument.{a.key}" for name in MODULES for a in load(name).arguments}
    told = {key.removeprefix("cli.") for key in catalogue("en") if ".argument." in key and key.startswith("cli.")}
    assert told - known - {f"argument.{a.key}" for a in GLOBAL} == set()


def test_plain_sentences_without_json(run: Any) -> None:
    status, out, _ = run("due-date", "--issue", "2026-08-15", "--terms", "60 jours fin de mois", "--lang", "fr")
    assert status == 0
    assert out == (
        "Échéance le 2026-10-31 (méthode A\u00a0: jours ajoutés, puis fin de mois).\n"
        "Illégale\u00a0: la dernière date permise est le 2026-10-14.\n"
    )


@pytest.mark.parametrize(
    "words", [(), ("projet",), ("due-date",), ("due-date", "--issue", "x", "--terms", "y"), ("--lang", "fr")]
)
def test_a_wrong_call_is_status_2(run: Any, words: tuple[str, ...]) -> None:
    assert run(*words)[0] == 2


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_CA"}, "fr"),
    ],
)
def test_language_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_our_own_mistake_is_one_sentence_and_tells_no_data(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret of DUPONT")

    monkeypatch.setattr("commands.due_date.due_date", fail)
    status, out, err = run("due-date", "--issue", "2026-01-31", "--terms", "45 FDM", "--json")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1 and "RuntimeError" in err
    assert "DUPONT" not in err and "Traceback" not in err


def test_an_unwritable_folder_is_one_sentence(run: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, _, err = run("sample", "--out", str(tmp_path / "file" / "deep"), "--invoices", "500", "--as-of", "2026-01-01")
    assert status == 1 and err.count("\n") == 1 and "Traceback" not in err


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "words",
    [
        ["due-date", "--issue", "2026-01-31", "--terms", "45 FDM", "--json"],
        ["late-interest", "--amount", "1", "--due", "2026-01-31", "--paid", "2026-02-28", "--json"],
        ["plan", "--amount", "100", "--days", "90", "--every", "week", "--json"],
    ],
)
def test_small_verbs_start_without_the_heavy_libraries(words: list[str]) -> None:
    heavy = {"numpy", "numba", "scipy", "pandas", "duckdb", "pyarrow", "streamlit", "plotly", "babel"}
    code = f"import sys, cli; cli.guarded({words!r}); print(sorted({heavy!r} & set(sys.modules)))"
    result = python("-c", code)
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


def test_as_a_program(tmp_path: Path) -> None:
    result = python("cli.py", "dso", "--balance", "abc", "--turnover", "1", "--days", "1", "--lang", "fr")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("dso::--balance: «\u00a0abc\u00a0» n’est pas un montant.")


def test_the_front_door_is_wiring_only() -> None:
    """A verb's work stands in its own module, imported when it is called."""
    tree = ast.parse((ROOT / "cli.py").read_text(encoding="utf-8"))
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported <= {
        "__future__",
        "collections.abc",
        "typing",
        "commands.console",
        "commands.grammar",
        "commands.registry",
        "forecasting.errors",
    }
