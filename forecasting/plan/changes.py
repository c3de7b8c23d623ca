"""Several what-ifs at once, one after the other, so that what each of them changes can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from forecasting.ledger import NO_DAY, Ledger
from forecasting.ledger_edit import rebuilt
from forecasting.plan.credit import Credit, with_credit
from forecasting.plan.suppliers import AS_USUAL, SupplierPolicy, paid_by
from forecasting.plan.whatif import AddedOrder, Who, scaled, shifted_terms, with_order, without

StepCode = Literal["lost", "sales", "order", "purchases", "customer_terms", "supplier_terms", "policy", "wages", "credit"]
#: The name that an assumed order's invoice carries.
ORDER_NAME: Final = "plan"
_WAGES: Final = frozenset({"wages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A big order: who orders, how much with VAT, invoiced so many days from `as_of`, paid so many days later.

    cost_rate: the purchases that it takes, as a share of its amount, invoiced 30 days before (at the earliest `as_of`) and
    due 30 days later.
    """

    partner_id: str
    amount_minor: int
    in_days: int
    due_days: int
    cost_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What may change in the business to come; nothing where a field is left as it is.

    lost: a customer that orders nothing any more. sales_rate, purchases_rate: plus or minus, of all amounts to come.
    customer_days, supplier_days: added to payment terms, of `segment` alone where it is named. wages_days: wages are paid so
    many days later (earlier below 0). policy: when suppliers are paid. credit: a loan or a confirmed line beside the plan.
    """

    lost: str = ""
    sales_rate: Decimal = Decimal(0)
    order: Order | None = None
    purchases_rate: Decimal = Decimal(0)
    customer_days: int = 0
    segment: str = ""
    supplier_days: int = 0
    wages_days: int = 0
    policy: SupplierPolicy = AS_USUAL
    credit: Credit | None = None


def steps(ledger: Ledger, changes: Changes) -> tuple[tuple[StepCode, Ledger], ...]:
    """The ledgers on the way, each with one change more than the one before; the last one has all of them.

    Empty where nothing changes. Raises ValueError where an order has no amount or no customer.
    """
    found, now = [], ledger
    for code, change in _wanted(changes):
        now = change(now)
        found.append((code, now))
    return tuple(found)


def _wanted(changes: Changes) -> Iterator[tuple[StepCode, Callable[[Ledger], Ledger]]]:
    customers, suppliers = Who(side="customer"), Who(side="supplier")
    if changes.lost:
        yield "lost", lambda ledger: without(ledger, Who(side="customer", partner_id=changes.lost))
    if changes.sales_rate:
        yield "sales", lambda ledger: scaled(ledger, customers, changes.sales_rate)
    if changes.order is not None:
        order = changes.order
        yield "order", lambda ledger: with_order(ledger, _added(ledger, order))
    if changes.purchases_rate:
        yield "purchases", lambda ledger: scaled(ledger, suppliers, changes.purchases_rate)
    if changes.customer_days:
        who = Who(side="customer", segment=changes.segment)
        yield "customer_terms", lambda ledger: shifted_terms(ledger, who, changes.customer_days)
    if changes.supplier_days:
        yield "supplier_terms", lambda ledger: shifted_terms(ledger, suppliers, changes.supplier_days)
    if changes.policy.kind != "habit":
        yield "policy", lambda ledger: paid_by(ledger, changes.policy)
    if changes.wages_days:
        yield "wages", lambda ledger: _later_wages(ledger, changes.wages_days)
    if changes.credit is not None:
        credit = changes.credit
        yield "credit", lambda ledger: with_credit(ledger, credit)


def _added(ledger: Ledger, order: Order) -> AddedOrder:
    issue = ledger.as_of + order.in_days
    cost = int((order.amount_minor * order.cost_rate).to_integral_value())
    start = max(ledger.as_of, issue - 30)
    return AddedOrder(
        name=ORDER_NAME,
        partner_id=order.partner_id,
        issue=issue,
        due=issue + order.due_days,
        amount_minor=order.amount_minor,
        supplier_id=_largest_supplier(ledger) if cost else "",
        cost_minor=cost,
        cost_issue=start if cost else NO_DAY,
        cost_due=start + 30 if cost else NO_DAY,
    )


def _largest_supplier(ledger: Ledger) -> str:
    """The supplier with the largest sum of invoices, who delivers what an order takes; the customer's own id else."""
    bought: dict[int, int] = {}
    side = ledger.suppliers
    for partner, amount in zip(side.partner.tolist(), side.amount_minor.tolist(), strict=True):
        bought[partner] = bought.get(partner, 0) + amount
    if not bought:
        return "suppliers"
    return ledger.partners[max(bought, key=lambda p: (bought[p], -p))].partner_id


def _later_wages(ledger: Ledger, days: int) -> Ledger:
    flows = (replace(f, day=f.day + days) if f.category in _WAGES else f for f in ledger.planned_flows)
    return rebuilt(ledger, planned_flows=tuple(flows))
