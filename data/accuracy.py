"""How right past forecasts were, computed in a process of its own beside the screens, with progress."""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.exporters.accuracy_files import backtest_ledger
from data.learning import learnt_customers
from forecasting.backtest import Backtest, WeekForecast, weekly_forecast
from forecasting.behaviour import forecast_open
from forecasting.ledger import Ledger

_LOG: Final = logging.getLogger(__name__)
_ROOT: Final = Path(__file__).resolve().parents[1]
_PROCESS: Final = "data.accuracy_process"
#: Paths of this morning's own forecast of receipts, and its luck.
PATHS: Final = 1_000
SEED: Final = 1
#: The share of the work that this morning's forecast takes.
_TODAY: Final = 0.08


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accuracy:
    """What past mornings would have said against what happened (None: history too short), and what this morning says."""

    past: Backtest | None
    weeks: tuple[WeekForecast, ...]


def accuracy_of(ledger: Ledger, progress: Callable[[float], None]) -> Accuracy:
    """The work itself: this morning's receipts with what the user overrides, then the rolling origins."""
    history, behaviour = learnt_customers(ledger)
    weeks: tuple[WeekForecast, ...] = ()
    if history.is_open.any():
        forecast = forecast_open(behaviour, history, ledger.as_of, PATHS, SEED, overrides=ledger.overrides)
        weeks = weekly_forecast(forecast)
    progress(_TODAY)
    past = backtest_ledger(ledger, progress=lambda share: progress(_TODAY + (1 - _TODAY) * share))
    return Accuracy(past=past, weeks=weeks)


class AccuracyWork:
    """The work on one ledger: begun once, heard of through `progress`, done when `result` stands or `failed` does."""

    def __init__(self, ledger: Ledger, done: Callable[[Accuracy], None]) -> None:
        self.progress = 0.0
        self.result: Accuracy | None = None
        self.failed = False
        self._ledger: Ledger | None = ledger
        self._done = done
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="accuracy", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the work; what is not done by now fails."""
        if self._process is not None:
            self._process.kill()

    def wait(self, seconds: float) -> None:
        """Wait until the work has ended, so many seconds at most."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.result = self._ask()
            self._done(self.result)
        except Exception:
            _LOG.exception("past forecasts could not be judged")
            self.failed = self.result is None

    def _ask(self) -> Accuracy:
        """Starts the process, hands it the ledger, listens until it has answered."""
        process = self._process = _start()
        try:
            assert process.stdin is not None and process.stdout is not None
            with process.stdin as door:
                pickle.dump(self._ledger, door, protocol=5)
            self._ledger = None
            while True:
                # Our own process, started with our own code: what it says is trusted.
                kind, value = pickle.load(process.stdout)
                if kind == "done":
                    assert isinstance(value, Accuracy)
                    return value
                self.progress = float(value)
        finally:
            process.kill()
            process.wait()
            _ALIVE.discard(process)


_ALIVE: Final[set[subprocess.Popen[bytes]]] = set()


def _start() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", _PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    _ALIVE.add(process)
    return process


@atexit.register
def _end() -> None:
    """Nothing works on after this process."""
    for process in tuple(_ALIVE):
        process.kill()


def stand_back() -> None:
    """Give way to everybody else's work on this machine."""
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):
        os.nice(19)


def send(stream: Any, kind: str, value: object) -> None:
    """One message of the process to whoever started it."""
    pickle.dump((kind, value), stream, protocol=5)
    stream.flush()
