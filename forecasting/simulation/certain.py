"""A certain scenario as the facts of one path: exactly what is written, nothing drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting.dates import business_day_from
from forecasting.errors import InputRejected, Problem, problem
from forecasting.ledger import NO_AMOUNT, NO_DAY, Invoices, Ledger, Side
from forecasting.money import Currency, to_text
from forecasting.scenario import PaymentFact, Scenario
from forecasting.simulation.facts import Dispute, Failure, InvoiceEvents, PathFacts, Request
from forecasting.simulation.shocks import partner_shock

#: (invoice, day, amount)
Row = tuple[int, int, int]


def certain_facts(ledger: Ledger, scenario: Scenario) -> PathFacts:
    """Who pays what when, if everything goes as the scenario says (file interface, "The scenario").

    An invoice without a fact is paid on its due date, shifted by the delays; where that day is before `as_of`, on the
    first business day at or after `as_of + overdue_days`. From its judgment on, a partner pays nothing but explicit
    facts. A fact with an amount leaves the rest unpaid. Raises InputRejected with every problem of the scenario's facts.
    """
    names = _Names(ledger)
    problems = [*_unknown(names, scenario)]
    notes = _credit_notes(ledger, names, scenario)
    customers = _Side(ledger, scenario, "customer", notes, names)
    suppliers = _Side(ledger, scenario, "supplier", _ledger_notes(ledger.suppliers), names)
    receipts, payments = customers.payments(), suppliers.payments()
    problems += [*_repeated_failures(scenario), *customers.problems, *suppliers.problems]
    if problems:
        raise InputRejected(tuple(problems))
    return PathFacts(
        kind="certain",
        receipts=_events(receipts),
        payments=_events(payments),
        credit_notes=_events((i, day, amount) for i, rows in notes.items() for day, amount in rows),
        disputes=_disputes(ledger, names, scenario),
        failures=_failures(names, scenario),
        requests=_requests(names, scenario),
        moved_overdue=customers.moved + suppliers.moved,
    )


class _Names:
    """Where the ids of a scenario stand in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.invoice: dict[Side, dict[str, int]] = {
            "customer": {name: i for i, name in enumerate(ledger.customers.invoice_id)},
            "supplier": {name: i for i, name in enumerate(ledger.suppliers.invoice_id)},
        }
        self.partner = {partner.partner_id: i for i, partner in enumerate(ledger.partners)}

    def facts_of(self, scenario: Scenario, side: Side) -> dict[int, list[PaymentFact]]:
        """Payment facts by invoice; an id that both sides know means the customer's invoice."""
        found: dict[int, list[PaymentFact]] = defaultdict(list)
        other = self.invoice["customer"] if side == "supplier" else {}
        for fact in scenario.payments:
            if fact.invoice_id in self.invoice[side] and fact.invoice_id not in other:
                found[self.invoice[side][fact.invoice_id]].append(fact)
        return found


@dataclass(slots=True)
class _Side:
    """The payments of one side's invoices."""

    ledger: Ledger
    scenario: Scenario
    side: Side
    notes: Mapping[int, Sequence[tuple[int, int]]]
    names: _Names
    problems: list[Problem] = field(default_factory=list)
    moved: int = 0

    def payments(self) -> list[Row]:
        """Every payment from `as_of` on (and facts written before it), as (invoice, day, amount)."""
        invoices = self.ledger.customers if self.side == "customer" else self.ledger.suppliers
        facts = self.names.facts_of(self.scenario, self.side)
        judged = {
            self.names.partner[i.partner_id]: i.judgment
            for i in self.scenario.insolvencies
            if i.partner_id in self.names.partner
        }
        past, coming = _known_payments(self.ledger, self.side, invoices)
        shifts = _shifts(self.ledger, self.scenario) if self.side == "customer" else {}
        closed = (invoices.paid != NO_DAY) & (invoices.paid < self.ledger.as_of) & (invoices.paid_minor == NO_AMOUNT)
        noted = (invoices.amount_minor < 0) & (invoices.credits >= 0)
        rows: list[Row] = []
        for i in np.flatnonzero(~closed & ~noted | np.isin(np.arange(len(invoices)), list(facts))).tolist():
            balance = _Balance(int(invoices.amount_minor[i]), self.notes.get(i, ()), past.get(i, ()))
            if i in facts:
                rows += [(i, day, amount) for day, amount in self._explicit(facts[i], balance)]
            elif i in coming:
                rows += [(i, day, balance.pay(day, amount)) for day, amount in sorted(coming[i], key=_whole_last)]
            elif not _settled_in_part(invoices, i, self.ledger.as_of):
                partner = int(invoices.partner[i])
                day = self._behaviour(int(invoices.due[i]) + shifts.get(partner, 0), balance)
                if self.side == "supplier" or partner not in judged or day < judged[partner]:
                    rows.append((i, day, balance.pay(day, None)))
        return [row for row in rows if row[2]]

    def _behaviour(self, day: int, balance: _Balance) -> int:
        """The day of a payment that no fact names."""
        if day < self.ledger.as_of:
            day = business_day_from(self.ledger.as_of + self.scenario.overdue_days)
            self.moved += balance.open_on(day) > 0
        return business_day_from(day) if self.scenario.business_days_only else day

    def _explicit(self, facts: Sequence[PaymentFact], balance: _Balance) -> Iterable[tuple[int, int]]:
        """The payments that a scenario writes for one invoice, on one day those with an amount first."""
        dated = [f for f in facts if not f.never]
        exponent = Currency(self.ledger.currency).exponent
        for fact in sorted(dated, key=lambda f: (f.day, f.amount_minor is None)):
            is_open = balance.open_on(fact.day)
            if fact.amount_minor is not None and fact.amount_minor > is_open:
                self.problems.append(
                    problem(
                        "facts.payment_above_open",
                        column="payment",
                        id=fact.invoice_id,
                        paid=to_text(fact.amount_minor, exponent),
                        open=to_text(is_open, exponent),
                    )
                )
            yield fact.day, balance.pay(fact.day, fact.amount_minor)


@dataclass(slots=True)
class _Balance:
    """What is open of one invoice while its payments are written down in the order of their days."""

    amount_minor: int
    notes: Sequence[tuple[int, int]]
    paid: Sequence[tuple[int, int]]
    taken: list[tuple[int, int]] = field(default_factory=list)

    def open_on(self, day: int) -> int:
        """What is open that day after its credit notes; a credit note takes what is open when it comes."""
        left = abs(self.amount_minor)
        steps = [(when, 0, amount) for when, amount in self.notes]
        steps += [(when, 1, amount) for when, amount in (*self.paid, *self.taken)]
        for when, _, amount in sorted(steps):
            if when <= day:
                left -= min(left, abs(amount))
        return left if self.amount_minor >= 0 else -left

    def pay(self, day: int, amount_minor: int | None) -> int:
        """A payment of an amount, at most what is open; None is all that is open."""
        is_open = self.open_on(day)
        amount = is_open if amount_minor is None else min(amount_minor, is_open)
        self.taken.append((day, amount))
        return amount


def _whole_last(payment: tuple[int, int | None]) -> tuple[int, bool, int]:
    """By day; on one day the payment of all that is open comes last."""
    return payment[0], payment[1] is None, payment[1] or 0


def _settled_in_part(invoices: Invoices, index: int, as_of: int) -> bool:
    """Whether the ledger says that an invoice was settled before `as_of` for less than its amount: history, no cash."""
    return bool(invoices.paid[index] != NO_DAY and invoices.paid[index] < as_of)


def _known_payments(
    ledger: Ledger, side: Side, invoices: Invoices
) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int | None]]]]:
    """By invoice what the ledger says was paid before `as_of`, with what it says will be paid."""
    past: dict[int, list[tuple[int, int]]] = defaultdict(list)
    coming: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for p in ledger.payments:
        if p.side == side:
            (past if p.day < ledger.as_of else coming)[p.invoice].append((p.day, p.amount_minor))
    for i in np.flatnonzero(invoices.paid != NO_DAY).tolist():
        day, amount = int(invoices.paid[i]), int(invoices.paid_minor[i])
        if day >= ledger.as_of:
            coming[i].append((day, None if amount == NO_AMOUNT else amount))
        else:
            past[i].append((day, abs(int(invoices.amount_minor[i])) if amount == NO_AMOUNT else amount))
    return past, coming


def _shifts(ledger: Ledger, scenario: Scenario) -> dict[int, int]:
    """Days that each partner adds; paid on the due date means 0 days late, which no multiplication changes."""
    return {i: partner_shock(scenario, partner).delays.add_days for i, partner in enumerate(ledger.partners)}


def _ledger_notes(invoices: Invoices) -> dict[int, list[tuple[int, int]]]:
    """By invoice the credit notes of the ledger that name it, on their issue dates."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i in np.flatnonzero((invoices.amount_minor < 0) & (invoices.credits >= 0)).tolist():
        found[int(invoices.credits[i])].append((int(invoices.issue[i]), -int(invoices.amount_minor[i])))
    return found


def _credit_notes(ledger: Ledger, names: _Names, scenario: Scenario) -> dict[int, list[tuple[int, int]]]:
    found = _ledger_notes(ledger.customers)
    for note in scenario.credit_notes:
        if note.invoice_id in names.invoice["customer"]:
            found[names.invoice["customer"][note.invoice_id]].append((note.day, note.amount_minor))
    return found


def _disputes(ledger: Ledger, names: _Names, scenario: Scenario) -> tuple[Dispute, ...]:
    """Disputes that the scenario dates, and those that the ledger flags, which last from the issue date on.

    Where both speak of one invoice, the flagged dispute ends when the scenario says that it is resolved.
    """
    dated = [
        Dispute(invoice=names.invoice["customer"][d.invoice_id], day=d.day, resolved=d.resolved)
        for d in scenario.disputes
        if d.invoice_id in names.invoice["customer"]
    ]
    ends: dict[int, int] = {}
    for dispute in sorted(dated, key=lambda d: d.day):
        ends.setdefault(dispute.invoice, dispute.resolved)
    flagged = [
        Dispute(invoice=i, day=int(ledger.customers.issue[i]), resolved=ends.get(i, NO_DAY))
        for i in np.flatnonzero(ledger.customers.disputed).tolist()
    ]
    return tuple(sorted((*flagged, *dated), key=lambda d: (d.invoice, d.day, d.resolved)))


def _failures(names: _Names, scenario: Scenario) -> tuple[Failure, ...]:
    found = [
        Failure(
            partner=names.partner[i.partner_id],
            judgment=i.judgment,
            declared=i.declared,
            procedure=i.procedure,
            irrecoverable=i.irrecoverable,
            dividend_rate=i.dividend_rate,
            dividend_day=i.dividend_day,
        )
        for i in scenario.insolvencies
    ]
    return tuple(sorted(found, key=lambda f: f.partner))


def _requests(names: _Names, scenario: Scenario) -> tuple[Request, ...]:
    """One request per partner; of several the first counts, a debtor has one loss."""
    first: dict[int, Request] = {}
    for r in sorted(scenario.collection_requests, key=lambda r: (r.day, r.declared)):
        partner = names.partner[r.partner_id]
        first.setdefault(partner, Request(partner=partner, day=r.day, declared=r.declared))
    return tuple(first[partner] for partner in sorted(first))


def _unknown(names: _Names, scenario: Scenario) -> Iterable[Problem]:
    """Facts about invoices and partners that the ledger does not hold."""
    both = names.invoice["customer"].keys() | names.invoice["supplier"].keys()
    for payment in scenario.payments:
        if payment.invoice_id not in both:
            yield problem("scenario.unknown_invoice", column="payment", id=payment.invoice_id)
    for table, rows in (("credit_note", scenario.credit_notes), ("dispute", scenario.disputes)):
        for row in rows:
            if row.invoice_id not in names.invoice["customer"]:
                yield problem("facts.not_a_customer_invoice", column=table, id=row.invoice_id)
    for table, named in (("insolvency", scenario.insolvencies), ("collection_request", scenario.collection_requests)):
        for one in named:
            if one.partner_id not in names.partner:
                yield problem("contract.unknown_partner", column=table, partner=one.partner_id)


def _repeated_failures(scenario: Scenario) -> Iterable[Problem]:
    seen: set[str] = set()
    for insolvency in scenario.insolvencies:
        if insolvency.partner_id in seen:
            yield problem("scenario.judged_twice", column="insolvency", partner=insolvency.partner_id)
        seen.add(insolvency.partner_id)


def _events(rows: Iterable[Row]) -> InvoiceEvents:
    """Rows as columns sorted by (day, invoice, amount), read-only."""
    ordered = sorted(rows, key=lambda row: (row[1], row[0], row[2]))
    columns = InvoiceEvents(
        invoice=np.array([row[0] for row in ordered], dtype=np.int32),
        day=np.array([row[1] for row in ordered], dtype=np.int32),
        amount_minor=np.array([row[2] for row in ordered], dtype=np.int64),
    )
    for column in (columns.invoice, columns.day, columns.amount_minor):
        column.setflags(write=False)
    return columns
