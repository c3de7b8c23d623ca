"""Draws blocks of paths: who pays when, who fails, what is disputed, before any contract is looked at.

Model (docs/model.md): a bad year Z and a bad year of each sector move failures and delays of all debtors together; a
debtor's own effect moves all its invoices; what is already known conditions every draw; the scenario's shocks act on
drawn days; its facts win over draws. Everything is whole numbers once the thresholds of a path are set, so that compiled
code and this one draw the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import log1p, ndtr, ndtri

from forecasting.behaviour.profiles import FIRST_OFFSET, OFFSETS
from forecasting.simulation.draw_plan import COVERED, DISPUTED, STATED, DrawPlan, Floats, Int16, Int32, Int64
from forecasting.simulation.kernel_draws import Hits, fill, fill_marks
from forecasting.simulation.luck import (
    DEBTOR,
    GOLDEN,
    ONSET,
    PROCEDURE,
    SECTOR,
    Words,
    mix,
    path_states,
    short_words,
    step,
    step_of,
    systematic_factors,
    uniforms,
)
from forecasting.simulation.run_days import run_pay_days
from forecasting.simulation.table import BINS, NEVER, alias_draw

#: Bits of `marks` beside the bin of the debtor's effect.
FAILS: Final = 16
VANISHES: Final = 32

_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)
_NO_DAYS: Final = np.empty((0, 0), dtype=np.int16)
_NO_SUMS: Final = np.empty((0, 0), dtype=np.int64)
_NO_HITS: Final = Hits(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int16))
Marks = npt.NDArray[np.uint8]
Halves = npt.NDArray[np.uint32]
#: Path, invoice of the plan, and day of its payment.
Found = tuple[Int64, Int64, Int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLuck:
    """What the year does on each of B paths, as thresholds that a debtor's random 32 bits are compared with.

    paths int64 (B,): their numbers. state uint64 (B,). factor, sector float64 (B,), (B, S): bad years, + is bad. bin_edge uint32 (B, 15): a debtor's bin
    is the number of edges at or below its bits. fails uint32 (B, C): it fails within the horizon below this.
    vanishes: below this it stops paying without a failure (one number: the year does not move it).
    """

    paths: Int64
    state: Words
    factor: Floats
    sector: Floats
    bin_edge: Halves
    fails: Halves
    vanishes: int


def path_luck(plan: DrawPlan, paths: Int64) -> PathLuck:
    """The year of each path: systematic and sector factors, with what they make of every class of debtors."""
    state = path_states(plan.seed, paths)
    factor = systematic_factors(plan.seed, paths)
    sector = ndtri(uniforms(step(step(state[:, None], plan.risks.sector_key.view(np.int64)[None, :]), SECTOR)))
    loading = plan.assumptions.delay_systematic
    edges = ndtri(np.arange(1, BINS) / BINS)
    bins = ndtr((edges[None, :] - loading * factor[:, None]) / np.sqrt(1 - loading**2))
    risks = plan.risks
    strain = risks.factor * factor[:, None] + risks.sector_load * sector[:, risks.sector]
    return PathLuck(
        paths=paths,
        state=state,
        factor=factor,
        sector=sector,
        bin_edge=_parts(bins),
        fails=_parts(ndtr((risks.edge + strain) / risks.rest)),
        vanishes=int(_parts(vanishing_probability(plan, np.array(plan.horizon_days)))),
    )


def vanishing_probability(plan: DrawPlan, days: Int64) -> Floats:
    """The probability that a debtor stops paying, without failing, within so many days."""
    probability: Floats = 1 - (1 - plan.assumptions.protracted_probability) ** (days / 365)
    return probability


def _parts(probability: Floats) -> Halves:
    """A probability in parts of 2^32, one part short of certainty."""
    return np.minimum(np.rint(probability * 2.0**32), 2.0**32 - 1).astype(np.uint32)


def debtor_marks(plan: DrawPlan, luck: PathLuck, *, plain: bool = False) -> Marks:
    """For each path and debtor the bin of its effect, with FAILS and VANISHES; uint8 (B, D)."""
    given = plan.debtors.stop < plan.horizon_days
    if not plain:
        marks = np.empty((len(luck.state), len(plan.debtors)), dtype=np.uint8)
        fill_marks(
            luck.state,
            plan.debtors.key * GOLDEN,
            plan.debtors.risk,
            given.astype(np.uint8),
            luck.bin_edge,
            luck.fails,
            np.uint32(luck.vanishes),
            step_of(DEBTOR),
            step_of(ONSET),
            marks,
        )
        return marks
    state = step(luck.state[:, None], plan.debtors.key.view(np.int64)[None, :])
    word = step(state, DEBTOR)
    own = word >> _HALF
    marks = np.zeros(word.shape, dtype=np.uint8)
    for k in range(BINS - 1):
        marks += own >= luck.bin_edge[:, k : k + 1]
    fails = (word & _LOW) < luck.fails[:, plan.debtors.risk]
    vanishes = ((step(state, ONSET) >> _HALF) < np.uint64(luck.vanishes)) & ~given
    return marks | (fails * np.uint8(FAILS)) | (vanishes * np.uint8(VANISHES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """Who stops paying, and when, as days from as_of.

    stop int16 (B, D): the first day on which a debtor pays nothing, the horizon where it never stops. Rows of failures
    and of debtors that vanish, sorted by path, then debtor: path, debtor, day int64; procedure int64 (index of
    PROCEDURES).
    """

    stop: Int16
    failure_path: Int64
    failure_debtor: Int64
    failure_day: Int64
    failure_procedure: Int64
    vanish_path: Int64
    vanish_debtor: Int64
    vanish_day: Int64


def stops(plan: DrawPlan, luck: PathLuck, marks: Marks) -> Stops:
    """The days on which debtors fail or vanish, for the few that do."""
    debtors = len(plan.debtors)
    marked = np.flatnonzero(marks.reshape(-1) >= FAILS)
    kind = marks.reshape(-1)[marked]
    failing, gone = marked[kind & FAILS > 0], marked[kind & VANISHES > 0]
    path, debtor = np.divmod(failing, debtors)
    risk = plan.debtors.risk[debtor]
    state = step(luck.state[path], plan.debtors.key[debtor].view(np.int64))
    own = ((step(state, DEBTOR) & _LOW).astype(np.float64) + 0.5) * 2.0**-32
    strain = plan.risks.factor[risk] * luck.factor[path]
    strain += plan.risks.sector_load[risk] * luck.sector[path, plan.risks.sector[risk]]
    survival = log1p(-ndtr(plan.risks.rest[risk] * ndtri(own) - strain))
    day = np.clip(survival / plan.risks.daily[risk], 0, plan.horizon_days - 1).astype(np.int64)
    share = uniforms(step(state, PROCEDURE))
    safeguard = plan.assumptions.safeguard_share
    procedure = np.where(share < safeguard, 2, np.where(share < safeguard + plan.assumptions.reorganisation_share, 1, 0))
    gone_path, gone_debtor = np.divmod(gone, debtors)
    gone_state = step(luck.state[gone_path], plan.debtors.key[gone_debtor].view(np.int64))
    onset = ((step(gone_state, ONSET) >> _HALF).astype(np.float64) + 0.5) * 2.0**-32
    daily = log1p(-plan.assumptions.protracted_probability) / 365
    gone_day = np.clip(log1p(-onset) / daily, 0, plan.horizon_days - 1).astype(np.int64)
    stop = np.tile(plan.debtors.stop, (len(luck.state), 1))
    # No debtor fails or vanishes twice on a path, so that each cell is met once.
    for cell, when in ((failing, day), (gone, gone_day)):
        stop.reshape(-1)[cell] = np.minimum(stop.reshape(-1)[cell], when)
    return Stops(
        stop=stop,
        failure_path=path,
        failure_debtor=debtor,
        failure_day=day,
        failure_procedure=procedure,
        vanish_path=gone_path,
        vanish_debtor=gone_debtor,
        vanish_day=gone_day,
    )


def pay_days(plan: DrawPlan, luck: PathLuck, marks: Marks, stop: Int16, *, plain: bool = False) -> tuple[Int16, Found]:
    """The day on which each invoice is paid, from as_of (the horizon for later or never), and where disputes may arise.

    int16 (B, n); found: path, invoice of the plan, day of its payment, sorted by path, then invoice.
    """
    if plain:
        days, found = _plain_days(plan, luck, marks, stop)
    else:
        days = np.empty((len(luck.state), len(plan.row)), dtype=np.int16)
        hits = _with_hits(plan, luck, lambda room: fill(plan.flat, luck.state, marks, stop, days, _NO_SUMS, room))
        found = _sorted(plan, hits)
    if plan.runs is not None:
        days[:, plan.run_slot] = run_days(plan, luck, stop, plain=plain)
    return days, found


def run_days(plan: DrawPlan, luck: PathLuck, stop: Int16, *, plain: bool = False) -> Int16:
    """Days of payment of the open invoices that the joint law covers, shocked, before their debtor stops; int16 (B, m).

    A shock acts on the day that was drawn: lateness times the factor (the wait from today where it is late already),
    plus days, rolled to the next business day; where there is none the days are those of the forecast.
    """
    assert plan.runs is not None
    if plan.drawn is None or plain:
        drawn = run_pay_days(plan.runs, plan.seed, luck.paths, plan.horizon_days, plain=plain)
    else:
        drawn = plan.drawn.of(plan.runs, plan.seed, luck.paths, plan.horizon_days)
    day = drawn[:, plan.run_column].astype(np.int64)
    debtor = plan.debtor_of(plan.run_slot)
    group = plan.debtors.group[debtor]
    factor, add = plan.factor[group], plan.add[group]
    touched = (factor[:, 0] != factor[:, 1]) | (add != 0)
    if touched.any():
        due = plan.due_of(plan.run_slot).astype(np.int64)
        start = np.where(due < 0, -1, due)
        moved = start + np.where(day > start, _times(day - start, factor), day - start) + add
        rolled = plan.roll[np.clip(moved, 0, plan.horizon_days)]
        day = np.where(touched & (day < plan.horizon_days), rolled, day)
    paid: Int16 = np.where(day < stop[:, debtor], day, plan.horizon_days).astype(np.int16)
    return paid


def day_receipts(plan: DrawPlan, luck: PathLuck, marks: Marks, stop: Int16) -> Int64:
    """What debtors pay on each day of each path, short of what disputes credit; int64 (B, H + 1), the last for never."""
    total = np.empty((len(luck.state), plan.horizon_days + 1), dtype=np.int64)
    fill(plan.flat, luck.state, marks, stop, _NO_DAYS, total, _NO_HITS)
    if plan.runs is not None:
        paths = np.arange(len(total))[:, None]
        np.add.at(total, (paths, run_days(plan, luck, stop).astype(np.int64)), plan.minor[plan.run_slot][None, :])
    return total


def _sorted(plan: DrawPlan, hits: Hits) -> Found:
    """Hits by path, then invoice."""
    path, slot = hits.path.astype(np.int64), hits.slot.astype(np.int64)
    order = np.argsort(path * len(plan.row) + slot, kind="stable")
    return path[order], slot[order], hits.day[order]


def _with_hits(plan: DrawPlan, luck: PathLuck, draw: Callable[[Hits], int]) -> Hits:
    """Runs a compiled draw with room enough for its hits; the hits that it found."""
    flagged = int((plan.special & DISPUTED > 0).sum())
    expected = len(luck.state) * (len(plan.row) * int(plan.dispute_law.drawn) // 65_536 + flagged)
    room = expected + expected // 4 + 1024
    while True:
        hits = Hits(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int16))
        count = draw(hits)
        if count <= room:
            return Hits(hits.path[:count], hits.slot[:count], hits.day[:count])
        room = count


def _plain_days(plan: DrawPlan, luck: PathLuck, marks: Marks, stop: Int16) -> tuple[Int16, Found]:
    count = np.diff(plan.debtors.ptr)
    debtor = np.repeat(np.arange(len(plan.debtors)), count)
    is_future = np.arange(len(plan.row)) >= plan.debtors.future[debtor]
    key = plan.invoices.stable[plan.row].view(np.uint64) * GOLDEN
    word, short = mix(luck.state[:, None] + key), short_words(luck.state[:, None], key)
    bins = (marks & 15)[:, debtor].astype(np.intp)
    profile = plan.debtors.profile[debtor].astype(np.intp)
    column = alias_draw(plan.tables.alias.ravel(), profile * BINS + bins, (short >> np.uint32(16)).astype(np.uint64))
    cell = alias_draw(plan.tables.cell_alias.ravel(), bins, word >> np.uint64(48)).astype(np.uint64)
    uniform = (cell << np.uint64(24)) | ((word >> np.uint64(24)) & np.uint64(0xFFFFFF))
    column = np.where(is_future, column, _conditional_column(plan, profile, uniform))
    group = plan.debtors.group[debtor]
    slot = np.arange(len(plan.row))
    due = plan.due_of(slot).astype(np.int64)
    day = due + plan.offsets[group, column]
    late = shocked_wait(plan, due + column + FIRST_OFFSET + 1, group)
    day = np.where(is_future | (due >= 0) | (column == NEVER), day, late)
    special = plan.special_of(slot)
    day = np.where(special & COVERED, plan.horizon_days, day)
    paid = plan.roll[np.minimum(np.maximum(day, plan.earliest_of(slot)), plan.horizon_days)]
    days: Int16 = np.where(paid < stop[:, debtor], paid, np.int16(plan.horizon_days))
    drawn = (short & np.uint32(0xFFFF)) < plan.dispute_law.drawn
    path, slot = np.nonzero((drawn | (special & DISPUTED > 0)) & (special & STATED == 0))
    return days, (path, slot, days[path, slot])


def _conditional_column(plan: DrawPlan, profile: npt.NDArray[np.intp], uniform: Words) -> Int64:
    """The column of the delay curve given that nothing was paid before as_of (or before the invoice existed)."""
    due = plan.due_of(np.arange(len(plan.row))).astype(np.int64)
    known = np.clip(-due - FIRST_OFFSET, 0, NEVER)
    cumulative = plan.tables.cumulative
    base = cumulative[profile, known]
    span = cumulative[profile, OFFSETS] - base
    value = base + ((uniform * span) >> _HALF)
    lift = profile.astype(np.uint64) << np.uint64(33)
    flat = (cumulative[:, 1:] + (np.arange(len(cumulative), dtype=np.uint64) << np.uint64(33))[:, None]).ravel()
    column: Int64 = np.minimum(np.searchsorted(flat, value + lift, side="right") - profile * OFFSETS, NEVER)
    return column


def shocked_wait(plan: DrawPlan, wait: Int64, group: Int32) -> Int64:
    """The day of payment of what is late already, from as_of: the eve, the wait from it times the factor, plus days."""
    late: Int64 = -1 + _times(wait, plan.factor[group]) + plan.add[group]
    return late


def _times(days: Int64, factor: Int64) -> Int64:
    """Days times a ratio, rounded half away from zero (days are at least 0)."""
    product: Int64 = (2 * np.maximum(days, 0) * factor[..., 0] + factor[..., 1]) // (2 * factor[..., 1])
    return product
