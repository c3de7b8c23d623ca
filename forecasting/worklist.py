"""The list of the day: whom to call first about unpaid invoices, with the reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forecasting.behaviour.failure import HABIT_INVOICES, collected_eventually
from forecasting.reminders import Action, NextStep, Standing, next_step, standing

Part = Literal["amount", "days_late", "default", "habit", "deadline", "broken_promise", "dispute"]
DeadlineKind = Literal["insurer", "factor", "limitation"]

#: Points of each part of the score at most (domain 4).
WEIGHTS: Final[dict[Part, float]] = {"amount": 35, "days_late": 25, "default": 20, "habit": 10, "deadline": 10}
BROKEN_PROMISE_POINTS: Final = 10.0
DISPUTE_POINTS: Final = -20.0
#: The days late that count in full, and the one-year default probability that does ("very weak", domain 5).
LATE_IN_FULL_DAYS: Final = 60
DEFAULT_IN_FULL: Final = 0.10
DEADLINE_NEAR_DAYS: Final = 7
#: A payment more than so many days late is a late one; half of the last six are a habit (rule 2).
HABIT_LATE_DAYS: Final = 5
HABIT_ALERT: Final = 0.5
#: Days until one would call again: what a call saves is what would be lost by then.
CALL_AGAIN_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """An unpaid customer invoice; `disputed` where the books say so."""

    invoice_id: str
    due: int
    open_minor: int
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDeadline:
    """A day on which something is lost unless somebody acts."""

    kind: DeadlineKind
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A customer with its unpaid invoices and all that bears on the order of calls.

    `default_probability` is for one year; `habit` the share of the last six payments more than five days late (None:
    nothing paid yet); `actions` are those about any of its invoices.
    """

    partner_id: str
    invoices: tuple[OpenInvoice, ...]
    default_probability: float
    habit: float | None = None
    deadlines: tuple[CaseDeadline, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One line of the day's list.

    `parts` are the points of the score, which are their sum held between 0 and 100. `invoice_id` is the oldest invoice that
    the next step is about; `overdue_minor` what is past due, `days_late` that of the oldest. `at_stake_minor` is what a call
    today may be expected to save: open * (p(age) - p(age + 14)).
    """

    partner_id: str
    invoice_id: str
    invoice_ids: tuple[str, ...]
    overdue_minor: int
    open_minor: int
    days_late: int
    score: float
    parts: tuple[tuple[Part, float], ...]
    next: NextStep
    standing: Standing
    deadline: CaseDeadline | None
    habit: float | None
    at_stake_minor: int

    def is_due(self, as_of: int) -> bool:
        """Whether the next step's day has come; waiting for a promise or for a dispute's owner is no step of today."""
        return self.next.day <= as_of


def habit_of(days_late: Sequence[int]) -> float | None:
    """The share of the last six payments that came more than five days late, latest first; None without any.

    >>> habit_of([6, 0, 30, 5])
    0.5
    """
    last = days_late[:HABIT_INVOICES]
    return sum(late > HABIT_LATE_DAYS for late in last) / len(last) if last else None


def at_stake(open_minor: int, age_days: int) -> int:
    """What is expected to be lost of a debt by calling in 14 days and not today: open * (p(age) - p(age + 14)).

    p is the chance that a debt still open at an age is ever collected (survey of US agencies, not French).
    """
    now, later = collected_eventually([age_days, age_days + CALL_AGAIN_DAYS])
    return math.floor(open_minor * float(now - later) + 0.5)


def worklist(cases: Iterable[Case], as_of: int) -> tuple[WorkItem, ...]:
    """The list of the day, the most urgent customer first: what is to do today, then what waits, by score.

    score = 35 min(1, overdue / p90) + 25 min(1, days late / 60) + 20 min(1, probability of default / 10 %) + 10 habit
    + 10 where a deadline is 7 days ahead or less, + 10 after a broken promise, - 20 while another owner settles a dispute;
    p90 is the amount that nine in ten of the list do not exceed (nearest rank). Customers with nothing past due are not
    listed, unless the courtesy reminder of a large invoice has come.
    """
    known = [case for case in cases if case.invoices]
    overdue = sorted(amount for case in known if (amount := _overdue(case, as_of)) > 0)
    p90 = overdue[-(-9 * len(overdue) // 10) - 1] if overdue else 0
    items = [_item(case, as_of, p90) for case in known]
    shown = [item for item in items if item.overdue_minor > 0 or (item.next.deed == "courtesy" and item.is_due(as_of))]
    return tuple(sorted(shown, key=lambda i: (not i.is_due(as_of), -i.score, -i.overdue_minor, i.partner_id)))


def _overdue(case: Case, as_of: int) -> int:
    return sum(invoice.open_minor for invoice in case.invoices if invoice.due < as_of)


def _item(case: Case, as_of: int, p90: int) -> WorkItem:
    oldest = min(case.invoices, key=lambda i: (i.due, i.invoice_id))
    late = max(0, as_of - oldest.due)
    amount = _overdue(case, as_of)
    soonest = min(case.deadlines, key=lambda d: d.day, default=None)
    declare_by = min((d.day for d in case.deadlines if d.kind == "insurer"), default=None)
    steps = [
        (_next(invoice, case, as_of, declare_by), invoice)
        for invoice in sorted(case.invoices, key=lambda i: (i.due, i.invoice_id))
    ]
    first, about = min(steps, key=lambda pair: (pair[0].day > as_of, pair[1].due, pair[1].invoice_id))
    states = {i.invoice_id: standing(_about(case, i), as_of) for i in case.invoices}
    parts = _parts(case, amount, late, p90, soonest, as_of, tuple(states.values()))
    return WorkItem(
        partner_id=case.partner_id,
        invoice_id=about.invoice_id,
        invoice_ids=tuple(i.invoice_id for i in case.invoices if i.due < as_of) or (about.invoice_id,),
        overdue_minor=amount,
        open_minor=sum(i.open_minor for i in case.invoices),
        days_late=late,
        score=min(100.0, max(0.0, sum(points for _, points in parts))),
        parts=parts,
        next=first,
        standing=states[about.invoice_id],
        deadline=soonest,
        habit=case.habit,
        at_stake_minor=sum(at_stake(i.open_minor, as_of - i.due) for i in case.invoices if i.due < as_of),
    )


def _next(invoice: OpenInvoice, case: Case, as_of: int, declare_by: int | None) -> NextStep:
    about = _about(case, invoice)
    if invoice.disputed and not any(action.outcome in ("disputed", "settled", "promised") for action in about):
        # Nobody has taken this dispute up: to name its owner is a matter of today.
        return NextStep(deed="settle_dispute", day=as_of)
    return next_step(
        due=invoice.due,
        open_minor=invoice.open_minor,
        as_of=as_of,
        actions=about,
        declare_by=declare_by if invoice.due < as_of else None,
    )


def _about(case: Case, invoice: OpenInvoice) -> tuple[Action, ...]:
    return tuple(action for action in case.actions if invoice.invoice_id in action.invoice_ids)


def _parts(
    case: Case,
    amount: int,
    late: int,
    p90: int,
    deadline: CaseDeadline | None,
    as_of: int,
    states: tuple[Standing, ...],
) -> tuple[tuple[Part, float], ...]:
    shares: dict[Part, float] = {
        "amount": min(1.0, amount / p90) if p90 else 0.0,
        "days_late": min(1.0, late / LATE_IN_FULL_DAYS),
        "default": min(1.0, case.default_probability / DEFAULT_IN_FULL),
        "habit": case.habit or 0.0,
        "deadline": float(deadline is not None and as_of <= deadline.day <= as_of + DEADLINE_NEAR_DAYS),
    }
    parts = [(name, WEIGHTS[name] * share) for name, share in shares.items()]
    if any(state.broken for state in states):
        parts.append(("broken_promise", BROKEN_PROMISE_POINTS))
    if any(state.disputed_since is not None and state.dispute_owner for state in states):
        parts.append(("dispute", DISPUTE_POINTS))
    return tuple((name, points) for name, points in parts if points)
