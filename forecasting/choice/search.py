"""The search: every candidate on the same paths, exact to the cent, with what it costs and what risk it leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.choice.cost import cost_by_heading
from forecasting.choice.figures import Figures
from forecasting.choice.groups import Group, Member, groups_of
from forecasting.choice.offers import Offer
from forecasting.money import round_ratio
from forecasting.simulation.bands import rank_of
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book, Cancelled, Progress, each_block
from forecasting.simulation.flows import CATEGORIES, Variant
from forecasting.simulation.kernel import Exposure, allocate_outcome, expose_block, settle_block
from forecasting.simulation.kernel_results import ACCOUNT, LOSSES

Int64 = npt.NDArray[np.int64]
#: Invoices times paths that a block holds at most, and its paths at least and at most: the larger a block, the less each
#: candidate pays for being called.
_BLOCK_CELLS: Final = 2_500_000
_BLOCK_PATHS: Final = (4, 250)


def weigh(
    book: Book,
    offers: Sequence[Offer],
    *,
    path_count: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int = 2,
    plain: bool = False,
) -> tuple[Figures, ...]:
    """The figures of every offer, in their order, on the paths of one book.

    Exact: what `evaluate` says of the same contracts on the same paths, cent by cent, whatever the number of threads.
    Price-like changes share the first stage, so that most candidates cost a second stage alone. path_count: the first so
    many paths (the scenario's number where absent). progress is told candidates times paths done and in all, cancelled is
    asked between candidates, both from the threads that work. plain: uncompiled code, the same figures.
    Raises Cancelled when asked to.
    """
    count = path_count or book.scenario.path_count
    groups = groups_of(book, [Offer(), *offers])
    tally = _Tally(len(offers) + 1, count)
    told = _Told(progress, cancelled, (len(offers) + 1) * count)
    size = _block_paths(book)

    def run(first: int) -> int:
        stop = min(first + size, count)
        block = draw_block(book.plan, first, stop - first, plain=plain)
        for group in groups:
            exposure = expose_block(group.compiled, block, plain=plain)
            for member in group.members:
                _settle(group, member, exposure, tally, (first, stop), plain)
                told.step(stop - first)
        return stop - first

    each_block(run, range(0, count, size), count, threads, None, cancelled)
    levels = (book.ledger.cash_floor_minor, -book.ledger.overdraft_limit_minor)
    return tuple(tally.figures(place, offer.variant, levels) for place, offer in enumerate(offers, start=1))


def _block_paths(book: Book) -> int:
    least, most = _BLOCK_PATHS
    return int(min(max(_BLOCK_CELLS // max(len(book.plan.row), 1), least), most))


def _settle(group: Group, member: Member, exposure: Exposure, tally: _Tally, place: tuple[int, int], plain: bool) -> None:
    """One candidate over the paths of a block."""
    first, stop = place
    out = allocate_outcome(stop - first, group.compiled.calendar.days)
    settle_block(member.compiled, exposure, member.variant, out, plain=plain)
    tally.minimum[member.place, first:stop] = out.balance.min(axis=1)
    tally.add(member.place, out.total.sum(axis=0), out.account.sum(axis=0), out.loss.sum(axis=0))


class _Tally:
    """What is kept of every candidate: each path's lowest balance, int64 (n, P), and sums over paths by heading."""

    def __init__(self, offers: int, count: int) -> None:
        self.count = count
        self.minimum: Int64 = np.empty((offers, count), dtype=np.int64)
        self.total: Int64 = np.zeros((offers, len(CATEGORIES)), dtype=np.int64)
        self.account: Int64 = np.zeros((offers, len(ACCOUNT)), dtype=np.int64)
        self.loss: Int64 = np.zeros((offers, len(LOSSES)), dtype=np.int64)
        self._guard = threading.Lock()

    def add(self, place: int, total: Int64, account: Int64, loss: Int64) -> None:
        """Sums of one block; whole numbers, so that the order of blocks changes nothing."""
        with self._guard:
            self.total[place] += total
            self.account[place] += account
            self.loss[place] += loss

    def figures(self, place: int, variant: Variant, levels: tuple[int, int]) -> Figures:
        """The figures of one candidate; place 0 is the company without protection."""
        lows = np.sort(self.minimum[place])
        change = (self.total[place] - self.total[0]).tolist()
        loss = dict(zip(LOSSES, self.loss[place].tolist(), strict=True))
        cost = cost_by_heading(
            {c: round_ratio(amount, self.count) for c, amount in zip(CATEGORIES, change, strict=True) if amount},
            {n: round_ratio(a, self.count) for n, a in zip(ACCOUNT, self.account[place].tolist(), strict=True)},
            round_ratio(loss["guarantee"], self.count),
        )
        return Figures(
            variant=variant,
            cost_minor=sum(cost.values()),
            cost_by_heading=cost,
            minimum_p05_minor=int(lows[rank_of(5, self.count)]),
            minimum_p50_minor=int(lows[rank_of(50, self.count)]),
            minimum_mean_minor=round_ratio(int(lows.sum()), self.count),
            probability_below_floor=float((lows < levels[0]).mean()),
            probability_below_overdraft=float((lows < levels[1]).mean()),
            retained_minor=round_ratio(loss["retained"], self.count),
        )


class _Told:
    """Progress of all threads together, and the question whether to stop."""

    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None, whole: int) -> None:
        self._progress, self._cancelled, self._whole, self._done = progress, cancelled, whole, 0
        self._guard = threading.Lock()

    def step(self, paths: int) -> None:
        """One candidate over so many paths is done."""
        if self._cancelled and self._cancelled():
            raise Cancelled
        with self._guard:
            self._done += paths
            if self._progress:
                self._progress(self._done, self._whole)
