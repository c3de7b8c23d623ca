"""Statutory interest on late payments by semester, with the fixed compensation.

Sources: Code de commerce L441-10 II and D441-5 (France), Code de la commande publique R2192-31 (French public buyers),
directive 2011/7/EU articles 2(7), 3 and 6. The base is the amount with VAT still due; simple interest over 365 days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final, Literal

from forecasting.errors import InputRejected, problem
from forecasting.money import round_ratio
from forecasting.reference_rates import ReferenceRate, reference_rate, semester_start

RateSelection = Literal["per_semester", "at_payment_date", "at_start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A country's rule for late payments between firms (or to a public buyer).

    rate = reference, rounded up to a multiple of `reference_rounding` where there is one, + `margin`. `rate_selection`
    says which day's reference counts. `compensation` holds (amount up to and including it, compensation) in minor
    units, ascending, None for the rest.
    """

    margin: Decimal
    rate_selection: RateSelection = "per_semester"
    reference_rounding: Decimal | None = None
    compensation: tuple[tuple[int | None, int], ...] = ((None, 40_00),)


#: Regimes by ISO country code, `EU` for the directive's own minimum. Spain, Italy, the Netherlands, Portugal and
#: Luxembourg stand as the profession knows them, not yet held against the text of their laws.
REGIMES: Final[dict[str, Regime]] = {
    "FR": Regime(margin=Decimal("0.10")),
    "FR-PUBLIC": Regime(margin=Decimal("0.08"), rate_selection="at_start"),
    "EU": Regime(margin=Decimal("0.08")),
    "BE": Regime(margin=Decimal("0.08"), reference_rounding=Decimal("0.005")),
    "IE": Regime(
        margin=Decimal("0.08"),
        rate_selection="at_payment_date",
        compensation=((1_000_00, 40_00), (10_000_00, 70_00), (None, 100_00)),
    ),
    **{country: Regime(margin=Decimal("0.08")) for country in ("ES", "IT", "LU", "NL", "PT")},
}

#: Countries whose base rate is not the ECB's: a problem until their series is filled, never a guess.
BASE_SERIES_MISSING: Final = frozenset({"AT", "DE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Days of one semester at one rate on one balance; `first` and `last` are both included."""

    semester: date
    first: date
    last: date
    rate: Decimal
    principal_minor: int

    @property
    def days(self) -> int:
        """How many days bear interest."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LateInterest:
    """What a late payment owes on top; `provisional` where a reference rate is not confirmed yet."""

    interest_minor: int
    fixed_compensation_minor: int
    segments: tuple[Segment, ...]
    provisional: bool

    @property
    def days(self) -> int:
        """How many days bear interest."""
        return sum(segment.days for segment in self.segments)


def late_interest(
    *,
    amount_minor: int,
    due: date,
    paid: date,
    country: str = "FR",
    margin: Decimal | None = None,
    contract_rate: Decimal | None = None,
    part_payments: Iterable[tuple[date, int]] = (),
    judgment: date | None = None,
) -> LateInterest:
    """The interest and fixed compensation owed on an invoice paid late, segment by segment.

    interest = sum over the days from due + 1 to paid, both included, of balance(day) * rate(day) / 365, rounded once.
    The balance is that of the morning: a part payment's own day still bears interest on the old balance, one on or
    before the due date bears none. Nothing is owed when paid on or before the due date. `margin` replaces the country's
    margin, `contract_rate` the whole statutory rate. From the day after `judgment` no interest runs, and an invoice
    still open on that day owes no fixed compensation. Raises InputRejected where no rate is known.
    """
    payments = sorted(part_payments)
    regime = _regime(country)
    end = min(paid, judgment) if judgment else paid
    principal = amount_minor - sum(part for day, part in payments if day <= due)
    if paid <= due or principal <= 0:
        return LateInterest(interest_minor=0, fixed_compensation_minor=0, segments=(), provisional=False)
    rates = _Rates(regime, margin, contract_rate, due + timedelta(days=1), paid)
    segments = tuple(_segments(principal, due, end, [(d, p) for d, p in payments if d > due], rates))
    owed = sum((segment.principal_minor * segment.days * segment.rate for segment in segments), Decimal(0))
    numerator, denominator = owed.as_integer_ratio()
    forbidden = judgment is not None and judgment < paid
    return LateInterest(
        interest_minor=round_ratio(numerator, denominator * 365),
        fixed_compensation_minor=0 if forbidden else _compensation(regime, principal),
        segments=segments,
        provisional=any(rates.provisional(segment.semester) for segment in segments),
    )


def statutory_rate(country: str, semester: date) -> tuple[Decimal, bool]:
    """The rate per year of a country in a semester, with whether it is provisional; InputRejected where unknown.

    >>> statutory_rate("FR", date(2024, 1, 1))
    (Decimal('0.145'), False)
    """
    rates = _Rates(_regime(country), None, None, semester, semester)
    return rates.of(semester), rates.provisional(semester)


class _Rates:
    """Which rate holds in a semester under a regime."""

    def __init__(
        self, regime: Regime, margin: Decimal | None, contract_rate: Decimal | None, first: date, paid: date
    ) -> None:
        self._regime, self._contract_rate = regime, contract_rate
        self._margin = regime.margin if margin is None else margin
        self._first, self._paid = first, paid

    def _reference(self, semester: date) -> ReferenceRate:
        selection = self._regime.rate_selection
        if selection == "at_payment_date":
            semester = semester_start(self._paid)
        elif selection == "at_start":
            semester = semester_start(self._first)
        reference = reference_rate(semester)
        if reference is None:
            raise InputRejected((problem("latepayment.no_rate", semester=semester),))
        return reference

    def of(self, semester: date) -> Decimal:
        if self._contract_rate is not None:
            return self._contract_rate
        reference, step = self._reference(semester).rate, self._regime.reference_rounding
        if step is not None:
            reference = (reference / step).to_integral_value(rounding=ROUND_CEILING) * step
        return (reference + self._margin).normalize()

    def provisional(self, semester: date) -> bool:
        return self._contract_rate is None and self._reference(semester).status == "provisional"


def _regime(country: str) -> Regime:
    code = country.upper()
    if code in REGIMES:
        return REGIMES[code]
    name = "latepayment.base_series_missing" if code in BASE_SERIES_MISSING else "latepayment.unknown_country"
    raise InputRejected((problem(name, country=country, known=", ".join(REGIMES)),))


def _segments(balance: int, due: date, end: date, payments: list[tuple[date, int]], rates: _Rates) -> Iterable[Segment]:
    """Runs of days with one semester, rate and balance, from the day after `due` to `end`."""
    day = due + timedelta(days=1)
    while day <= end and balance > 0:
        semester = semester_start(day)
        next_semester = date(day.year, 7, 1) if semester.month == 1 else date(day.year + 1, 1, 1)
        last = min([end, next_semester - timedelta(days=1), *(paid for paid, _ in payments if paid >= day)])
        yield Segment(semester=semester, first=day, last=last, rate=rates.of(semester), principal_minor=balance)
        balance -= sum(part for paid, part in payments if day <= paid <= last)
        day = last + timedelta(days=1)


def _compensation(regime: Regime, principal_minor: int) -> int:
    return next(paid for bound, paid in regime.compensation if bound is None or principal_minor <= bound)
