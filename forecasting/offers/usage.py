"""How a factor's account is used on one path: means, guards, working capital with the factor and without it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.factoring.guards import Alert, Usage, alerts
from forecasting.ledger import Amounts, Invoices, Ledger
from forecasting.money import round_ratio
from forecasting.simulation.facts import InvoiceEvents, PathFacts
from forecasting.simulation.path import PathResult

#: What leaves the bank for business; the factor and the insurer are left out.
_OUT: Final = frozenset({"supplier_payment", "planned_flow", "vat_payment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanUse:
    """The account's means from the first day on which anything is assigned; minor units, rounded half away from zero.

    `used_minor` is the mean of max(U, 0), `ceiling_minor` of max(A, 0); `days` is how many days they are taken over.
    """

    assigned_minor: int
    eligible_minor: int
    reserve_minor: int
    available_minor: int
    used_minor: int
    ceiling_minor: int
    days: int


def mean_use(told: PathResult) -> MeanUse:
    """The account of a path in one line."""
    on = np.flatnonzero(told.assigned_minor)
    since = slice(int(on[0]) if on.size else 0, None)
    ceiling = told.utilisation_minor + told.availability_minor
    return MeanUse(
        assigned_minor=_mean(told.assigned_minor[since]),
        eligible_minor=_mean(told.eligible_minor[since]),
        reserve_minor=_mean(told.reserve_minor[since]),
        available_minor=_mean(told.availability_minor[since]),
        used_minor=_mean(np.maximum(told.utilisation_minor[since], 0)),
        ceiling_minor=_mean(np.maximum(ceiling[since], 0)),
        days=len(told.assigned_minor[since]),
    )


def _mean(amounts: npt.NDArray[np.int64]) -> int:
    return round_ratio(int(amounts.sum()), len(amounts)) if len(amounts) else 0


def guards(told: PathResult, baseline: PathResult) -> tuple[Alert, ...]:
    """The guards of domain 1.5 on a path, beside the same path without the factor."""
    days = len(told.balance_minor)
    transfer, outflow = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    for flow in told.flows:
        k = flow.day - told.first_day
        if flow.category == "factor_transfer":
            transfer[k] += flow.amount_minor
        elif flow.category in _OUT and flow.amount_minor < 0:
            outflow[k] -= flow.amount_minor
    return alerts(
        Usage(
            first_day=told.first_day,
            utilisation=told.utilisation_minor,
            reserve=told.reserve_minor,
            availability=told.availability_minor,
            transfer=transfer,
            baseline=baseline.balance_minor,
            outflow=outflow,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCapital:
    """Working capital that trade ties up, means over the days of a path, without stock (which no ledger here knows).

    `need_minor` = customers owe - suppliers are owed; with the factor less the funds in use. Days are of the turnover
    with VAT of the same days, None where nothing is sold. `reported_days` of sales leave out what the factor owns,
    `economic_days` count it.
    """

    need_minor: int
    with_factor_minor: int
    need_days: Fraction | None
    with_factor_days: Fraction | None
    economic_days: Fraction | None
    reported_days: Fraction | None
    net_debt_minor: int


def working_capital(ledger: Ledger, facts: PathFacts, told: PathResult) -> WorkingCapital:
    """The working-capital need with the factor and without it, in money and in days of turnover.

    Days = mean / (turnover with VAT of the H days / H). What a path never pays is not counted as owed.
    """
    days = len(told.balance_minor)
    owed = outstanding(ledger.customers, facts.receipts, ledger.as_of, days)
    owing = outstanding(ledger.suppliers, facts.payments, ledger.as_of, days)
    sold = _sold(ledger.customers, ledger.as_of, days)
    used = np.maximum(told.utilisation_minor, 0)

    def in_days(amount: int) -> Fraction | None:
        return Fraction(amount * days, sold) if sold > 0 else None

    receivable, payable, funds = _mean(owed), _mean(owing), _mean(used)
    kept = _mean(np.maximum(owed - told.assigned_minor, 0))
    return WorkingCapital(
        need_minor=receivable - payable,
        with_factor_minor=receivable - payable - funds,
        need_days=in_days(receivable - payable),
        with_factor_days=in_days(receivable - payable - funds),
        economic_days=in_days(receivable),
        reported_days=in_days(kept),
        net_debt_minor=funds,
    )


def outstanding(invoices: Invoices, payments: InvoiceEvents, first: int, days: int) -> Amounts:
    """What is open at the end of each of H days of the invoices that a path pays; int64 (H,), minor units."""
    change = np.zeros(days + 1, dtype=np.int64)
    start = np.clip(invoices.issue[payments.invoice] - first, 0, days)
    stop = np.clip(payments.day - first, 0, days)
    amount = np.abs(payments.amount_minor)
    live = start < stop
    np.add.at(change, start[live], amount[live])
    np.add.at(change, stop[live], -amount[live])
    balance: Amounts = change[:-1].cumsum()
    return balance


def _sold(customers: Invoices, first: int, days: int) -> int:
    within = (customers.issue >= first) & (customers.issue < first + days)
    return int(customers.amount_minor[within].sum())
