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
from forecasting.paid import paid
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
        by_partner = _by_partner(book, k, count)
        rows = [_told(book, row, sums, by_partner, count, named) for row in rows]
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


def _by_partner(book: Book, k: int, count: int) -> Mapping[str, Int64]:
    """What each partner moves up to day k under the headings of invoices, summed over the paths; int64 (partners,)."""
    ledger, partners = book.ledger, len(book.ledger.partners)
    customers, suppliers = paid(book, count, range(k + 1), counted=False)
    return {
        "debtor_receipt": customers.by_partner(ledger.customers.partner, partners),
        "supplier_payment": -suppliers.by_partner(ledger.suppliers.partner, partners),
    }


def _told(
    book: Book, row: Driver, sums: Mapping[Category, int], moved: Mapping[str, Int64], count: int, named: int
) -> Driver:
    """A row with the partners behind it, where its heading has any."""
    by_partner = moved.get(row.heading)
    if by_partner is None or row.heading == "spread":
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


def _check(rows: list[Driver], ledger: Ledger, curve: Curve, k: int) -> None:
    assert ledger.opening_cash_minor + sum(row.amount_minor for row in rows) == int(curve.p50_minor[k])
    assert all(not row.parts or sum(p.amount_minor for p in row.parts) == row.amount_minor for row in rows)
