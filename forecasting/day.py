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
from forecasting.paid import Paid, paid
from forecasting.simulation.engine import Book
from forecasting.simulation.flows import Category, Variant

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
    customers, suppliers = paid(book, count, range(k, k + 1))
    if variant in ("baseline", "insurance"):
        assert customers.total_minor == sums.get("debtor_receipt", 0), "the invoices' payments add up to the heading"
    assert -suppliers.total_minor == sums.get("supplier_payment", 0), "our payments add up to the heading"
    ledger = book.ledger
    told = [
        _told(customers, 1, ledger.customers.issue >= ledger.as_of, count, named),
        _told(suppliers, -1, ledger.suppliers.issue >= ledger.as_of, count, named),
    ]
    return DayMoves(
        headings={c: amount for c, amount in headings.items() if amount},
        total_minor=sum(headings.values()),
        invoices=tuple(row for rows, _ in told for row in rows),
        others_minor={side.side: rest for side, (_, rest) in zip((customers, suppliers), told, strict=True)},
        draws=count,
    )


def _told(found: Paid, sign: int, expected: npt.NDArray[np.bool_], count: int, named: int) -> tuple[list[DayInvoice], int]:
    """The largest invoices and what the others move on average; their sum is the side's rounded average."""
    order = np.argsort(-np.abs(found.minor), kind="stable")[:named]
    rows = [
        DayInvoice(
            side=found.side,
            row=row,
            amount_minor=sign * round_ratio(int(found.minor[row]), count),
            draws=int(found.draws[row]),
            expected=bool(expected[row]),
        )
        for row in order.tolist()
        if found.minor[row]
    ]
    return rows, sign * round_ratio(found.total_minor, count) - sum(row.amount_minor for row in rows)
