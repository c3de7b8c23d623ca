"""Days as whole numbers from 1970-01-01, T2 business days, month ends, payment terms and their legal caps."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

_EPOCH = date(1970, 1, 1).toordinal()

TermsMethod = Literal["A", "B", "C", "net"]


def to_day(when: date) -> int:
    """The day number of a date.

    >>> to_day(date(1970, 1, 2))
    1
    """
    return when.toordinal() - _EPOCH


def to_date(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(int(day) + _EPOCH)


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus 1991, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


@lru_cache(maxsize=512)
def t2_holidays(year: int) -> frozenset[date]:
    """Days other than week-ends on which the T2 settlement system is closed (domain C2)."""
    easter = easter_sunday(year)
    return frozenset(
        {
            date(year, 1, 1),
            easter - timedelta(days=2),
            easter + timedelta(days=1),
            date(year, 5, 1),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


@lru_cache(maxsize=65_536)
def is_business_day(day: int) -> bool:
    """Whether T2 is open on that day."""
    when = to_date(day)
    return when.weekday() < 5 and when not in t2_holidays(when.year)


def business_day_from(day: int) -> int:
    """The first business day on or after a day."""
    while not is_business_day(day):
        day += 1
    return day


def add_business_days(day: int, count: int) -> int:
    """The count-th business day after a day; for a count of 0 the first business day on or after it.

    >>> to_date(add_business_days(to_day(date(2026, 3, 7)), 1)).isoformat()  # a Saturday + 1 is Monday
    '2026-03-09'
    """
    if count == 0:
        return business_day_from(day)
    for _ in range(count):
        day = business_day_from(day + 1)
    return day


def business_table(first: int, days: int) -> npt.NDArray[np.bool_]:
    """For `days` days from `first` on, whether each is a business day; bool (days,)."""
    return np.fromiter((is_business_day(first + k) for k in range(days)), dtype=np.bool_, count=days)


def month_end(when: date) -> date:
    """The last day of a date's month."""
    return when.replace(day=calendar.monthrange(when.year, when.month)[1])


def add_months(when: date, months: int) -> date:
    """The same day of the month `months` later, clamped to that month's end."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    return date(year, month + 1, min(when.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Payment terms: `days`, end-of-month method (or `net`), and the day of the following month under method C."""

    days: int
    method: TermsMethod
    month_day: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """A due date with the method used and its place under the law (Code de commerce L441-10 I)."""

    due: date
    method: TermsMethod
    legal: bool
    legal_limit: date


_END_OF_MONTH = re.compile(
    r"fin\s*(?:de\s*)?mois|\bf\.?\s*d?\.?\s*m\b\.?|end\s*of\s*(?:the\s*)?month|\be\.?o\.?m\b\.?|month\s*end"
)
_AFTER_MONTH = re.compile(
    r"(?:fin\s*(?:de\s*)?mois|\bfdm\b|end\s*of\s*(?:the\s*)?month|\beom\b|month\s*end)\s*(?:\+|plus)?\s*(\d{1,3})(?!\d)"
)
_MONTH_DAY = re.compile(r"\b(?:le|the|on\s+the)\s*(\d{1,2})(?:er|st|nd|rd|th)?\b")
_AT_ONCE = re.compile(r"comptant|\bcash\b|à\s*réception|a\s*reception|on\s*receipt|immediate|imm[ée]diat")
_NUMBER = re.compile(r"\d{1,3}")


def parse_terms(label: str, method: TermsMethod = "A") -> Terms:
    """The terms that a label such as "45 jours fin de mois" says; ValueError where it says none.

    What the label says wins over `method`: "le 10" is method C, "fin de mois + 45" is B, no end of month is net.
    """
    text = " ".join(label.lower().replace("\u00a0", " ").replace("\u202f", " ").split())
    at_month_end = _END_OF_MONTH.search(text)
    if not at_month_end:
        if _AT_ONCE.search(text):
            return Terms(days=0, method="net")
        number = _NUMBER.search(text)
        if not number:
            raise ValueError(label)
        return Terms(days=int(number.group()), method="net")
    month_day = _MONTH_DAY.search(text)
    if month_day and not 1 <= int(month_day.group(1)) <= 31:
        raise ValueError(label)
    rest = text.replace(month_day.group(), " ") if month_day else text
    after = _AFTER_MONTH.search(rest)
    number = _NUMBER.search(rest)
    days = int(number.group()) if number else 0
    if month_day:
        return Terms(days=days, method="C", month_day=int(month_day.group(1)))
    if after:
        return Terms(days=int(after.group(1)), method="B")
    return Terms(days=days, method="A" if method == "net" else method)


def due_on(issue: date, terms: Terms) -> date:
    """The due date of an invoice under given terms (domain 3.2).

    A: eom(issue + n). B: eom(issue) + n. C: day k of the month after eom(issue + n), the month end if shorter.
    net: issue + n.
    """
    if terms.method == "net":
        return issue + timedelta(days=terms.days)
    if terms.method == "B":
        return month_end(issue) + timedelta(days=terms.days)
    end = month_end(issue + timedelta(days=terms.days))
    if terms.method == "A":
        return end
    following = end + timedelta(days=1)
    return following.replace(day=min(terms.month_day, month_end(following).day))


def due_date(issue: date, label: str, method: TermsMethod = "A") -> DueDate:
    """The due date that a label gives, and whether it is legal: on or before issue + 60 days or the 45-EOM date."""
    terms = parse_terms(label, method)
    due = due_on(issue, terms)
    cap_method: TermsMethod = "B" if terms.method == "B" else "A"
    limit = max(issue + timedelta(days=60), due_on(issue, Terms(days=45, method=cap_method)))
    return DueDate(due=due, method=terms.method, legal=due <= limit, legal_limit=limit)
