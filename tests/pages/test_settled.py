"""What the process has loaded leaves the garbage collector's sight; what sessions make later does not."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from pages.ui import answering


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


class Knot:
    """An object that only the garbage collector can free."""

    def __init__(self) -> None:
        self.me = self


def test_the_second_answer_takes_what_is_loaded_for_permanent() -> None:
    answering._settle(1)
    assert gc.get_freeze_count() == 0
    answering._settle(2)
    assert gc.get_freeze_count() > 1000


def test_what_is_made_and_dropped_afterwards_is_collected() -> None:
    answering._settle(2)
    knot = Knot()
    seen = weakref.ref(knot)
    del knot
    gc.collect()
    assert seen() is None


def test_every_other_answer_leaves_the_collector_alone() -> None:
    for answers in (*range(3, 12), *range(13, 100)):
        answering._settle(answers)
    assert gc.get_freeze_count() == 0
