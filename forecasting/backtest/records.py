"""The records of a backtest: weeks, misses, errors by partner and by method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Method = Literal["ours", "due_date", "due_date_and_mean"]
METHODS: Final[tuple[Method, ...]] = ("ours", "due_date", "due_date_and_mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekResult:
    """One week of one origin: what came in and what each method had said, in minor units; `week` counts from 0."""

    origin: int
    week: int
    actual_minor: int
    p10_minor: int
    p50_minor: int
    p90_minor: int
    due_date_minor: int
    due_date_and_mean_minor: int

    @property
    def inside_80(self) -> bool:
        """Whether what came in fell in the 80 % band."""
        return self.p10_minor <= self.actual_minor <= self.p90_minor

    def said(self, method: Method) -> int:
        """What a method had said of the week."""
        return {
            "ours": self.p50_minor,
            "due_date": self.due_date_minor,
            "due_date_and_mean": self.due_date_and_mean_minor,
        }[method]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekAhead:
    """All forecasts of the week that lay `week` weeks ahead (0: the next one): error by method as a share of what came in."""

    week: int
    error: tuple[tuple[Method, float], ...]
    inside_80: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A forecast that was far off: the invoice's row in the ledger's columns, its days (NO_DAY: still open) and its partner's
    median that day. `late_days` is how late it already was at the origin (negative: not yet due)."""

    origin: int
    row: int
    partner: int
    amount_minor: int
    due: int
    forecast: int
    paid: int
    late_days: int
    error_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerError:
    """Mean absolute error in days over the judged invoices of a partner."""

    partner: int
    invoices: int
    ours: float
    due_date: float
    due_date_and_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The model against what happened, over rolling origins.

    mean_absolute_error_days and weekly_error (sum of absolute errors over sum of receipts, weeks 1 to 4) by method;
    coverage_80: share of weeks inside the band; calibration: share of payments in each tenth of the forecast
    distribution (0.1 each when right); `invoices` judged: those whose outcome is known or that are 180 days past origin.
    """

    origins: tuple[int, ...]
    invoices: int
    mean_absolute_error_days: tuple[tuple[Method, float], ...]
    weekly_error: tuple[tuple[Method, float], ...]
    coverage_80: float
    band_width: float
    weeks: tuple[WeekResult, ...]
    calibration: tuple[float, ...]
    partners: tuple[PartnerError, ...]
    misses: tuple[Miss, ...]

    def next_weeks(self, count: int = 12) -> tuple[WeekResult, ...]:
        """The week that followed each of the last `count` forecasts, oldest first."""
        return tuple(week for week in self.weeks if week.week == 0)[-count:]

    def ahead(self) -> tuple[WeekAhead, ...]:
        """Errors and coverage by how far ahead the week lay, nearest first."""
        found = []
        for number in sorted({week.week for week in self.weeks}):
            weeks = [week for week in self.weeks if week.week == number]
            actual = max(1, sum(week.actual_minor for week in weeks))
            found.append(
                WeekAhead(
                    week=number,
                    error=tuple((m, sum(abs(w.said(m) - w.actual_minor) for w in weeks) / actual) for m in METHODS),
                    inside_80=sum(week.inside_80 for week in weeks),
                    count=len(weeks),
                )
            )
        return tuple(found)
