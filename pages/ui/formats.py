"""Numbers and dates as each language writes them; an integer becomes text here, once.

Narrow no-break spaces, true minus signs and the order of unit and number follow section 4 of the design tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from forecasting.dates import to_date, to_day
from forecasting.money import Currency, round_ratio
from pages.ui.i18n import Language

NARROW: Final = "\u202f"
NO_BREAK: Final = "\u00a0"
MINUS: Final = "\u2212"
#: Keeps a sign and the currency symbol after it on one line.
JOINER: Final = "\u2060"
UNKNOWN: Final = "—"
_LOCALES: Final[dict[Language, str]] = {"fr": "fr_FR", "en": "en_GB"}
_GROUPS: Final[dict[Language, str]] = {"fr": NARROW, "en": ","}
_SPACES: Final = dict.fromkeys(map(ord, " \t\u00a0\u202f\u2007\u2009\u2060"), None)


@lru_cache(maxsize=256)
def _symbol(currency: str, locale: str) -> str:
    return str(get_currency_symbol(currency, locale))


#: Ten months: from then on a day without its year could be that of last month.
_FAR_DAYS: Final = 300


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes and reads numbers and dates of one language in one currency.

    Screens show whole thousands of the currency's unit (`1 284 k€`); tables of entries show cents.
    """

    language: Language
    currency: str = "EUR"

    @property
    def locale(self) -> str:
        """The locale that stands for the language: French of France, English of Britain."""
        return _LOCALES[self.language]

    @property
    def symbol(self) -> str:
        """The currency as people write it: €, F CFA, TND."""
        return _symbol(self.currency, self.locale)

    @property
    def unit(self) -> str:
        """The unit of screens, as in a panel's title: k€ in French, €k in English."""
        return f"k{self.symbol}" if self.language == "fr" else f"{self.symbol}k"

    # ── amounts ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def thousands(self, amount_minor: int) -> int:
        """Whole thousands of the currency's unit, halves away from zero: the only figure that a screen shows."""
        return round_ratio(int(amount_minor), 1000 * 10 ** Currency(self.currency).exponent)

    def whole(self, number: int, *, signed: bool = False) -> str:
        """A whole number with its thousands apart; `signed` writes the plus too, zero stays bare."""
        return f"{self._sign(number, signed)}{abs(number):,}".replace(",", _GROUPS[self.language])

    def amount(self, amount_minor: int, *, signed: bool = False) -> str:
        """An amount in thousands with its unit: 1 284 k€ or €1,284k."""
        return self.of_thousands(self.thousands(amount_minor), signed=signed)

    def amounts(self, amounts_minor: Iterable[int]) -> list[str]:
        """Many amounts as `amount` writes each: a curve's days, of which many read alike."""
        per, texts = 1000 * 10 ** Currency(self.currency).exponent, dict[int, str]()
        thousands = [round_ratio(int(amount), per) for amount in amounts_minor]
        for number in thousands:
            if number not in texts:
                texts[number] = self.of_thousands(number)
        return [texts[number] for number in thousands]

    def of_thousands(self, thousands: int, *, signed: bool = False) -> str:
        """Whole thousands with their unit; differences are taken between such numbers so that they add up on screen."""
        if self.language == "fr":
            return f"{self.whole(thousands, signed=signed)}{NO_BREAK}k{self.symbol}"
        sign = self._sign(thousands, signed)
        return f"{sign}{JOINER if sign else ''}{self.symbol}{self.whole(abs(thousands))}k"

    def cents(self, amount_minor: int | None, *, signed: bool = False, symbol: bool = True) -> str:
        """An exact amount as tables of entries show it: 1 234,56 € or €1,234.56; unknown is a dash."""
        if amount_minor is None:
            return UNKNOWN
        exponent = Currency(self.currency).exponent
        value = Decimal(abs(int(amount_minor))).scaleb(-exponent)
        text = str(format_decimal(value, format="#,##0" + ("." + "0" * exponent if exponent else ""), locale=self.locale))
        sign = self._sign(int(amount_minor), signed)
        if not symbol:
            return f"{sign}{text}"
        if self.language == "fr":
            return f"{sign}{text}{NO_BREAK}{self.symbol}"
        return f"{sign}{JOINER if sign else ''}{self.symbol}{text}"

    def units(self, amount_minor: int, *, signed: bool = False) -> str:
        """Whole units of the currency, without its symbol: 19 750."""
        return self.whole(round_ratio(int(amount_minor), 10 ** Currency(self.currency).exponent), signed=signed)

    def range(self, low: str, high: str) -> str:
        """A range between two written numbers: −993 à +462."""
        return f"{low} {'à' if self.language == 'fr' else 'to'} {high}"

    def from_to(self, before: str, after: str) -> str:
        """What a number was and becomes: de +818 à +1 655."""
        return f"de {before} à {after}" if self.language == "fr" else f"from {before} to {after}"

    # ── shares and factors ───────────────────────────────────────────────────────────────────────────────────────────

    def percent(self, share: float | Decimal, *, digits: int = 0) -> str:
        """A share as a percentage: 7,0 % or 7.0%."""
        value = Decimal(str(share)) * 100
        text = str(format_decimal(abs(value), format="#,##0" + ("." + "0" * digits if digits else ""), locale=self.locale))
        sign = MINUS if value < 0 and text.strip("0.,") else ""
        return f"{sign}{text}{NARROW if self.language == 'fr' else ''}%"

    def chance(self, probability: float) -> str:
        """A probability in whole percent that never claims certainty: < 1 % and > 99 % at the ends."""
        gap = NARROW if self.language == "fr" else ""
        if 0 < probability < 0.005:
            return f"<{gap}{self.percent(0.01)}"
        if 0.995 < probability < 1:
            return f">{gap}{self.percent(0.99)}"
        return self.percent(probability)

    def factor(self, factor: float | Decimal) -> str:
        """A multiplier: ×1,5 or ×1.5."""
        return f"×{self.decimal(Decimal(str(factor)))}"

    def decimal(self, value: Decimal, *, digits: int | None = None) -> str:
        """A decimal number as typed in forms: 0,25; as many digits as it has, or exactly `digits`."""
        pattern = "#,##0.######" if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
        text = str(format_decimal(abs(value), format=pattern, locale=self.locale))
        return f"{MINUS if value < 0 else ''}{text}"

    def _sign(self, number: int, signed: bool) -> str:
        if number < 0:
            return MINUS
        return "+" if signed and number > 0 else ""

    # ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def day(self, day: int | date, *, markup: bool = False) -> str:
        """A day without its year: 27 juin, 1ᵉʳ févr.; `markup` raises the ordinal by a tag for figures."""
        when = day if isinstance(day, date) else to_date(day)
        return self._ordinal(str(format_date(when, "d MMM", locale=self.locale)), when, markup)

    def spoken_day(self, day: int | date, since: int | None = None) -> str:
        """A day inside a sentence: 5 juillet (a shortened month would end in a second full stop), 5 Jul.

        since: the day on which it is said; with its year where it lies so far ahead that a nearer one could be meant.
        """
        when = day if isinstance(day, date) else to_date(day)
        if since is not None and to_day(when) - since > _FAR_DAYS:
            return self.long_day(when)
        pattern = "d MMMM" if self.language == "fr" else "d MMM"
        return self._ordinal(str(format_date(when, pattern, locale=self.locale)), when, False)

    def day_year(self, day: int | date) -> str:
        """A day with its year, months shortened: 27 juin 2027."""
        when = day if isinstance(day, date) else to_date(day)
        return self._ordinal(str(format_date(when, "d MMM y", locale=self.locale)), when, False)

    def long_day(self, day: int | date) -> str:
        """A day written out: 20 novembre 2026."""
        when = day if isinstance(day, date) else to_date(day)
        return self._ordinal(str(format_date(when, "d MMMM y", locale=self.locale)), when, False)

    def month(self, day: int | date) -> str:
        """The month of an axis: janv. or Jan."""
        when = day if isinstance(day, date) else to_date(day)
        return str(format_date(when, "MMM", locale=self.locale))

    def month_year(self, day: int | date) -> str:
        """The month of a column: nov. 2026 or Nov 2026."""
        when = day if isinstance(day, date) else to_date(day)
        return str(format_date(when, "MMM y", locale=self.locale))

    def hour(self, moment: datetime) -> str:
        """The time of day: 9 h 42, 18 h or 9:42 am, 6 pm."""
        if self.language == "fr":
            return f"{moment.hour}{NO_BREAK}h" + (f"{NO_BREAK}{moment.minute:02d}" if moment.minute else "")
        half = "am" if moment.hour < 12 else "pm"
        clock = f"{(moment.hour + 11) % 12 + 1}" + (f":{moment.minute:02d}" if moment.minute else "")
        return f"{clock}{NO_BREAK}{half}"

    def short_date(self, day: int | date | None) -> str:
        """A date of a table: 27/06/2027; unknown is a dash."""
        if day is None:
            return UNKNOWN
        when = day if isinstance(day, date) else to_date(day)
        return f"{when:%d/%m/%Y}"

    def _ordinal(self, text: str, when: date, markup: bool) -> str:
        if self.language == "fr" and when.day == 1:
            return ("1<sup>er</sup>" if markup else "1ᵉʳ") + text[1:]
        return text

    # ── what people type ─────────────────────────────────────────────────────────────────────────────────────────────

    def read_decimal(self, text: str) -> Decimal:
        """The number that a person typed, with any kind of space, currency or percent sign; ValueError otherwise.

        Where both marks stand, the last one is the decimal mark. A lone mark followed by exactly three digits parts
        thousands in the language that uses it so: `1,234` in English, `1.234` in French unless it starts with 0.
        """
        plain = text.translate(_SPACES).replace(MINUS, "-").replace(self.symbol, "").replace("€", "").rstrip("%")
        own, foreign = (",", ".") if self.language == "fr" else (".", ",")
        if own in plain and foreign in plain:
            grouping = own if plain.rfind(own) < plain.rfind(foreign) else foreign
            plain = plain.replace(grouping, "")
        elif foreign in plain:
            head, _, tail = plain.rpartition(foreign)
            if len(tail) == 3 and head.strip("-+")[:1] not in ("", "0"):
                plain = plain.replace(foreign, "")
        plain = plain.replace(",", ".")
        try:
            value = Decimal(plain)
        except InvalidOperation as error:
            raise ValueError(text) from error
        if not value.is_finite() or "e" in plain.lower():
            raise ValueError(text)
        return value

    def read_amount(self, text: str) -> int:
        """Minor units of the amount that a person typed; ValueError where it is none or has a fraction of a cent."""
        scaled = self.read_decimal(text).scaleb(Currency(self.currency).exponent)
        if scaled != scaled.to_integral_value():
            raise ValueError(text)
        return int(scaled)
