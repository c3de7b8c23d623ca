"""When suppliers are paid: on the due date, late, in two runs a month, early for a discount; what the law says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from forecasting.dates import business_day_from, legal_limit, month_end, to_date, to_day
from forecasting.latepayment import late_interest
from forecasting.ledger import NO_DAY, Ledger
from forecasting.ledger_build import InvoiceRecord
from forecasting.ledger_edit import rebuilt, records_of
from forecasting.money import apply_rate

PolicyKind = Literal["habit", "due", "late", "runs", "discount"]
POLICIES: Final[tuple[PolicyKind, ...]] = ("habit", "due", "late", "runs", "discount")
#: The two days of the month on which payment runs leave; the month end is the second.
_MID_MONTH: Final = 15
_YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierPolicy:
    """How the company pays: as it is used to (`habit`), on the due date, `days` after it, on the first of two monthly runs
    (the 15th, the month end) on or after it, or `days` after the invoice for a discount of `discount_rate`."""

    kind: PolicyKind = "habit"
    days: int = 0
    discount_rate: Decimal = Decimal(0)


#: Suppliers are paid as the company is used to.
AS_USUAL: Final = SupplierPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class LateExposure:
    """What a policy exposes to: invoices paid after the legal limit, and what late payment may cost a year.

    beyond_cap counts invoices paid later than the law allows any term, beyond_minor their amount; interest and fixed
    compensation are owed on every invoice paid after its due date, if suppliers ask for them.
    """

    invoices: int
    beyond_cap: int
    beyond_minor: int
    late: int
    interest_minor: int
    fixed_minor: int
    discount_minor: int


def paid_by(ledger: Ledger, policy: SupplierPolicy) -> Ledger:
    """The ledger whose unpaid supplier invoices are paid by the policy, each on its day; `habit` leaves it as it is.

    Days are business days (on or after the policy's day, never before `as_of`). A discount is taken where its day has not
    passed: the amount falls by half_up(amount * rate).
    """
    if policy.kind == "habit":
        return ledger
    untouched = {p.invoice for p in ledger.payments if p.side == "supplier"}
    records = tuple(
        row if k in untouched or not _is_open(row, ledger.as_of) else _paid(row, policy, ledger.as_of)
        for k, row in enumerate(records_of(ledger, "supplier"))
    )
    return rebuilt(ledger, suppliers=records)


def _is_open(row: InvoiceRecord, as_of: int) -> bool:
    return row.amount_minor > 0 and (row.paid == NO_DAY or row.paid >= as_of)


def _paid(row: InvoiceRecord, policy: SupplierPolicy, as_of: int) -> InvoiceRecord:
    first = max(as_of, row.issue)
    if policy.kind == "discount":
        early = business_day_from(row.issue + policy.days)
        if early < as_of or early >= row.due:
            return replace(row, paid=business_day_from(max(row.due, first)))
        return replace(row, paid=max(early, first), amount_minor=row.amount_minor - _discount(row, policy))
    wanted = {"due": row.due, "late": row.due + policy.days, "runs": _run_on(max(row.due, first))}[policy.kind]
    return replace(row, paid=business_day_from(max(wanted, first)))


def _discount(row: InvoiceRecord, policy: SupplierPolicy) -> int:
    return apply_rate(row.amount_minor, policy.discount_rate)


def _run_on(day: int) -> int:
    """The 15th or the month end, the first on or after a day."""
    when = to_date(day)
    return to_day(when.replace(day=_MID_MONTH)) if when.day <= _MID_MONTH else to_day(month_end(when))


def annual_rate(discount_rate: Decimal, days_gained: int) -> Decimal:
    """What a discount for paying earlier earns in a year: d / (1 - d) * 365 / days.

    >>> round(annual_rate(Decimal("0.02"), 30), 3)
    Decimal('0.248')
    """
    if days_gained <= 0 or not 0 <= discount_rate < 1:
        raise ValueError("a discount below 1 and some days gained are needed")
    return discount_rate / (1 - discount_rate) * _YEAR_DAYS / days_gained


def exposure(ledger: Ledger, policy: SupplierPolicy) -> LateExposure:
    """What the policy exposes the company to on the supplier invoices of the year to come (domain 3.1, 3.3)."""
    paid = paid_by(ledger, policy)
    before = {row.invoice_id: row.amount_minor for row in records_of(ledger, "supplier")}
    found = LateExposure(
        invoices=0, beyond_cap=0, beyond_minor=0, late=0, interest_minor=0, fixed_minor=0, discount_minor=0
    )
    for row in records_of(paid, "supplier"):
        if not _is_open(row, ledger.as_of) or row.paid == NO_DAY or row.issue >= ledger.as_of + _YEAR_DAYS:
            continue
        beyond = row.paid > to_day(legal_limit(to_date(row.issue)))
        late = row.paid > business_day_from(row.due)
        owed = late_interest(amount_minor=row.amount_minor, due=to_date(row.due), paid=to_date(row.paid)) if late else None
        found = LateExposure(
            invoices=found.invoices + 1,
            beyond_cap=found.beyond_cap + beyond,
            beyond_minor=found.beyond_minor + (row.amount_minor if beyond else 0),
            late=found.late + late,
            interest_minor=found.interest_minor + (owed.interest_minor if owed else 0),
            fixed_minor=found.fixed_minor + (owed.fixed_compensation_minor if owed else 0),
            discount_minor=found.discount_minor + before[row.invoice_id] - row.amount_minor,
        )
    return found
