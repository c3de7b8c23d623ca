"""The kernel is compiled apart, once: a mark says so, and nothing is started where it stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import kernel_cache, kernel_warmup


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of this test alone; environment and compiler keep theirs."""
    compiler = sys.modules.get("numba")
    before = compiler.config.CACHE_DIR if compiler else None
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    yield tmp_path
    if compiler:
        compiler.config.CACHE_DIR = before


def test_an_empty_cache_is_not_ready(empty_cache: Path) -> None:
    assert not kernel_warmup.is_ready()


def test_nothing_starts_where_the_mark_stands(empty_cache: Path) -> None:
    kernel_warmup.mark().touch()
    assert kernel_warmup.is_ready()
    assert kernel_warmup.start() is None
    kernel_warmup.wait(None)


@pytest.mark.parametrize("edit", ["written again", "copied elsewhere"])
def test_the_mark_speaks_of_these_files_as_they_were_compiled(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """The compiler works again in both cases, though not a letter has changed: a first screen must be told to wait for it."""
    sources = tmp_path / "simulation"
    shutil.copytree(kernel_cache._SOURCES, sources)
    monkeypatch.setattr(kernel_cache, "_SOURCES", sources)
    kernel_warmup.mark().touch()
    assert kernel_warmup.is_ready()
    if edit == "written again":
        os.utime(sources / "kernel_money.py", (0, 0))
    else:
        shutil.copytree(sources, tmp_path / "copy")
        monkeypatch.setattr(kernel_cache, "_SOURCES", tmp_path / "copy")
    assert not kernel_warmup.is_ready()


def test_the_apart_process_compiles_and_leaves_the_mark() -> None:
    process = kernel_warmup.start()
    kernel_warmup.wait(process)
    assert process is None or process.returncode == 0
    assert kernel_warmup.is_ready()


UNLIKE = """
import sys
from data.kernel_warmup import warm

def compiled():
    named = ((name, thing) for name in sorted(sys.modules) if name.startswith("forecasting") for thing in vars(sys.modules[name]).values())
    return {f"{name}.{f.__name__}": len(f.nopython_signatures) for name, f in named if hasattr(f, "nopython_signatures")}

warm()
before = compiled()
from data.learning import learnt
from forecasting.scenario import Scenario
from forecasting.simulation.engine import project
from tests.forecasting import make
from tests.forecasting.simulation.kernel_cases import case_of
few = make.ledger("2026-11-23", [make.invoice("F-1", "NOR", "2026-11-18", "2027-01-17", 1248000)], cash_minor=5000000)
owed = make.ledger("2026-11-23", (), [make.invoice("S-1", "STE", "2026-11-02", "2026-12-02", 425000)])
for ledger in (few, owed, make.ledger("2026-11-23")):
    project(ledger, Scenario(path_count=64), learnt=learnt(ledger, 365))
    project(ledger, Scenario(path_count=8, horizon_days=90))
for seed in range(40):
    case = case_of(seed)
    asked = Scenario(horizon_days=case.days, path_count=16)
    for factoring in (case.factoring, None):
        for insurance in (case.insurance, None):
            project(case.ledger, asked, factoring, insurance, learnt=learnt(case.ledger, asked.horizon_days))
again = {name: count for name, count in compiled().items() if count > before.get(name, 1)}
assert before and not again, again
"""


def test_no_company_makes_the_compiler_work_again() -> None:
    """A first curve of one's own waits for no compiler: companies unlike the warm-up's run the kernel that it compiled."""
    done = subprocess.run(
        [sys.executable, "-c", UNLIKE], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
