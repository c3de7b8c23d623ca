"""Dates as files write them: which of day, month and year comes first, decided per table and never per cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal

from data.importers.limits import FIRST_YEAR, LAST_YEAR

DateOrder = Literal["ymd", "dmy", "mdy"]
DateFault = Literal["bad_date", "impossible_date", "date_out_of_range"]

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan janv janvier january januar enero ene gennaio gen januari",
            "feb fev fevr fevrier february februar febrero febbraio februari",
            "mar mars march marz mrz maerz marzo maart mrt",
            "apr avr avril april abril abr aprile",
            "may mai mayo maggio mag mei",
            "jun juin june juni junio giugno giu",
            "jul juil juillet july juli julio luglio lug",
            "aug aout august agosto ago augustus",
            "sep sept septembre september septiembre settembre set",
            "oct octobre october oktober okt octubre ottobre ott",
            "nov novembre november noviembre",
            "dec decembre december dezember dez diciembre dic dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_ACCENTS: Final = str.maketrans("éèêûôàçä", "eeeuoaca")
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PARTS: Final = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")
_COMPACT: Final = re.compile(r"\d{8}|\d{6}")
#: A day that went through a program that took it for a number ("20200210.0").
_AS_FLOAT: Final = re.compile(r"(?<=^\d{8})\.0+$")
_SERIAL: Final = re.compile(r"([2-7]\d{4})(?:\.0*)?")
_DAY_NAME: Final = re.compile(
    r"(\d{1,2})(?:er|st|nd|rd|th)?[\s\-/.]+(?:de )?([a-z]{3,10})\.?[\s\-/.,]+(?:de )?(\d{4}|\d{2})"
)
_NAME_DAY: Final = re.compile(r"([a-z]{3,9})\.?[\s\-/.]+(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]+(\d{4})")
_TIME: Final = re.compile(
    r"[T\s]+\d{1,2}[:h]\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:am|pm)?\s*(?:Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_WEEKDAY: Final = re.compile(r"^(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?=\d|[a-z])")
_NO_DATE: Final = re.compile(r"[0\-/. ]+|n/?a|null|none|nan|nat|-")
#: Days that programs write where there is none: SAP, Dynamics, databases, spreadsheets.
_NEVER: Final = frozenset(
    form.format(d=d, m=m, y=y)
    for d, m, y in (
        ("31", "12", "9999"),
        ("31", "12", "2999"),
        ("01", "01", "0001"),
        ("01", "01", "1753"),
        ("01", "01", "1900"),
    )
    for form in ("{d}/{m}/{y}", "{d}.{m}.{y}", "{d}-{m}-{y}", "{m}/{d}/{y}", "{y}-{m}-{d}", "{y}/{m}/{d}", "{y}{m}{d}")
)
_EXCEL_EPOCH: Final = date(1899, 12, 30)


class DateError(ValueError):
    """A text that is no date; `fault` says how."""

    def __init__(self, fault: DateFault) -> None:
        super().__init__(fault)
        self.fault: DateFault = fault


def _tidy(text: str) -> str:
    """Lower case, single spaces, no time of day, no weekday, no accents."""
    text = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).strip("'\"")
    return _WEEKDAY.sub("", _TIME.sub("", _AS_FLOAT.sub("", text)).lower().translate(_ACCENTS)).strip()


def is_no_date(text: str) -> bool:
    """Whether a cell stands for no date at all: empty, 00/00/0000, n/a, the last or first day that a program knows."""
    tidy = _tidy(text)
    return not tidy or tidy in _NEVER or _NO_DATE.fullmatch(tidy) is not None


def _century(year: int) -> int:
    """Years of two digits lie between 1970 and 2069."""
    return year if year >= 100 else year + (2000 if year < 70 else 1900)


def _make(year: int, month: int, day: int) -> date:
    try:
        made = date(_century(year), month, day)
    except ValueError as error:
        raise DateError("impossible_date") from error
    if not FIRST_YEAR <= made.year <= LAST_YEAR:
        raise DateError("date_out_of_range")
    return made


def _compact(digits: str, order: DateOrder) -> date:
    """Eight or six digits without separators."""
    wide = 4 if len(digits) == 8 else 2
    first_is_year = wide == 4 and digits[:2] in {"19", "20"} and int(digits[4:6]) <= 12 and int(digits[6:]) <= 31
    if order == "ymd" or (first_is_year and int(digits[2:4]) > 12):
        return _make(int(digits[:wide]), int(digits[wide : wide + 2]), int(digits[wide + 2 :]))
    first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return _make(year, second, first) if order == "dmy" else _make(year, first, second)


def _by_name(tidy: str) -> date | None:
    """A date with the month as a word, in French or English."""
    found = _DAY_NAME.fullmatch(tidy)
    day, name, year = found.groups() if found else ("", "", "")
    if not found:
        found = _NAME_DAY.fullmatch(tidy)
        name, day, year = found.groups() if found else ("", "", "")
    month = _MONTHS.get(name) or _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
    return _make(int(year), month, int(day)) if found and month else None


def read_date(text: str, order: DateOrder) -> date:
    """The date that a cell says; DateError where it says none or an impossible one such as 31/02.

    ISO dates and month names are read whatever the order; a plain number of five digits is a spreadsheet's day.
    >>> read_date("28/02/2026", "dmy"), read_date("Jan 28 2021", "dmy")
    (datetime.date(2026, 2, 28), datetime.date(2021, 1, 28))
    """
    tidy = _tidy(text)
    if found := _ISO.fullmatch(tidy):
        year, month, day = (int(g) for g in found.groups())
        return _make(year, month, day)
    if found := _PARTS.fullmatch(tidy):
        first, second, last = (int(g) for g in found.groups())
        if order == "ymd" and len(found.group(3)) == 2:
            return _make(first, second, last)
        return _make(last, first, second) if order == "mdy" else _make(last, second, first)
    if _COMPACT.fullmatch(tidy):
        return _compact(tidy, order)
    if found := _SERIAL.fullmatch(tidy):
        return _EXCEL_EPOCH + timedelta(days=int(found.group(1)))
    if named := _by_name(tidy):
        return named
    raise DateError("bad_date")


def _vote(tidy: str) -> DateOrder | None:
    """The order that one date gives away; None where it could be several or is written so that it needs none."""
    if found := _PARTS.fullmatch(tidy):
        first, second = int(found.group(1)), int(found.group(2))
        if first > 12 >= second:
            return "dmy" if first <= 31 else None
        return "mdy" if second > 12 >= first else None
    if _COMPACT.fullmatch(tidy) and len(tidy) == 8:
        if 1900 <= int(tidy[:4]) <= LAST_YEAR and int(tidy[4:6]) <= 12 and not 1900 <= int(tidy[4:]) <= LAST_YEAR:
            return "ymd"
        first, second = int(tidy[:2]), int(tidy[2:4])
        return "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else None
    return None


def guess_order(samples: Iterable[str]) -> tuple[DateOrder | None, bool]:
    """Which of day, month and year comes first, by the dates of a table, and whether they contradict each other.

    None where every date could be read either way.
    """
    votes: dict[DateOrder, int] = {"dmy": 0, "mdy": 0, "ymd": 0}
    for text in samples:
        if vote := _vote(_tidy(text)):
            votes[vote] += 1
    best: DateOrder = max(votes, key=lambda order: votes[order])
    return (best if votes[best] else None), sum(count > 0 for count in votes.values()) > 1


def needs_order(text: str) -> bool:
    """Whether a date is written so that day and month could be exchanged."""
    return _PARTS.fullmatch(_tidy(text)) is not None


def looks_like_date(text: str) -> bool:
    """Whether a cell is a date in some order; plain numbers are not taken for spreadsheet days."""
    tidy = _tidy(text)
    if _SERIAL.fullmatch(tidy) or not tidy:
        return False
    orders: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
    for order in orders:
        try:
            read_date(text, order)
        except DateError as error:
            if error.fault == "bad_date":
                return False
        else:
            return True
    return False
