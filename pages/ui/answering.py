"""What the engine answers to a page: projections, the paths behind them, what moves a day; the only room of screens that computes."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from data import kernel_warmup
from data.kernel_cache import use_kernel_cache
from data.learning import learnt_in
from data.ready_scenarios import FAILS_AFTER_DAYS
from forecasting.curve import Projection
from forecasting.dates import business_day_from
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.offers.limits import exposures
from forecasting.scenario import Insolvency, Scenario
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.claims import Claim
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.flows import Variant
from forecasting.simulation.path import PathResult, project_path
from pages.ui import session
from pages.ui.question import Question
from pages.ui.session import Contracts, Desk

#: Paths of a first look, shown where a whole answer takes longer than a reader's hand or has to wait for others.
FIRST_PATHS: Final = 100
SLOW_SECONDS: Final = 0.1
#: How long a thread may keep Python's lock while others want it (five milliseconds unless told).
_SWITCH_SECONDS: Final = 0.0005
#: Whole answers after which what the process has loaded is taken for permanent: by then the first pages have been drawn.
_SETTLED_AFTER: Final = (2, 12)

if TYPE_CHECKING:
    from types import ModuleType

    from forecasting.day import DayMoves
    from forecasting.drivers import Driver


def answer(at: Desk, question: Question, *, first: int | None = None) -> Projection:
    """The projection that answers the question on screen, under the chosen contracts; `first` from so many paths alone."""
    return projection(session.ledger(at), session.scenario(at, question), session.contracts(at), first=first)


def projection(
    of: Ledger, asked: Scenario, under: Contracts, *, first: int | None = None, soon_done: bool = False
) -> Projection:
    """The answer to one question: from memory where it was asked before, else computed.

    The first paths of a question are those of the whole answer, so that a first look is work that the whole one reuses.
    soon_done: before the answers that others wait for. Where many ask, who has left or opened another page waits no more.
    """
    memory = session.memory()
    kept = memory.projections if first is None else memory.looks
    count = asked.path_count if first is None else min(first, asked.path_count)
    soon_done, look = soon_done or first is not None, session.still_here
    compute = partial(_compute, of, asked, under, count, session.me(), soon_done=soon_done, look=look)
    return kept.get((of.fingerprint, replace(asked, path_count=count), under), compute, look=look)


def _compute(
    of: Ledger,
    asked: Scenario,
    under: Contracts,
    path_count: int,
    who: object,
    *,
    soon_done: bool,
    look: Callable[[], None] | None = None,
) -> Projection:
    memory, engine = session.memory(), _engine()
    with memory.turns.turn(who=who, soon_done=soon_done, look=look) as threads:
        if asked.kind == "certain":
            return cast("Projection", engine.project(of, asked, under.factoring, under.insurance))
        started = time.perf_counter()
        book = book_of(of, asked)
        whole = path_count == asked.path_count
        # A few paths take less time than the threads that would share them; the other processor is the browser's.
        threads = threads if whole else 1
        found = cast(
            "Projection",
            engine.evaluate(book, under.factoring, under.insurance, path_count=path_count, threads=threads),
        )
        if whole:
            memory.seconds = time.perf_counter() - started
            memory.answers += 1
            _settle(memory.answers)
        return found


def _settle(answers: int) -> None:
    """Takes code and tables loaded so far out of the garbage collector's sight.

    A whole collection looks at every object of the process: a tenth of a second of everybody's time, spent on libraries
    that stay until the end. What sessions make later is collected as before.
    """
    if answers in _SETTLED_AFTER:
        gc.collect()
        gc.freeze()


def book_of(of: Ledger, asked: Scenario) -> Any:
    """The paths of a question, laid out once whatever contracts are looked at over them (a `Book` of the engine)."""
    memory, engine = session.memory(), _engine()

    def simulated() -> Any:
        ground = memory.grounds.get(of.fingerprint, lambda: engine.Groundwork(ledger=of))
        return engine.simulate(of, asked, learnt=learnt_in(memory.lenses.view_of(of), asked.horizon_days), ground=ground)

    return memory.books.get((of.fingerprint, asked), simulated)


def is_pressed() -> bool:
    """Whether a whole answer would have to wait for those of others."""
    memory = session.memory()
    return memory.turns.is_full() or memory.later.is_behind()


def want(of: Ledger, questions: Sequence[tuple[Scenario, Contracts]]) -> None:
    """Have whole answers computed when their turn comes, while the page shows their first paths."""
    memory, who = session.memory(), session.me()

    def work() -> None:
        for asked, under in questions:
            memory.projections.get(
                (of.fingerprint, asked, under),
                partial(_compute, of, asked, under, asked.path_count, who, soon_done=False),
            )

    memory.later.want(who, work)


def is_wanted() -> bool:
    """Whether what this reader wants is still to be computed."""
    return session.memory().later.is_waiting(session.me())


def is_slow() -> bool:
    """Whether whole answers take long enough lately that a moved control should see a first look.

    Not where others ask as well: it costs them time, and the whole answer has to queue anyway.
    """
    return session.memory().seconds > SLOW_SECONDS and not session.memory().turns.is_crowded(session.me())


def behind_day(
    at: Desk, question: Question, answer: Projection, variant: Variant, day: int
) -> tuple[DayMoves, tuple[Driver, ...]]:
    """What moves a day of an answer, and the way to its balance from today's."""

    def compute() -> tuple[DayMoves, tuple[Driver, ...]]:
        _engine()
        from forecasting.day import day_moves
        from forecasting.drivers import drivers

        book = book_of(session.ledger(at), asked)
        return day_moves(book, answer, variant, day), drivers(book, answer, variant, day)

    asked = session.scenario(at, question)
    key = (answer.ledger_fingerprint, asked, session.contracts(at), variant, day)
    return session.memory().days.get(key, compute)


def told_path(of: Ledger, horizon_days: int, factoring: FactoringContract | None) -> PathResult:
    """The path on which everybody pays on the due date, told by the reference line by line: what an account page shows."""
    return told(of, horizon_days, Contracts(factoring=factoring))


def told(of: Ledger, horizon_days: int, under: Contracts, draw: int = 0) -> PathResult:
    """One path told line by line: the one on which everybody pays on the due date, or draw 1, 2… of the question asked."""

    def compute() -> PathResult:
        if draw == 0:
            return project_path(of, told_facts(of, horizon_days), horizon_days, under.factoring, under.insurance)
        _engine()
        from forecasting.offers import drawn

        book = book_of(of, Scenario(horizon_days=horizon_days))
        return drawn.told(book, draw - 1, under.factoring, under.insurance)

    return session.memory().paths.get((of.fingerprint, horizon_days, under, draw), compute)


def told_facts(of: Ledger, horizon_days: int) -> PathFacts:
    """What happens on the path on which everybody pays on the due date."""
    return certain_facts(of, Scenario(kind="certain", horizon_days=horizon_days))


def claim_of(of: Ledger, policy: InsurancePolicy, partner_id: str) -> Claim | None:
    """The claim if one buyer fails in a month and everybody else pays on the due date; None where nothing is owed then."""
    judgment = business_day_from(of.as_of + FAILS_AFTER_DAYS)
    failure = Insolvency(partner_id=partner_id, judgment=judgment, declared=judgment)

    def compute() -> tuple[Claim, ...]:
        asked = Scenario(kind="certain", horizon_days=FAILS_AFTER_DAYS + 60, insolvencies=(failure,))
        return project_path(of, certain_facts(of, asked), asked.horizon_days, None, policy).claims

    found = session.memory().claims.get((of.fingerprint, policy, partner_id), compute)
    return next((claim for claim in found if claim.partner_id == partner_id), None)


def largest_buyers(of: Ledger, policy: InsurancePolicy) -> list[str]:
    """Buyers that would owe something in a month, the largest first: those whose failure can be looked at."""
    return [exposure.partner_id for exposure in exposures(policy, of, of.as_of + FAILS_AFTER_DAYS)]


def vouched(of: Ledger, asked: Scenario, under: Contracts) -> tuple[int, int]:
    """Computes some paths again line by line: how many, and how many cents differ (seconds of work)."""
    engine = _engine()
    paths = engine.CHECK_PATHS
    answer = engine.project(
        of,
        replace(asked, path_count=paths),
        under.factoring,
        under.insurance,
        learnt=learnt_in(session.memory().lenses.view_of(of), asked.horizon_days),
        check_paths=paths,
    )
    return answer.check_paths, answer.check_differences


def is_cold() -> bool:
    """Whether the engine was never compiled on this machine: the first answer then takes a minute or two."""
    return not kernel_warmup.is_ready()


@st.cache_resource(show_spinner=False)
def _engine() -> ModuleType:
    """The engine, imported once the compiler knows where to keep its code and has put it there."""
    # Sessions that draw their page hold Python's lock, and between two compiled steps an answer waits for it so long.
    sys.setswitchinterval(_SWITCH_SECONDS)
    use_kernel_cache()
    kernel_warmup.wait(session.warming())
    from forecasting.simulation import engine

    return engine


def projections(
    of: Ledger, asked: Iterable[Scenario], under: Contracts, *, first: int | None = None
) -> dict[Scenario, Projection]:
    """What the causes of an answer need beside it: several questions on the same ledger and contracts.

    Who asks has waited for the answer already, so that these go before the questions of others.
    """
    return {one: projection(of, one, under, first=first, soon_done=True) for one in asked}


def is_ready(of: Ledger, asked: Scenario, under: Contracts) -> bool:
    """Whether the answer is at hand without computing."""
    return session.memory().projections.has((of.fingerprint, asked, under))
