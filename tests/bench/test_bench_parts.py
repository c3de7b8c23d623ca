"""What is measured is what it says: the other ways compute the same book, and every ratio has its name."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest

from bench import measure, run
from bench.books import bytes_per_invoice, future_plan
from bench.choice import grid, search_ratio
from bench.company import company, default_probabilities, delay_profiles
from bench.engine import PRICES, RULES, contract_changes
from bench.numpy_book import NumpyBook, pandas_book
from forecasting.choice.offers import candidates
from forecasting.scenario import Scenario
from forecasting.simulation.draw_block import receipts_book
from forecasting.simulation.draw_plan import draw_plan

KEYS = {
    "book_vs_numpy_10k",
    "book_vs_numpy_100k",
    "book_vs_numpy_10k_one_thread",
    "book_vs_pandas_10k",
    "book_vs_bincount",
    "growth_invoices",
    "growth_paths",
    "contract_change_share_10k",
    "bands_vs_partition",
    "run_vs_numpy",
    "peak_bytes_per_invoice",
}


@pytest.mark.parametrize("open_share", [0.0, 0.3])
def test_the_numpy_form_has_the_law_of_the_book(open_share: float) -> None:
    ledger = company(1_500, open_share=open_share)
    plan = draw_plan(ledger, Scenario(), delay_profiles(ledger), default_probabilities(ledger))
    ours, theirs = receipts_book(plan, 0, 800), NumpyBook(plan).receipts(0, 800, 32)
    weeks = (ours - 0.0)[:, :364].reshape(800, 52, 7).sum(axis=2), (theirs - 0.0)[:, :364].reshape(800, 52, 7).sum(axis=2)
    error = np.sqrt((weeks[0].var(axis=0) + weeks[1].var(axis=0)) / 800)
    assert np.abs((weeks[0].mean(axis=0) - weeks[1].mean(axis=0)) / np.maximum(error, 1)).max() < 4.5


def test_the_pandas_form_has_it_too() -> None:
    plan = future_plan(600)
    ours, theirs = receipts_book(plan, 0, 300), pandas_book(NumpyBook(plan), 0, 300)
    assert theirs.sum() == pytest.approx(ours.sum(), rel=0.02)


def test_the_fastest_round_counts_and_rounds_interleave() -> None:
    ticks = iter([0, 5, 5, 6, 10, 12, 12, 20])
    calls: list[str] = []
    ways = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    found = measure.fastest(ways, 2, clock=lambda: float(next(ticks)))
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert found == {"a": 2.0, "b": 1.0}


def test_every_kind_of_clause_is_measured() -> None:
    shares = contract_changes(300, 20, 1)
    assert set(shares) == {*PRICES, *RULES, "insured_pct"}
    assert all(0 < share < 20 for share in shares.values())


def test_the_plan_of_a_book_is_small() -> None:
    """12 bytes an invoice and some 60 a debtor; the rest does not grow with the book."""
    assert bytes_per_invoice(60_000, 2) < 40


def test_every_ratio_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = count(1)
    monkeypatch.setattr(
        run,
        "against_numpy",
        lambda *_: dict.fromkeys(("two_threads", "one_thread", "kernel", "bincount", "numpy"), next(spent)),
    )
    monkeypatch.setattr(run, "against_pandas", lambda *_: 1.0)
    monkeypatch.setattr(run, "growth", lambda *_: (1.0, 2.0))
    monkeypatch.setattr(run, "contract_changes", lambda *_: {"margin": 0.1, "approvals": 0.9})
    monkeypatch.setattr(run, "bands_ratio", lambda *_: 1.0)
    monkeypatch.setattr(run, "runs_ratio", lambda *_: (1.0, 2.0))
    monkeypatch.setattr(run, "bytes_per_invoice", lambda *_: 1.0)
    told: list[float] = []
    ratios = run.run(True, told.append)
    assert set(ratios) >= KEYS and all(math.isfinite(value) for value in ratios.values())
    assert ratios["contract_change_share_10k"] == 0.1
    assert told[-1] == 1.0


def test_the_search_is_measured_over_as_many_candidates_as_it_says() -> None:
    assert len(candidates(grid(company(200))).offers) >= 2_000
    assert search_ratio(200, 20, 5) > 0
