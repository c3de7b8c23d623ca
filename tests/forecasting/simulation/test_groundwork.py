"""What questions about one ledger share changes no answer, and is bounded."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from bench.company import AS_OF, expectations
from data.learning import learnt
from data.sample import sample_company
from forecasting.dates import to_date
from forecasting.ledger import Ledger
from forecasting.scenario import Defaults, Delays, Scenario
from forecasting.simulation import run_days
from forecasting.simulation.engine import evaluate, simulate
from forecasting.simulation.expectations import Expectations
from forecasting.simulation.groundwork import _KEPT, Groundwork
from forecasting.simulation.run_days import DrawnDays, Runs, fast_pay_days
from tests.forecasting.simulation.questions import FACTORING, INSURANCE
from tests.forecasting.simulation.test_engine import same

ASKED = Scenario(path_count=130, horizon_days=150)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return sample_company(to_date(AS_OF), seed=3, invoices=400).ledger()


@pytest.fixture(scope="module")
def known(ledger: Ledger) -> Expectations:
    found = learnt(ledger, 365)
    assert found.runs is not None, "the joint law is what is shared"
    return found


def runs_of(known: Expectations) -> Runs:
    assert known.runs is not None
    return known.runs


def test_questions_that_share_get_the_answers_that_they_get_alone(ledger: Ledger, known: Expectations) -> None:
    ground = Groundwork(ledger=ledger)
    shocks = [
        replace(ASKED, delays=Delays(add_days=days), defaults=Defaults(multiply_probability=factor), horizon_days=horizon)
        for days, factor, horizon in itertools.product((0, 20), (Decimal(1), Decimal(5)), (150, 90))
    ]
    answers = set()
    for asked, contracts in itertools.product(shocks, ((FACTORING, INSURANCE), (None, None))):
        shared = evaluate(simulate(ledger, asked, learnt=known, ground=ground), *contracts)
        assert same(shared, evaluate(simulate(ledger, asked, learnt=known), *contracts))
        answers.add(shared.curves["baseline"].p50_minor.tobytes())
    assert len(answers) == len(shocks), "each shock has an answer of its own"


def test_drawn_days_are_drawn_once(known: Expectations, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, paths = DrawnDays(), np.arange(40, 70)
    first = drawn.of(runs_of(known), 1, paths, 90)
    assert np.array_equal(first, fast_pay_days(runs_of(known).law, 1, paths, 90))
    monkeypatch.setattr(run_days, "run_pay_days", lambda *_: pytest.fail("drawn again"))
    assert drawn.of(runs_of(known), 1, paths, 90) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def test_another_law_seed_or_horizon_is_another_draw(ledger: Ledger, known: Expectations) -> None:
    drawn, paths = DrawnDays(), np.arange(30)
    other = runs_of(expected_again(ledger))
    asked = [(runs_of(known), 1, 90), (runs_of(known), 2, 90), (runs_of(known), 1, 60), (other, 1, 90)]
    for runs, seed, beyond in asked:
        assert np.array_equal(drawn.of(runs, seed, paths, beyond), fast_pay_days(runs.law, seed, paths, beyond))


def expected_again(ledger: Ledger) -> Expectations:
    """What a longer morning teaches: a law of its own."""
    return learnt(replace(ledger, fingerprint="another"), 400)


def test_memory_is_bounded(ledger: Ledger, known: Expectations) -> None:
    paths = np.arange(30)
    cells = 30 * len(runs_of(known).law)
    drawn = DrawnDays(cells_max=2 * cells)
    kept = [drawn.of(runs_of(known), seed, paths, 90) for seed in range(4)]
    again = [drawn.of(runs_of(known), seed, paths, 90) for seed in range(4)]
    assert [a is b for a, b in zip(kept, again, strict=True)] == [True, True, False, False]
    ground = Groundwork(ledger=ledger)
    for days in range(30, 30 + 2 * _KEPT):
        assert ground.compiled(days, None, None).calendar.days == days
    assert len(ground._lowered) == len(ground._compiled) == _KEPT


def test_the_groundwork_of_another_ledger_is_refused(ledger: Ledger) -> None:
    other = sample_company(to_date(AS_OF), seed=4, invoices=60).ledger()
    with pytest.raises(AssertionError, match="another ledger"):
        simulate(ledger, ASKED, learnt=expectations(ledger), ground=Groundwork(ledger=other))
