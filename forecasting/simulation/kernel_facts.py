"""A block of paths as flat arrays: what every path's partners do, laid out for the kernel.

Days are counted from `as_of` (day 0), amounts are minor units. Path p owns the rows `ptr[p]` to `ptr[p + 1]` (that one
excluded) of each family of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.ledger import NO_DAY
from forecasting.scenario import Procedure
from forecasting.simulation.facts import Business, Dispute, Failure, InvoiceEvents, PathFacts, Request

Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

#: A day that never comes: an unresolved dispute, an absent date. Far beyond any horizon, and safe to add days to.
NEVER: Final = 2**29
#: Stands for a declaration or request "on the policy's deadline".
ON_DEADLINE: Final = -(2**29)
#: Rates are whole numbers of millionths.
PPM: Final = 1_000_000
PROCEDURES: Final[tuple[Procedure, ...]] = ("liquidation", "reorganisation", "safeguard")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BusinessBlock:
    """`facts.Business` of B paths: amounts int64 (B, E) and (B, S), comes bool (B, U).

    fixed int64 (B, 2, H): what a path changes of the planned flows (0) and of the VAT that is known (1) by day.
    """

    customer_row: Int64
    customer_minor: Int64
    supplier_row: Int64
    supplier_minor: Int64
    flow: Int64
    comes: npt.NDArray[np.bool_]
    fixed: Int64

    def of_path(self, path: int) -> Business:
        """One path's."""
        return Business(
            customer_row=self.customer_row,
            customer_minor=self.customer_minor[path],
            supplier_row=self.supplier_row,
            supplier_minor=self.supplier_minor[path],
            flow=self.flow,
            comes=self.comes[path],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsBlock:
    """The facts of B paths in rows; every array is C-contiguous and writeable (one type for the compiled code).

    `drawn` uint8 (B,). Receipts, supplier payments and credit notes are rows (invoice int32, day int16, minor int64),
    in each path sorted by day, then invoice, with 0 <= day < horizon. A `*_ptr` is int64 (B + 1,); `payment_ptr` may
    instead be (2,): every path then has the same supplier payments. Disputes: invoice, day, resolved (NEVER) int32.
    Failures: partner, judgment, declared (ON_DEADLINE), procedure (index of PROCEDURES), irrecoverable (NEVER),
    dividend_day (NEVER) int32, dividend_ppm int64. Requests: partner, day, declared int32 (ON_DEADLINE).
    `moved` int32 (B,) counts overdue invoices that a certain scenario moved.
    """

    as_of: int
    horizon_days: int
    drawn: npt.NDArray[np.uint8]
    moved: Int32
    receipt_ptr: Int64
    receipt_invoice: Int32
    receipt_day: Int16
    receipt_minor: Int64
    payment_ptr: Int64
    payment_invoice: Int32
    payment_day: Int16
    payment_minor: Int64
    credit_ptr: Int64
    credit_invoice: Int32
    credit_day: Int16
    credit_minor: Int64
    dispute_ptr: Int64
    dispute_invoice: Int32
    dispute_day: Int32
    dispute_resolved: Int32
    failure_ptr: Int64
    failure_partner: Int32
    failure_judgment: Int32
    failure_declared: Int32
    failure_procedure: Int32
    failure_irrecoverable: Int32
    failure_dividend_ppm: Int64
    failure_dividend_day: Int32
    request_ptr: Int64
    request_partner: Int32
    request_day: Int32
    request_declared: Int32
    business: BusinessBlock | None = None

    def __len__(self) -> int:
        return len(self.drawn)


class FactArrays(NamedTuple):
    """A FactsBlock as the compiled code reads it: what is frequent in columns, what is rare in tables of int64.

    coming_row int64 (E,), coming_minor int64 (B, E), fixed int64 (B, 2, H): see `BusinessBlock`, empty where there is none.
    dispute (k, 3): invoice, day, resolved. failure (k, 7) and request (k, 3): see the columns below.
    """

    drawn: npt.NDArray[np.uint8]
    receipt_ptr: Int64
    receipt_invoice: Int32
    receipt_day: Int16
    receipt_minor: Int64
    payment_ptr: Int64
    payment_invoice: Int32
    payment_day: Int16
    payment_minor: Int64
    credit_ptr: Int64
    credit: Int64
    dispute_ptr: Int64
    dispute: Int64
    failure_ptr: Int64
    failure: Int64
    request_ptr: Int64
    request: Int64
    coming_row: Int64
    coming_minor: Int64
    fixed: Int64


#: Columns of `FactArrays.failure`; the first two are those of `request` as well.
DEBTOR: Final = 0
DAY: Final = 1
DECLARED: Final = 2
PROCEDURE: Final = 3
IRRECOVERABLE: Final = 4
DIVIDEND_PPM: Final = 5
DIVIDEND_DAY: Final = 6


def fact_arrays(block: FactsBlock) -> FactArrays:
    """A block's arrays as the kernel takes them: row by row in memory, or the compiler would make a kernel for each order."""

    def table(*columns: npt.NDArray[np.signedinteger[Any]]) -> Int64:
        return np.column_stack([column.astype(np.int64) for column in columns])

    coming = block.business
    return FactArrays(
        drawn=np.ascontiguousarray(block.drawn),
        receipt_ptr=np.ascontiguousarray(block.receipt_ptr),
        receipt_invoice=np.ascontiguousarray(block.receipt_invoice),
        receipt_day=np.ascontiguousarray(block.receipt_day),
        receipt_minor=np.ascontiguousarray(block.receipt_minor),
        payment_ptr=np.ascontiguousarray(block.payment_ptr),
        payment_invoice=np.ascontiguousarray(block.payment_invoice),
        payment_day=np.ascontiguousarray(block.payment_day),
        payment_minor=np.ascontiguousarray(block.payment_minor),
        credit_ptr=block.credit_ptr,
        credit=table(block.credit_invoice, block.credit_day, block.credit_minor),
        dispute_ptr=block.dispute_ptr,
        dispute=table(block.dispute_invoice, block.dispute_day, block.dispute_resolved),
        failure_ptr=block.failure_ptr,
        failure=table(
            block.failure_partner,
            block.failure_judgment,
            block.failure_declared,
            block.failure_procedure,
            block.failure_irrecoverable,
            block.failure_dividend_ppm,
            block.failure_dividend_day,
        ),
        request_ptr=block.request_ptr,
        request=table(block.request_partner, block.request_day, block.request_declared),
        coming_row=np.zeros(0, dtype=np.int64) if coming is None else np.ascontiguousarray(coming.customer_row),
        coming_minor=np.zeros((0, 0), dtype=np.int64) if coming is None else np.ascontiguousarray(coming.customer_minor),
        fixed=np.zeros((0, 0, 0), dtype=np.int64) if coming is None else np.ascontiguousarray(coming.fixed),
    )


def facts_block(paths: Sequence[PathFacts], as_of: int, horizon_days: int) -> FactsBlock:
    """The rows of given paths, for the kernel; events outside the horizon move nothing and are left out."""
    receipts = _events([p.receipts for p in paths], as_of, horizon_days)
    payments = _events([p.payments for p in paths], as_of, horizon_days)
    credits = _events([p.credit_notes for p in paths], as_of, horizon_days)
    disputes = [d for p in paths for d in p.disputes]
    failures = [f for p in paths for f in p.failures]
    requests = [r for p in paths for r in p.requests]
    return FactsBlock(
        as_of=as_of,
        horizon_days=horizon_days,
        drawn=np.array([p.kind == "drawn" for p in paths], dtype=np.uint8),
        moved=_int32(p.moved_overdue for p in paths),
        receipt_ptr=receipts[0],
        receipt_invoice=receipts[1],
        receipt_day=receipts[2],
        receipt_minor=receipts[3],
        payment_ptr=payments[0],
        payment_invoice=payments[1],
        payment_day=payments[2],
        payment_minor=payments[3],
        credit_ptr=credits[0],
        credit_invoice=credits[1],
        credit_day=credits[2],
        credit_minor=credits[3],
        dispute_ptr=_pointers(len(p.disputes) for p in paths),
        dispute_invoice=_int32(d.invoice for d in disputes),
        dispute_day=_int32(d.day - as_of for d in disputes),
        dispute_resolved=_int32(_relative(d.resolved, as_of) for d in disputes),
        failure_ptr=_pointers(len(p.failures) for p in paths),
        failure_partner=_int32(f.partner for f in failures),
        failure_judgment=_int32(f.judgment - as_of for f in failures),
        failure_declared=_int32(_or_deadline(f.declared, as_of) for f in failures),
        failure_procedure=_int32(PROCEDURES.index(f.procedure) for f in failures),
        failure_irrecoverable=_int32(_relative(f.irrecoverable, as_of) for f in failures),
        failure_dividend_ppm=np.array([to_ppm(f.dividend_rate) for f in failures], dtype=np.int64),
        failure_dividend_day=_int32(_relative(f.dividend_day, as_of) for f in failures),
        request_ptr=_pointers(len(p.requests) for p in paths),
        request_partner=_int32(r.partner for r in requests),
        request_day=_int32(_or_deadline(r.day, as_of) for r in requests),
        request_declared=_int32(_or_deadline(r.declared, as_of) for r in requests),
    )


def path_facts(block: FactsBlock, path: int) -> PathFacts:
    """One path of a block as the record that the reference reads (`path` counts within the block)."""
    shared = len(block.payment_ptr) == 2
    return PathFacts(
        kind="drawn" if block.drawn[path] else "certain",
        receipts=_record(block, "receipt", path),
        payments=_record(block, "payment", 0 if shared else path),
        credit_notes=_record(block, "credit", path),
        disputes=tuple(
            Dispute(
                invoice=int(block.dispute_invoice[k]),
                day=int(block.dispute_day[k]) + block.as_of,
                resolved=_absolute(block.dispute_resolved[k], block.as_of),
            )
            for k in range(block.dispute_ptr[path], block.dispute_ptr[path + 1])
        ),
        failures=tuple(_failure(block, k) for k in range(block.failure_ptr[path], block.failure_ptr[path + 1])),
        requests=tuple(
            Request(
                partner=int(block.request_partner[k]),
                day=_deadline_or_day(block.request_day[k], block.as_of),
                declared=_deadline_or_day(block.request_declared[k], block.as_of),
            )
            for k in range(block.request_ptr[path], block.request_ptr[path + 1])
        ),
        moved_overdue=int(block.moved[path]),
        business=None if block.business is None else block.business.of_path(path),
    )


def to_ppm(rate: Decimal) -> int:
    """A rate in millionths; rates carry at most six decimals (domain 1.4), more is the caller's mistake."""
    scaled = rate.scaleb(6)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"a rate carries at most six decimals: {rate}")
    return int(scaled)


def _failure(block: FactsBlock, k: int) -> Failure:
    return Failure(
        partner=int(block.failure_partner[k]),
        judgment=int(block.failure_judgment[k]) + block.as_of,
        declared=_deadline_or_day(block.failure_declared[k], block.as_of),
        procedure=PROCEDURES[block.failure_procedure[k]],
        irrecoverable=_absolute(block.failure_irrecoverable[k], block.as_of),
        dividend_rate=Decimal(int(block.failure_dividend_ppm[k])).scaleb(-6),
        dividend_day=_absolute(block.failure_dividend_day[k], block.as_of),
    )


def _record(block: FactsBlock, family: str, path: int) -> InvoiceEvents:
    ptr = getattr(block, f"{family}_ptr")
    rows = slice(ptr[path], ptr[path + 1])
    return InvoiceEvents(
        invoice=getattr(block, f"{family}_invoice")[rows],
        day=getattr(block, f"{family}_day")[rows].astype(np.int32) + np.int32(block.as_of),
        amount_minor=getattr(block, f"{family}_minor")[rows],
    )


def _events(families: Sequence[InvoiceEvents], as_of: int, horizon_days: int) -> tuple[Int64, Int32, Int16, Int64]:
    invoices, days, amounts = [], [], []
    for events in families:
        day = np.asarray(events.day, dtype=np.int64) - as_of
        inside = (day >= 0) & (day < horizon_days)
        order = np.lexsort((events.invoice[inside], day[inside]))
        invoices.append(events.invoice[inside][order])
        days.append(day[inside][order])
        amounts.append(events.amount_minor[inside][order])
    return (
        _pointers(len(d) for d in days),
        np.concatenate([np.empty(0, dtype=np.int32), *invoices]).astype(np.int32),
        np.concatenate([np.empty(0, dtype=np.int16), *days]).astype(np.int16),
        np.concatenate([np.empty(0, dtype=np.int64), *amounts]).astype(np.int64),
    )


def _pointers(counts: Iterable[int]) -> Int64:
    return np.cumsum([0, *counts], dtype=np.int64)


def _int32(values: Iterable[int]) -> Int32:
    return np.array(list(values), dtype=np.int32)


def _relative(day: int, as_of: int) -> int:
    return NEVER if day == NO_DAY else day - as_of


def _absolute(day: int, as_of: int) -> int:
    return NO_DAY if day >= NEVER else int(day) + as_of


def _or_deadline(day: int | None, as_of: int) -> int:
    return ON_DEADLINE if day is None else day - as_of


def _deadline_or_day(day: int, as_of: int) -> int | None:
    return None if day == ON_DEADLINE else int(day) + as_of
