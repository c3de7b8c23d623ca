"""The dated reference rate of late-payment law: the ECB's rate for main refinancing operations, step by step.

Sources: Banque de France, table of key rates, up to 2024-10-23; the steps from 2024-12-18 to 2025-06-11 from the ECB's
own announcements, agreeing with pages that print 2.15 from June 2025 to February 2026; the step of 2026-06-17 from one
secondary page alone, so provisional. To add a decision, append its row; to confirm one, change its status.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Status = Literal["source", "announced", "provisional"]


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """A rate per year that holds from a day on, with how surely it is known."""

    start: date
    rate: Decimal
    status: Status


#: (first day, points, status)
_STEPS: Final[tuple[tuple[str, str, Status], ...]] = (
    ("2008-07-09", "4.25", "source"),
    ("2008-10-15", "3.75", "source"),
    ("2008-11-12", "3.25", "source"),
    ("2008-12-10", "2.50", "source"),
    ("2009-01-21", "2.00", "source"),
    ("2009-03-11", "1.50", "source"),
    ("2009-04-08", "1.25", "source"),
    ("2009-05-13", "1.00", "source"),
    ("2011-04-13", "1.25", "source"),
    ("2011-07-13", "1.50", "source"),
    ("2011-11-09", "1.25", "source"),
    ("2011-12-14", "1.00", "source"),
    ("2012-07-11", "0.75", "source"),
    ("2013-05-08", "0.50", "source"),
    ("2013-11-13", "0.25", "source"),
    ("2014-06-11", "0.15", "source"),
    ("2014-09-10", "0.05", "source"),
    ("2016-03-16", "0.00", "source"),
    ("2022-07-27", "0.50", "source"),
    ("2022-09-14", "1.25", "source"),
    ("2022-11-02", "2.00", "source"),
    ("2022-12-21", "2.50", "source"),
    ("2023-02-08", "3.00", "source"),
    ("2023-03-22", "3.50", "source"),
    ("2023-05-10", "3.75", "source"),
    ("2023-06-21", "4.00", "source"),
    ("2023-08-02", "4.25", "source"),
    ("2023-09-20", "4.50", "source"),
    ("2024-06-12", "4.25", "source"),
    ("2024-09-18", "3.65", "source"),
    ("2024-10-23", "3.40", "source"),
    ("2024-12-18", "3.15", "announced"),
    ("2025-02-05", "2.90", "announced"),
    ("2025-03-12", "2.65", "announced"),
    ("2025-04-23", "2.40", "announced"),
    ("2025-06-11", "2.15", "announced"),
    ("2026-06-17", "2.40", "provisional"),
)

#: After this day no decision is known: the last rate goes on, as provisional.
KNOWN_UNTIL: Final = date(2026, 12, 31)

MAIN_REFINANCING: Final[tuple[ReferenceRate, ...]] = tuple(
    ReferenceRate(date.fromisoformat(start), Decimal(points) / 100, status) for start, points, status in _STEPS
)


def semester_start(day: date) -> date:
    """The 1 January or 1 July on or before a day."""
    return date(day.year, 7 if day.month >= 7 else 1, 1)


def reference_rate(semester: date) -> ReferenceRate | None:
    """The main refinancing rate in force on the first day of a semester; None before the table begins.

    >>> reference_rate(date(2024, 7, 1)).rate
    Decimal('0.0425')
    """
    known = [step for step in MAIN_REFINANCING if step.start <= semester]
    if not known:
        return None
    if semester > KNOWN_UNTIL:
        return ReferenceRate(known[-1].start, known[-1].rate, "provisional")
    return known[-1]
