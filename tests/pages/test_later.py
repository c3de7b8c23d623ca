"""Wishes that nobody's page waits for: the last one of each reader, in the order in which the readers came."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from pages.ui.later import Later


def _over(later: Later, who: str) -> None:
    patience = time.monotonic() + 10
    while later.is_waiting(who):
        assert time.monotonic() < patience
        time.sleep(0.002)


class Told:
    """What was done, once the first wish may end."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.may_end = threading.Event()

    def first(self) -> None:
        assert self.may_end.wait(10)
        self.done.append("first")


def test_the_last_wish_of_each_reader_in_the_order_in_which_they_came() -> None:
    later, told = Later(), Told()
    later.want("a", told.first)
    while later.is_behind():
        time.sleep(0.002)
    for who, wish in (("b", "b1"), ("c", "c1"), ("b", "b2")):
        later.want(who, partial(told.done.append, wish))
    assert later.is_behind() and all(later.is_waiting(who) for who in "abc") and not later.is_waiting("d")
    told.may_end.set()
    for who in "abc":
        _over(later, who)
    assert told.done == ["first", "b2", "c1"] and not later.is_behind()


def test_a_wish_that_fails_is_over_and_the_next_one_is_fulfilled(caplog: pytest.LogCaptureFixture) -> None:
    later, told = Later(), Told()
    later.want("a", lambda: 1 // 0)
    later.want("b", partial(told.done.append, "b"))
    _over(later, "a")
    _over(later, "b")
    assert told.done == ["b"] and "a whole answer failed" in caplog.text


def test_who_comes_after_a_pause_is_served() -> None:
    later, told = Later(), Told()
    for wish in ("one", "two"):
        later.want("a", partial(told.done.append, wish))
        _over(later, "a")
    assert told.done == ["one", "two"]
