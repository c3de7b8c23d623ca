"""What customers owe on one path, invoice by invoice, before any contract is looked at.

Credit notes and payments hit an invoice in the order of their days, on one day credit notes first (domain 1.4, steps 4
and 7), each for at most what is open. The same amounts stand in every variant: a contract changes who receives a
payment, never whether the debtor makes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from forecasting.ledger import NO_AMOUNT, NO_DAY, Ledger
from forecasting.simulation.facts import InvoiceEvents, PathFacts
from forecasting.vat import NetShare, net_of, net_share

#: Order of two steps of one day.
CREDIT, PAYMENT = 0, 1


@dataclass(slots=True)
class Receivable:
    """One customer invoice on this path; `steps` are (day, CREDIT or PAYMENT, amount applied) in their order.

    `net` is the share before VAT.
    """

    index: int
    invoice_id: str
    partner: int
    issue: int
    delivery: int
    due: int
    amount_minor: int
    net: NetShare
    on_receipt: bool
    steps: list[tuple[int, int, int]] = field(default_factory=list)

    def open_at_end(self, day: int) -> int:
        """What is open at the end of a day, VAT included."""
        return self.amount_minor - sum(amount for when, _, amount in self.steps if when <= day)

    def credited_by(self, day: int) -> int:
        """Credit notes up to the end of a day."""
        return sum(amount for when, kind, amount in self.steps if kind == CREDIT and when <= day)

    def paid_by(self, day: int) -> int:
        """Payments up to the end of a day."""
        return sum(amount for when, kind, amount in self.steps if kind == PAYMENT and when <= day)

    def net_of(self, gross_minor: int) -> int:
        """The part before VAT of an amount of this invoice, half_up(gross / (1 + vat))."""
        return net_of(gross_minor, self.net)

    @property
    def order(self) -> tuple[int, str]:
        """Oldest first."""
        return self.issue, self.invoice_id


class Receivables:
    """All customer invoices that matter on one path, each with what happens to it.

    An invoice paid in full before `as_of` is left out until its debtor's whole history is asked for (`of_partner`). A
    credit note of the ledger that names its invoice is a step of that invoice and no receivable of its own.
    """

    def __init__(self, ledger: Ledger, facts: PathFacts) -> None:
        self._ledger, self._facts = ledger, facts
        self._history = _history(ledger)
        self._future = _by_invoice(facts.credit_notes, CREDIT)
        for invoice, steps in _by_invoice(facts.receipts, PAYMENT).items():
            self._future.setdefault(invoice, []).extend(steps)
        customers = ledger.customers
        closed = (customers.paid != NO_DAY) & (customers.paid < ledger.as_of) & (customers.paid_minor == NO_AMOUNT)
        self._is_debt = ~((customers.amount_minor < 0) & (customers.credits >= 0))
        wanted = set(np.flatnonzero(~closed & self._is_debt).tolist()) | self._future.keys()
        self._known: dict[int, Receivable] = {}
        for index in sorted(wanted):
            self._known[index] = self._make(index)

    def __iter__(self) -> Iterator[Receivable]:
        return iter(self._known.values())

    def __getitem__(self, index: int) -> Receivable:
        return self._known[index]

    def of_partner(self, partner: int) -> tuple[Receivable, ...]:
        """Every invoice of a debtor, history included, oldest first (issue date, then invoice_id)."""
        found = [
            self._known[i] if i in self._known else self._make(i)
            for i in np.flatnonzero((self._ledger.customers.partner == partner) & self._is_debt).tolist()
        ]
        return tuple(sorted(found, key=lambda r: r.order))

    def steps_by_day(self, kind: int) -> dict[int, list[tuple[int, int]]]:
        """For each day (invoice, amount applied) of credit notes or of payments, in the order of invoice_id."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for receivable in self:
            for day, which, amount in receivable.steps:
                if which == kind and amount:
                    found[day].append((receivable.index, amount))
        return found

    def _make(self, index: int) -> Receivable:
        c = self._ledger.customers
        receivable = Receivable(
            index=index,
            invoice_id=c.invoice_id[index],
            partner=int(c.partner[index]),
            issue=int(c.issue[index]),
            delivery=int(c.delivery[index]),
            due=int(c.due[index]),
            amount_minor=int(c.amount_minor[index]),
            net=net_share(c, index),
            on_receipt=bool(c.on_receipt[index]),
        )
        raw = list(self._history.get(index, ())) + list(self._future.get(index, ()))
        paid = int(c.paid[index])
        if paid != NO_DAY and paid < self._ledger.as_of:
            amount = int(c.paid_minor[index])
            raw.append((paid, PAYMENT, abs(receivable.amount_minor) if amount == NO_AMOUNT else amount))
        receivable.steps = list(_applied(receivable.amount_minor, raw))
        return receivable


def _applied(amount_minor: int, raw: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The steps of an invoice in their order, each cut to what is open.

    A credit note that reduces no invoice is a receivable below zero, which a payment below zero settles.
    """
    sign = 1 if amount_minor >= 0 else -1
    left = abs(amount_minor)
    for day, kind, amount in sorted(raw, key=lambda step: step[:2]):
        part = min(abs(amount), left)
        left -= part
        yield day, kind, sign * part


def _history(ledger: Ledger) -> dict[int, list[tuple[int, int, int]]]:
    """Part payments of customers before `as_of`, by invoice."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for payment in ledger.payments:
        if payment.side == "customer" and payment.day < ledger.as_of:
            found[payment.invoice].append((payment.day, PAYMENT, payment.amount_minor))
    return found


def _by_invoice(events: InvoiceEvents, kind: int) -> dict[int, list[tuple[int, int, int]]]:
    found: dict[int, list[tuple[int, int, int]]] = {}
    rows = zip(events.invoice.tolist(), events.day.tolist(), events.amount_minor.tolist(), strict=True)
    for invoice, day, amount in rows:
        found.setdefault(invoice, []).append((day, kind, amount))
    return found
