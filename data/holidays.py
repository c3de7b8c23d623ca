"""Bank holidays by country, from the `holidays` library, as plain arrays for the core."""

from __future__ import annotations

from typing import Final

import holidays
import numpy as np

from forecasting.behaviour import Holidays
from forecasting.dates import to_date, to_day

#: The country of a company that does not say.
COUNTRY_DEFAULT: Final = "FR"
#: The days on which payments between euro banks settle.
T2: Final = "XECB"
#: Calendars tried where no country is set, in this order; the first wins ties.
CANDIDATES: Final = (COUNTRY_DEFAULT, T2, "US", "CA", "GB", "DE", "BE", "ES", "IT", "NL", "CH")
#: Years before and after the given days that a calendar covers.
_MARGIN_YEARS: Final = 5


def bank_holidays(country: str, first_day: int, last_day: int) -> Holidays:
    """The bank holidays of a country (ISO code), or of `T2`, around a range of days; ValueError where it is not known."""
    years = range(to_date(first_day).year - 1, to_date(last_day).year + _MARGIN_YEARS + 1)
    try:
        market = holidays.financial_holidays if country == T2 else holidays.country_holidays
        known = market(country, years=years)
    except NotImplementedError as error:
        raise ValueError(country) from error
    days = np.array(sorted(to_day(when) for when in known), dtype=np.int32)
    days.setflags(write=False)
    return Holidays(code=country, days=days)


def calendars(first_day: int, last_day: int, country: str = "") -> tuple[Holidays, ...]:
    """The calendar of the set country alone; the candidates to choose from where none is set."""
    names = (country,) if country else CANDIDATES
    return tuple(bank_holidays(name, first_day, last_day) for name in names)
