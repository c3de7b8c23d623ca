"""Amounts as French, English and Swiss people write them: any kind of space, comma or point, sign before or after."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from forecasting.money import AMOUNT_LIMIT_MINOR, Currency

DecimalMark = Literal[",", "."]

#: Currency signs that name one currency on their own.
SIGNS: Final = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₣": "CHF"}

#: ISO 4217 codes that a company of the region meets; a code outside the list is no currency but a word.
CODES: Final = frozenset(
    re.findall(
        "[A-Z]{3}",
        "EUR USD GBP CHF JPY CNY CAD AUD NZD SEK NOK DKK ISK PLN CZK HUF RON BGN TRY RUB UAH MAD TND DZD EGP XOF XAF XPF "
        "ZAR NGN KES GHS AED SAR QAR KWD BHD OMR JOD ILS INR PKR BDT LKR SGD HKD TWD KRW THB MYR IDR PHP VND BRL MXN ARS "
        "CLP COP PEN UYU MUR MGA RSD ALL MKD BAM GEL AMD AZN KZT",
    )
)

_SPACES: Final = re.compile(r"[\s\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+")
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\u2019": "'"})
_BODY: Final = re.compile(r"[0-9][0-9.,']*|[.,][0-9]+")
_SIDE: Final = re.compile(r"(?<=[0-9])(CR|DR|DB|D|C)$")
_WORD: Final = re.compile(r"^[A-Za-z.]{1,4}|[A-Za-z.]{1,4}$")
#: What stands for an empty cell.
BLANKS: Final = frozenset({"", "-", "--", "n/a", "na", "null", "none", "nan", "#n/a", ".", "nc"})

AmountFault = Literal["bad_amount", "amount_formula", "amount_too_large"]


class AmountError(ValueError):
    """A text that is no amount; `fault` says how."""

    def __init__(self, fault: AmountFault) -> None:
        super().__init__(fault)
        self.fault: AmountFault = fault


@dataclass(frozen=True, slots=True)
class Amount:
    """A number read, the currency written with it ("" where none), and whether it used the other decimal mark."""

    value: Decimal
    currency: str = ""
    other_mark: bool = False


def squeeze(text: str) -> str:
    """The text without spaces of any kind and with plain minus signs and apostrophes."""
    return _SPACES.sub("", text).translate(_MINUS)


def is_blank(text: str) -> bool:
    """Whether a cell says nothing."""
    return squeeze(text).casefold() in BLANKS


def _take_currency(body: str) -> tuple[str, str]:
    """A number without its currency sign or code, and the currency."""
    for sign, code in SIGNS.items():
        if sign in body:
            rest = body.replace(sign, "", 1)
            # "US$", "CA$": the letters before the sign say which dollar.
            prefix = re.match(r"-?(US|CA|AU|NZ|HK|S)(?=[0-9(.,-])", rest)
            dollars = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "HK": "HKD", "S": "SGD"}
            if prefix and sign == "$":
                return rest.replace(prefix.group(1), "", 1), dollars[prefix.group(1)]
            return rest, code
    word = _WORD.search(body)
    if word and word.group().upper() in CODES:
        return body.replace(word.group(), "", 1), word.group().upper()
    if word and word.group().casefold() in {"eur", "euro", "e", "kr", "kr.", "fr.", "fr"} and len(word.group()) < len(body):
        names = {"e": "EUR", "eur": "EUR", "euro": "EUR"}
        return body.replace(word.group(), "", 1), names.get(word.group().casefold(), "")
    return body, ""


def _take_sign(body: str) -> tuple[str, int]:
    """A number without its sign, and the sign; parentheses and a trailing minus are negative, C and CR credit too."""
    sign = 1
    if body.startswith("(") and body.endswith(")"):
        body, sign = body[1:-1], -sign
    side = _SIDE.search(body)
    if side:
        body = body[: side.start()]
        sign = -sign if side.group(1) in {"C", "CR"} else sign
    if body.endswith(("-", "+")):
        sign = -sign if body[-1] == "-" else sign
        body = body[:-1]
    while body.startswith(("-", "+")):
        sign = -sign if body[0] == "-" else sign
        body = body[1:]
    return body, sign


def _grouped(whole: str, separators: str) -> bool:
    """Whether the separators inside a whole number stand every three digits (or, as in India, two before the last)."""
    groups = re.split(f"[{re.escape(separators)}]", whole)
    return len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:]) if len(groups) > 1 else True


def _split(body: str, decimal: DecimalMark) -> tuple[str, str, bool] | None:
    """Whole digits, decimal digits, and whether the other mark was the decimal one; None where it is no number."""
    other = "." if decimal == "," else ","
    for mark, group, is_other in ((decimal, other, False), (other, decimal, True)):
        whole, _, fraction = body.rpartition(mark) if mark in body else (body, "", "")
        if fraction and not fraction.isdigit():
            continue
        if mark in whole or not _grouped(whole, group + "'"):
            continue
        if is_other and mark in body and len(fraction) == 3:
            continue  # three digits after the other mark are a group and not a fraction
        digits = whole.replace(group, "").replace("'", "")
        if (digits or fraction) and (digits + fraction).isdigit():
            return digits or "0", fraction, is_other and bool(fraction)
    return None


def read_amount(text: str, decimal: DecimalMark) -> Amount:
    """The number that a cell says; AmountError where it says none.

    >>> read_amount("1\u202f234,56 €", ",").value, read_amount("(1,234.56)", ".").value
    (Decimal('1234.56'), Decimal('-1234.56'))
    """
    body = squeeze(text)
    if body.startswith(("=", "#")):
        raise AmountError("amount_formula")
    body, sign = _take_sign(body)
    body, currency = _take_currency(body)
    body, second = _take_sign(body)
    if not _BODY.fullmatch(body):
        raise AmountError("bad_amount")
    parts = _split(body, decimal)
    if parts is None:
        raise AmountError("bad_amount")
    whole, fraction, other = parts
    if len(whole) > 15 or len(fraction) > 30:
        raise AmountError("amount_too_large" if len(whole) > 15 else "bad_amount")
    value = Decimal(f"{whole}.{fraction or '0'}") * sign * second
    return Amount(value, currency, other)


def minor_of(value: Decimal, currency: str) -> tuple[int, bool]:
    """Minor units of a number in a currency, halves away from zero, and whether a fraction of a cent was rounded."""
    scaled = value.scaleb(Currency(currency).exponent)
    whole = scaled.to_integral_value(rounding=ROUND_HALF_UP)
    if abs(whole) > AMOUNT_LIMIT_MINOR:
        raise AmountError("amount_too_large")
    # A binary float written out (1719.2600000000002) is no fraction of a cent.
    return int(whole), abs(scaled - whole) > Decimal("0.0001")


def _vote(text: str) -> DecimalMark | None:
    """The decimal mark that one number gives away, None where it could be either."""
    body = re.sub(r"[^0-9.,]", "", squeeze(text))
    commas, points = body.count(","), body.count(".")
    if commas and points:
        return "," if body.rindex(",") > body.rindex(".") else "."
    if commas + points == 0:
        return None
    mark: DecimalMark = "," if commas else "."
    other: DecimalMark = "." if commas else ","
    if commas + points > 1:
        return other
    whole, _, fraction = body.partition(mark)
    if len(fraction) != 3 or len(whole) > 3 or whole in {"0", ""}:
        return mark
    return None


def guess_decimal(samples: Iterable[str]) -> tuple[DecimalMark | None, bool]:
    """The decimal mark of a column by its numbers, and whether they contradict each other.

    None where no number tells. "1,234" alone is a group of three: money rarely has three decimals.
    """
    votes: dict[DecimalMark, int] = {",": 0, ".": 0}
    grouped: dict[DecimalMark, int] = {",": 0, ".": 0}
    for text in samples:
        vote = _vote(text)
        if vote:
            votes[vote] += 1
        elif "," in text or "." in text:
            grouped["." if "," in text else ","] += 1
    if votes[","] or votes["."]:
        best: DecimalMark = "," if votes[","] >= votes["."] else "."
        return best, bool(votes[","] and votes["."])
    if grouped[","] or grouped["."]:
        return ("," if grouped[","] >= grouped["."] else "."), False
    return None, False
