"""The engine: same answer for any threads, blocks and order; contracts over one book; progress, cancellation, the check."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest

from bench.company import AS_OF, expectations
from forecasting.curve import Curve, Projection
from forecasting.errors import InputRejected
from forecasting.ledger import Ledger
from forecasting.scenario import Defaults, Delays, PaymentFact, Scenario
from forecasting.simulation import engine
from forecasting.simulation.engine import Book, Cancelled, evaluate, project, simulate
from forecasting.simulation.flows import VARIANTS
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, small


def book_of(ledger: Ledger, scenario: Scenario) -> Book:
    return simulate(ledger, scenario, learnt=expectations(ledger))


def same(a: Projection, b: Projection) -> bool:
    """Whether two projections hold the same curves, bit for bit."""

    def alike(x: object, y: object) -> bool:
        if isinstance(x, dict) and isinstance(y, dict):
            return x.keys() == y.keys() and all(alike(x[k], y[k]) for k in x)
        return np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y  # type: ignore[arg-type]

    return a.curves.keys() == b.curves.keys() and all(
        alike(getattr(a.curves[v], f.name), getattr(b.curves[v], f.name)) for v in a.curves for f in fields(Curve)
    )


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return small(150)


QUESTION = Scenario(path_count=150, horizon_days=200, defaults=Defaults(multiply_probability=Decimal(3)))


def test_threads_and_blocks_change_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    first = evaluate(book_of(ledger, QUESTION), FACTORING, INSURANCE, threads=1)
    assert tuple(first.curves) == VARIANTS
    for threads, block in ((2, 64), (4, 7), (2, 150)):
        monkeypatch.setattr(engine, "_BLOCK_PATHS", (block, block))
        assert same(first, evaluate(book_of(ledger, QUESTION), FACTORING, INSURANCE, threads=threads))


def test_a_longer_run_begins_with_the_same_paths(ledger: Ledger) -> None:
    book = book_of(ledger, QUESTION)
    few = evaluate(book, path_count=40)
    evaluate(book, path_count=150)
    assert same(few, evaluate(book, path_count=40))
    assert same(few, evaluate(book_of(ledger, replace(QUESTION, path_count=40))))


def test_the_reference_agrees_to_the_cent(ledger: Ledger) -> None:
    answer = evaluate(book_of(ledger, QUESTION), FACTORING, INSURANCE, path_count=20, check_paths=4)
    assert (answer.check_paths, answer.check_differences) == (4, 0)


def test_uncompiled_code_gives_the_first_paths(ledger: Ledger) -> None:
    book = book_of(ledger, replace(QUESTION, horizon_days=60))
    assert same(
        evaluate(book, FACTORING, INSURANCE, path_count=3, plain=True), evaluate(book, FACTORING, INSURANCE, path_count=3)
    )


@pytest.mark.parametrize(
    "changed",
    [
        replace(FACTORING, service_fee_rate=Decimal("0.02")),
        replace(FACTORING, funding_ceiling_minor=1_000_000),
        replace(FACTORING, draw_policy="on_demand", bank_floor_minor=0),
        replace(FACTORING, definancing_days=60),
        replace(FACTORING, concentration_cap=Decimal("0.2")),
    ],
)
def test_another_contract_over_the_same_book_is_as_good_as_new(ledger: Ledger, changed: object) -> None:
    used = book_of(ledger, QUESTION)
    before = evaluate(used, FACTORING, INSURANCE)
    again = evaluate(used, changed, INSURANCE)  # type: ignore[arg-type]
    assert same(again, evaluate(book_of(ledger, QUESTION), changed, INSURANCE))  # type: ignore[arg-type]
    assert not same(before, again)


def test_a_price_change_draws_nothing_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    book = book_of(ledger, QUESTION)
    evaluate(book, FACTORING, INSURANCE)
    monkeypatch.setattr(engine, "draw_block", lambda *_args, **_words: pytest.fail("paths were drawn again"))
    evaluate(book, replace(FACTORING, margin=Decimal("0.03")), replace(INSURANCE, insured_pct=Decimal("0.8")))


def test_progress_is_told_and_a_cancellation_heard(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_BLOCK_PATHS", (10, 10))
    told: list[tuple[int, int]] = []
    evaluate(book_of(ledger, QUESTION), progress=lambda done, count: told.append((done, count)))
    assert told[-1] == (150, 150) and [d for d, _ in told] == sorted(d for d, _ in told)
    with pytest.raises(Cancelled):
        evaluate(book_of(ledger, QUESTION), progress=lambda done, _: told.append((done, 0)), cancelled=lambda: True)
    assert told[-1][0] < 150


def test_variants_follow_the_contracts_given(ledger: Ledger) -> None:
    book = book_of(ledger, replace(QUESTION, path_count=5))
    assert tuple(evaluate(book).curves) == ("baseline",)
    assert tuple(evaluate(book, FACTORING).curves) == ("baseline", "factoring")
    assert tuple(evaluate(book, None, INSURANCE).curves) == ("baseline", "insurance")


def test_components_add_up_to_the_change_of_the_balance(ledger: Ledger) -> None:
    """Conservation in total: opening balance plus every mean flow is the last mean balance, within a cent a heading."""
    answer = evaluate(book_of(ledger, QUESTION), FACTORING, INSURANCE)
    for curve in answer.curves.values():
        total = ledger.opening_cash_minor + sum(int(flow.sum()) for flow in curve.components_minor.values())
        assert abs(total - int(curve.mean_minor[-1])) <= len(curve.components_minor) * len(curve.mean_minor)


def test_a_shock_lowers_the_curve_on_the_same_luck(ledger: Ledger) -> None:
    calm = project(ledger, QUESTION).curves["baseline"]
    slow = project(ledger, replace(QUESTION, delays=Delays(add_days=20))).curves["baseline"]
    assert (slow.mean_minor <= calm.mean_minor).all()
    assert slow.mean_minor.sum() < calm.mean_minor.sum()


def test_seconds_are_spent_on_a_borrowed_clock(ledger: Ledger) -> None:
    ticks = iter(range(100))
    answer = project(ledger, replace(QUESTION, path_count=5), clock=lambda: float(next(ticks)))
    assert answer.seconds == {"paths": 1.0, "curves": 1.0, "check": 1.0}
    assert project(ledger, replace(QUESTION, path_count=5)).seconds == {}


def test_a_certain_scenario_is_one_path(ledger: Ledger) -> None:
    answer = project(ledger, Scenario(kind="certain", horizon_days=90, business_days_only=False), FACTORING, INSURANCE)
    assert answer.path_count == 1 and tuple(answer.curves) == VARIANTS
    curve = answer.curves["both"]
    assert np.array_equal(curve.p05_minor, curve.p95_minor) and np.array_equal(curve.mean_minor, curve.p50_minor)
    assert answer.overdue_moved > 0


def test_problems_of_facts_are_told(ledger: Ledger) -> None:
    unknown = replace(QUESTION, payments=(PaymentFact(invoice_id="no such", day=AS_OF),))
    with pytest.raises(InputRejected):
        project(ledger, unknown)
