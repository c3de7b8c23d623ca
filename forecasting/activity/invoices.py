"""The business to come as invoices: one per habit of each partner, adding up to what each month is expected to bring."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.activity.history import EXPECTED_PREFIX, days_left, is_expected
from forecasting.activity.outlook import MONTHS_DEFAULT, Outlook, outlook
from forecasting.activity.partners import Habit, habits_of
from forecasting.dates import Terms, due_on, to_date, to_day
from forecasting.ledger import Ledger, Side
from forecasting.ledger_build import InvoiceColumns, InvoiceRecord
from forecasting.ledger_edit import columns_from, joined, rebuilt, side_of

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: A partner with fewer invoices a month shares a pool with its like; one with more gets at most one per business day.
POOL_PER_MONTH: Final = 0.5
PER_MONTH_MAX: Final = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Invoices that do not exist yet, of both sides; ids begin with EXPECTED_PREFIX."""

    customers: tuple[InvoiceRecord, ...]
    suppliers: tuple[InvoiceRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Invoices of one partner in one month: their number and what they come to together."""

    partner: int
    month: int
    number: int
    amount_minor: int


def expected_business(ledger: Ledger, months: int = MONTHS_DEFAULT) -> Expected:
    """The sales and purchases of the coming months as invoices, learnt from the ledger's own history.

    Every invoice is issued on or after `as_of`. Per month and side, they and what the ledger already holds of the month add
    up to what the month is expected to bring; where more is there already, nothing is added. Hence nothing counts twice:
    an invoice that arrives takes the place of as much of the expectation. Amounts are net of expected credit notes. The same
    ledger gives the same invoices; a partner's keep their ids, and so their luck, while the ledger grows.
    """
    return Expected(
        customers=invoices_of(ledger, outlook(ledger, "customer", months)),
        suppliers=invoices_of(ledger, outlook(ledger, "supplier", months)),
    )


def with_expected(ledger: Ledger, months: int = MONTHS_DEFAULT) -> Ledger:
    """The ledger with its business to come, in place of what was expected before."""
    coming = expected_business(ledger, months)
    return rebuilt(
        ledger,
        customers=joined(_real(ledger, "customer"), coming.customers),
        suppliers=joined(_real(ledger, "supplier"), coming.suppliers),
    )


def completed(ledger: Ledger, months: int = MONTHS_DEFAULT) -> Ledger:
    """The ledger with the business to come on each side that does not bring its own (budget, orders); else as it is."""
    views = (outlook(ledger, "customer", months), outlook(ledger, "supplier", months))
    customers, suppliers = (() if view.stands_in_ledger else invoices_of(ledger, view) for view in views)
    if not customers and not suppliers:
        return ledger
    return rebuilt(
        ledger,
        customers=joined(_real(ledger, "customer"), customers) if customers else None,
        suppliers=joined(_real(ledger, "supplier"), suppliers) if suppliers else None,
    )


def expected_count(ledger: Ledger) -> int:
    """How many invoices of a ledger are expected ones; ids are sorted, so that a million of them take no time."""
    after = EXPECTED_PREFIX[:-1] + chr(ord(EXPECTED_PREFIX[-1]) + 1)
    sides = (ledger.customers.invoice_id, ledger.suppliers.invoice_id)
    return sum(bisect_left(ids, after) - bisect_left(ids, EXPECTED_PREFIX) for ids in sides)


def without_expected(ledger: Ledger) -> Ledger:
    """The ledger with real invoices alone."""
    return rebuilt(ledger, customers=_real(ledger, "customer"), suppliers=_real(ledger, "supplier"))


def _real(ledger: Ledger, side: Side) -> InvoiceColumns:
    names = side_of(ledger, side).invoice_id
    keep = np.fromiter((not is_expected(name) for name in names), dtype=np.bool_, count=len(names))
    return columns_from(ledger, side, keep)


def invoices_of(ledger: Ledger, view: Outlook) -> tuple[InvoiceRecord, ...]:
    """The expected invoices of one side, from its outlook."""
    cuts = _cuts(view)
    wanted = np.unique(np.array([cut.partner for cut in cuts], dtype=np.int64))
    habits = habits_of(view.history, side_of(ledger, view.side), wanted)
    days = {int(month): days_left(int(month), ledger.as_of, view.history.every_day) for month in view.months}
    found: list[InvoiceRecord] = []
    for cut in cuts:
        partner_id = ledger.partners[cut.partner].partner_id
        found += _records(cut, partner_id, habits[cut.partner], days[cut.month])
    return tuple(found)


def _records(cut: _Cut, partner_id: str, habit: Habit, days: Integers) -> list[InvoiceRecord]:
    """The invoices of one cut: equal amounts but for a cent, on the partner's usual days."""
    position = np.quantile(habit.positions, (np.arange(cut.number) + 0.5) / cut.number)
    issue = days[np.minimum((position * len(days)).astype(np.int64), len(days) - 1)]
    edges = [cut.amount_minor * k // cut.number for k in range(cut.number + 1)]
    year, month = divmod(cut.month, 12)
    return [
        InvoiceRecord(
            invoice_id=f"{EXPECTED_PREFIX}{partner_id}:{year:04d}-{month + 1:02d}:{k + 1}",
            partner_id=partner_id,
            issue=day,
            due=_due(day, habit.terms),
            amount_minor=edges[k + 1] - edges[k],
            vat_rate=habit.vat_rate,
            on_receipt=habit.on_receipt,
            entity=habit.entity,
        )
        for k, day in enumerate(issue.tolist())
        if edges[k + 1] > edges[k]
    ]


@lru_cache(maxsize=65_536)
def _due(issue: int, terms: Terms) -> int:
    return to_day(due_on(to_date(issue), terms))


def _cuts(view: Outlook) -> list[_Cut]:
    """Who brings what in which month: frequent partners every month, the others in turn out of one pool."""
    shares = view.shares
    frequent = np.flatnonzero((shares.share > 0) & (shares.per_month >= POOL_PER_MONTH))
    rare = np.flatnonzero((shares.share > 0) & (shares.per_month < POOL_PER_MONTH))
    pool = _Pool(rare, shares.elapsed[rare], shares.per_month[rare], shares.typical_minor[rare])
    usual = float(view.expected_minor.mean())
    number_due = np.full(len(frequent), 0.5)
    cuts: list[_Cut] = []
    for step, month in enumerate(view.months.tolist()):
        gaps, pooled = _gaps(view, step, frequent)
        pace = float(view.expected_minor[step]) / usual if usual > 0 else 0.0
        number_due += shares.per_month[frequent] * pace
        number = np.clip(np.floor(number_due), 1, PER_MONTH_MAX).astype(np.int64)
        number_due -= np.floor(number_due)
        scale = _scale(gaps, shares.share[frequent], int(view.expected_minor[step]))
        number = np.maximum(np.rint(number * scale), 1).astype(np.int64)
        cuts += [
            _Cut(partner=p, month=month, number=n, amount_minor=a)
            for p, n, a in zip(frequent.tolist(), number.tolist(), gaps.tolist(), strict=True)
            if a > 0
        ]
        cuts += pool.month(month, pooled, last=step == len(view.months) - 1)
    return cuts


def _scale(gaps: Integers, share: Floats, expected: int) -> Floats:
    """How much of each partner's month is still to come, 0 to 1."""
    whole = np.maximum(share * expected, 1.0)
    return np.minimum(gaps / whole, 1.0)


def _gaps(view: Outlook, step: int, frequent: Integers) -> tuple[Integers, int]:
    """What a month still lacks: of each frequent partner, int64 (f,), and of all others together.

    The whole gap is expected less known, not below 0; it is split in proportion to what each lacks of its own share.
    """
    history, month = view.history, int(view.months[step])
    gap = max(int(view.expected_minor[step] - view.known_minor[step]), 0)
    inside = history.month == month
    known = np.bincount(history.partner[inside], history.amount_minor[inside].astype(np.float64), history.partners)
    own = view.shares.share * float(view.expected_minor[step])
    others = np.ones(history.partners, dtype=np.bool_)
    others[frequent] = False
    lacks = np.append(own[frequent] - known[frequent], own[others].sum() - known[others].sum())
    lacks = np.maximum(lacks, 0.0)
    if not view.shares.share[others].any():
        lacks[-1] = 0.0
    if lacks.sum() <= 0:
        return np.zeros(len(frequent), dtype=np.int64), 0
    edges = np.rint(np.cumsum(lacks) / lacks.sum() * gap).astype(np.int64)
    edges[-1] = gap
    parts = np.diff(edges, prepend=0)
    return parts[:-1], int(parts[-1])


class _Pool:
    """Partners that buy now and then: each month those longest due take what the pool holds, in their usual size."""

    def __init__(self, partner: Integers, elapsed: Floats, per_month: Floats, typical_minor: Floats) -> None:
        self.partner, self.phase = partner, elapsed.copy()
        self.per_month = per_month
        self.typical = np.maximum(typical_minor, 1.0)
        self.held = 0

    def month(self, month: int, amount_minor: int, *, last: bool) -> list[_Cut]:
        """One month's invoices: what is held back comes with a later month, and nothing is held at the end."""
        self.held += amount_minor
        order = np.argsort(-self.phase, kind="stable")
        before = np.cumsum(self.typical[order]) - self.typical[order]
        taken = order[self.held - before >= 0.5 * self.typical[order]]
        self.phase += self.per_month
        if not len(taken) and last and len(order):
            taken = order[:1]
        if not len(taken) or self.held <= 0:
            return []
        self.phase[taken] -= np.maximum(1.0, self.phase[taken])
        edges = np.rint(np.cumsum(self.typical[taken]) / self.typical[taken].sum() * self.held).astype(np.int64)
        edges[-1] = self.held
        parts, self.held = np.diff(edges, prepend=0), 0
        return [
            _Cut(partner=p, month=month, number=1, amount_minor=a)
            for p, a in zip(self.partner[taken].tolist(), parts.tolist(), strict=True)
            if a > 0
        ]
