"""Compiled code is kept under the name of its sources and versions, so that an edit never meets old code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from data import kernel_cache


def test_the_folder_is_named_after_sources_and_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    folder = kernel_cache.use_kernel_cache(tmp_path)
    assert folder == tmp_path / kernel_cache.kernel_digest()
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)
    assert kernel_cache.use_kernel_cache() == folder


def test_an_edited_source_gets_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "simulation"
    sources.mkdir()
    (sources / "flows.py").write_text("CATEGORIES = ()\n", encoding="utf-8")
    (sources / "kernel_money.py").write_text("PPM = 1_000_000\n", encoding="utf-8")
    monkeypatch.setattr(kernel_cache, "_SOURCES", sources)
    before = kernel_cache.kernel_digest()
    (sources / "kernel_money.py").write_text("PPM = 1_000\n", encoding="utf-8")
    assert kernel_cache.kernel_digest() != before


def test_the_name_holds_while_another_thread_shortens_the_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kernel_cache.kernel_digest()
    monkeypatch.setattr(sys, "path", [])
    assert kernel_cache.kernel_digest() == before


def test_constants_of_the_compiled_code_stand_in_the_sources_that_are_digested() -> None:
    """The kernel takes its constants from its own modules and from flows.py: what it runs compiled imports no other."""
    digested = {path.name for path in kernel_cache._SOURCES.glob("kernel*.py")} | {"flows.py"}
    run_compiled = [
        "bank",
        "claims",
        "desk",
        "exposure",
        "factoring",
        "failures",
        "insurance",
        "money",
        "products",
        "purchase",
        "advance",
    ]
    for name in run_compiled:
        text = (kernel_cache._SOURCES / f"kernel_{name}.py").read_text(encoding="utf-8")
        modules = [line.split()[1] for line in text.splitlines() if line.startswith("from forecasting.")]
        assert {f"{module.rsplit('.', 1)[-1]}.py" for module in modules} <= digested


def test_a_folder_that_cannot_be_written_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("a file, no folder", encoding="utf-8")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    folder = kernel_cache.use_kernel_cache(tmp_path / "taken")
    assert folder.is_dir() and kernel_cache.kernel_digest() in folder.name


def test_code_that_nobody_uses_any_more_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    old, recent, other = tmp_path / ("0" * 16), tmp_path / ("1" * 16), tmp_path / "notes"
    for folder in (old, recent, other):
        folder.mkdir()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    kernel_cache.use_kernel_cache(tmp_path)
    assert not old.exists() and recent.exists() and other.exists()
