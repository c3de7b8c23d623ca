"""What newer data say of what was expected: it happened, it did not, or nobody expected it; in money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from forecasting.ledger import NO_AMOUNT, NO_DAY, Ledger, Side
from forecasting.ledger_edit import side_of

Kind = Literal["happened", "missing", "early", "new", "gone"]
KINDS: Final[tuple[Kind, ...]] = ("happened", "missing", "early", "new", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One invoice of which the newer data tell something; `amount_minor` is what was paid, is still open, or is new."""

    kind: Kind
    side: Side
    invoice_id: str
    partner_id: str
    due: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What changed between two looks at the same company, and by how much the cash of the first day moved."""

    before_day: int
    after_day: int
    cash_minor: int
    lines: tuple[Told, ...]

    def total_minor(self, kind: Kind, side: Side) -> int:
        """The sum of one kind on one side."""
        return sum(line.amount_minor for line in self.lines if line.kind == kind and line.side == side)

    @property
    def unexplained_minor(self) -> int:
        """What moved the cash and is no payment of an invoice that was known before: everything nobody expected."""
        paid = {side: self.total_minor("happened", side) + self.total_minor("early", side) for side in _SIDES}
        return self.cash_minor - paid["customer"] + paid["supplier"]


_SIDES: Final[tuple[Side, ...]] = ("customer", "supplier")


def since(before: Ledger, after: Ledger) -> Since:
    """What happened to the invoices that were open before, and what is new.

    happened: due by the new day and paid (in part: what was paid); missing: due by the new day and still open; early: paid
    although due later; new: not known before; gone: open before and told of no more. The largest first.
    """
    lines = [line for side in _SIDES for line in _side(before, after, side)]
    return Since(
        before_day=before.as_of,
        after_day=after.as_of,
        cash_minor=after.opening_cash_minor - before.opening_cash_minor,
        lines=tuple(sorted(lines, key=lambda t: (-abs(t.amount_minor), t.side, t.invoice_id))),
    )


def _side(before: Ledger, after: Ledger, side: Side) -> Iterator[Told]:
    old, new = side_of(before, side), side_of(after, side)
    was_open, now_open = _open(before, side), _open(after, side)
    place = {name: k for k, name in enumerate(new.invoice_id)}
    known = set(old.invoice_id)

    def told(kind: Kind, ledger: Ledger, row: int, amount: int) -> Told:
        invoices = side_of(ledger, side)
        return Told(
            kind=kind,
            side=side,
            invoice_id=invoices.invoice_id[row],
            partner_id=ledger.partners[int(invoices.partner[row])].partner_id,
            due=int(invoices.due[row]),
            amount_minor=amount,
        )

    for k in np.flatnonzero(was_open > 0).tolist():
        row = place.get(old.invoice_id[k])
        if row is None:
            yield told("gone", before, k, int(was_open[k]))
            continue
        paid = int(was_open[k] - now_open[row])
        is_due = int(new.due[row]) < after.as_of
        if paid > 0:
            yield told("happened" if is_due else "early", after, row, paid)
        if is_due and now_open[row] > 0:
            yield told("missing", after, row, int(now_open[row]))
    for row, name in enumerate(new.invoice_id):
        if name not in known and new.amount_minor[row]:
            yield told("new", after, row, int(new.amount_minor[row]))


def _open(ledger: Ledger, side: Side) -> np.ndarray:
    """What is open of each invoice on the morning of `as_of`, int64 (n,); credit notes take from what they credit."""
    invoices = side_of(ledger, side)
    left = invoices.amount_minor.astype(np.int64).copy()
    paid = np.flatnonzero((invoices.paid != NO_DAY) & (invoices.paid < ledger.as_of))
    whole = invoices.paid_minor[paid] == NO_AMOUNT
    left[paid] -= np.where(whole, left[paid], invoices.paid_minor[paid])
    notes = np.flatnonzero((invoices.credits >= 0) & (invoices.amount_minor < 0))
    np.add.at(left, invoices.credits[notes], invoices.amount_minor[notes])
    for payment in ledger.payments:
        if payment.side == side and payment.day < ledger.as_of:
            left[payment.invoice] -= payment.amount_minor
    return np.maximum(left, 0)
