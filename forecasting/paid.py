"""Who pays within some days of a projection, invoice by invoice, over all of its draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.ledger import Side
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What each invoice of a side moves, summed over the draws, and on how many of them; int64 (invoices of the side,)."""

    side: Side
    minor: Int64
    draws: Int64

    @property
    def total_minor(self) -> int:
        """What all of them move, summed over the draws."""
        return int(self.minor.sum())

    def by_partner(self, partner: npt.NDArray[np.int32], partners: int) -> Int64:
        """The same sums by partner, where `partner` is that of each invoice; int64 (partners,)."""
        total = np.zeros(partners, dtype=np.int64)
        np.add.at(total, partner, self.minor)
        return total

    def _add(self, invoice: npt.NDArray[np.int32], minor: Int64, times: int) -> None:
        """Adds amounts to their invoices; sums of a block stay below 2^53, so that they are exact."""
        sums = np.bincount(invoice, weights=minor, minlength=len(self.minor)).astype(np.int64)
        np.add(self.minor, sums * times, out=self.minor)

    def _count(self, pointer: Int64, invoice: npt.NDArray[np.int32], inside: npt.NDArray[np.bool_], times: int) -> None:
        """Counts each draw of an invoice once, whatever the parts that it is paid in."""
        path = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))[inside]
        once = np.unique(path * len(self.draws) + invoice)
        np.add.at(self.draws, once % max(len(self.draws), 1), times)


def paid(book: Book, count: int, days: range, *, counted: bool = True) -> tuple[Paid, Paid]:
    """What customers pay, and what we pay suppliers, on the days of a half-open range (0 is the projection's first day).

    Draws the first `count` paths of the book once more; O(invoices x draws). counted: tell the draws too, a sort of what
    is paid; without it they stay 0.
    """
    customers, suppliers = (
        _nothing("customer", len(book.ledger.customers)),
        _nothing("supplier", len(book.ledger.suppliers)),
    )
    for first in range(0, count, book.block_paths):
        size = min(book.block_paths, count - first)
        block = draw_block(book.plan, first, size)
        # What we pay may be the same on every draw, and then stands in the block once.
        times = size if len(block.payment_ptr) == 2 else 1
        received = (block.receipt_ptr, block.receipt_invoice, block.receipt_minor, block.receipt_day, 1)
        sent = (block.payment_ptr, block.payment_invoice, block.payment_minor, block.payment_day, times)
        for side, (pointer, invoice, minor, day, often) in ((customers, received), (suppliers, sent)):
            inside = (day >= days.start) & (day < days.stop)
            side._add(invoice[inside], minor[inside], often)
            if counted:
                side._count(pointer, invoice[inside], inside, often)
    return customers, suppliers


def _nothing(side: Side, invoices: int) -> Paid:
    return Paid(side=side, minor=np.zeros(invoices, dtype=np.int64), draws=np.zeros(invoices, dtype=np.int64))
