"""Turns at computing: as many at a time as there are processors, all of them for who is alone, none kept by who has left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from pages.ui.turns import CROWDED_SECONDS, Turns


def test_who_is_alone_has_every_processor() -> None:
    turns = Turns(3)
    assert not turns.is_busy()
    with turns.turn() as threads:
        assert threads == 3 and turns.is_busy()
        with turns.turn() as beside:
            assert beside == 1
    assert not turns.is_busy()


def test_no_more_at_a_time_than_processors_and_nobody_is_left_out() -> None:
    turns, inside, most, done, guard = Turns(2), [0], [0], [0], threading.Lock()

    def work() -> None:
        with turns.turn():
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            with guard:
                inside[0] -= 1
                done[0] += 1

    workers = [threading.Thread(target=work) for _ in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert most[0] == 2 and done[0] == 12 and not turns.is_busy()


def test_a_failure_gives_its_turn_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError
    with turns.turn() as threads:
        assert threads == 1


def _queue(turns: Turns, told: list[str], *comers: tuple[str, bool, Callable[[], None] | None]) -> list[threading.Thread]:
    """Comers that wait for a turn in this order and tell their name once they have it."""
    waiting = []

    def wait(name: str, soon_done: bool, look: Callable[[], None] | None) -> None:
        with turns.turn(who=name, soon_done=soon_done, look=look):
            told.append(name)

    for comer in comers:
        thread = threading.Thread(target=wait, args=comer)
        before = len(turns._waiting)
        thread.start()
        patience = time.monotonic() + 10
        while len(turns._waiting) == before and thread.is_alive():
            assert time.monotonic() < patience
            time.sleep(0.001)
        waiting.append(thread)
    return waiting


def test_what_is_soon_done_goes_first_then_who_came_first() -> None:
    turns, told = Turns(1), list[str]()
    with turns.turn():
        comers = [("a", False, None), ("b", False, None), ("c", True, None), ("d", True, None)]
        waiting = _queue(turns, told, *comers)
    for thread in waiting:
        thread.join(10)
    assert told == ["c", "d", "a", "b"] and not turns.is_busy()


def test_who_has_left_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, told, asked = Turns(1), list[str](), list[int]()
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: failed.append(args.exc_type))

    def leave() -> None:
        asked.append(1)
        raise ZeroDivisionError

    with turns.turn():
        waiting = _queue(turns, told, ("gone", False, leave), ("here", False, lambda: None))
        waiting[0].join(10)
        assert not waiting[0].is_alive() and waiting[1].is_alive()
    waiting[1].join(10)
    assert told == ["here"] and asked == [1] and failed == [ZeroDivisionError]
    with turns.turn() as threads:
        assert threads == 1


def test_a_turn_given_to_who_leaves_at_that_moment_goes_to_the_next() -> None:
    turns = Turns(1)
    called = threading.Event()
    with turns.turn():
        turns._waiting.append((True, 0, called))
    assert called.is_set()
    turns._give_up(called)
    with turns.turn() as threads:
        assert threads == 1


def test_a_crowd_is_others_and_not_oneself(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, now = Turns(2), [100.0]
    monkeypatch.setattr("pages.ui.turns.time.monotonic", lambda: now[0])
    with turns.turn(who="a"):
        assert turns.is_crowded("b")
    assert not turns.is_crowded("a") and turns.is_crowded("b")
    now[0] += CROWDED_SECONDS + 0.1
    assert not turns.is_crowded("b")
