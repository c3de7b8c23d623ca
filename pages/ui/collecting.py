"""What is known about getting paid here and now: open customer invoices, positions, deadlines, the list of the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from data import repository
from data.repository import CustomerPosition, InvoiceFilter, InvoiceLine
from forecasting.behaviour import failure_risk, history_of
from forecasting.curve import LowestPoint
from forecasting.dates import to_date, to_day
from forecasting.latepayment import LateInterest, late_interest
from forecasting.ledger import Ledger
from forecasting.money import round_ratio
from forecasting.offers.limits import deadlines
from forecasting.reminders import Action
from forecasting.scenario import PaymentFact, Scenario
from forecasting.simulation.certain import certain_facts
from forecasting.simulation.notices import hand_backs
from forecasting.solvency import SolvencyFact, solvency
from forecasting.worklist import Case, CaseDeadline, OpenInvoice, WorkItem, worklist
from pages.ui import answering, session
from pages.ui.question import Question
from pages.ui.session import Desk

#: Open invoices that the list of the day looks at.
_OPEN_MAX: Final = 100_000
_FRANCE: Final = "FR"
#: What French law says of a public buyer differs (Code de la commande publique).
_PUBLIC: Final = "FR-PUBLIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """Everything that the day's list is made of; lines are in the company's currency.

    `lines` holds each customer's open invoices, oldest due first.
    """

    as_of: int
    items: tuple[WorkItem, ...]
    lines: dict[str, tuple[InvoiceLine, ...]]
    positions: dict[str, CustomerPosition]
    actions: tuple[Action, ...]
    default_probability: dict[str, float]

    def name(self, partner_id: str) -> str:
        """The customer's name, its id where it has none."""
        position = self.positions.get(partner_id)
        return position.partner.name or partner_id if position else partner_id

    def overdue(self, partner_id: str) -> tuple[InvoiceLine, ...]:
        """A customer's invoices that are past due, oldest first."""
        return tuple(
            line for line in self.lines.get(partner_id, ()) if line.due is not None and to_day(line.due) < self.as_of
        )

    def about(self, item: WorkItem) -> tuple[InvoiceLine, ...]:
        """The invoices that a line of the list is about."""
        return tuple(line for line in self.lines.get(item.partner_id, ()) if line.invoice_id in item.invoice_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What it changes that a customer pays its overdue invoices on a day: the lowest point before and after."""

    overdue_minor: int
    before: LowestPoint
    after: LowestPoint


def collecting(at: Desk) -> Collecting:
    """The list of the day, with what it is made of."""
    of = session.ledger(at)
    positions = {p.partner.partner_id: p for p in repository.customer_positions(at.store, at.principal)}
    actions = repository.collection_log(at.store, at.principal)
    lines = open_lines(at, of, evening=True)
    due_days = _deadlines(at, of)
    failing = default_probabilities(at, of)
    cases = [
        Case(
            partner_id=name,
            invoices=tuple(
                OpenInvoice(
                    invoice_id=line.invoice_id,
                    due=to_day(line.due),
                    open_minor=line.open_minor,
                    disputed=line.disputed,
                )
                for line in owed
                if line.due is not None
            ),
            default_probability=failing.get(name, 0.0),
            habit=positions[name].habit if name in positions else None,
            deadlines=tuple(due_days.get(name, ())),
            actions=tuple(action for action in actions if action.partner_id == name),
        )
        for name, owed in lines.items()
    ]
    return Collecting(
        as_of=of.as_of,
        items=worklist(cases, of.as_of),
        lines=lines,
        positions=positions,
        actions=actions,
        default_probability=failing,
    )


def open_lines(at: Desk, of: Ledger, *, evening: bool = False) -> dict[str, tuple[InvoiceLine, ...]]:
    """Open customer invoices by customer, oldest due first, in the company's currency.

    As they stand on the morning of the day; on its `evening`, payments dated today are counted, so that nobody is called
    who has paid this morning.
    """
    day = to_date(of.as_of + 1 if evening else of.as_of)
    page = repository.invoices(
        at.store, at.principal, InvoiceFilter(side="customer", status="open", order="due", limit=_OPEN_MAX), day
    )
    home = {name: k for k, name in enumerate(of.customers.invoice_id)}
    found: dict[str, list[InvoiceLine]] = defaultdict(list)
    for line in page.rows:
        if line.currency != of.currency and line.amount_minor and line.invoice_id in home:
            amount = int(of.customers.amount_minor[home[line.invoice_id]])
            owed = round_ratio(line.open_minor * amount, line.amount_minor)
            line = replace(line, open_minor=owed, amount_minor=amount, currency=of.currency)
        if line.open_minor > 0:
            found[line.partner_id].append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def default_probabilities(at: Desk, of: Ledger) -> dict[str, float]:
    """Each customer's chance to fail within a year: what is given or learnt, with the solvency facts on top."""
    risk = failure_risk(history_of(of, "customer"), of.partners).probability
    facts = facts_by_customer(at)
    return {
        partner.partner_id: solvency(facts.get(partner.partner_id, ()), of.as_of, float(risk[k])).probability
        for k, partner in enumerate(of.partners)
    }


def facts_by_customer(at: Desk) -> dict[str, tuple[SolvencyFact, ...]]:
    """Solvency facts by customer, oldest first."""
    found: dict[str, list[SolvencyFact]] = defaultdict(list)
    for fact in repository.solvency_facts(at.store, at.principal):
        found[fact.partner_id].append(fact)
    return {name: tuple(facts) for name, facts in found.items()}


def _deadlines(at: Desk, of: Ledger) -> dict[str, list[CaseDeadline]]:
    """What the chosen contracts say is lost on a day: cover that was not declared, advances on what the factor hands back."""
    chosen = session.contracts(at)
    found: dict[str, list[CaseDeadline]] = defaultdict(list)
    if chosen.insurance:
        for deadline in deadlines(chosen.insurance, of):
            found[deadline.partner_id].append(CaseDeadline(kind="insurer", day=deadline.deadline))
    if chosen.factoring and chosen.factoring.recourse and chosen.factoring.definancing_days is not None:
        facts = certain_facts(of, Scenario(kind="certain"))
        for back in hand_backs(chosen.factoring, of, facts, of.as_of):
            if back.day >= of.as_of:
                found[back.partner_id].append(CaseDeadline(kind="factor", day=back.day))
    return found


def interest_of(at: Desk, line: InvoiceLine, position: CustomerPosition | None, day: int) -> LateInterest:
    """What an open invoice owes on top on a day, by the law of the company's country.

    Raises InputRejected where no rate of that country is known.
    """
    assert line.due is not None
    country = at.company.country or _FRANCE
    if position and position.partner.public_body and country == _FRANCE:
        country = _PUBLIC
    return late_interest(amount_minor=line.open_minor, due=line.due, paid=to_date(day), country=country)


def worth(at: Desk, lines: Sequence[InvoiceLine], day: int) -> Worth:
    """What it changes that these invoices are paid on a day, on the same luck as the curve of the cash page."""
    before, after = lowest_points(at, [PaymentFact(invoice_id=line.invoice_id, day=day) for line in lines])
    return Worth(overdue_minor=sum(line.open_minor for line in lines), before=before, after=after)


def lowest_points(at: Desk, facts: Sequence[PaymentFact]) -> tuple[LowestPoint, LowestPoint]:
    """The lowest point of the cash curve without protection, as it is and with some payments certain, on the same luck."""
    of, under = session.ledger(at), session.contracts(at)
    asked = session.scenario(at, Question())
    before, after = (
        answering.projection(of, scenario, under).curves["baseline"].lowest
        for scenario in (asked, replace(asked, payments=(*asked.payments, *facts)))
    )
    return before, after
