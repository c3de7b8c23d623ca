"""Receipts of many paths: compiled against NumPy and pandas, growth with invoices and paths, memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from bench.company import company, default_probabilities, delay_profiles
from bench.measure import fastest
from bench.numpy_book import NumpyBook, pandas_book
from forecasting.scenario import Scenario
from forecasting.simulation.draw_block import receipts_book
from forecasting.simulation.draw_plan import DrawPlan, draw_plan
from forecasting.simulation.draws import day_receipts, debtor_marks, path_luck, stops

#: Paths that one call draws; chunks of paths among which the NumPy form may choose.
_BLOCK = 125
_CHUNKS = (8, 16, 32)


def future_plan(invoice_count: int) -> DrawPlan:
    """A plan of business to come, which is what the table law is for."""
    ledger = company(invoice_count, open_share=0.0)
    return draw_plan(ledger, Scenario(), delay_profiles(ledger), default_probabilities(ledger))


def book(plan: DrawPlan, paths: int, threads: int) -> None:
    """The receipts of so many paths, block by block on a pool of threads."""
    block = min(_BLOCK, max(paths // (2 * threads), 1))
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(lambda first: receipts_book(plan, first, min(block, paths - first)), range(0, paths, block)))


def against_numpy(invoice_count: int, paths: int, rounds: int) -> dict[str, float]:
    """Seconds of the compiled book on two threads and on one, of the best NumPy chunk, and of as many bincounted cells."""
    plan = future_plan(invoice_count)
    numpy_form = NumpyBook(plan)
    slice_paths = max(paths // 10, max(_CHUNKS))
    rng = np.random.default_rng(1)
    days = rng.integers(0, plan.horizon_days, len(plan.row) * 10)
    weights = rng.random(len(days))
    ways: dict[str, Callable[[], object]] = {
        "two_threads": partial(book, plan, paths, 2),
        "one_thread": partial(book, plan, paths, 1),
        "bincount": partial(np.bincount, days, weights, plan.horizon_days),
        "kernel": _kernel(plan, slice_paths),
    }
    ways |= {f"numpy_{chunk}": partial(numpy_form.receipts, 0, slice_paths, chunk) for chunk in _CHUNKS}
    seconds = fastest(ways, rounds)
    return {
        "two_threads": seconds["two_threads"],
        "one_thread": seconds["one_thread"],
        "kernel": seconds["kernel"] * paths / slice_paths,
        "bincount": seconds["bincount"] * paths / 10,
        "numpy": min(seconds[f"numpy_{chunk}"] for chunk in _CHUNKS) * paths / slice_paths,
    }


def _kernel(plan: DrawPlan, paths: int) -> Callable[[], object]:
    """The compiled loop alone: words, days and sums of a block whose failures are known."""
    luck = path_luck(plan, np.arange(paths))
    marks = debtor_marks(plan, luck)
    stop = stops(plan, luck, marks).stop
    return partial(day_receipts, plan, luck, marks, stop)


def against_pandas(invoice_count: int, rounds: int) -> float:
    """How many times a pandas group-by per path takes the time of one compiled thread."""
    plan = future_plan(invoice_count)
    numpy_form = NumpyBook(plan)
    seconds = fastest({"pandas": partial(pandas_book, numpy_form, 0, 5), "compiled": partial(book, plan, 250, 1)}, rounds)
    return seconds["pandas"] / 5 / (seconds["compiled"] / 250)


def growth(sizes: tuple[int, ...], paths: int, rounds: int) -> tuple[float, float]:
    """The largest factor of time for ten times the invoices, and for ten times the paths of the smallest book."""
    plans = [future_plan(size) for size in sizes]
    ways: dict[str, Callable[[], object]] = {f"{k}": partial(book, plan, paths, 2) for k, plan in enumerate(plans)}
    ways["paths"] = partial(book, plans[0], 10 * paths, 2)
    seconds = fastest(ways, rounds)
    steps = [seconds[f"{k + 1}"] / seconds[f"{k}"] for k in range(len(plans) - 1)]
    return max(steps), seconds["paths"] / seconds["0"]


def bytes_per_invoice(invoice_count: int, paths: int) -> float:
    """Bytes of the engine's arrays for each invoice, while drawing: all that the plan holds and a draw takes beside it.

    The ledger's own columns and the result (8 bytes a path and day) are not counted.
    """
    ledger = company(invoice_count, open_share=0.0)
    profiles, probability = delay_profiles(ledger), default_probabilities(ledger)
    book(future_plan(1_000), 4, 2)
    gc.collect()
    tracemalloc.start()
    begin, _ = tracemalloc.get_traced_memory()
    plan = draw_plan(ledger, Scenario(), profiles, probability)
    assert plan.flat
    gc.collect()
    tracemalloc.reset_peak()
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda first: receipts_book(plan, first, paths), (0, paths)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - begin - 2 * 8 * 2 * paths * plan.horizon_days) / invoice_count
