"""One side's invoices from the store's columns to the ledger's, narrowed to what the person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.access import Principal
from data.repository_collection import standing_disputes, standing_promises
from data.repository_company import Company, plain_rate
from data.repository_currency import Rates
from data.repository_overrides import standing_expected
from data.store import Cursor, table
from data.terms import due_days
from forecasting.dates import to_day
from forecasting.ledger import NO_AMOUNT, NO_DAY, Amounts, Days, Side
from forecasting.ledger_build import VAT_RATE_DEFAULT, InvoiceColumns, PartPayment

#: Terms where neither the invoice, nor its partner, nor the company names any (Code de commerce L441-10: 30 days).
TERMS_WITHOUT_AGREEMENT: Final = "30 jours"

_INVOICES: Final = """
    SELECT i.ledger_id, i.partner_id, i.issue, i.due, i.amount_minor, i.currency, i.vat_rate, i.net_minor, i.open_minor,
           i.paid, i.paid_minor, i.disputed, i.on_receipt, i.remittance, i.assigned, i.delivery, i.entity, i.assumed,
           coalesce(c.credited_id, '') AS credits, coalesce(nullif(i.terms, ''), p.terms, '') AS terms
    FROM invoice i
    LEFT JOIN partner p ON p.partner_id = i.partner_id
    LEFT JOIN credit_placed c ON c.side = i.side AND c.ledger_id = i.ledger_id
    WHERE i.side = $side AND (NOT $narrow OR (p.owner = $owner AND $owner <> ''))
"""
_PAYMENTS: Final = """
    SELECT y.side, y.ledger_id, y.day, y.amount_minor, y.currency, y.assumed
    FROM payment_placed y LEFT JOIN partner p ON p.partner_id = y.partner_id
    WHERE y.side = $side AND (NOT $narrow OR (p.owner = $owner AND $owner <> ''))
"""


def read_side(
    cursor: Cursor, side: Side, principal: Principal, told: Company, rates: Rates, as_of: int
) -> tuple[InvoiceColumns, list[PartPayment]]:
    """One side's invoices as columns, with the settlements that a file tells of without a day to learn from."""
    rows = table(cursor, _INVOICES, {"side": side, "narrow": principal.own_customers_only, "owner": principal.owner})
    currencies = rows["currency"].to_pylist() if rates.foreign else None

    def amounts(name: str) -> Amounts:
        return rates.convert(_whole(rows[name], NO_AMOUNT, np.int64), currencies)

    ids: list[str] = rows["ledger_id"].to_pylist()
    amount, paid, paid_minor = amounts("amount_minor"), _days(rows["paid"]), amounts("paid_minor")
    # A payment beyond the invoice settles it whole; what is left over is no matter of this invoice.
    beyond = (paid_minor * np.sign(amount) < 0) | (np.abs(paid_minor) > np.abs(amount))
    paid_minor = np.where((paid_minor != NO_AMOUNT) & beyond, NO_AMOUNT, paid_minor)
    issue = _days(rows["issue"])
    undated = issue == NO_DAY
    due = _due(
        _days(rows["due"]), issue, paid, rows["terms"], told.customer_terms if side == "customer" else told.supplier_terms
    )
    issue = np.where(undated, np.where(paid != NO_DAY, paid, due), issue).astype(np.int32)
    # Nobody may learn a delay from a day that a rule set, or from a payment without a due date.
    unlearnt = (_flags(rows["assumed"]) | (undated & (due == paid))) & (paid != NO_DAY)
    implied = _implied_payments(side, ids, amount, paid, paid_minor, unlearnt)
    implied += _part_paid(side, ids, amount, amounts("open_minor"), paid, _known_part_payments(cursor, side, rates), as_of)
    paid, disputed = np.where(unlearnt, NO_DAY, paid).astype(np.int32), _flags(rows["disputed"])
    if side == "customer":
        paid, disputed = _as_told(cursor, ids, paid, disputed, as_of)
    return (
        InvoiceColumns(
            invoice_id=ids,
            partner_id=rows["partner_id"].to_pylist(),
            issue=issue,
            due=due,
            amount_minor=amount,
            vat_rate=_rates(rows["vat_rate"]),
            paid=paid,
            paid_minor=np.where(unlearnt, NO_AMOUNT, paid_minor),
            disputed=disputed,
            remittance=_days(rows["remittance"]),
            assigned=_days(rows["assigned"]),
            delivery=_days(rows["delivery"]),
            net_minor=amounts("net_minor"),
            on_receipt=_flags(rows["on_receipt"]),
            credits=rows["credits"].to_pylist(),
            entity=rows["entity"].to_pylist(),
        ),
        implied,
    )


def _as_told(
    cursor: Cursor, ids: Sequence[str], paid: Days, disputed: npt.NDArray[np.bool_], as_of: int
) -> tuple[Days, npt.NDArray[np.bool_]]:
    """Payment days and disputes with what customers told us, or we expect: taken at its word until its day has passed."""
    promises = standing_promises(cursor, as_of) | standing_expected(cursor, as_of)
    disputes = standing_disputes(cursor)
    if not promises and not disputes:
        return paid, disputed
    paid, disputed = paid.copy(), disputed.copy()
    for row, name in enumerate(ids):
        if name in promises and paid[row] == NO_DAY:
            paid[row] = promises[name]
        disputed[row] |= name in disputes
    return paid, disputed


def _due(due: Days, issue: Days, paid: Days, terms: pa.ChunkedArray, company_terms: str) -> Days:
    """A due day for every row: the file's, else by terms from the issue day, else the day it was paid."""
    lacking = np.flatnonzero(due == NO_DAY)
    if not len(lacking):
        return due
    filled = due.copy()
    labels = terms.take(pa.array(lacking)).to_pylist()
    filled[lacking] = due_days(issue[lacking], labels, (company_terms, TERMS_WITHOUT_AGREEMENT))
    return np.where(filled == NO_DAY, paid, filled).astype(np.int32)


def _implied_payments(
    side: Side, ids: Sequence[str], amount: Amounts, paid: Days, paid_minor: Amounts, which: npt.NDArray[np.bool_]
) -> list[PartPayment]:
    whole = np.where(paid_minor == NO_AMOUNT, amount, paid_minor)
    return [
        PartPayment(side=side, invoice_id=ids[i], day=int(paid[i]), amount_minor=int(whole[i]), assumed=True)
        for i in np.flatnonzero(which).tolist()
    ]


def _part_paid(
    side: Side, ids: Sequence[str], amount: Amounts, open_minor: Amounts, paid: Days, known: dict[str, int], as_of: int
) -> list[PartPayment]:
    """What a balance says was paid already, on a day that the file does not tell: the eve of the first projected day."""
    said = (open_minor != NO_AMOUNT) & (open_minor != amount) & (paid == NO_DAY)
    found = []
    for i in np.flatnonzero(said).tolist():
        rest = int(amount[i]) - int(open_minor[i]) - known.get(ids[i], 0)
        if rest and (rest > 0) == (amount[i] > 0):
            found.append(PartPayment(side=side, invoice_id=ids[i], day=as_of - 1, amount_minor=rest, assumed=True))
    return found


def read_part_payments(cursor: Cursor, side: Side, principal: Principal, rates: Rates) -> list[PartPayment]:
    """Part payments of one side inside an open read."""
    rows = cursor.execute(
        _PAYMENTS, {"side": side, "narrow": principal.own_customers_only, "owner": principal.owner}
    ).fetchall()
    return [
        PartPayment(
            side=side, invoice_id=name, day=to_day(day), amount_minor=rates.convert_one(amount, currency), assumed=assumed
        )
        for side, name, day, amount, currency, assumed in rows
    ]


def within_amounts(parts: Sequence[PartPayment], columns: InvoiceColumns) -> list[PartPayment]:
    """Part payments as a ledger takes them: none beyond what its invoice asks for, a payment taken back is none."""
    if not parts:
        return []
    named = {part.invoice_id for part in parts}
    left = {name: int(columns.amount_minor[i]) for i, name in enumerate(columns.invoice_id) if name in named}
    back = _taken_back(parts, left)
    kept = []
    for part in sorted(parts, key=lambda p: (p.invoice_id, p.day, p.amount_minor)):
        owed = left[part.invoice_id]
        if part.amount_minor * owed <= 0:
            continue
        size = min(abs(part.amount_minor), abs(owed))
        cancelled = min(size, back.get(part.invoice_id, 0))
        back[part.invoice_id] = back.get(part.invoice_id, 0) - cancelled
        amount = (size - cancelled) * (1 if owed > 0 else -1)
        left[part.invoice_id] -= amount
        if amount:
            kept.append(replace(part, amount_minor=amount))
    return kept


def _taken_back(parts: Sequence[PartPayment], amounts: dict[str, int]) -> dict[str, int]:
    """How much of each invoice's payments was taken back (a cheque that bounced)."""
    sums: dict[str, int] = {}
    for part in parts:
        if part.amount_minor * amounts[part.invoice_id] < 0:
            sums[part.invoice_id] = sums.get(part.invoice_id, 0) + abs(part.amount_minor)
    return sums


def _known_part_payments(cursor: Cursor, side: Side, rates: Rates) -> dict[str, int]:
    """The sum of the part payments of each invoice that has any."""
    rows = cursor.execute(_PAYMENTS, {"side": side, "narrow": False, "owner": ""}).fetchall()
    sums: dict[str, int] = {}
    for _, name, _, amount, currency, _ in rows:
        sums[name] = sums.get(name, 0) + rates.convert_one(amount, currency)
    return sums


def _whole(column: pa.ChunkedArray, absent: int, kind: type[np.int32] | type[np.int64]) -> npt.NDArray[Any]:
    return np.asarray(column.fill_null(absent).to_numpy(), dtype=kind)


def _days(column: pa.ChunkedArray) -> Days:
    return _whole(column.cast(pa.int32()), NO_DAY, np.int32)


def _flags(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(column.to_numpy(), dtype=np.bool_)


def _rates(column: pa.ChunkedArray) -> list[Decimal]:
    """Decimal rates of a column, a handful of objects shared by all rows."""
    coded = column.combine_chunks().dictionary_encode()
    kinds = [plain_rate(rate) for rate in coded.dictionary.to_pylist()]
    codes = coded.indices.fill_null(len(kinds)).to_numpy(zero_copy_only=False)
    kinds.append(VAT_RATE_DEFAULT)
    return [kinds[code] for code in codes.tolist()]
