"""Text from a file as a day, an amount, a rate or a flag, or as the code of what is wrong with it.

These are the doors of the file interface: ISO dates, amounts with a point, rates as decimals. Nothing is guessed here;
files that people export in their own styles go through `data.importers`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from forecasting.dates import FIRST_DATE, LAST_DATE, to_day
from forecasting.errors import Problem
from forecasting.money import AMOUNT_LIMIT_MINOR, to_minor, to_text

#: Rates carry at most this many decimals, so that interest of a month stays within 64 bits.
RATE_DECIMALS_MAX: Final = 6
#: A quoted text in a sentence is cut here.
_SHOWN_MAX: Final = 40

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FLAGS: Final = {"true": True, "false": False, "1": True, "0": False}


class BadValue(ValueError):
    """A text that is not what its place asks for; `at` makes a problem of it."""

    def __init__(self, code: str, text: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = (("text", shown(text)), *((name, str(value)) for name, value in values.items()))

    def at(self, *, file: str = "", row: int | None = None, column: str = "") -> Problem:
        """The problem of that text in its place."""
        return Problem(code=self.code, values=self.values, file=file, row=row, column=column)


def shown(text: str) -> str:
    """A text as a sentence quotes it: one line, cut after 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_MAX else line[: _SHOWN_MAX - 1] + "…"


def parse_date(text: str) -> date:
    """An ISO date between 1950 and 2150, such as 2026-03-31."""
    if not _ISO_DATE.fullmatch(text):
        raise BadValue("value.bad_date", text)
    try:
        when = date.fromisoformat(text)
    except ValueError as error:
        raise BadValue("value.no_such_date", text) from error
    return checked_date(when)


def checked_date(when: date) -> date:
    """A date, where it lies between 1950 and 2150."""
    if not FIRST_DATE <= when <= LAST_DATE:
        raise BadValue("value.date_out_of_range", when.isoformat(), first=FIRST_DATE, last=LAST_DATE)
    return when


def parse_day(text: str) -> int:
    """The day number of an ISO date."""
    return to_day(parse_date(text))


def parse_amount(text: str, exponent: int) -> int:
    """Minor units of an amount such as 1234.56 in a currency with `exponent` decimals."""
    if not _NUMBER.fullmatch(text):
        raise BadValue("value.bad_amount", text)
    whole, _, decimals = text.partition(".")
    if len(decimals.rstrip("0")) > exponent:
        raise BadValue("value.fraction_of_cent", text, decimals=exponent)
    if len(whole) > 20 or abs(minor := to_minor(text, exponent)) > AMOUNT_LIMIT_MINOR:
        raise BadValue("value.amount_too_large", text, limit=to_text(AMOUNT_LIMIT_MINOR, exponent))
    return minor


def parse_positive_amount(text: str, exponent: int) -> int:
    """Minor units of an amount that is 0 or more."""
    minor = parse_amount(text, exponent)
    if minor < 0:
        raise BadValue("value.negative", text)
    return minor


def parse_rate(text: str) -> Decimal:
    """A rate as a decimal, such as 0.008 for 0.8 %."""
    if not _NUMBER.fullmatch(text):
        raise BadValue("value.bad_rate", text)
    _, _, decimals = text.partition(".")
    if len(decimals.rstrip("0")) > RATE_DECIMALS_MAX:
        raise BadValue("value.rate_too_fine", text, decimals=RATE_DECIMALS_MAX)
    if abs(rate := Decimal(text)) > 1_000:
        raise BadValue("value.rate_out_of_range", text)
    return rate


def parse_positive_rate(text: str) -> Decimal:
    """A rate that is 0 or more."""
    rate = parse_rate(text)
    if rate < 0:
        raise BadValue("value.negative", text)
    return rate


def parse_share(text: str) -> Decimal:
    """A rate between 0 and 1, such as 0.9 for 90 %."""
    return checked_share(parse_rate(text), text)


def checked_share(rate: Decimal, text: str) -> Decimal:
    """A rate, where it lies between 0 and 1; a percentage is told how it is written."""
    if 0 <= rate <= 1:
        return rate
    percent = rate if 1 < rate <= 100 else Decimal(90)
    raise BadValue(
        "value.share_out_of_range", text, percent=f"{percent.normalize():f}", share=f"{(percent / 100).normalize():f}"
    )


def parse_whole(text: str) -> int:
    """A whole number that is 0 or more."""
    if not _WHOLE.fullmatch(text):
        raise BadValue("value.bad_number", text)
    number = int(text)
    if number < 0:
        raise BadValue("value.negative", text)
    return number


def parse_flag(text: str) -> bool:
    """true or false."""
    if text.lower() not in _FLAGS:
        raise BadValue("value.bad_flag", text)
    return _FLAGS[text.lower()]


def parse_currency(text: str) -> str:
    """An ISO 4217 code such as EUR."""
    if not _CURRENCY.fullmatch(text):
        raise BadValue("value.bad_currency", text)
    return text
