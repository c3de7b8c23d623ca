"""Disputes on drawn paths: when they open and end, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.simulation.draw_plan import COVERED, DISPUTED, SETTLEMENT_TIMES, DrawPlan, Int16, Int64
from forecasting.simulation.draws import Found, PathLuck
from forecasting.simulation.kernel_disputes import DisputeHits, DisputeTerms, settle
from forecasting.simulation.luck import DISPUTE, GOLDEN, short_words, step


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """Drawn disputes by path, then slot of the plan: opening and resolution as days from as_of; int64.

    paid int16: the day of the payment. credit_minor: what the settlement credits and the payment is short of, or 0.
    """

    path: Int64
    slot: Int64
    paid: Int16
    opened: Int64
    resolved: Int64
    credit_minor: Int64


def settle_disputes(plan: DrawPlan, luck: PathLuck, found: Found, stop: Int16, *, plain: bool = False) -> Disputes:
    """When disputes open and end, and what they cost; those that never open are dropped.

    A dispute opens on a day between issue and due date, each alike; one that would have opened before as_of is known not
    to have, one that the ledger flags lasts from the issue date. It ends after one day and an exponential time; it does
    not move the payment (domain 1.4 step 4).
    """
    path, slot, paid = found
    opens, opened, resolved, credit = (_plain_settlement if plain else _settlement)(plan, luck, found, stop)
    return Disputes(
        path=path[opens],
        slot=slot[opens],
        paid=paid[opens],
        opened=opened[opens],
        resolved=resolved[opens],
        credit_minor=credit[opens],
    )


def credit_of(plan: DrawPlan, minor: Int64) -> Int64:
    """What a dispute credits of such amounts, rounded half up."""
    credited: Int64 = (minor * plan.dispute_law.rate_ppm * 2 + 1_000_000) // 2_000_000
    return credited


#: Which disputes open, the days of opening and end, what is credited.
Settlement = tuple[npt.NDArray[np.bool_], Int64, Int64, Int64]


def _settlement(plan: DrawPlan, luck: PathLuck, found: Found, stop: Int16) -> Settlement:
    path, slot, paid = found
    opens = np.empty(len(path), dtype=np.bool_)
    opened, resolved, credit = (np.empty(len(path), dtype=np.int64) for _ in range(3))
    settle(_dispute_terms(plan), luck.state, DisputeHits(path, slot, paid), stop, opens, opened, resolved, credit)
    return opens, opened, resolved, credit


def _dispute_terms(plan: DrawPlan) -> DisputeTerms:
    """The plan's disputes as the compiled code takes them."""
    return DisputeTerms(
        law=plan.dispute_law,
        stable=plan.invoices.stable,
        golden=GOLDEN,
        row=plan.row,
        ptr=plan.debtors.ptr,
        special_slot=plan.special_slot,
        special=plan.special,
        issue=plan.invoices.issue,
        due=plan.invoices.due,
        as_of=plan.as_of,
        minor=plan.minor,
    )


def _plain_settlement(plan: DrawPlan, luck: PathLuck, found: Found, stop: Int16) -> Settlement:
    path, slot, paid = found
    law = plan.dispute_law
    row = plan.row[slot]
    state = step(luck.state[path], plan.invoices.stable[row])
    word = step(state, DISPUTE)
    special = plan.special_of(slot)
    flagged = special & DISPUTED > 0
    halt = stop[path, plan.debtor_of(slot)]
    issue = plan.invoices.issue[row].astype(np.int64) - plan.as_of
    span = np.maximum(plan.invoices.due[row].astype(np.int64) - plan.as_of - issue, 0) + 1
    opened = issue + (((word >> np.uint64(48)) * span.astype(np.uint64)) >> np.uint64(16)).astype(np.int64)
    opened = np.where(flagged, issue, opened)
    lasts = law.times[((word >> np.uint64(36)) & np.uint64(SETTLEMENT_TIMES - 1)).astype(np.intp)].astype(np.int64)
    resolved = np.maximum(opened, 0) + lasts
    short = short_words(luck.state[path], plan.invoices.stable[row].view(np.uint64) * GOLDEN) & np.uint32(0xFFFF)
    credited = short < np.where(flagged, law.flagged_credited, law.credited)
    credited &= (resolved < halt) & (special & COVERED == 0)
    credit = np.where(credited, credit_of(plan, plan.minor[slot]), 0)
    opens = flagged | ((opened >= 0) & (opened < np.minimum(paid, halt)))
    return opens, opened, resolved, credit
