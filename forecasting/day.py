"""What moves one day: the headings of that day, and the invoices whose payment falls on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.curve import Projection
from forecasting.drivers import shared_out
from forecasting.ledger import Side
from forecasting.money import round_ratio
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book
from forecasting.simulation.flows import Category, Variant

Int64 = npt.NDArray[np.int64]

#: Invoices of a side that are told one by one; the rest stands in one sum.
NAMED: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInvoice:
    """An invoice that is paid on a day on some of the draws.

    row: its place in the ledger's side. amount_minor: what it moves that day on average over all draws, + comes in.
    draws: on how many of them it moves anything. expected: it is not issued yet.
    """

    side: Side
    row: int
    amount_minor: int
    draws: int
    expected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMoves:
    """A day of a projection, in averages over its draws, whole minor units.

    headings add up to total_minor, the average movement of the day. invoices: the largest of each side; others_minor:
    what the rest of a side moves, so that both together are what all customers, and we, pay that day on average. Where a
    factor stands between, customers pay it, and the bank sees the factor's transfer.
    """

    headings: Mapping[Category, int]
    total_minor: int
    invoices: tuple[DayInvoice, ...]
    others_minor: Mapping[Side, int]
    draws: int


def day_moves(book: Book, projection: Projection, variant: Variant, day: int, *, named: int = NAMED) -> DayMoves:
    """The movements of a day (a day number within the projection) for a variant, down to the invoices.

    Averages: the sum over the draws, divided, rounded so that headings add up. Draws the paths of the book once more;
    O(invoices x draws).
    """
    curve = projection.curves[variant]
    k = day - curve.first_day
    assert 0 <= k < len(curve.p50_minor), "the day lies outside the projection"
    count = projection.path_count
    sums = {c: int(flow[k]) for c, flow in curve.component_sums_minor.items() if flow[k]}
    headings = shared_out(sums, count)
    customers, suppliers = _sides(book, k, count)
    if variant in ("baseline", "insurance"):
        assert customers.total == sums.get("debtor_receipt", 0), "the invoices' payments add up to the heading"
    assert -suppliers.total == sums.get("supplier_payment", 0), "our payments add up to the heading"
    told = [customers.told(1, count, named), suppliers.told(-1, count, named)]
    return DayMoves(
        headings={c: amount for c, amount in headings.items() if amount},
        total_minor=sum(headings.values()),
        invoices=tuple(row for rows, _ in told for row in rows),
        others_minor={side.side: rest for side, (_, rest) in zip((customers, suppliers), told, strict=True)},
        draws=count,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """What the invoices of a side move on a day, summed over the draws; minor, draws int64 (n,), expected bool (n,)."""

    side: Side
    minor: Int64
    draws: Int64
    expected: npt.NDArray[np.bool_]

    @property
    def total(self) -> int:
        return int(self.minor.sum())

    def add(
        self,
        pointer: Int64,
        invoice: npt.NDArray[np.int32],
        minor: Int64,
        today: npt.NDArray[np.bool_],
        times: int = 1,
    ) -> None:
        """Counts the rows of a block that fall on the day, each as often as given."""
        row = invoice[today].astype(np.int64)
        path = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))[today]
        np.add.at(self.minor, row, minor[today] * times)
        once = np.unique(path * len(self.minor) + row)
        np.add.at(self.draws, once % max(len(self.minor), 1), times)

    def told(self, sign: int, count: int, named: int) -> tuple[list[DayInvoice], int]:
        """The largest invoices and what the others move on average; their sum is the side's rounded average."""
        order = np.argsort(-np.abs(self.minor), kind="stable")[:named]
        rows = [
            DayInvoice(
                side=self.side,
                row=row,
                amount_minor=sign * round_ratio(int(self.minor[row]), count),
                draws=int(self.draws[row]),
                expected=bool(self.expected[row]),
            )
            for row in order.tolist()
            if self.minor[row]
        ]
        return rows, sign * round_ratio(self.total, count) - sum(row.amount_minor for row in rows)


def _sides(book: Book, k: int, count: int) -> tuple[_Paid, _Paid]:
    """What customers pay and what we pay on day k, over all draws."""
    ledger = book.ledger
    customers = _nothing("customer", ledger.customers.issue >= ledger.as_of)
    suppliers = _nothing("supplier", ledger.suppliers.issue >= ledger.as_of)
    for first in range(0, count, book.block_paths):
        size = min(book.block_paths, count - first)
        block = draw_block(book.plan, first, size)
        customers.add(block.receipt_ptr, block.receipt_invoice, block.receipt_minor, block.receipt_day == k)
        # What we pay may be the same on every draw, and then stands in the block once.
        times = size if len(block.payment_ptr) == 2 else 1
        suppliers.add(block.payment_ptr, block.payment_invoice, block.payment_minor, block.payment_day == k, times)
    return customers, suppliers


def _nothing(side: Side, expected: npt.NDArray[np.bool_]) -> _Paid:
    nothing = np.zeros(len(expected), dtype=np.int64)
    return _Paid(side=side, minor=nothing, draws=nothing.copy(), expected=expected)
