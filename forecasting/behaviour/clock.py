"""The clock by which partners pay: business days with their bank holidays where payments follow them, else every day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.behaviour.history import PaymentHistory
from forecasting.ledger import NO_DAY, Days

#: Below this share of payments on Saturdays and Sundays the clock counts business days.
WEEKEND_SHARE_MAX: Final = 0.03
#: Fewer payments than this do not show on which days partners pay: business days are taken.
PAYMENTS_TO_JUDGE: Final = 30
#: On a day on which banks are closed a payment is this much rarer than on its neighbours (book-keeping slips).
CLOSED_RATE: Final = 0.1
#: By how much another calendar must explain the payments better than the first one (log-likelihood).
EVIDENCE_MIN: Final = 3.0
#: Calendar days before the first invoice and after the last projected day that the clock knows.
_MARGIN: Final = 420
#: A position nearer than this to the month end knows its signed distance, further ones say "far".
MONTH_REACH: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holidays:
    """Bank holidays of a country or a market as sorted day numbers; the code names it (ISO country, or a market)."""

    code: str
    days: Days


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clock:
    """Numbers the days on which partners pay.

    `position` int32 (days,): open days before each calendar day from `first` on, so that a closed day has the number of
    the next open one; `weekdays` int32 (days,) counts Mondays to Fridays alone, holidays or not (every day where no day
    is closed). Per position p, (m,): `day` its calendar day, `weekday` 0 to 6, `month_offset` calendar days from
    the nearest month end (0 the last day, 1 the first), `after_closed`, `before_closed`: beside a holiday.
    """

    first: int
    business: bool
    holidays: str
    position: npt.NDArray[np.int32]
    weekdays: npt.NDArray[np.int32]
    day: Days
    weekday: npt.NDArray[np.int8]
    month_offset: npt.NDArray[np.int8]
    after_closed: npt.NDArray[np.bool_]
    before_closed: npt.NDArray[np.bool_]

    def at(self, days: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """The position of calendar days (of the next open day where closed); shape of `days`."""
        index = np.clip(np.asarray(days, dtype=np.int64) - self.first, 0, len(self.position) - 1)
        return self.position[index]

    def weekdays_between(self, start: npt.NDArray[np.int32], end: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Mondays to Fridays from one calendar day to another, holidays counted (negative when `end` is before)."""
        last = len(self.weekdays) - 1
        first = self.weekdays[np.clip(start.astype(np.int64) - self.first, 0, last)]
        return self.weekdays[np.clip(end.astype(np.int64) - self.first, 0, last)].astype(np.int64) - first


def choose_clock(history: PaymentHistory, candidates: Sequence[Holidays], horizon_days: int = 1_500) -> Clock:
    """The clock of a history: business days unless payments fall on week-ends too, with the calendar that fits best.

    Each candidate is scored by the log-likelihood of its holidays being closed: per holiday on a working day
    0.9 m + n log 0.1, with n the partners who paid that day and m their mean number on the same weekday one and two
    weeks before and after. The first candidate is the country setting: another one needs
    a clear lead.
    """
    paid = history.paid[history.paid != NO_DAY]
    weekend = (paid.astype(np.int64) + 3) % 7 >= 5
    if len(paid) > PAYMENTS_TO_JUDGE and weekend.mean() >= WEEKEND_SHARE_MAX:
        return build_clock(history, None, horizon_days)
    if len(candidates) == 1:
        return build_clock(history, candidates[0], horizon_days)
    scores = [_closed_score(history, holidays) for holidays in candidates]
    best = int(np.argmax(scores)) if scores and max(scores) > scores[0] + EVIDENCE_MIN else 0
    return build_clock(
        history, candidates[best] if candidates else Holidays(code="", days=np.zeros(0, np.int32)), horizon_days
    )


def _closed_score(history: PaymentHistory, holidays: Holidays) -> float:
    """How much better "closed" explains the payments around a calendar's holidays than "open"."""
    known = history.paid != NO_DAY
    if not known.any():
        return 0.0
    runs = np.unique(history.paid[known].astype(np.int64) * history.partners + history.partner[known]) // history.partners
    first, last = int(runs.min()), int(runs.max())
    payers = np.bincount(runs - first + 14, minlength=last - first + 29)
    inside = holidays.days[(holidays.days > first + 13) & (holidays.days < last - 13)].astype(np.int64)
    inside = inside[(inside + 3) % 7 < 5] - first + 14
    usual = np.mean([payers[inside + shift] for shift in (-14, -7, 7, 14)], axis=0)
    return float(((1 - CLOSED_RATE) * usual + payers[inside] * np.log(CLOSED_RATE)).sum())


def build_clock(history: PaymentHistory, holidays: Holidays | None, horizon_days: int) -> Clock:
    """The clock over the days of a history and `horizon_days` after it; without holidays every day is open."""
    earliest = min(int(history.issue.min()), int(history.due.min())) if len(history) else history.as_of
    latest = max(int(history.due.max()) if len(history) else 0, history.as_of + horizon_days)
    first = earliest - _MARGIN
    days = np.arange(first, latest + _MARGIN, dtype=np.int64)
    weekday = (days + 3) % 7
    is_open = np.ones(len(days), dtype=np.bool_) if holidays is None else (weekday < 5) & ~np.isin(days, holidays.days)
    working = is_open if holidays is None else weekday < 5
    day = days[is_open]
    gap = np.diff(day, prepend=day[0] - 1, append=day[-1] + 1)
    week = weekday[is_open]
    regular_before = np.where(week == 0, 3, 1) if holidays is not None else np.ones(len(day), dtype=np.int64)
    regular_after = np.where(week == 4, 3, 1) if holidays is not None else np.ones(len(day), dtype=np.int64)
    return Clock(
        first=first,
        business=holidays is not None,
        holidays="" if holidays is None else holidays.code,
        position=(np.cumsum(is_open) - is_open).astype(np.int32),
        weekdays=(np.cumsum(working) - working).astype(np.int32),
        day=day.astype(np.int32),
        weekday=week.astype(np.int8),
        month_offset=_month_offset(day),
        after_closed=gap[:-1] > regular_before,
        before_closed=gap[1:] > regular_after,
    )


def _month_offset(day: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Signed calendar days from the nearest month end, within `MONTH_REACH`; int8 (m,)."""
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    of_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    offset = np.where(of_month < length / 2, of_month + 1, of_month + 1 - length)
    clipped: npt.NDArray[np.int8] = np.clip(offset, -MONTH_REACH, MONTH_REACH).astype(np.int8)
    return clipped
