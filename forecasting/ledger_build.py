"""The one place that turns rows into a `Ledger`, in canonical order, with stable numbers, under one fingerprint.

Whoever holds rows (a folder of files, a store, a generator) hands them over in any order; two callers with the same
content get equal ledgers. Every row is expected to be right: files and forms find the user's mistakes before, with
row and column; what still reaches this room wrong is the caller's mistake and raises ValueError.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from forecasting.ledger import (
    NO_AMOUNT,
    NO_DAY,
    Account,
    Invoices,
    Ledger,
    Partner,
    Payment,
    PlannedFlow,
    Side,
    VatReturns,
)
from forecasting.overrides import NONE, Overrides

#: VAT of an invoice that names no rate (the French standard rate).
VAT_RATE_DEFAULT = Decimal("0.20")
#: Day of the month on which VAT is paid where the ledger names none.
VAT_DAY_DEFAULT = 24

Whole = Sequence[int] | npt.NDArray[np.integer[Any]]
Flags = Sequence[bool] | npt.NDArray[np.bool_]
_Column = TypeVar("_Column", bound="Sequence[Any] | npt.NDArray[Any]")
_Number = TypeVar("_Number", bound=np.signedinteger[Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRecord:
    """One invoice or credit note as a simple row; days are day numbers, amounts minor units with VAT."""

    invoice_id: str
    partner_id: str
    issue: int
    due: int
    amount_minor: int
    vat_rate: Decimal = VAT_RATE_DEFAULT
    paid: int = NO_DAY
    paid_minor: int = NO_AMOUNT
    disputed: bool = False
    remittance: int = NO_DAY
    assigned: int = NO_DAY
    delivery: int = NO_DAY
    net_minor: int = NO_AMOUNT
    on_receipt: bool = False
    credits: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceColumns:
    """One side's invoices as columns of equal length n in any order; a column of None holds its default everywhere.

    The fields are those of `InvoiceRecord`; `credits` names the invoice that a credit note reduces, "" for none.
    """

    invoice_id: Sequence[str] = ()
    partner_id: Sequence[str] = ()
    issue: Whole = ()
    due: Whole = ()
    amount_minor: Whole = ()
    vat_rate: Sequence[Decimal] | None = None
    paid: Whole | None = None
    paid_minor: Whole | None = None
    disputed: Flags | None = None
    remittance: Whole | None = None
    assigned: Whole | None = None
    delivery: Whole | None = None
    net_minor: Whole | None = None
    on_receipt: Flags | None = None
    credits: Sequence[str] | None = None
    entity: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPayment:
    """A part payment of the invoice of that id on a side, on a day; `assumed`: a rule and not a file set the day."""

    side: Side
    invoice_id: str
    day: int
    amount_minor: int
    assumed: bool = False


def columns_of(records: Iterable[InvoiceRecord]) -> InvoiceColumns:
    """Simple rows as columns."""
    rows = tuple(records)
    return InvoiceColumns(**{f.name: [getattr(row, f.name) for row in rows] for f in fields(InvoiceRecord)})


def stable_id(text: str) -> int:
    """The signed 64-bit number of an id: blake2b of its UTF-8 text, little end first.

    It keys the luck of an invoice or partner, so it depends on the id alone.
    """
    return int.from_bytes(_digest(text), "little", signed=True)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest()


def build_ledger(
    *,
    as_of: int,
    currency: str,
    opening_cash_minor: int,
    overdraft_limit_minor: int = 0,
    overdraft_rate: Decimal = Decimal(0),
    overdraft_fee_rate: Decimal = Decimal(0),
    cash_floor_minor: int = 0,
    vat_day: int = VAT_DAY_DEFAULT,
    vat_returns: VatReturns = "planned",
    customers: InvoiceColumns | None = None,
    suppliers: InvoiceColumns | None = None,
    payments: Iterable[PartPayment] = (),
    planned_flows: Iterable[PlannedFlow] = (),
    partners: Iterable[Partner] = (),
    accounts: Iterable[Account] = (),
    overrides: Overrides = NONE,
) -> Ledger:
    """One company's ledger from rows in any order.

    Partners that only invoices name are added with their id alone. Partners are sorted by partner_id, invoices by
    invoice_id, payments by (side, invoice, day, amount), planned flows by (day, category, label, amount, every, until),
    accounts by account_id; text sorts by code point. Raises ValueError for ids that repeat within a side, columns of
    unequal length, and credits or payments that name no invoice of their side.
    """
    sides: dict[Side, InvoiceColumns] = {
        "customer": customers or InvoiceColumns(),
        "supplier": suppliers or InvoiceColumns(),
    }
    table = _partner_table(partners, sides.values())
    number = {partner.partner_id: index for index, partner in enumerate(table)}
    invoices: dict[Side, Invoices] = {side: _ordered(columns, number) for side, columns in sides.items()}
    ledger = Ledger(
        as_of=as_of,
        currency=currency,
        opening_cash_minor=opening_cash_minor,
        overdraft_limit_minor=overdraft_limit_minor,
        overdraft_rate=overdraft_rate,
        overdraft_fee_rate=overdraft_fee_rate,
        cash_floor_minor=cash_floor_minor,
        vat_day=vat_day,
        vat_returns=vat_returns,
        customers=invoices["customer"],
        suppliers=invoices["supplier"],
        payments=_part_payments(payments, invoices),
        planned_flows=tuple(sorted(planned_flows, key=_planned_order)),
        partners=table,
        accounts=tuple(sorted(accounts, key=lambda account: account.account_id)),
        fingerprint="",
        overrides=overrides,
    )
    return replace(ledger, fingerprint=_fingerprint(ledger))


def with_overrides(ledger: Ledger, overrides: Overrides) -> Ledger:
    """The same ledger under other overrides, with the fingerprint of both."""
    if overrides == ledger.overrides:
        return ledger
    changed = replace(ledger, overrides=overrides)
    return replace(changed, fingerprint=_fingerprint(changed))


def with_credit_line(ledger: Ledger, more_minor: int, rate_pa: Decimal) -> Ledger:
    """The same ledger with so much more authorised overdraft, all of it at a yearly rate, under a fingerprint of its own."""
    changed = replace(ledger, overdraft_limit_minor=ledger.overdraft_limit_minor + more_minor, overdraft_rate=rate_pa)
    return replace(changed, fingerprint=_fingerprint(changed))


def with_opening(
    ledger: Ledger, *, opening_cash_minor: int, overdraft_limit_minor: int, cash_floor_minor: int | None = None
) -> Ledger:
    """The same ledger from another opening balance, authorised overdraft and floor, under a fingerprint of its own."""
    changed = replace(
        ledger,
        opening_cash_minor=opening_cash_minor,
        overdraft_limit_minor=overdraft_limit_minor,
        cash_floor_minor=ledger.cash_floor_minor if cash_floor_minor is None else cash_floor_minor,
    )
    return replace(changed, fingerprint=_fingerprint(changed))


def _planned_order(flow: PlannedFlow) -> tuple[int, str, str, int, str, int, str]:
    return flow.day, flow.category, flow.label, flow.amount_minor, flow.every, flow.until, flow.certainty


def _partner_table(given: Iterable[Partner], sides: Iterable[InvoiceColumns]) -> tuple[Partner, ...]:
    known: dict[str, Partner] = {}
    for partner in given:
        if partner.partner_id in known:
            raise ValueError(f"partner {partner.partner_id} is given twice")
        known[partner.partner_id] = partner
    for columns in sides:
        for partner_id in set(columns.partner_id) - known.keys():
            known[partner_id] = Partner(partner_id=partner_id)
    return tuple(known[partner_id] for partner_id in sorted(known))


def _ordered(columns: InvoiceColumns, partner_number: dict[str, int]) -> Invoices:
    """A side sorted by invoice_id, with indices in place of ids, read-only."""
    count = len(columns.invoice_id)
    order = sorted(range(count), key=columns.invoice_id.__getitem__)
    pick = np.asarray(order, dtype=np.int64)

    def whole(column: Whole | None, absent: int, kind: type[_Number]) -> npt.NDArray[_Number]:
        if column is None:
            return np.full(count, absent, dtype=kind)
        return np.asarray(_checked(column, count)).astype(kind)[pick]

    def days(column: Whole | None) -> npt.NDArray[np.int32]:
        return whole(column, NO_DAY, np.int32)

    def amounts(column: Whole | None) -> npt.NDArray[np.int64]:
        return whole(column, NO_AMOUNT, np.int64)

    def flags(column: Flags | None) -> npt.NDArray[np.bool_]:
        return np.zeros(count, np.bool_) if column is None else np.asarray(_checked(column, count), np.bool_)[pick]

    def text(column: Sequence[str] | None) -> tuple[str, ...]:
        return tuple(_checked(column, count)[i] for i in order) if column is not None else ("",) * count

    invoice_id = text(columns.invoice_id)
    index = {name: i for i, name in enumerate(invoice_id)}
    if len(index) != count:
        raise ValueError("an invoice_id is given twice on one side")
    partner_id, issue, delivery = text(columns.partner_id), days(columns.issue), days(columns.delivery)
    rates = columns.vat_rate
    result = Invoices(
        invoice_id=invoice_id,
        partner=np.fromiter((partner_number[p] for p in partner_id), dtype=np.int32, count=count),
        issue=issue,
        due=days(columns.due),
        amount_minor=amounts(columns.amount_minor),
        vat_rate=(VAT_RATE_DEFAULT,) * count if rates is None else tuple(_checked(rates, count)[i] for i in order),
        paid=days(columns.paid),
        paid_minor=amounts(columns.paid_minor),
        disputed=flags(columns.disputed),
        remittance=days(columns.remittance),
        assigned=days(columns.assigned),
        delivery=np.where(delivery == NO_DAY, issue, delivery).astype(np.int32),
        net_minor=amounts(columns.net_minor),
        on_receipt=flags(columns.on_receipt),
        credits=_credited(text(columns.credits), index),
        entity=text(columns.entity),
        stable=np.frombuffer(b"".join(map(_digest, invoice_id)), dtype="<i8").astype(np.int64),
    )
    for field in fields(result):
        column = getattr(result, field.name)
        if isinstance(column, np.ndarray):
            column.setflags(write=False)
    return result


def _checked(column: _Column, count: int) -> _Column:
    if len(column) != count:
        raise ValueError(f"a column holds {len(column)} rows beside {count}")
    return column


def _credited(names: tuple[str, ...], index: dict[str, int]) -> npt.NDArray[np.int32]:
    unknown = {name for name in names if name and name not in index}
    if unknown:
        raise ValueError(f"credits name no invoice of this side: {sorted(unknown)[:3]}")
    return np.fromiter((index[name] if name else -1 for name in names), dtype=np.int32, count=len(names))


def _part_payments(payments: Iterable[PartPayment], invoices: dict[Side, Invoices]) -> tuple[Payment, ...]:
    given = tuple(payments)
    if not given:
        return ()
    index = {side: {name: i for i, name in enumerate(columns.invoice_id)} for side, columns in invoices.items()}
    found = []
    for part in given:
        if part.invoice_id not in index[part.side]:
            raise ValueError(f"a payment names no invoice of its side: {part.invoice_id}")
        invoice = index[part.side][part.invoice_id]
        found.append(
            Payment(side=part.side, invoice=invoice, day=part.day, amount_minor=part.amount_minor, assumed=part.assumed)
        )
    return tuple(sorted(found, key=lambda p: (p.side, p.invoice, p.day, p.amount_minor, p.assumed)))


def _plain(value: object) -> object:
    """A value as JSON knows it, equal for equal values (0.2 and 0.20 are one rate)."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, PlannedFlow):
        # A flow that is sure reads as it did before flows had a certainty.
        known = astuple(value)
        return _plain(known[:-1] if value.certainty == "sure" else known)
    if isinstance(value, Payment) and not value.assumed:
        # The same of a payment whose day a file told.
        return _plain(astuple(value)[:-1])
    if (isinstance(value, Partner) and not value.group_entity) or (isinstance(value, Account) and value.rate is None):
        # The same of a partner outside any group, and of an account in the company's own currency.
        return _plain(astuple(value)[:-1])
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return _plain(astuple(value))  # type: ignore[call-overload]
    return value


def _fingerprint(ledger: Ledger) -> str:
    """SHA-256 of the content in canonical order, hexadecimal; the same on every machine."""
    digest = hashlib.sha256(b"ledger 1")

    def add(name: str, content: bytes) -> None:
        digest.update(f"\n{name} {len(content)}\n".encode())
        digest.update(content)

    for part in fields(ledger):
        value = getattr(ledger, part.name)
        if isinstance(value, Invoices):
            _add_invoices(add, part.name, value)
        elif part.name == "overrides" and value == NONE:
            continue
        elif part.name != "fingerprint":
            add(part.name, json.dumps(_plain(value)).encode())
    return digest.hexdigest()


def _add_invoices(add: Callable[[str, bytes], None], side: str, invoices: Invoices) -> None:
    for field in fields(invoices):
        column = getattr(invoices, field.name)
        name = f"{side}.{field.name}"
        if isinstance(column, np.ndarray):
            # Little end first wherever this runs.
            add(name, column.astype(column.dtype.newbyteorder("<")).tobytes())
        elif field.name == "vat_rate":
            kinds = {rate: code for code, rate in enumerate(dict.fromkeys(column))}
            codes = np.fromiter((kinds[rate] for rate in column), dtype="<i4", count=len(column))
            add(name, json.dumps(_plain(list(kinds))).encode() + codes.tobytes())
        else:
            add(name, json.dumps(column).encode())
