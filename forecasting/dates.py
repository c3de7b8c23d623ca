"""Days as whole numbers from 1970-01-01, T2 business days, month ends, payment terms and their legal caps."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_EPOCH = date(1970, 1, 1).toordinal()

#: The dates that every door accepts; 31/12/9999 and the like stand for "no date" in the books they come from.
FIRST_DATE: Final = date(1950, 1, 1)
LAST_DATE: Final = date(2150, 12, 31)

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
    import numpy as np  # here alone, so that a due date on the command line does not wait for it

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


_MONTH_END_WORDS = (
    r"(?:fins?\s*(?:de\s*|du\s*)?mois|(?<![a-z])j?\.?f\.?\s?d?\.?\s?m(?![a-z])\.?"
    r"|end\s*of\s*(?:the\s*)?month|(?<![a-z])e\.?o\.?m(?![a-z])\.?|month\s*-?\s*end)"
)
_MONTH_END = re.compile(_MONTH_END_WORDS)
_BEFORE_MONTH_END = re.compile(r"(\d+)\D*?" + _MONTH_END_WORDS)
_AFTER_MONTH_END = re.compile(_MONTH_END_WORDS + r"\s*(?:\+|plus|a)?\s*(\d+)")
_COUNTED_FROM = re.compile(r"(?:from|after|a compter d\w*|apres)(?:\s+(?:the|la))?\s*" + _MONTH_END_WORDS)
_MONTH_DAY = re.compile(r"(?<![a-z])(?:le|the)\s*(\d+)")
_MONTHS = re.compile(r"\d\s*(?:mois|months?)(?![a-z])")
_NET = re.compile(r"net\s*(\d+)")
_AT_ONCE = re.compile(r"comptant|(?<![a-z])cash(?![a-z])|a reception|(?:on|upon) receipt|immediat")
_NUMBER = re.compile(r"\d+")
_DAYS_MAX = 999


def parse_terms(label: str, method: TermsMethod = "A") -> Terms:
    """The terms that a label such as "45 jours fin de mois" says; ValueError where it says none.

    What the label says wins over `method`: "le 10" is C, "fin de mois + 45" is B, no end of month is net. "45 jours fin
    de mois + 10" is the 10th of the month after, so C. Terms in months are refused rather than read as days.

    >>> parse_terms("30 j FDM le 10")
    Terms(days=30, method='C', month_day=10)
    """
    # Accents and no-break spaces fold away, so that "à réception" and "A RECEPTION" are one label.
    folded = unicodedata.normalize("NFKD", label.lower())
    text = " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
    if text.startswith("-") or _MONTHS.search(text):
        raise ValueError(label)
    terms = _month_end_terms(text, method) if _MONTH_END.search(text) or _MONTH_DAY.search(text) else _net_terms(text)
    if terms is None or terms.days > _DAYS_MAX or not 1 <= terms.month_day <= 31:
        raise ValueError(label)
    return terms


def _net_terms(text: str) -> Terms | None:
    """Days from the issue date: "60 nets", "net 30" ("2/10 net 30" too), "30 jours a reception", "comptant"."""
    number = _NET.search(text) or _NUMBER.search(text)
    if number:
        return Terms(days=int(number.group(number.lastindex or 0)), method="net")
    return Terms(days=0, method="net") if _AT_ONCE.search(text) else None


def _month_end_terms(text: str, method: TermsMethod) -> Terms:
    month_day = _MONTH_DAY.search(text)
    if month_day:
        days = _NUMBER.search(text[: month_day.start()] + " " + text[month_day.end() :])
        return Terms(days=int(days.group()) if days else 0, method="C", month_day=int(month_day.group(1)))
    before, after = _BEFORE_MONTH_END.search(text), _AFTER_MONTH_END.search(text)
    if before and after:
        return Terms(days=int(before.group(1)), method="C", month_day=int(after.group(1)))
    if after:
        return Terms(days=int(after.group(1)), method="B")
    if before and _COUNTED_FROM.search(text):
        return Terms(days=int(before.group(1)), method="B")
    return Terms(days=int(before.group(1)) if before else 0, method="A" if method == "net" else method)


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


def legal_limit(issue: date, method: TermsMethod = "A") -> date:
    """The latest due date that the law allows of an invoice: issue + 60 days or its 45-EOM date, the later one."""
    return max(issue + timedelta(days=60), due_on(issue, Terms(days=45, method=method)))


def due_date(issue: date, label: str, method: TermsMethod = "A") -> DueDate:
    """The due date that a label gives, and whether it is legal: on or before issue + 60 days or the 45-EOM date."""
    terms = parse_terms(label, method)
    due = due_on(issue, terms)
    cap_method: TermsMethod = "B" if terms.method == "B" else "A"
    limit = legal_limit(issue, cap_method)
    return DueDate(due=due, method=terms.method, legal=due <= limit, legal_limit=limit)
