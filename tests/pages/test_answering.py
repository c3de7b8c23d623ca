"""Answers under a crowd: each question computed once, what is soon done first, nothing for who has left."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.state import SafeSessionState, SessionState, session_state_proxy

from forecasting.ledger import Ledger
from forecasting.scenario import Delays, Scenario
from pages.ui import answering, session
from pages.ui.session import Contracts, Memory
from pages.ui.turns import Turns
from tests.pages.fixtures.company import small_ledger

WHOLE, LESSER = Scenario(delays=Delays(add_days=20)), Scenario(delays=Delays(add_days=5))


class Left(BaseException):
    """What Streamlit raises in the run of a reader who has left."""


class Engine:
    """Tells which questions were computed, in which order; each takes a moment."""

    def __init__(self) -> None:
        self.asked: list[Scenario] = []

    def evaluate(self, book: Scenario, *_contracts: object, **_options: object) -> Any:
        self.asked.append(book)
        time.sleep(0.02)
        return SimpleNamespace(of=book)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    fake, memory = Engine(), Memory()
    memory.turns = Turns(1)
    monkeypatch.setattr(session, "memory", lambda: memory)
    monkeypatch.setattr(session, "me", threading.get_ident)
    monkeypatch.setattr(session, "still_here", lambda: None)
    monkeypatch.setattr(answering, "_engine", lambda: fake)
    monkeypatch.setattr(answering, "book_of", lambda _of, asked: asked)
    return fake


def _waiting(turns: Turns, count: int) -> None:
    patience = time.monotonic() + 10
    while len(turns._waiting) < count:
        assert time.monotonic() < patience
        time.sleep(0.002)


def _asking(of: Ledger, found: list[object], *asked: Scenario, causes: bool = False) -> threading.Thread:
    def ask() -> None:
        if causes:
            found.extend(answering.projections(of, asked, Contracts()).values())
        else:
            found.append(answering.projection(of, asked[0], Contracts()))

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_the_same_question_of_many_is_computed_once(engine: Engine) -> None:
    of, found = small_ledger(), list[object]()
    threads = [_asking(of, found, WHOLE) for _ in range(6)]
    for thread in threads:
        thread.join(10)
    assert engine.asked == [WHOLE] and len(found) == 6 and all(one is found[0] for one in found)


def test_the_causes_of_an_answer_go_before_another_question(engine: Engine) -> None:
    of, found, turns = small_ledger(), list[object](), session.memory().turns
    with turns.turn(who="somebody"):
        threads = [_asking(of, found, WHOLE)]
        _waiting(turns, 1)
        threads.append(_asking(of, found, LESSER, causes=True))
        _waiting(turns, 2)
    for thread in threads:
        thread.join(10)
    assert engine.asked == [LESSER, WHOLE] and len(found) == 2


def test_the_question_of_who_has_left_is_not_computed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave() -> None:
        raise Left

    monkeypatch.setattr(session, "still_here", leave)
    memory = session.memory()
    with memory.turns.turn(who="somebody"), pytest.raises(Left):
        answering.projection(small_ledger(), WHOLE, Contracts())
    assert not engine.asked and not memory.turns.is_busy() and len(memory.projections) == 0
    answering.projection(small_ledger(), WHOLE, Contracts())
    assert engine.asked == [WHOLE], "who comes back is answered"


def test_a_first_look_does_not_wait_for_whole_answers(engine: Engine) -> None:
    of, found, turns = small_ledger(), list[object](), session.memory().turns
    with turns.turn(who="somebody"):
        assert answering.is_pressed()
        threads = [_asking(of, found, WHOLE)]
        _waiting(turns, 1)
        look = threading.Thread(target=lambda: found.append(answering.projection(of, LESSER, Contracts(), first=100)))
        look.start()
        _waiting(turns, 2)
    for thread in (*threads, look):
        thread.join(10)
    assert engine.asked == [LESSER, WHOLE] and len(found) == 2 and not answering.is_pressed()
    assert not answering.is_ready(of, LESSER, Contracts()), "a first look is not taken for the whole answer"


def test_a_wish_is_computed_without_its_page(engine: Engine) -> None:
    of = small_ledger()
    answering.want(of, [(WHOLE, Contracts()), (LESSER, Contracts())])
    patience = time.monotonic() + 10
    while answering.is_wanted():
        assert time.monotonic() < patience
        time.sleep(0.002)
    assert engine.asked == [WHOLE, LESSER] and answering.is_ready(of, WHOLE, Contracts())


def test_no_first_look_where_others_ask(engine: Engine) -> None:
    memory = session.memory()
    memory.seconds = 2 * answering.SLOW_SECONDS
    answering.projection(small_ledger(), WHOLE, Contracts())
    memory.seconds = 2 * answering.SLOW_SECONDS
    assert answering.is_slow(), "whoever is alone sees a first look, however fast the controls move"
    other = _asking(small_ledger(), [], LESSER)
    other.join(10)
    memory.seconds = 2 * answering.SLOW_SECONDS
    assert not answering.is_slow()


def test_a_wait_hears_that_its_reader_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit raises where a run touches the session's state: who waits must touch it."""

    def leave() -> None:
        raise Left

    state = SafeSessionState(SessionState(), leave)
    monkeypatch.setattr(session_state_proxy, "get_session_state", lambda: state)
    with pytest.raises(Left):
        session.still_here()
