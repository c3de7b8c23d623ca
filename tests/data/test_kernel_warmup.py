"""The kernel is compiled apart, once: a mark says so, and nothing is started where it stands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import kernel_warmup
from data.kernel_cache import use_kernel_cache


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
    (use_kernel_cache() / "ready").touch()
    assert kernel_warmup.is_ready()
    assert kernel_warmup.start() is None
    kernel_warmup.wait(None)


def test_the_apart_process_compiles_and_leaves_the_mark() -> None:
    process = kernel_warmup.start()
    kernel_warmup.wait(process)
    assert process is None or process.returncode == 0
    assert kernel_warmup.is_ready()
