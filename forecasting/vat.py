"""When VAT is due, returned, relieved on a failed debtor's invoices, given back (domain C5, 2.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, month_end, to_date, to_day
from forecasting.ledger import NO_AMOUNT, NO_DAY, Invoices, Ledger, Side
from forecasting.money import round_ratio
from forecasting.simulation.facts import InvoiceEvents

#: The share before VAT of an amount with VAT, as (numerator, denominator).
NetShare = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class VatReturn:
    """The VAT of one month, paid (above 0) or refunded on the VAT day of the next month."""

    month: int
    day: int
    collected_minor: int
    deductible_minor: int

    @property
    def payable_minor(self) -> int:
        """Collected less deductible."""
        return self.collected_minor - self.deductible_minor


def vat_day_after(day: int, vat_day: int) -> int:
    """The VAT day of the month after a day's month; no business day is sought, a short month ends it."""
    following = add_months(to_date(day).replace(day=1), 1)
    return to_day(following.replace(day=min(vat_day, month_end(following).day)))


def net_share(invoices: Invoices, index: int) -> NetShare:
    """The share of an invoice before VAT: from its net amount where it is given, else 1 / (1 + vat)."""
    net, gross = int(invoices.net_minor[index]), int(invoices.amount_minor[index])
    if net != NO_AMOUNT and gross != 0:
        return Fraction(net, gross).as_integer_ratio()
    return (1 / (1 + Fraction(invoices.vat_rate[index]))).as_integer_ratio()


def net_of(gross_minor: int, share: NetShare) -> int:
    """half_up(gross / (1 + vat))."""
    return round_ratio(gross_minor * share[0], share[1])


def vat_in(gross_minor: int, share: NetShare) -> int:
    """The VAT in an amount, what the net leaves of it."""
    return gross_minor - net_of(gross_minor, share)


def share_by_rate(amount_minor: int, weights: Mapping[NetShare, int]) -> dict[NetShare, int]:
    """A receipt shared over VAT rates in proportion to what was open of each, half_up, the highest rate takes the rest."""
    # The smaller the share before VAT, the higher the rate.
    rates = sorted((share for share, weight in weights.items() if weight), key=lambda s: Fraction(*s))
    total = sum(weights[rate] for rate in rates)
    parts = {rate: round_ratio(amount_minor * weights[rate], total) for rate in rates[1:]}
    if rates:
        parts[rates[0]] = amount_minor - sum(parts.values())
    return parts


def computed_returns(
    ledger: Ledger, *, receipts: InvoiceEvents, payments: InvoiceEvents, credit_notes: InvoiceEvents, last_day: int
) -> tuple[VatReturn, ...]:
    """Every return whose VAT day lies from `as_of` to the last day, from the invoices of the ledger.

    On `debits` VAT falls due on the issue date, a credit note takes it back on its own date; on `encaissements` it falls
    due with each payment. Purchases are deducted by the same rules. A month with more to deduct than collected is
    refunded on its VAT day.
    """
    first = _month(_month(ledger.as_of) - 1)
    linked = (ledger.customers.amount_minor < 0) & (ledger.customers.credits >= 0)
    collected = _by_month(ledger.customers, first, _paid(ledger, "customer", receipts), skip=linked)
    for invoice, day, amount in _rows(credit_notes):
        if day >= first and not ledger.customers.on_receipt[invoice]:
            collected[_month(day)] -= vat_in(amount, net_share(ledger.customers, invoice))
    nothing = np.zeros(len(ledger.suppliers), dtype=np.bool_)
    deductible = _by_month(ledger.suppliers, first, _paid(ledger, "supplier", payments), skip=nothing)
    found = (
        VatReturn(
            month=month,
            day=vat_day_after(month, ledger.vat_day),
            collected_minor=collected[month],
            deductible_minor=deductible[month],
        )
        for month in sorted({*collected, *deductible})
    )
    return tuple(r for r in found if ledger.as_of <= r.day <= last_day and r.payable_minor)


def _month(day: int) -> int:
    return to_day(to_date(day).replace(day=1))


def _rows(events: InvoiceEvents) -> Iterable[tuple[int, int, int]]:
    return zip(events.invoice.tolist(), events.day.tolist(), events.amount_minor.tolist(), strict=True)


def _paid(ledger: Ledger, side: Side, coming: InvoiceEvents) -> Iterable[tuple[int, int, int]]:
    """Payments of a side as (invoice, day, amount): those of the path, before them what the ledger knows."""
    yield from _rows(coming)
    invoices = ledger.customers if side == "customer" else ledger.suppliers
    parts: dict[int, int] = defaultdict(int)
    for payment in ledger.payments:
        if payment.side == side and payment.day < ledger.as_of:
            parts[payment.invoice] += payment.amount_minor
            yield payment.invoice, payment.day, payment.amount_minor
    for i in np.flatnonzero(invoices.on_receipt & (invoices.paid != NO_DAY) & (invoices.paid < ledger.as_of)).tolist():
        whole = int(invoices.amount_minor[i]) - parts[i]
        yield i, int(invoices.paid[i]), whole if invoices.paid_minor[i] == NO_AMOUNT else int(invoices.paid_minor[i])


def _by_month(
    invoices: Invoices, first: int, paid: Iterable[tuple[int, int, int]], *, skip: npt.NDArray[np.bool_]
) -> dict[int, int]:
    """VAT of one side by month from `first` on: by issue date on debits, by payment on encaissements."""
    found: dict[int, int] = defaultdict(int)
    for i in np.flatnonzero((invoices.issue >= first) & ~invoices.on_receipt & ~skip).tolist():
        found[_month(int(invoices.issue[i]))] += vat_in(int(invoices.amount_minor[i]), net_share(invoices, i))
    for i, day, amount in paid:
        if invoices.on_receipt[i] and day >= first:
            found[_month(day)] += vat_in(amount, net_share(invoices, i))
    return found
