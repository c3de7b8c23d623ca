"""Compiles the simulation kernel in a process of its own, so that the first answer finds it ready.

Compiling holds the interpreter for a minute; apart, the screens go on. The compiled code lands in the cache that every
later start reads, with a mark once all of it is there.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Final

from data.kernel_cache import kernel_sources, use_kernel_cache

_ROOT: Final = Path(__file__).resolve().parent.parent
#: A compilation that takes longer than this is not waited for; the engine then compiles what it needs itself.
WAIT_SECONDS: Final = 900


def is_ready() -> bool:
    """Whether the kernel of this version was compiled on this machine, from the files that stand here."""
    return mark().exists()


def start() -> subprocess.Popen[bytes] | None:
    """Begins to compile apart where the kernel is not ready; None where it is."""
    if is_ready():
        return None
    command = [sys.executable, "-m", "data.kernel_warmup"]
    return subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait(process: subprocess.Popen[bytes] | None) -> None:
    """Returns once the compilation has ended, well or not."""
    if process is not None:
        try:
            process.wait(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def warm() -> None:
    """Projects a small company under both contracts, which compiles every part of the kernel, and leaves the mark."""
    use_kernel_cache()
    from data.contract_files import factoring_from_text, insurance_from_text
    from data.learning import learnt
    from data.sample import sample_company
    from forecasting.scenario import Scenario
    from forecasting.simulation.engine import project

    sample = sample_company(date(2026, 1, 5), seed=1, invoices=500)
    ledger = sample.ledger()
    factoring = factoring_from_text(*sample.factoring, ledger).record
    insurance = insurance_from_text(*sample.insurance, ledger).record
    asked = Scenario(horizon_days=60, path_count=64)
    project(ledger, asked, factoring, insurance, learnt=learnt(ledger, asked.horizon_days), plain=False)
    mark().touch()


def mark() -> Path:
    """The file that says so. The compiler finds its code by where a source stands and when it was written: so does this."""
    stands = "".join(f"{source} {source.stat().st_mtime_ns}\n" for source in kernel_sources())
    return use_kernel_cache() / f"ready-{hashlib.sha256(stands.encode()).hexdigest()[:16]}"


if __name__ == "__main__":
    warm()
