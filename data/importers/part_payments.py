"""Lines that repeat an invoice once per payment: the invoice counts once, its earlier payments stand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.importers.invoice_lines import InvoiceLines
from data.importers.item_lines import Grouping, groups
from data.importers.protocol import PaymentRow
from data.importers.typed import Whole
from forecasting.dates import to_date
from forecasting.ledger import NO_DAY

Places = npt.NDArray[np.int64]


def _repeated(number: pa.Array, partner: pa.Array, places: Places) -> Iterator[Places]:
    """The places of each number that a partner has more than once."""
    group, first = groups(number, partner, places)
    counts = np.bincount(group, minlength=len(first))
    several = np.flatnonzero(counts[group] > 1)
    order = several[np.argsort(group[several], kind="stable")]
    bounds = np.flatnonzero(np.diff(group[order])) + 1
    yield from (places[part] for part in np.split(order, bounds) if len(part))


def _one_invoice(work: InvoiceLines, lines: Places, amount: Whole) -> bool:
    """Whether lines say the same invoice, each with another part of its payment, and no more than it is worth."""
    worth, paid = work.worth, work.days["paid"]
    for field in ("issue", "due"):
        days = work.days.get(field)
        if days is not None and len(np.unique(days.days[lines])) > 1:
            return False
    total = abs(int(amount[lines[0]]))
    parts = np.abs(worth.paid[lines])
    return bool(
        len(np.unique(amount[lines])) == 1
        and len({work.worth.currency[int(p)].as_py() for p in lines}) == 1
        and (paid.days[lines] != NO_DAY).all()
        and worth.paid_given[lines].all()
        and (parts > 0).all()
        and int(parts.sum()) <= total
    )


def _payment(work: InvoiceLines, partner: pa.Array, amount: Whole, line: int) -> PaymentRow:
    return PaymentRow(
        side=work.mapping.side,
        number=work.number[line].as_py(),
        partner_id=partner[line].as_py(),
        day=to_date(int(work.days["paid"].days[line])),
        amount_minor=abs(int(work.worth.paid[line])) * (1 if amount[line] >= 0 else -1),
        source_row=int(work.table.rows[line]),
        currency=work.worth.currency[line].as_py(),
    )


def part_payments(
    work: InvoiceLines, grouping: Grouping, partner: pa.Array, amount: Whole
) -> tuple[Grouping, tuple[PaymentRow, ...]]:
    """Puts the lines of one invoice with several payments together.

    The line of the last payment stands for the invoice, and what is open is its amount less all of them where the file
    does not say it; `work.worth` is changed accordingly. The other payments are returned.
    """
    if grouping.several or "paid" not in work.days or not work.columns.has("paid_amount"):
        return grouping, ()
    found = [
        lines[np.argsort(work.days["paid"].days[lines], kind="stable")]
        for lines in _repeated(work.number, partner, grouping.first)
        if _one_invoice(work, lines, amount)
    ]
    return (_together(work, grouping, found, amount), _payments(work, partner, amount, found)) if found else (grouping, ())


def _payments(work: InvoiceLines, partner: pa.Array, amount: Whole, found: Sequence[Places]) -> tuple[PaymentRow, ...]:
    return tuple(_payment(work, partner, amount, int(line)) for lines in found for line in lines[:-1])


def _together(work: InvoiceLines, grouping: Grouping, found: Sequence[Places], amount: Whole) -> Grouping:
    """The grouping in which the last line of each set stands for all of them."""
    stands = np.arange(len(work.table), dtype=np.int64)
    opened, open_given = work.worth.open.copy(), work.worth.open_given.copy()
    for lines in found:
        last = int(lines[-1])
        stands[lines] = last
        if not open_given[last]:
            sign = 1 if work.worth.amount[last] >= 0 else -1
            opened[last] = sign * (abs(int(amount[last])) - int(np.abs(work.worth.paid[lines]).sum()))
            open_given[last] = True
    work.worth = replace(work.worth, open=opened, open_given=open_given)
    first, group = np.unique(stands[grouping.members], return_inverse=True)
    return Grouping(first=first, group=group.astype(np.int64), members=grouping.members, adds=False)
