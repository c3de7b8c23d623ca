"""Everything that is measured, as one flat table of ratios."""

from __future__ import annotations

from collections.abc import Callable

from bench.books import against_numpy, against_pandas, bytes_per_invoice, growth
from bench.choice import search_ratio
from bench.engine import bands_ratio, contract_changes, runs_ratio
from bench.fit import fit_ratios
from bench.imports import import_ratio

Progress = Callable[[float], None]


def run(quick: bool = False, progress: Progress | None = None) -> dict[str, float]:
    """Speed and growth as ratios in one run, name to number; `quick` takes smaller books and fewer rounds.

    book_vs_*: how many times the other way takes the time of the compiled book of receipts (two threads unless said).
    growth_*: time for ten times as much. contract_change_share_10k: a price-like change against the full run.
    """
    rounds = 2 if quick else 7
    paths = 300 if quick else 1_000
    steps = _Steps(progress, 7)
    ten = against_numpy(10_000, paths, rounds)
    steps.done()
    hundred = against_numpy(100_000, paths // 5 if quick else paths, rounds)
    steps.done()
    ratios = {
        "book_vs_numpy_10k": ten["numpy"] / ten["two_threads"],
        "book_vs_numpy_100k": hundred["numpy"] / hundred["two_threads"],
        "book_vs_numpy_10k_one_thread": ten["numpy"] / ten["one_thread"],
        "book_vs_numpy_100k_one_thread": hundred["numpy"] / hundred["one_thread"],
        "book_vs_bincount": ten["kernel"] / ten["bincount"],
        "numpy_vs_bincount": ten["numpy"] / ten["bincount"],
        "book_vs_pandas_10k": against_pandas(10_000, min(rounds, 2)),
    }
    steps.done()
    sizes = (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000)
    ratios["growth_invoices"], ratios["growth_paths"] = growth(sizes, 50 if quick else 200, min(rounds, 3))
    steps.done()
    changes = contract_changes(10_000, 500 if quick else 10_000, min(rounds, 3))
    prices = {
        name: share for name, share in changes.items() if name not in ("definancing_days", "concentration_cap", "approvals")
    }
    ratios["contract_change_share_10k"] = max(prices.values())
    ratios |= {f"contract_change_{name}": share for name, share in changes.items()}
    steps.done()
    ratios["bands_vs_partition"] = bands_ratio(10_000, rounds)
    ratios["run_vs_numpy"], ratios["run_ns_per_invoice_path"] = runs_ratio(500 if quick else 1_000, rounds)
    steps.done()
    ratios["peak_bytes_per_invoice"] = bytes_per_invoice(100_000 if quick else 1_000_000, 4)
    steps.done()
    if not quick:
        ratios["search_2000_10k"] = search_ratio(10_000, 1_000, 2_000)
        ratios["import_vs_read_csv_1m"] = import_ratio(1_000_000)
        ratios["fit_vs_plain_40k"], ratios["fit_growth"] = fit_ratios(40_000, 2)
    return ratios


class _Steps:
    """Tells how far the run is."""

    def __init__(self, progress: Progress | None, count: int) -> None:
        self._progress, self._count, self._done = progress, count, 0

    def done(self) -> None:
        """One step more."""
        self._done += 1
        if self._progress:
            self._progress(self._done / self._count)
