"""What is known of one side's invoices on the morning of a day, as columns to learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.ledger import NO_AMOUNT, NO_DAY, Amounts, Days, Invoices, Ledger, Side
from forecasting.ledger_build import stable_id

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaymentHistory:
    """Invoices issued before `as_of`, paid or still open on its morning; n rows sorted by the ledger's own order.

    partner int32 (n,): index of `partner_id`, whose `partner_stable` int64 (C,) keys its luck; segment int32 (C,) index
    of `segment_name` per partner; issue, due int32 (n,) days; paid int32 (n,) the day, before `as_of`, on which nothing
    was left open, NO_DAY while something is; amount_minor int64 (n,); open_minor int64 (n,) what is open on the morning
    of `as_of`; expected int32 (n,) a certain later pay day or NO_DAY; disputed bool (n,); stable int64 (n,) keys the
    luck of an invoice; row int32 (n,) position in the side's columns of the ledger.
    """

    as_of: int
    partner_id: tuple[str, ...]
    partner_stable: npt.NDArray[np.int64]
    segment: Indices
    segment_name: tuple[str, ...]
    partner: Indices
    issue: Days
    due: Days
    paid: Days
    amount_minor: Amounts
    open_minor: Amounts
    expected: Days
    disputed: npt.NDArray[np.bool_]
    stable: npt.NDArray[np.int64]
    row: Indices

    def __len__(self) -> int:
        return len(self.partner)

    @property
    def partners(self) -> int:
        """How many partners the index knows, those without invoices included."""
        return len(self.partner_id)

    @property
    def is_open(self) -> npt.NDArray[np.bool_]:
        """Which invoices are still open on the morning of `as_of`; bool (n,)."""
        open_rows: npt.NDArray[np.bool_] = self.paid == NO_DAY
        return open_rows

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> PaymentHistory:
        """The same history with some of its invoices only; partners keep their numbers."""
        return replace(
            self,
            partner=self.partner[rows],
            issue=self.issue[rows],
            due=self.due[rows],
            paid=self.paid[rows],
            amount_minor=self.amount_minor[rows],
            open_minor=self.open_minor[rows],
            expected=self.expected[rows],
            disputed=self.disputed[rows],
            stable=self.stable[rows],
            row=self.row[rows],
        )

    def known_on(self, day: int) -> PaymentHistory:
        """The history as it stood on the morning of an earlier day: later invoices unknown, later payments unseen.

        What was open on that morning is taken as the whole amount, since part payments keep no trace here.
        """
        past = self.take(self.issue < day)
        unseen = past.paid >= day
        return replace(
            past,
            as_of=day,
            paid=np.where(unseen, NO_DAY, past.paid).astype(np.int32),
            open_minor=np.where(unseen, past.amount_minor, past.open_minor),
            expected=np.full(len(past), NO_DAY, dtype=np.int32),
        )


def history_of(ledger: Ledger, side: Side, as_of: int | None = None) -> PaymentHistory:
    """What the ledger knows of one side's payments on the morning of `as_of` (the ledger's own day unless given).

    Credit notes are no invoices: they reduce what is open on the invoice that they name. An invoice is paid on the
    first known day on which payments and credit notes cover it; what a smaller `paid_amount` leaves stays open. What was
    settled on a day that a rule set, or by credit notes alone, is left out: no delay is known of it.
    """
    day = ledger.as_of if as_of is None else as_of
    invoices = ledger.customers if side == "customer" else ledger.suppliers
    left, last = what_is_open(ledger, invoices, side, day)
    telling = (left > 0) | _paid_on_known_days(ledger, invoices, side, day)
    rows = np.flatnonzero((invoices.amount_minor > 0) & (invoices.issue < day) & telling)
    settled = left[rows] <= 0
    paid = np.where(settled, np.maximum(last[rows], invoices.issue[rows]), NO_DAY)
    later = invoices.paid[rows] >= day
    segments = sorted({p.segment for p in ledger.partners})
    where = {name: i for i, name in enumerate(segments)}
    return PaymentHistory(
        as_of=day,
        partner_id=tuple(p.partner_id for p in ledger.partners),
        partner_stable=_stable_of([p.partner_id for p in ledger.partners]),
        segment=np.array([where[p.segment] for p in ledger.partners], dtype=np.int32),
        segment_name=tuple(segments),
        partner=invoices.partner[rows],
        issue=invoices.issue[rows],
        due=invoices.due[rows],
        paid=paid.astype(np.int32),
        amount_minor=invoices.amount_minor[rows],
        open_minor=np.maximum(left[rows], 0),
        expected=np.where(later & ~settled, invoices.paid[rows], NO_DAY).astype(np.int32),
        disputed=invoices.disputed[rows],
        stable=invoices.stable[rows],
        row=rows.astype(np.int32),
    )


def what_is_open(ledger: Ledger, invoices: Invoices, side: Side, day: int) -> tuple[Amounts, npt.NDArray[np.int64]]:
    """Per invoice of the side, what is open on the morning of `day`, and the last day on which something reduced it."""
    left = invoices.amount_minor.astype(np.int64).copy()
    last = np.full(len(left), NO_DAY, dtype=np.int64)
    paid = np.flatnonzero((invoices.paid != NO_DAY) & (invoices.paid < day))
    whole = invoices.paid_minor[paid] == NO_AMOUNT
    left[paid] -= np.where(whole, left[paid], invoices.paid_minor[paid])
    last[paid] = invoices.paid[paid]
    notes = np.flatnonzero((invoices.credits >= 0) & (invoices.amount_minor < 0) & (invoices.issue < day))
    np.add.at(left, invoices.credits[notes], invoices.amount_minor[notes])
    np.maximum.at(last, invoices.credits[notes], invoices.issue[notes])
    for payment in ledger.payments:
        if payment.side == side and payment.day < day:
            left[payment.invoice] -= payment.amount_minor
            last[payment.invoice] = max(last[payment.invoice], payment.day)
    return left, last


def overdue(ledger: Ledger) -> tuple[int, int]:
    """How many customers are late and what they owe of it, payments dated today deducted, in minor units."""
    side = ledger.customers
    left, _ = what_is_open(ledger, side, "customer", ledger.as_of + 1)
    late = (side.amount_minor > 0) & (side.due < ledger.as_of) & (side.issue < ledger.as_of) & (left > 0)
    return len(np.unique(side.partner[late])), int(left[late].sum())


def _paid_on_known_days(ledger: Ledger, invoices: Invoices, side: Side, day: int) -> npt.NDArray[np.bool_]:
    """Which invoices money came in for, and all of it on days that a file told."""
    paid = (invoices.paid != NO_DAY) & (invoices.paid < day)
    ruled = np.zeros(len(paid), dtype=np.bool_)
    for payment in ledger.payments:
        if payment.side == side and payment.day < day:
            paid[payment.invoice] = True
            ruled[payment.invoice] |= payment.assumed
    known: npt.NDArray[np.bool_] = paid & ~ruled
    return known


def _stable_of(names: list[str]) -> npt.NDArray[np.int64]:
    """The numbers that key the luck of partners, of their ids alone."""
    return np.array([stable_id(name) for name in names], dtype=np.int64)
