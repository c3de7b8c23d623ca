"""What is certain on every path, whatever is drawn: facts of the scenario, known payments, credit notes of the ledger."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from forecasting.ledger import NO_DAY, Amounts, Days, Invoices, Ledger, Payment, Side
from forecasting.scenario import Scenario
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.facts import Dispute, InvoiceEvents, PathFacts

Rows = npt.NDArray[np.int64]
Integers = npt.NDArray[np.int64] | npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRows:
    """Invoices of one side whose payment has still to be found, in the order of the ledger.

    row int64 (m,), minor int64 (m,): what will be paid, which is what is open less every credit note to come;
    stated bool (m,): the scenario credits or disputes it, so that nothing is drawn but its payment.
    """

    row: Rows
    minor: Amounts
    stated: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The part of a path that no draw changes, with the invoices that are left to draw.

    facts: payments that are known, failures, requests and disputes that the scenario dates, credit notes of the ledger
    and the scenario (past ones included).
    """

    facts: PathFacts
    customers: OpenRows
    suppliers: OpenRows


def known_part(ledger: Ledger, scenario: Scenario) -> Known:
    """What every path shares. Raises InputRejected with every problem of the scenario's facts.

    Invoices that a fact names and payments whose day is known go through the certain scenario, so that a fact means the
    same in both kinds; the others are looked at by column, so that a million of them take no time.
    """
    customers, suppliers = _Side(ledger, scenario, "customer"), _Side(ledger, scenario, "supplier")
    facts = certain_facts(
        replace(
            ledger,
            customers=customers.subset(),
            suppliers=suppliers.subset(),
            payments=(*customers.payments(), *suppliers.payments()),
        ),
        scenario,
    )
    disputes = (replace(d, invoice=int(customers.kept[d.invoice])) for d in facts.disputes)
    return Known(
        facts=replace(
            facts,
            kind="drawn",
            receipts=customers.known(facts.receipts),
            payments=suppliers.known(facts.payments),
            credit_notes=customers.notes,
            disputes=tuple(sorted(disputes, key=_dispute_order)),
            moved_overdue=0,
        ),
        customers=customers.open_rows(),
        suppliers=suppliers.open_rows(),
    )


def index_of(invoices: Invoices, invoice_id: str) -> int | None:
    """The row of an invoice, None where this side has none of that id."""
    at = bisect_left(invoices.invoice_id, invoice_id)
    return at if at < len(invoices) and invoices.invoice_id[at] == invoice_id else None


def _dispute_order(dispute: Dispute) -> tuple[int, int, int]:
    return dispute.invoice, dispute.day, dispute.resolved


class _Side:
    """One side of the ledger split into invoices whose payment is known and invoices that are open.

    `kept` are the rows that go through the certain scenario: `paid_known`, those that the scenario names otherwise,
    and the credit notes that concern either.
    """

    def __init__(self, ledger: Ledger, scenario: Scenario, side: Side) -> None:
        self.side, self.ledger = side, ledger
        self.invoices = ledger.customers if side == "customer" else ledger.suppliers
        self.parts = [p for p in ledger.payments if p.side == side]
        later = np.flatnonzero(self.invoices.paid >= ledger.as_of)
        loose = np.flatnonzero((self.invoices.amount_minor < 0) & (self.invoices.credits < 0))
        loose = loose[(self.invoices.paid[loose] == NO_DAY) | (self.invoices.paid[loose] >= ledger.as_of)]
        named = self._rows_of([fact.invoice_id for fact in scenario.payments])
        coming = [p.invoice for p in self.parts if p.day >= ledger.as_of]
        self.paid_known = np.unique(np.concatenate([later, loose, named, np.array(coming, dtype=np.int64)]))
        stated = [note.invoice_id for note in scenario.credit_notes] + [d.invoice_id for d in scenario.disputes]
        targets = np.union1d(self.paid_known, self._rows_of(stated if side == "customer" else []))
        self.note_rows = np.flatnonzero((self.invoices.amount_minor < 0) & (self.invoices.credits >= 0))
        concerned = self.note_rows[np.isin(self.invoices.credits[self.note_rows], targets)]
        self.targets, self.kept = targets, np.union1d(targets, concerned)
        self.notes = self._notes(scenario)

    def _rows_of(self, names: Sequence[str]) -> Rows:
        """Rows of named invoices; an id that both sides know means the customer's invoice."""
        if self.side == "supplier":
            names = [name for name in names if index_of(self.ledger.customers, name) is None]
        found = (index_of(self.invoices, name) for name in names)
        return np.array([row for row in found if row is not None], dtype=np.int64)

    def _notes(self, scenario: Scenario) -> InvoiceEvents:
        """Every credit note on an invoice of this side: the ledger's on its issue day, and the scenario's."""
        stated = scenario.credit_notes if self.side == "customer" else ()
        given = [(index_of(self.invoices, n.invoice_id), n.day, n.amount_minor) for n in stated]
        known = [note for note in given if note[0] is not None]
        extra = np.array(known, dtype=np.int64).reshape(-1, 3)
        return _events(
            np.concatenate([self.invoices.credits[self.note_rows], extra[:, 0]]),
            np.concatenate([self.invoices.issue[self.note_rows], extra[:, 1]]),
            np.concatenate([-self.invoices.amount_minor[self.note_rows], extra[:, 2]]),
        )

    def subset(self) -> Invoices:
        """The kept rows as a ledger side of their own."""
        columns: dict[str, object] = {}
        for field in fields(self.invoices):
            column = getattr(self.invoices, field.name)
            if isinstance(column, np.ndarray):
                columns[field.name] = column[self.kept]
            else:
                columns[field.name] = tuple(column[i] for i in self.kept.tolist())
        credits = self.invoices.credits[self.kept]
        inside = (credits >= 0) & np.isin(credits, self.kept)
        columns["credits"] = np.where(inside, np.searchsorted(self.kept, credits), -1).astype(np.int32)
        return Invoices(**columns)  # type: ignore[arg-type]

    def payments(self) -> list[Payment]:
        """Part payments of the kept rows."""
        where = {int(row): i for i, row in enumerate(self.kept)}
        return [replace(p, invoice=where[p.invoice]) for p in self.parts if p.invoice in where]

    def known(self, events: InvoiceEvents) -> InvoiceEvents:
        """Events of the subset whose payment is known, under the rows of the whole ledger."""
        row = self.kept[events.invoice]
        inside = np.isin(row, self.paid_known)
        return _events(row[inside], events.day[inside], events.amount_minor[inside])

    def open_rows(self) -> OpenRows:
        """What is left to find: open, no credit note, no payment known, not history."""
        minor = np.maximum(self.invoices.amount_minor, 0)
        minor[self.invoices.paid != NO_DAY] = 0
        minor[self.paid_known] = 0
        past = [(p.invoice, p.amount_minor) for p in self.parts if p.day < self.ledger.as_of]
        taken = np.array(past, dtype=np.int64).reshape(-1, 2)
        np.subtract.at(
            minor, np.concatenate([taken[:, 0], self.notes.invoice]), np.concatenate([taken[:, 1], self.notes.amount_minor])
        )
        row = np.flatnonzero(minor > 0)
        return OpenRows(row=row, minor=minor[row], stated=np.isin(row, self.targets))


def _events(invoice: Integers, day: Integers, minor: Amounts) -> InvoiceEvents:
    """Columns sorted by (day, invoice)."""
    order = np.lexsort((invoice, day))
    days: Days = day[order].astype(np.int32)
    return InvoiceEvents(invoice=invoice[order].astype(np.int32), day=days, amount_minor=minor[order].astype(np.int64))
