"""A loan as its schedule: equal instalments, what of each is interest, and what is left to repay."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from forecasting.dates import add_months, to_date, to_day
from forecasting.ledger import PlannedFlow
from forecasting.money import round_ratio

#: The longest schedule that is computed.
LOAN_MONTHS_MAX: Final = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A loan paid in: `months` equal instalments, the first on `first_day`; `rate_pa` is the yearly nominal rate."""

    principal_minor: int
    rate_pa: Decimal
    months: int
    first_day: int
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One payment: its day, the interest and the principal in it, and the principal that is left after it."""

    day: int
    interest_minor: int
    principal_minor: int
    left_minor: int

    @property
    def amount_minor(self) -> int:
        """What is paid."""
        return self.interest_minor + self.principal_minor


def schedule(loan: Loan) -> tuple[Instalment, ...]:
    """The instalments: P * i / (1 - (1 + i)^-n) with i = rate / 12, rounded half up; the last one repays what is left.

    Interest of a month: left * i, rounded half up. The principal of all instalments is the loan, to the cent. Raises
    ValueError for a principal or number of months that is not above 0, or over 480 months.
    """
    if loan.principal_minor <= 0 or not 1 <= loan.months <= LOAN_MONTHS_MAX or loan.rate_pa < 0:
        raise ValueError("a loan needs a principal, 1 to 480 months and a rate not below 0")
    rate = Fraction(loan.rate_pa) / 12
    # Enough digits for the cent of any amount, without powers of huge fractions.
    growth = (1 + loan.rate_pa / 12) ** loan.months
    share = Fraction(loan.rate_pa / 12 * growth / (growth - 1)) if loan.rate_pa else Fraction(1, loan.months)
    payment = round_ratio(loan.principal_minor * share.numerator, share.denominator)
    left, first = loan.principal_minor, to_date(loan.first_day)
    found = []
    for k in range(loan.months):
        interest = round_ratio(left * rate.numerator, rate.denominator)
        principal = left if k == loan.months - 1 else min(max(payment - interest, 0), left)
        left -= principal
        found.append(
            Instalment(
                day=to_day(add_months(first, k)), interest_minor=interest, principal_minor=principal, left_minor=left
            )
        )
    return tuple(found)


def loan_flows(loan: Loan, as_of: int) -> tuple[PlannedFlow, ...]:
    """The instalments that are still to come, as planned flows of the category `loan`."""
    return tuple(
        PlannedFlow(day=i.day, amount_minor=-i.amount_minor, category="loan", label=loan.label)
        for i in schedule(loan)
        if i.day >= as_of and i.amount_minor
    )
