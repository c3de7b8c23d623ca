"""Compiled code of the tests is kept by its sources, so that no test ever runs an edit of yesterday."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import plotly.io
import pytest
from hypothesis import settings

from data import kernel_warmup
from data.kernel_cache import use_kernel_cache
from pages.ui.charts.drawn import Drawn

use_kernel_cache()
# The same examples on every machine, and no stopwatch: a first call may compile.
settings.register_profile("encaisse", deadline=None, derandomize=True)
settings.load_profile("encaisse")

#: Tests that never simulate: where the kernel is to be compiled first, they run meanwhile.
WITHOUT_KERNEL = ("tests/data/importers/", "tests/test_architecture.py", "tests/test_catalogues.py")
_TOLD_IN = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Of a run on several workers the first process compiles the kernel, once and apart: workers would each do it."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        return
    compiler = kernel_warmup.start()
    if compiler is not None:
        folder = config.stash[_TOLD_IN] = tempfile.TemporaryDirectory(prefix="encaisse-kernel-", ignore_cleanup_errors=True)
        threading.Thread(target=_tell, args=(compiler, Path(folder.name) / "done"), daemon=True).start()


def _tell(compiler: subprocess.Popen[bytes], done: Path) -> None:
    kernel_warmup.wait(compiler)
    with suppress(FileNotFoundError):  # the run was broken off
        done.touch()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker learns what to wait for."""
    folder = node.config.stash.get(_TOLD_IN, None)
    node.workerinput["compiled"] = "" if folder is None else str(Path(folder.name) / "done")


def _awaited(config: pytest.Config) -> str:
    """The file that appears when the kernel is there; empty where it was there from the beginning."""
    given: dict[str, str] = getattr(config, "workerinput", {})
    return given.get("compiled", "")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What simulates begins when the kernel is compiled: two compilers at a time would do the same work twice."""
    if (done := _awaited(item.config)) and not item.nodeid.startswith(WITHOUT_KERNEL):
        end = time.monotonic() + kernel_warmup.WAIT_SECONDS
        while not Path(done).exists() and time.monotonic() < end:
            time.sleep(0.1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What runs while the kernel compiles, then the screens, which take longest: a worker left alone with them is waited for."""
    meanwhile = WITHOUT_KERNEL if _awaited(config) else ()
    items.sort(key=lambda item: (not item.nodeid.startswith(meanwhile), "browser" not in item.keywords))


@pytest.fixture(autouse=True)
def _every_figure_is_plotlys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure that a test draws is checked by plotly, and sent as plotly would have sent it."""
    send = Drawn.to_dict

    def checked(figure: Drawn) -> dict[str, Any]:
        sent = send(figure)
        assert json.loads(plotly.io.to_json(sent, validate=False)) == json.loads(figure.checked.to_json())
        return sent

    monkeypatch.setattr(Drawn, "to_dict", checked)
