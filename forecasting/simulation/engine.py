"""From a question to its answer: draw the paths, put the contracts over them, count.

    book = simulate(ledger, scenario, learnt=…)          who pays when, whatever the contracts
    projection = evaluate(book, factoring, insurance)                         again and again, for any contracts
    projection = project(ledger, scenario, factoring, insurance)              both in one call

    sums = sums_of(book, factoring, insurance, shard)        one range of the paths, wherever it is drawn (`shards`)
    projection = projection_of(book, merged(…), factoring, insurance, …)      the same answer, from the ranges together

A book remembers what its last contracts made of its paths; as long as only prices and amounts change (rates, fees,
reserve, ceiling, floor, draw policy, every amount of the policy), nothing is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.curve import Levels, Projection, Sums, curve_of
from forecasting.errors import EncaisseError
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from forecasting.simulation.assumptions import ASSUMPTIONS
from forecasting.simulation.check import compare
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.draw_plan import DrawPlan, draw_plan, with_coming
from forecasting.simulation.expectations import Expectations, assumed
from forecasting.simulation.flows import CATEGORIES, Variant
from forecasting.simulation.groundwork import Groundwork
from forecasting.simulation.kernel import (
    CompiledContracts,
    Exposure,
    Outcome,
    allocate_outcome,
    expose_block,
    rows,
    same_exposure,
    settle_block,
)
from forecasting.simulation.kernel_book import Book as LoweredBook
from forecasting.simulation.kernel_book import Calendar
from forecasting.simulation.kernel_results import ACCOUNT, LOSSES
from forecasting.simulation.shards import Shard
from forecasting.simulation.variants import project_certain
from forecasting.version import MODEL_VERSION

Progress = Callable[[int, int], None]
Clock = Callable[[], float]

#: Invoices times paths that a block holds at most, and its paths at least and at most. Between two compiled steps of a
#: block Python waits for its lock, five milliseconds at worst where other threads want it too: few blocks, few waits.
_BLOCK_CELLS: Final = 1_000_000
_BLOCK_PATHS: Final = (4, 200)
#: Bytes of exposures that a book keeps for the next contract; beyond, they are made anew.
_KEPT_BYTES: Final = 150_000_000
#: Paths that the reference computes again where a figure is to be vouched for (a second or so for each thousand invoices).
CHECK_PATHS: Final = 20


class Cancelled(EncaisseError):
    """The caller asked to stop before the answer was there."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What contracts made of the paths, by the first path of each block; blocks are only ever added."""

    compiled: CompiledContracts
    exposures: dict[int, Exposure] = field(default_factory=dict)


@dataclass(slots=True)
class _Shelf:
    """What the last contracts made; replaced whole, so that two questions at a time do not mix."""

    latest: _Kept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The paths of a stochastic question before any contract is looked at: a plan that any of them is drawn from."""

    ledger: Ledger
    scenario: Scenario
    plan: DrawPlan
    ground: Groundwork
    shelf: _Shelf = field(default_factory=_Shelf, repr=False, compare=False)

    @property
    def lowered(self) -> tuple[Calendar, LoweredBook]:
        """The ledger as the kernel reads it."""
        return self.ground.lowered(self.scenario.horizon_days)

    @property
    def block_paths(self) -> int:
        """Paths that are drawn together; no result depends on it."""
        least, most = _BLOCK_PATHS
        return int(min(max(_BLOCK_CELLS // max(len(self.plan.row), 1), least), most))


def simulate(
    ledger: Ledger, scenario: Scenario, *, learnt: Expectations | None = None, ground: Groundwork | None = None
) -> Book:
    """The paths of a stochastic scenario, ready to be put under contracts.

    learnt: how late and how surely partners pay (`expectations.expected`); without it the labelled assumptions stand in.
    ground: what earlier questions about the same ledger and expectations have laid out; no result depends on it.
    """
    assert scenario.kind == "stochastic", "a certain scenario has nothing to draw"
    known = learnt or assumed(ledger)
    assert known.runs is None or known.run_days >= scenario.horizon_days, "the joint law ends before the horizon"
    plan = draw_plan(
        ledger,
        scenario,
        known.profiles,
        known.default_probability,
        replace(ASSUMPTIONS, delay_correlation=known.delay_correlation),
        runs=known.runs,
        supplier_profiles=known.supplier_profiles,
    )
    if known.luck_key is not None:
        key = known.luck_key[plan.debtors.partner].view(np.uint64)
        plan = replace(plan, debtors=replace(plan.debtors, key=key))
    ground = ground or Groundwork(ledger=ledger)
    assert ground.ledger is ledger or ground.ledger.fingerprint == ledger.fingerprint, "another ledger's groundwork"
    plan = replace(with_coming(plan, ledger, known.level_errors), drawn=ground.drawn)
    return Book(ledger=ledger, scenario=scenario, plan=plan, ground=ground)


def project(
    ledger: Ledger,
    scenario: Scenario,
    factoring: FactoringContract | None = None,
    insurance: InsurancePolicy | None = None,
    *,
    learnt: Expectations | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = 2,
    check_paths: int = 0,
    clock: Clock | None = None,
    plain: bool = False,
) -> Projection:
    """The curves of a question, one for each variant that the given contracts allow, on the same luck.

    A certain scenario is the reference's single path; a stochastic one is drawn. The result is the same, bit for bit,
    for any number of threads. Raises InputRejected with the problems of the scenario's facts, Cancelled when asked to.
    """
    if scenario.kind == "certain":
        return _certain(ledger, scenario, factoring, insurance)
    book = simulate(ledger, scenario, learnt=learnt)
    return evaluate(
        book,
        factoring,
        insurance,
        progress=progress,
        cancelled=cancelled,
        threads=threads,
        check_paths=check_paths,
        clock=clock,
        plain=plain,
    )


def evaluate(
    book: Book,
    factoring: FactoringContract | None = None,
    insurance: InsurancePolicy | None = None,
    *,
    path_count: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = 2,
    check_paths: int = 0,
    clock: Clock | None = None,
    plain: bool = False,
) -> Projection:
    """Contracts over the paths of a book.

    path_count: the first so many paths (the scenario's number where absent); a larger number begins with the same ones.
    check_paths: how many of them the reference computes again (CHECK_PATHS for a report). progress is told paths done and in all. clock: where to
    read the time for `seconds`. plain: uncompiled code, the same figures, for few paths while the compiler works.
    """
    count = path_count or book.scenario.path_count
    watch = Watch(clock)
    everything = Shard(first=0, stop=count)
    sums = sums_of(
        book, factoring, insurance, everything, progress=progress, cancelled=cancelled, threads=threads, plain=plain
    )
    watch.lap("paths")
    return projection_of(
        book, sums, factoring, insurance, threads=threads, check_paths=check_paths, watch=watch, plain=plain
    )


def sums_of(
    book: Book,
    factoring: FactoringContract | None,
    insurance: InsurancePolicy | None,
    shard: Shard,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = 2,
    plain: bool = False,
) -> dict[Variant, Sums]:
    """What contracts make of some paths of a book, for each variant that they allow; the same whatever others are asked for."""
    compiled = book.ground.compiled(book.scenario.horizon_days, factoring, insurance)
    kept = _reusable(book, compiled, shard.stop)
    outcomes = {variant: allocate_outcome(len(shard), book.scenario.horizon_days) for variant in compiled.variants}
    daily: list[Mapping[Variant, npt.NDArray[np.int64]]] = []

    def run(first: int) -> int:
        stop = min(first + book.block_paths, shard.stop)
        exposure = kept.exposures.get(first) if kept else None
        if exposure is None or len(exposure.base) != stop - first:
            exposure = expose_block(compiled, draw_block(book.plan, first, stop - first, plain=plain), plain=plain)
            if kept:
                kept.exposures[first] = exposure
        parts = {variant: rows(whole, first - shard.first, stop - shard.first) for variant, whole in outcomes.items()}
        for variant, part in parts.items():
            settle_block(compiled, exposure, variant, part, plain=plain)
        daily.append({variant: part.daily for variant, part in parts.items()})
        return stop - first

    firsts = range(shard.first, shard.stop, book.block_paths)
    each_block(run, firsts, len(shard), threads, progress, cancelled)
    return {variant: _sums(variant, outcome, [d[variant] for d in daily]) for variant, outcome in outcomes.items()}


def projection_of(
    book: Book,
    sums: Mapping[Variant, Sums],
    factoring: FactoringContract | None,
    insurance: InsurancePolicy | None,
    *,
    threads: int,
    check_paths: int,
    watch: Watch,
    plain: bool = False,
) -> Projection:
    """The curves of all paths from their sums, the first paths held against the reference; who drew them does not matter."""
    count = len(sums["baseline"].balance)
    levels = Levels(floor_minor=book.ledger.cash_floor_minor, overdraft_minor=-book.ledger.overdraft_limit_minor)
    curves = {
        variant: curve_of(of_variant, sums["baseline"], levels, book.ledger.as_of, threads=threads, plain=plain)
        for variant, of_variant in sums.items()
    }
    watch.lap("curves")
    checked = min(check_paths, count)
    differences = 0
    if checked:
        balances = {variant: of_variant.balance[:checked] for variant, of_variant in sums.items()}
        differences = compare(book.ledger, draw_block(book.plan, 0, checked, plain=plain), balances, factoring, insurance)
    watch.lap("check")
    return Projection(
        curves=curves,
        seed=book.scenario.seed,
        path_count=count,
        ledger_fingerprint=book.ledger.fingerprint,
        model_version=MODEL_VERSION,
        overdue_moved=0,
        check_paths=checked,
        check_differences=differences,
        seconds=watch.seconds,
    )


class Watch:
    """Seconds spent by stage, where the caller lends a clock."""

    def __init__(self, clock: Clock | None) -> None:
        self._clock = clock
        self._last = clock() if clock else 0.0
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """The stage that ends now."""
        if self._clock:
            now = self._clock()
            self.seconds[stage], self._last = now - self._last, now


def _reusable(book: Book, compiled: CompiledContracts, count: int) -> _Kept | None:
    """The exposures that a book keeps, none yet where other invoices count now; None where they would be too many."""
    if 32 * count * book.scenario.horizon_days > _KEPT_BYTES:
        return None
    kept = book.shelf.latest
    if kept is None or not same_exposure(kept.compiled, compiled):
        kept = book.shelf.latest = _Kept(compiled)
    return kept


def each_block(
    run: Callable[[int], int],
    firsts: range,
    count: int,
    threads: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> None:
    """Runs every block on a pool of threads, telling progress, until done; raises Cancelled when asked to stop."""
    done, pending = 0, set[Future[int]]()
    if threads == 1:
        for block in firsts:
            done += run(block)
            _tell(done, count, progress, cancelled)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        remaining: Iterator[int] = iter(firsts)
        try:
            while True:
                # Few blocks wait at a time, so that a cancellation is heard at once.
                while len(pending) < 2 * threads and (first := next(remaining, None)) is not None:
                    pending.add(pool.submit(run, first))
                if not pending:
                    return
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                done += sum(future.result() for future in finished)
                _tell(done, count, progress, cancelled)
        finally:
            for future in pending:
                future.cancel()


def _tell(done: int, count: int, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
    if progress:
        progress(done, count)
    if cancelled and cancelled():
        raise Cancelled


def _sums(variant: Variant, outcome: Outcome, daily: list[npt.NDArray[np.int64]]) -> Sums:
    return Sums(
        variant=variant,
        balance=outcome.balance,
        daily=np.sum(daily, axis=0, dtype=np.int64),
        loss={name: int(amount) for name, amount in zip(LOSSES, outcome.loss.sum(axis=0), strict=True)},
        account={name: int(amount) for name, amount in zip(ACCOUNT, outcome.account.sum(axis=0), strict=True)},
    )


def _certain(
    ledger: Ledger, scenario: Scenario, factoring: FactoringContract | None, insurance: InsurancePolicy | None
) -> Projection:
    """The single path of a certain scenario as a projection of one path."""
    answer = project_certain(ledger, scenario, factoring, insurance)
    sums = {}
    for variant, result in answer.results.items():
        daily = np.zeros((len(CATEGORIES), scenario.horizon_days), dtype=np.int64)
        for flow in result.flows:
            daily[CATEGORIES.index(flow.category), flow.day - ledger.as_of] += flow.amount_minor
        balance = result.balance_minor.reshape(1, -1)
        sums[variant] = Sums(variant=variant, balance=balance, daily=daily, loss=dict(result.losses))
    levels = Levels(floor_minor=ledger.cash_floor_minor, overdraft_minor=-ledger.overdraft_limit_minor)
    return Projection(
        curves={v: curve_of(s, sums["baseline"], levels, ledger.as_of, plain=True) for v, s in sums.items()},
        seed=scenario.seed,
        path_count=1,
        ledger_fingerprint=ledger.fingerprint,
        model_version=MODEL_VERSION,
        overdue_moved=answer.overdue_moved,
        check_paths=0,
        check_differences=0,
        seconds={},
    )
