"""What makes the sample's invoices a real company's: credit notes, disputes, part payments, numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from data.sample_invoices import Trade
from forecasting.dates import to_date
from forecasting.ledger import NO_DAY
from forecasting.ledger_build import PartPayment

#: Share of invoices that a credit note reduces, and by how much.
CREDIT_NOTE_SHARE: Final = 0.014
_CREDIT_RANGE: Final = (0.04, 0.22)
#: Open invoices under dispute and part-paid in a sample of the usual size.
DISPUTED, PART_PAID = 5, 3


def credit(rng: np.random.Generator, trade: Trade, as_of: int) -> Trade:
    """Add credit notes: some weeks after the invoice, before `as_of` and before it was paid; the payment is net of them."""
    ends = np.where(trade.paid == NO_DAY, as_of, trade.paid).astype(np.int64)
    day = trade.issue + rng.integers(6, 30, len(trade.issue))
    possible = np.flatnonzero((day < ends) & (day < as_of) & (trade.amount_minor > 50_000))
    count = min(round(CREDIT_NOTE_SHARE * len(trade.issue)), len(possible))
    target = np.sort(rng.choice(possible, size=count, replace=False))
    part = np.rint(trade.amount_minor[target] * rng.uniform(*_CREDIT_RANGE, count)).astype(np.int64)
    paid_minor = trade.paid_minor.copy()
    paid_minor[target] -= part
    none = np.full(count, NO_DAY, dtype=np.int32)

    def joined(column: npt.NDArray[np.generic], added: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.concatenate([column, added.astype(column.dtype)])

    columns = {
        "partner": (trade.partner, trade.partner[target]),
        "issue": (trade.issue, day[target]),
        "due": (trade.due, np.maximum(trade.due[target], day[target])),
        "amount_minor": (trade.amount_minor, -part),
        "vat_percent": (trade.vat_percent, trade.vat_percent[target]),
        "paid": (trade.paid, none),
        "paid_minor": (paid_minor, np.zeros(count)),
        "credits": (trade.credits, target),
    }
    return Trade(**{name: joined(*pair) for name, pair in columns.items()})  # type: ignore[arg-type]


def dispute(rng: np.random.Generator, trade: Trade, as_of: int) -> tuple[Trade, npt.NDArray[np.bool_]]:
    """Contest a few invoices: some overdue for weeks already (they were never paid), some not yet due."""
    older = (trade.due < as_of - 20) & (trade.due > as_of - 90) & (trade.amount_minor > 0)
    newer = (trade.issue < as_of) & (trade.due >= as_of) & (trade.paid == NO_DAY) & (trade.amount_minor > 0)
    plain = np.ones(len(trade.issue), dtype=np.bool_)
    plain[trade.credits[trade.credits >= 0]] = False
    chosen = np.concatenate([_some(rng, older & plain, 3), _some(rng, newer & plain, DISPUTED - 3)])
    disputed = np.zeros(len(trade.issue), dtype=np.bool_)
    disputed[chosen] = True
    paid = trade.paid.copy()
    paid[chosen] = NO_DAY
    return replace(trade, paid=paid), disputed


def part_payments(rng: np.random.Generator, trade: Trade, names: list[str], as_of: int) -> list[PartPayment]:
    """A few overdue customers have paid a first part."""
    overdue = (trade.due < as_of) & (trade.paid == NO_DAY) & (trade.amount_minor > 0)
    overdue[trade.credits[trade.credits >= 0]] = False
    return [
        PartPayment(
            side="customer",
            invoice_id=names[i],
            day=as_of - 6 - 3 * k,
            amount_minor=int(trade.amount_minor[i]) * 2 // 5,
        )
        for k, i in enumerate(_some(rng, overdue, PART_PAID).tolist())
        if trade.issue[i] < as_of - 6 - 3 * k
    ]


def _some(rng: np.random.Generator, which: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.int64]:
    found = np.flatnonzero(which)
    return np.sort(rng.choice(found, size=min(count, len(found)), replace=False))


@dataclass(frozen=True, slots=True)
class Numbering:
    """Prefixes of invoices, credit notes and invoices still to come."""

    invoice: str
    credit_note: str
    expected: str


def numbers(trade: Trade, as_of: int, style: Numbering) -> list[str]:
    """Numbers by kind and year, counted in the order of issue."""
    years = (trade.issue.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970).tolist()
    first = to_date(int(trade.issue.min())).year if len(trade.issue) else 0
    kinds = np.where(trade.credits >= 0, 1, np.where(trade.issue >= as_of, 2, 0))
    width = len(str(len(trade.issue)))
    names = [""] * len(trade.issue)
    counters: dict[tuple[int, int], int] = {}
    prefixes = (style.invoice, style.credit_note, style.expected)
    for i, kind in zip(
        np.argsort(trade.issue, kind="stable").tolist(), kinds[np.argsort(trade.issue, kind="stable")].tolist(), strict=True
    ):
        key = (kind, years[i] - first)
        counters[key] = counters.get(key, 0) + 1
        names[i] = f"{prefixes[kind]}{years[i]}-{counters[key]:0{width}d}"
    return names
