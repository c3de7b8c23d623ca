"""Columns of text as days, minor units, rates and flags, each different text read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.importers.datestyles import DateError, DateOrder, is_no_date, read_date
from data.importers.numbers import AmountError, DecimalMark, is_blank, minor_of, read_amount
from data.importers.table import Mask, each_different
from data.importers.vocabulary import normalise
from forecasting.dates import to_day
from forecasting.ledger import NO_DAY
from forecasting.money import AMOUNT_LIMIT_MINOR, Currency

Whole = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]

#: Spaces of any kind, as `numbers.squeeze` removes them, in the words of RE2.
_SPACE: Final = r"[\s\x{a0}\x{2000}-\x{200b}\x{202f}\x{205f}\x{3000}]+"
_YES: Final = frozenset(
    {"oui", "o", "yes", "y", "true", "vrai", "1", "x", "en litige", "litige", "disputed", "conteste", "contestee"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayColumn:
    """Days int32 (n,) or NO_DAY; `faults` code → places of the cells that are no date."""

    days: Days
    faults: Mapping[str, npt.NDArray[np.int64]]

    @property
    def given(self) -> Mask:
        """Where there is a day; bool (n,)."""
        return np.asarray(self.days != NO_DAY, np.bool_)


def read_days(column: pa.Array, order: DateOrder) -> DayColumn:
    """A column of dates in one order; blank cells and 00/00/0000 are no day."""
    faults: dict[str, list[int]] = {}

    def read(text: str) -> tuple[int, str]:
        if is_no_date(text):
            return NO_DAY, ""
        try:
            return to_day(read_date(text, order)), ""
        except DateError as error:
            return NO_DAY, error.fault

    if not len(column):
        return DayColumn(days=np.zeros(0, np.int32), faults={})
    answers, which = each_different(column, read)
    days = np.array([day for day, _ in answers], np.int32)[which]
    for number, (_, fault) in enumerate(answers):
        if fault:
            faults.setdefault(fault, []).append(number)
    places = {fault: np.flatnonzero(np.isin(which, numbers)) for fault, numbers in faults.items()}
    return DayColumn(days=days, faults=places)


def without_point_zero(column: pa.Array) -> pa.Array:
    """Numbers of invoices and partners that went through a program that took them for amounts ("1930438491.0"), put right.

    Only where every one of them ends so.
    """
    first = next((t for t in column.slice(0, 100).to_pylist() if t), "")
    if not first.endswith(".0"):
        return column
    whole = pc.match_substring_regex(column, r"^(?:\d+\.0)?$")
    return pc.replace_substring_regex(column, r"\.0$", "") if pc.all(whole).as_py() else column


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountColumn:
    """Minor units int64 (n,), 0 where blank or faulty.

    `given` bool (n,): a number stands there; `faults` code → places; `rounded` places of fractions of a cent;
    `other_mark` places of numbers with the other decimal mark; `signs` currency → places where the cell names it.
    """

    minor: Whole
    given: Mask
    faults: Mapping[str, npt.NDArray[np.int64]]
    rounded: npt.NDArray[np.int64]
    other_mark: npt.NDArray[np.int64]
    signs: Mapping[str, npt.NDArray[np.int64]]


def read_minor(column: pa.Array, decimal: DecimalMark, currency: str) -> AmountColumn:
    """A column of amounts in one currency (or in what the cells themselves name)."""
    nothing = np.zeros(0, np.int64)
    if not len(column):
        return AmountColumn(
            minor=nothing, given=np.zeros(0, np.bool_), faults={}, rounded=nothing, other_mark=nothing, signs={}
        )
    encoded = column.dictionary_encode()
    which = encoded.indices.to_numpy(zero_copy_only=False)
    different = encoded.dictionary
    minor, easy = _plain_hundredths(different, decimal) if Currency(currency).exponent == 2 else _nothing_easy(different)
    given = np.ones(len(different), np.bool_)
    groups: dict[str, list[int]] = {}
    for number in np.flatnonzero(~easy):
        text = different[int(number)].as_py()
        if is_blank(text):
            given[number] = False
        else:
            _careful(text, int(number), decimal, currency, minor, given, groups)

    def places(name: str) -> npt.NDArray[np.int64]:
        return np.flatnonzero(np.isin(which, groups[name])) if name in groups else nothing

    return AmountColumn(
        minor=minor[which],
        given=given[which],
        faults={name: places(name) for name in groups if name in {"bad_amount", "amount_formula", "amount_too_large"}},
        rounded=places("rounded"),
        other_mark=places("other_mark"),
        signs={name[1:]: places(name) for name in groups if name.startswith("$")},
    )


def _nothing_easy(texts: pa.Array) -> tuple[Whole, Mask]:
    return np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)


def _plain_hundredths(texts: pa.Array, decimal: DecimalMark) -> tuple[Whole, Mask]:
    """Hundredths of all plain numbers at once, "1234", "-1 234,56" or "1.234,56", and which texts are such; bool (n,).

    The same as `read_amount` says of each, for a million of them in half a second; everything else needs care.
    """
    mark, group = (",", r"\.") if decimal == "," else (r"\.", ",")
    tight = pc.replace_substring_regex(texts, _SPACE, "")
    whole = pc.match_substring_regex(tight, r"^-?\d{1,12}$")
    fraction = pc.match_substring_regex(tight, rf"^-?(?:\d{{1,12}}|\d{{1,3}}(?:{group}\d{{3}}){{1,3}}){mark}\d{{2}}$")
    easy = pc.or_(whole, fraction)
    digits = pc.replace_substring_regex(pc.if_else(easy, tight, "0"), "[.,]", "")
    minor = pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)
    minor = np.where(whole.to_numpy(zero_copy_only=False), minor * 100, minor)
    small = np.abs(minor) <= AMOUNT_LIMIT_MINOR
    return np.where(small, minor, 0), easy.to_numpy(zero_copy_only=False) & small


def _careful(
    text: str, number: int, decimal: DecimalMark, currency: str, minor: Whole, given: Mask, groups: dict[str, list[int]]
) -> None:
    """One text that is no plain number: its value, or why it has none."""
    try:
        amount = read_amount(text, decimal)
        minor[number], rounded = minor_of(amount.value, amount.currency or currency)
    except AmountError as error:
        given[number] = False
        groups.setdefault(error.fault, []).append(number)
        return
    if rounded:
        groups.setdefault("rounded", []).append(number)
    if amount.other_mark:
        groups.setdefault("other_mark", []).append(number)
    if amount.currency:
        groups.setdefault("$" + amount.currency, []).append(number)


def read_numbers(column: pa.Array, decimal: DecimalMark) -> list[Decimal | None]:
    """A column of plain numbers (quantities, unit prices), None where there is none."""

    def read(text: str) -> Decimal | None:
        try:
            return None if is_blank(text) else read_amount(text.replace("%", ""), decimal).value
        except AmountError:
            return None

    answers, which = each_different(column, read)
    return [answers[i] for i in which]


def read_rates(column: pa.Array, decimal: DecimalMark) -> list[Decimal | None]:
    """A column of VAT rates as fractions: "20", "20 %" and "0,2" are 0.2; None where there is none or it is none.

    Rates above 1 are percents; a column with any of these is a column of percents.
    """
    numbers = read_numbers(column, decimal)
    percent = any(n is not None and n > 1 for n in numbers)
    rates = [None if n is None else n / 100 if percent else n for n in numbers]
    return [r if r is not None and 0 <= r <= 1 else None for r in rates]


def read_flags(column: pa.Array) -> Mask:
    """A column of yes and no; anything else is no."""
    answers, which = each_different(column, lambda text: normalise(text) in _YES)
    return np.array(answers, np.bool_)[which] if answers else np.zeros(0, np.bool_)
