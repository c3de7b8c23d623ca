"""What if the business changed: the same ledger with other invoices to come, everything else untouched.

Every change is a function of a ledger to a ledger. It touches invoices that are issued on or after a day (at the earliest
`as_of`) and are not paid yet, never what has been invoiced: history stays history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.ledger import NO_AMOUNT, NO_DAY, Ledger, Side
from forecasting.ledger_build import VAT_RATE_DEFAULT, InvoiceRecord
from forecasting.ledger_edit import rebuilt, records_of, side_of
from forecasting.money import apply_rate

#: Ids of invoices that an assumed order adds.
ORDER_PREFIX: Final = "order:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose invoices change: one partner, one segment, or all of the side where neither is named; from `day` on."""

    side: Side
    partner_id: str = ""
    segment: str = ""
    day: int = NO_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedOrder:
    """One more order: its invoice, and the purchases that it takes before (`cost_minor` 0: none); amounts with VAT."""

    name: str
    partner_id: str
    issue: int
    due: int
    amount_minor: int
    vat_rate: Decimal = VAT_RATE_DEFAULT
    supplier_id: str = ""
    cost_minor: int = 0
    cost_issue: int = NO_DAY
    cost_due: int = NO_DAY


def rows_to_come(ledger: Ledger, who: Who) -> npt.NDArray[np.int64]:
    """The numbers of the invoices that a change touches, int64 (m,)."""
    invoices = side_of(ledger, who.side)
    chosen = np.array(
        [
            (not who.partner_id or p.partner_id == who.partner_id) and (not who.segment or p.segment == who.segment)
            for p in ledger.partners
        ],
        dtype=np.bool_,
    )
    if not len(invoices):
        return np.zeros(0, dtype=np.int64)
    later = (invoices.issue >= max(who.day, ledger.as_of)) & (invoices.paid == NO_DAY)
    paid_in_part = np.zeros(len(invoices), dtype=np.bool_)
    paid_in_part[[p.invoice for p in ledger.payments if p.side == who.side]] = True
    return np.flatnonzero(later & chosen[invoices.partner] & ~paid_in_part).astype(np.int64)


def scaled(ledger: Ledger, who: Who, change_rate: Decimal) -> Ledger:
    """Sales, purchases or their prices up or down by a rate (0.10: plus 10 %; -1 leaves nothing).

    Every invoice and credit note to come: amount * (1 + rate), rounded half up; those that come to 0 are left out. Raises
    ValueError for a rate below -1.
    """
    if change_rate < -1:
        raise ValueError("business cannot fall by more than all of it")
    if change_rate == -1:
        return without(ledger, who)

    def change(record: InvoiceRecord) -> InvoiceRecord:
        net = record.net_minor
        return replace(
            record,
            amount_minor=apply_rate(record.amount_minor, 1 + change_rate),
            net_minor=NO_AMOUNT if net == NO_AMOUNT else apply_rate(net, 1 + change_rate),
        )

    return _changed(ledger, who, change)


def without(ledger: Ledger, who: Who) -> Ledger:
    """The loss of a customer, a segment or a supplier: its invoices to come are left out, what it owes stays owed."""
    gone = set(rows_to_come(ledger, who).tolist())
    records = records_of(ledger, who.side)
    names = {records[i].invoice_id for i in gone}
    # A credit note goes with the invoice that it reduces.
    return _with_side(ledger, who.side, tuple(r for i, r in enumerate(records) if i not in gone and r.credits not in names))


def shifted_terms(ledger: Ledger, who: Who, add_days: int) -> Ledger:
    """Payment terms longer or shorter by so many days: due dates move, never before the issue; amounts stay."""
    return _changed(ledger, who, lambda r: replace(r, due=max(r.issue, r.due + add_days)))


def with_order(ledger: Ledger, order: AddedOrder) -> Ledger:
    """One more order: its invoice comes on top of all others, its purchases before. Raises ValueError before `as_of`."""
    days = [order.issue, *([order.cost_issue] if order.cost_minor else [])]
    if min(days) < ledger.as_of or order.due < order.issue or order.amount_minor <= 0:
        raise ValueError("an order to come needs an amount, and days from the first projected day on")
    sale = InvoiceRecord(
        invoice_id=f"{ORDER_PREFIX}{order.name}",
        partner_id=order.partner_id,
        issue=order.issue,
        due=order.due,
        amount_minor=order.amount_minor,
        vat_rate=order.vat_rate,
    )
    cost = InvoiceRecord(
        invoice_id=f"{ORDER_PREFIX}{order.name}",
        partner_id=order.supplier_id,
        issue=order.cost_issue,
        due=order.cost_due,
        amount_minor=order.cost_minor,
        vat_rate=order.vat_rate,
    )
    suppliers = (*records_of(ledger, "supplier"), cost) if order.cost_minor else None
    return rebuilt(ledger, customers=(*records_of(ledger, "customer"), sale), suppliers=suppliers)


def _changed(ledger: Ledger, who: Who, change: Callable[[InvoiceRecord], InvoiceRecord]) -> Ledger:
    touched = set(rows_to_come(ledger, who).tolist())
    records = tuple(change(r) if i in touched else r for i, r in enumerate(records_of(ledger, who.side)))
    gone = {records[i].invoice_id for i in touched if not records[i].amount_minor}
    kept = tuple(r for r in records if r.invoice_id not in gone and r.credits not in gone)
    return _with_side(ledger, who.side, kept)


def _with_side(ledger: Ledger, side: Side, records: tuple[InvoiceRecord, ...]) -> Ledger:
    return rebuilt(ledger, customers=records) if side == "customer" else rebuilt(ledger, suppliers=records)
