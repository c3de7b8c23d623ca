"""Turns at computing: as many at a time as there are processors, all of them for who is alone, none kept after a failure."""

from __future__ import annotations

import threading
import time

import pytest

from pages.ui.turns import Turns


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
