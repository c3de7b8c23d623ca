"""What a policy costs over three years: premium, tax and fees with the bonus or malus that claims bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from forecasting.dates import add_months, to_date, to_day
from forecasting.insurance.policy import InsurancePolicy
from forecasting.insurance.premium import charges, first_year_bill, loss_ratio, malus_change, next_bill, premium_basis
from forecasting.ledger import Ledger

YEARS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyYear:
    """One insurance year: what is billed with its tax and fees, what is paid out, and what that does to the next year.

    `change` is the bonus (below 0) or malus that this year's claims bring to the next; None in the last year shown.
    """

    year: int
    premium_minor: int
    tax_and_fees_minor: int
    indemnity_minor: int
    ratio: Fraction | None
    change: Decimal | None

    @property
    def cost_minor(self) -> int:
        """Premium, tax and fees less what the policy pays."""
        return self.premium_minor + self.tax_and_fees_minor - self.indemnity_minor


def three_years(policy: InsurancePolicy, ledger: Ledger, indemnities: Mapping[int, int]) -> tuple[PolicyYear, ...]:
    """Three insurance years with the claims given by year (0 is the first); renewed each year, whatever the policy says.

    Year k bills round((minimum, else rate * planned turnover) * (1 + change of year k - 1)), with tax and fees.
    """
    if policy.start_day is None:
        return ()
    renewed, basis = replace(policy, renewal=True, end_day=None), premium_basis(policy, ledger)
    start = to_date(policy.start_day)
    last = to_day(add_months(start, 12 * YEARS)) - 1
    found, billed = [], first_year_bill(policy, basis)
    every = charges(renewed, basis, indemnities, last)
    for year in range(YEARS):
        first, end = (to_day(add_months(start, 12 * k)) for k in (year, year + 1))
        of_year = [c for c in every if first <= c.day < end]
        premium = sum(c.amount_minor for c in of_year if c.kind != "yearly_fee")
        added = sum(c.tax_minor + (c.amount_minor if c.kind == "yearly_fee" else 0) for c in of_year)
        paid = indemnities.get(year, 0)
        ratio = loss_ratio(policy, basis, billed, paid)
        change = malus_change(policy, ratio) if year < YEARS - 1 else None
        found.append(
            PolicyYear(
                year=year,
                premium_minor=premium,
                tax_and_fees_minor=added,
                indemnity_minor=paid,
                ratio=ratio,
                change=change,
            )
        )
        billed = next_bill(policy, basis, billed, paid)
    return tuple(found)


def total_cost_3y(years: tuple[PolicyYear, ...]) -> int:
    """Premium, tax and fees of three years less what the policy pays; minor units."""
    return sum(year.cost_minor for year in years)
