"""The calendar of reminders of an unpaid invoice: what to do next, on which day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from forecasting.dates import add_business_days, business_day_from, is_business_day

Step = Literal[
    "courtesy",
    "statement",
    "phone",
    "letter",
    "salesperson",
    "formal_notice",
    "stop_delivery",
    "outside_help",
    "legal",
]
#: What one can do about an unpaid invoice, the steps of the calendar and what stands beside it.
Deed = Literal[Step, "declare", "settle_dispute", "await_promise", "instalments"]
#: Why an invoice is not paid (domain 4, rule 3).
Reason = Literal["unknown", "cash_shortage", "dispute", "bad_faith", "admin_error", "oversight"]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
#: What came of a step; `settled` ends a dispute, `refused` ends a promise.
Outcome = Literal["sent", "no_answer", "reached", "promised", "disputed", "settled", "refused"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)

#: Days from the due date, before the shift to a business day (domain 4, default calendar).
CALENDAR: Final[dict[Step, int]] = {
    "courtesy": -7,
    "statement": 1,
    "phone": 3,
    "letter": 8,
    "salesperson": 15,
    "formal_notice": 22,
    "stop_delivery": 30,
    "outside_help": 45,
    "legal": 60,
}
STEPS: Final[tuple[Step, ...]] = tuple(CALENDAR)
#: A courtesy reminder is worth it above this amount, in minor units.
COURTESY_ABOVE_MINOR: Final = 5_000_00
#: A formal notice gives so many days to pay before what it announces is done.
NOTICE_DAYS: Final = 8
#: Calls without an answer before something is written.
CALLS_MAX: Final = 3
#: A dispute has one owner, who has so many business days.
DISPUTE_BUSINESS_DAYS: Final = 5
#: A deadline of the insurer takes the first place in the calendar so many days before.
DECLARE_AHEAD_DAYS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that was done about a customer's invoices, with what came of it; days are whole numbers.

    `sequence` orders actions of one day. `promise_day` stands with the outcome `promised`, `owner` with `disputed`.
    """

    sequence: int
    partner_id: str
    invoice_ids: tuple[str, ...]
    day: int
    step: Step
    outcome: Outcome
    reason: Reason = "unknown"
    promise_day: int | None = None
    owner: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A step with its day, shifted forward to a business day."""

    step: Step
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do next about an invoice, and from which day on."""

    deed: Deed
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an invoice stands after all that was done: its promise, its dispute, the promises that were broken."""

    promise_day: int | None = None
    disputed_since: int | None = None
    dispute_owner: str = ""
    reason: Reason = "unknown"
    broken: int = 0

    @property
    def dispute_deadline(self) -> int | None:
        """The day by which the owner of the dispute must have settled it: five business days."""
        return None if self.disputed_since is None else add_business_days(self.disputed_since, DISPUTE_BUSINESS_DAYS)


def reminders(due: int, open_minor: int) -> tuple[Reminder, ...]:
    """The whole calendar of an invoice, each step on a business day (domain 4); no courtesy reminder of a small amount.

    day(step) = first business day on or after due + CALENDAR[step].
    """
    return tuple(
        Reminder(step=step, day=business_day_from(due + days))
        for step, days in CALENDAR.items()
        if step != "courtesy" or open_minor > COURTESY_ABOVE_MINOR
    )


def standing(actions: Iterable[Action], as_of: int) -> Standing:
    """Where one invoice stands on a morning, from what was done about it, while it is still open.

    A promise is broken on the day after its (business) day. A new promise, a dispute or a refusal replaces the promise
    before it, which counts as broken only if its day had passed by then. A promise, or `settled`, ends a dispute.
    """
    promise: int | None = None
    since: int | None = None
    owner, broken = "", 0
    reason: Reason = "unknown"
    for action in sorted(actions, key=lambda a: a.sequence):
        if action.reason != "unknown":
            reason = action.reason
        if action.outcome not in ("promised", "disputed", "settled", "refused"):
            continue
        broken += promise is not None and _is_broken(promise, action.day)
        promise = action.promise_day if action.outcome == "promised" else None
        if action.outcome == "disputed":
            since, owner = action.day, action.owner
        elif action.outcome != "refused":
            since, owner = None, ""
    if promise is not None and _is_broken(promise, as_of):
        broken, promise = broken + 1, None
    return Standing(promise_day=promise, disputed_since=since, dispute_owner=owner, reason=reason, broken=broken)


def _is_broken(promise_day: int, day: int) -> bool:
    return day > business_day_from(promise_day)


def next_step(
    *, due: int, open_minor: int, as_of: int, actions: Iterable[Action] = (), declare_by: int | None = None
) -> NextStep:
    """What to do next about an open invoice (domain 4): phone first, what was announced on its day, amicable before legal.

    A dispute is settled by its owner before anything else, a promise is awaited. Steps whose day has passed before the
    phone's are left out; after that one step follows the other, never on the same day, and nothing follows a formal notice
    for eight days. A declaration to the insurer due within 15 days comes first, on the last business day that is in time.
    """
    done = tuple(actions)
    now = standing(done, as_of)
    if declare_by is not None and as_of <= declare_by <= as_of + DECLARE_AHEAD_DAYS:
        return NextStep(deed="declare", day=max(as_of, _business_day_to(declare_by)))
    if now.dispute_deadline is not None:
        return NextStep(deed="settle_dispute", day=now.dispute_deadline)
    if now.promise_day is not None:
        return NextStep(deed="await_promise", day=business_day_from(now.promise_day) + 1)
    step = _following(due, open_minor, as_of, done)
    day = business_day_from(max(due + CALENDAR[step], _earliest(done)))
    if step == "legal" and not _may_sue(now, as_of - due):
        return NextStep(deed="instalments", day=day)
    return NextStep(deed=step, day=day)


def _following(due: int, open_minor: int, as_of: int, done: tuple[Action, ...]) -> Step:
    """The first step that is above all that were done; without any, the phone where its day has come."""
    if done:
        reached = max(STEPS.index(action.step) for action in done)
        # Whoever was not reached by phone is called again, three times in all, before anything is written.
        missed = sum(action.step == "phone" and action.outcome == "no_answer" for action in done)
        if STEPS[reached] == "phone" and 0 < missed < CALLS_MAX and _last(done).outcome == "no_answer":
            return "phone"
        return STEPS[min(reached + 1, len(STEPS) - 1)]
    if as_of >= business_day_from(due + CALENDAR["phone"]):
        return "phone"
    first = [r for r in reminders(due, open_minor) if r.day >= as_of]
    return first[0].step


def _earliest(done: tuple[Action, ...]) -> int:
    """The first day on which something more may follow what was done."""
    if not done:
        return 0
    last = _last(done)
    return last.day + (NOTICE_DAYS if last.step == "formal_notice" else 1)


def _last(done: tuple[Action, ...]) -> Action:
    return max(done, key=lambda action: action.sequence)


def _may_sue(now: Standing, days_late: int) -> bool:
    """Rule 9: only after an arrangement was broken, against bad faith or beyond 60 days."""
    return now.broken > 0 and (now.reason == "bad_faith" or days_late > CALENDAR["legal"])


def _business_day_to(day: int) -> int:
    """The last business day on or before a day."""
    while not is_business_day(day):
        day -= 1
    return day
