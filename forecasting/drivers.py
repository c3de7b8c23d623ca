"""Who drives a day: the way from today's cash to the balance of one day, heading by heading, partner by partner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from forecasting.curve import Curve, Projection
from forecasting.ledger import Ledger
from forecasting.money import round_ratio
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book
from forecasting.simulation.flows import CATEGORIES, Category, Variant

Int64 = npt.NDArray[np.int64]

#: Partners that are named under a heading; the rest stands in one row.
NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverPart:
    """What one partner contributes to a heading; "" is everybody else."""

    partner_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What one heading moves from the first day to the day asked for, on average over the paths.

    `spread` is no heading: by how much the middle path lies above or below the average. `parts`, where there are any, add
    up to the amount: the partners that contribute most, then everybody else.
    """

    heading: Category | Literal["spread"]
    amount_minor: int
    parts: tuple[DriverPart, ...] = ()


def drivers(book: Book, projection: Projection, variant: Variant, day: int, *, named: int = NAMED) -> tuple[Driver, ...]:
    """The rows that lead from today's cash to the median balance of `day` (a day number); they add up exactly.

    Averages add up where medians do not, so the way is told in averages, with one row for the difference. Receipts and
    supplier payments are told by partner where no factor stands between. The largest rows come first.
    """
    curve = projection.curves[variant]
    k = day - curve.first_day
    count = projection.path_count
    sums = {c: int(flow[: k + 1].sum()) for c, flow in curve.component_sums_minor.items()}
    change = shared_out({c: total for c, total in sums.items() if total}, count)
    rows = [Driver(heading=c, amount_minor=amount) for c, amount in change.items() if amount]
    if variant in ("baseline", "insurance"):
        rows = [_told(book, row, sums, k, count, named) for row in rows]
    rows.sort(key=lambda row: -abs(row.amount_minor))
    spread = int(curve.p50_minor[k]) - book.ledger.opening_cash_minor - sum(row.amount_minor for row in rows)
    if spread:
        rows.append(Driver(heading="spread", amount_minor=spread))
    _check(rows, book.ledger, curve, k)
    return tuple(rows)


def shared_out(sums: Mapping[Category, int], count: int) -> dict[Category, int]:
    """Sums over paths as averages in whole minor units that add up to the rounded average of the total.

    Each is rounded down, then the largest rests are rounded up.
    """
    floors = {name: total // count for name, total in sums.items()}
    lack = round_ratio(sum(sums.values()), count) - sum(floors.values())
    order = sorted(sums, key=lambda name: (-(sums[name] % count), CATEGORIES.index(name)))
    return {name: floors[name] + (name in order[:lack]) for name in sums}


def _told(book: Book, row: Driver, sums: Mapping[Category, int], k: int, count: int, named: int) -> Driver:
    """A row with the partners behind it, where its heading has any."""
    if row.heading == "debtor_receipt":
        by_partner = _receipts_by_partner(book, k, count)
    elif row.heading == "supplier_payment":
        by_partner = -_payments_by_partner(book, k, count)
    else:
        return row
    assert int(by_partner.sum()) == sums[row.heading], "the partners' flows add up to the heading"
    largest = np.argsort(-np.abs(by_partner), kind="stable")[:named]
    parts = [
        DriverPart(partner_id=book.ledger.partners[p].partner_id, amount_minor=round_ratio(int(by_partner[p]), count))
        for p in largest.tolist()
        if by_partner[p]
    ]
    rest = row.amount_minor - sum(part.amount_minor for part in parts)
    if rest:
        parts.append(DriverPart(partner_id="", amount_minor=rest))
    return Driver(heading=row.heading, amount_minor=row.amount_minor, parts=tuple(parts))


def _receipts_by_partner(book: Book, k: int, count: int) -> Int64:
    """What each partner pays up to day k, summed over the paths; int64 (partners,)."""
    total = np.zeros(len(book.ledger.partners), dtype=np.int64)
    for first in range(0, count, book.block_paths):
        block = draw_block(book.plan, first, min(book.block_paths, count - first))
        inside = block.receipt_day <= k
        _add(total, book.ledger.customers.partner[block.receipt_invoice[inside]], block.receipt_minor[inside])
    return total


def _payments_by_partner(book: Book, k: int, count: int) -> Int64:
    """What we pay to each partner up to day k, summed over the paths; int64 (partners,)."""
    total = np.zeros(len(book.ledger.partners), dtype=np.int64)
    partner = book.ledger.suppliers.partner
    shared = book.plan.coming is None
    for first in range(0, 1 if shared else count, book.block_paths):
        block = draw_block(book.plan, first, 1 if shared else min(book.block_paths, count - first))
        inside = block.payment_day <= k
        _add(total, partner[block.payment_invoice[inside]], block.payment_minor[inside])
        if len(block.payment_ptr) == 2:
            total *= count if shared else 1
    return total


def _add(total: Int64, partner: npt.NDArray[np.int32], minor: Int64) -> None:
    """Adds amounts to their partners; sums of a block stay below 2^53, so that they are exact."""
    total += np.bincount(partner, weights=minor, minlength=len(total)).astype(np.int64)


def _check(rows: list[Driver], ledger: Ledger, curve: Curve, k: int) -> None:
    assert ledger.opening_cash_minor + sum(row.amount_minor for row in rows) == int(curve.p50_minor[k])
    assert all(not row.parts or sum(p.amount_minor for p in row.parts) == row.amount_minor for row in rows)
