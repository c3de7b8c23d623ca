"""A confirmed credit line or a loan beside the plan: what other money than a factor's does to the lowest point, and its price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from forecasting.dates import add_months, to_date, to_day
from forecasting.ledger import Ledger, PlannedFlow
from forecasting.ledger_build import with_credit_line
from forecasting.ledger_edit import rebuilt
from forecasting.money import apply_rate
from forecasting.plan.loan import Loan, loan_flows, schedule

CreditKind = Literal["loan", "line"]
_QUARTERS: Final = 4
LABEL: Final = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A loan of `months` equal instalments paid out on the first day, or a confirmed line.

    The line adds to the authorised overdraft; its `rate_pa` prices the whole negative balance, and `fee_rate` (a year, of
    the line) is paid each quarter whether it is drawn or not.
    """

    kind: CreditKind
    amount_minor: int
    rate_pa: Decimal
    months: int = 36
    fee_rate: Decimal = Decimal(0)


def with_credit(ledger: Ledger, credit: Credit) -> Ledger:
    """The ledger with the credit in it: a loan's money and instalments, or a line's limit, price and fees."""
    if credit.kind == "loan":
        paid_out = PlannedFlow(day=ledger.as_of, amount_minor=credit.amount_minor, category="loan", label=LABEL)
        return rebuilt(ledger, planned_flows=(*ledger.planned_flows, paid_out, *_instalments(ledger, credit)))
    fee = -apply_rate(credit.amount_minor, credit.fee_rate / _QUARTERS)
    fees = tuple(
        PlannedFlow(
            day=to_day(add_months(to_date(ledger.as_of), 3 * (k + 1))), amount_minor=fee, category="loan", label=LABEL
        )
        for k in range(_QUARTERS)
        if fee
    )
    wider = with_credit_line(ledger, credit.amount_minor, credit.rate_pa)
    return rebuilt(wider, planned_flows=(*ledger.planned_flows, *fees))


def _loan(ledger: Ledger, credit: Credit) -> Loan:
    return Loan(
        principal_minor=credit.amount_minor,
        rate_pa=credit.rate_pa,
        months=credit.months,
        first_day=to_day(add_months(to_date(ledger.as_of), 1)),
        label=LABEL,
    )


def _instalments(ledger: Ledger, credit: Credit) -> tuple[PlannedFlow, ...]:
    return tuple(replace(flow, label=LABEL) for flow in loan_flows(_loan(ledger, credit), ledger.as_of))


def certain_cost_minor(ledger: Ledger, credit: Credit) -> int:
    """What the credit costs in its first year whatever happens: a loan's interest, a line's fees; minor units."""
    if credit.kind == "loan":
        return sum(i.interest_minor for i in schedule(_loan(ledger, credit))[:12])
    return _QUARTERS * apply_rate(credit.amount_minor, credit.fee_rate / _QUARTERS)
