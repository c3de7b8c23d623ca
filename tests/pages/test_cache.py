"""Results are kept by whole keys, computed once, never more than the limit."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from pages.ui.cache import Bounded


def test_the_least_used_goes_first() -> None:
    kept: Bounded[int, int] = Bounded(2)
    for key in (1, 2, 1, 3):
        assert kept.get(key, int) == 0
    assert kept.has(1) and kept.has(3) and not kept.has(2) and len(kept) == 2


def test_two_who_ask_at_once_wait_for_one_computation() -> None:
    kept: Bounded[str, int] = Bounded(4)
    calls: list[int] = []

    def slow() -> int:
        calls.append(1)
        time.sleep(0.05)
        return 7

    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(kept.get("k", slow))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [7] * 8 and len(calls) == 1


def test_a_failure_leaves_no_trace() -> None:
    kept: Bounded[str, int] = Bounded(1)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):
        kept.get("k", fail)
    assert kept.get("k", lambda: 3) == 3


def test_one_changed_cent_in_sixty_thousand_rows_is_another_question() -> None:
    """Streamlit's own cache samples large frames and would keep the old answer; ours is keyed by the fingerprint."""
    from forecasting.ledger_build import InvoiceColumns, build_ledger

    def fingerprint(changed: int) -> str:
        amounts = np.full(60_000, 10_000, dtype=np.int64)
        amounts[31_415] += changed
        ids = [f"F{k}" for k in range(60_000)]
        columns = InvoiceColumns(
            invoice_id=ids, partner_id=["C1"] * 60_000, issue=[20_000] * 60_000, due=[20_030] * 60_000, amount_minor=amounts
        )
        return build_ledger(as_of=20_010, currency="EUR", opening_cash_minor=0, customers=columns).fingerprint

    kept: Bounded[str, str] = Bounded(4)
    assert kept.get(fingerprint(0), lambda: "old") == "old"
    assert kept.get(fingerprint(1), lambda: "new") == "new"


def _until(told: Callable[[], bool]) -> None:
    patience = time.monotonic() + 10
    while not told():
        assert time.monotonic() < patience
        time.sleep(0.005)


def test_who_waits_computes_where_the_first_gives_up() -> None:
    kept: Bounded[str, int] = Bounded(4)
    begun, let_go, calls, answers = threading.Event(), threading.Event(), list[int](), list[int]()

    def given_up() -> int:
        begun.set()
        let_go.wait(10)
        raise KeyboardInterrupt

    def first() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            kept.get("k", given_up)

    def second() -> int:
        calls.append(1)
        return 7

    leader = threading.Thread(target=first)
    leader.start()
    assert begun.wait(10)
    others = [threading.Thread(target=lambda: answers.append(kept.get("k", second))) for _ in range(4)]
    for other in others:
        other.start()
    let_go.set()
    for thread in (leader, *others):
        thread.join(10)
    assert answers == [7] * 4 and len(calls) == 1


def test_who_has_left_does_not_wait_and_the_computation_goes_on() -> None:
    kept: Bounded[str, int] = Bounded(4)
    begun, let_go, left = threading.Event(), threading.Event(), list[str]()

    def slow() -> int:
        begun.set()
        let_go.wait(10)
        return 7

    def leave() -> None:
        raise ZeroDivisionError

    def waiter() -> None:
        with pytest.raises(ZeroDivisionError):
            kept.get("k", slow, look=leave)
        left.append("left")

    leader = threading.Thread(target=lambda: kept.get("k", slow))
    leader.start()
    assert begun.wait(10)
    other = threading.Thread(target=waiter)
    other.start()
    _until(lambda: bool(left))
    assert leader.is_alive()
    let_go.set()
    leader.join(10)
    assert kept.get("k", lambda: pytest.fail("computed twice")) == 7
