"""Why a partner, or an invoice, is expected to pay when it is: the figures behind, the steps from the default curve to a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.learning import Behaviour, hazards
from forecasting.behaviour.library import CELLS, FIRST, LAST, library_hazards
from forecasting.behaviour.overrides import overridden
from forecasting.behaviour.profiles import partner_hazards
from forecasting.behaviour.runs import payment_chances
from forecasting.behaviour.shrinkage import PARTNER_PRIOR, SMOOTH_PRIOR
from forecasting.ledger import NO_DAY
from forecasting.overrides import NONE, Overrides

Floats = npt.NDArray[np.float64]

#: A settlement day is named where its rule has at least this weight.
RULE_WEIGHT_MIN: Final = 0.5
#: Days whose payments are set against the rest as drift, and the payments that no drift weighs.
DRIFT_DAYS: Final = 56
_DRIFT_PRIOR: Final = 10.0
#: Positions of the clock on which a median is looked for.
_REACH: Final = 400

StepCode = Literal["library", "everybody", "segment", "partner", "due_weekday", "already_late", "calendar", "override"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerBehaviour:
    """How one partner pays; delays in clock steps after the due date (business days where the clock counts them).

    paid, open: invoices; median, p10, p90: of its curve (the middle 80 %); own_weight: n / (n + 11), what its own history
    weighs against its peers; together: share of its paid invoices that came with another one on the same day;
    run_share: variance that its invoices share on a day; usual_day: code of the settlement rule, "" where none stands
    out, with its weight; usual_weekday 0 to 6 with its share of payments, -1 without payments; drift: mean delay of the
    last 56 days less the rest, shrunk by 10 payments.
    """

    partner_id: str
    segment: str
    paid: int
    open: int
    median: int
    p10: int
    p90: int
    own_weight: float
    together: float
    run_share: float
    usual_day: str
    usual_day_weight: float
    usual_weekday: int
    usual_weekday_share: float
    drift: float
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step towards an invoice's date: its median in calendar days after the due date, and what the step changed."""

    code: StepCode
    days_after_due: int
    change_days: int


def partner_behaviours(behaviour: Behaviour, history: PaymentHistory) -> tuple[PartnerBehaviour, ...]:
    """How each partner with an invoice pays, in the order of the ledger."""
    counts, settlement = behaviour.curves.counts, behaviour.curves.settlement
    partners = np.unique(history.partner)
    low, middle, high = _quantiles(partner_hazards(behaviour, partners.astype(np.intp)))
    is_open = np.bincount(history.partner[history.is_open], minlength=history.partners)
    together, drift = _together(history), _drift(behaviour, history)
    rule = settlement.weight[:, :-1].argmax(axis=1)
    weekday = counts.weekday_paid.argmax(axis=1)
    rows = []
    for place, c in enumerate(partners.tolist()):
        number = float(counts.number[c])
        weight = float(settlement.weight[c, rule[c]])
        named = weight >= RULE_WEIGHT_MIN
        rows.append(
            PartnerBehaviour(
                partner_id=history.partner_id[c],
                segment=history.segment_name[history.segment[c]],
                paid=int(number),
                open=int(is_open[c]),
                median=int(middle[place]),
                p10=int(low[place]),
                p90=int(high[place]),
                own_weight=number / (number + PARTNER_PRIOR + SMOOTH_PRIOR),
                together=float(together[c]),
                run_share=float(behaviour.run_share[c]),
                usual_day=behaviour.rules.names[rule[c]] if named else "",
                usual_day_weight=weight if named else 0.0,
                usual_weekday=int(weekday[c]) if number else -1,
                usual_weekday_share=float(counts.weekday_paid[c, weekday[c]] / number) if number else 0.0,
                drift=float(drift[c]),
                assumed=not number,
            )
        )
    return tuple(rows)


def waterfall(behaviour: Behaviour, history: PaymentHistory, row: int, overrides: Overrides = NONE) -> tuple[Step, ...]:
    """The steps from the default curve to the date of one open invoice (`row` of the history), in days of the median.

    Each step is a level of the chain: the library, everybody, the segment, the partner, this weekday of the due date;
    then what is known (still open today), then the calendar and the odds layer, then what the user or the ledger knows
    better, where that moves it. The last step is the forecast's median.
    """
    curves, clock = behaviour.curves, behaviour.clock
    partner, due = int(history.partner[row]), int(history.due[row])
    start, today = int(clock.at(history.issue[row])), int(clock.at(history.as_of))
    due_at = int(clock.at(due))
    own = curves.partner[partner]
    levels: tuple[tuple[StepCode, Floats], ...] = (
        ("library", library_hazards(5 / 7 if clock.business else 1.0)),
        ("everybody", curves.common),
        ("segment", curves.segment[curves.segment_of[partner]]),
        ("partner", own),
        ("due_weekday", curves.weekday_of(partner, due)),
    )
    medians = [(code, _median(curve, start, due_at)) for code, curve in levels]
    medians.append(("already_late", _median(levels[-1][1], max(start, today), due_at)))
    days = [(code, int(clock.day[min(at, len(clock.day) - 1)]) - due) for code, at in medians]
    invoice = history.take(np.array([row]))
    day, hazard, _ = hazards(behaviour, curves, invoice, 2 * _REACH)
    plain = _median_day(hazard, day)
    days.append(("calendar", (int(day[-1]) if plain is None else plain) - due))
    said = _median_day(overridden(hazard, day, invoice, clock, overrides), day)
    if said is not None and said != plain:
        days.append(("override", said - due))
    steps, before = [], 0
    for code, after in days:
        steps.append(Step(code=code, days_after_due=after, change_days=after - before))
        before = after
    return tuple(steps)


def _median_day(hazard: Floats, day: npt.NDArray[np.int32]) -> int | None:
    """The day by which one invoice is more likely paid than not; None where none of the days is."""
    reached = np.cumsum(payment_chances(hazard)[0])
    at = int(np.searchsorted(reached, 0.5))
    return int(day[at]) if at < len(day) else None


def _median(curve: Floats, start: int, due_at: int) -> int:
    """The position at which an invoice at risk from `start` on is more likely paid than not."""
    position = np.arange(start, start + _REACH)
    hazard = curve[np.clip(position - due_at, FIRST, LAST) - FIRST]
    reached = np.cumsum(payment_chances(hazard[None, :])[0])
    return int(position[min(int(np.searchsorted(reached, 0.5)), _REACH - 1)])


def _quantiles(hazard: Floats) -> npt.NDArray[np.int64]:
    """The 10, 50 and 90 % delays of curves, in clock steps; int64 (3, k)."""
    reached = np.cumsum(payment_chances(hazard), axis=1)
    cell = np.stack([(reached < level).sum(axis=1) for level in (0.1, 0.5, 0.9)])
    steps: npt.NDArray[np.int64] = np.minimum(cell, CELLS - 1) + FIRST
    return steps


def _together(history: PaymentHistory) -> Floats:
    """Share of each partner's paid invoices that were paid on the same day as another one; float64 (C,)."""
    paid = history.paid != NO_DAY
    key = history.partner[paid].astype(np.int64) << 32 | history.paid[paid].astype(np.int64)
    _, inverse, size = np.unique(key, return_inverse=True, return_counts=True)
    partner = history.partner[paid]
    joint = np.bincount(partner, size[inverse] > 1, history.partners)
    share: Floats = joint / np.maximum(np.bincount(partner, minlength=history.partners), 1)
    return share


def _drift(behaviour: Behaviour, history: PaymentHistory) -> Floats:
    """Mean delay of what was paid in the last 56 days less the rest, shrunk by 10 payments; clock steps (C,)."""
    paid = history.paid != NO_DAY
    at = behaviour.clock.at
    delay = at(history.paid[paid]).astype(np.float64) - at(history.due[paid])
    partner = history.partner[paid]
    recent = history.paid[paid] >= history.as_of - DRIFT_DAYS
    size = history.partners

    def mean(rows: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
        number = np.bincount(partner[rows], minlength=size).astype(np.float64)
        return np.bincount(partner[rows], delay[rows], size) / np.maximum(number, 1), number

    (new, new_number), (old, old_number) = mean(recent), mean(~recent)
    both = (new_number > 0) & (old_number > 0)
    drift: Floats = np.where(both, (new - old) * new_number / (new_number + _DRIFT_PRIOR), 0.0)
    return drift
