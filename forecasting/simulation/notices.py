"""Days ahead on which something is lost unless somebody acts: insurer's declarations, the factor's hand-backs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.deadlines import Deadline, calendar, deadline_of
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_DAY, Ledger
from forecasting.simulation.claims import oldest_unpaid
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.receivables import Receivable, Receivables


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack:
    """An assigned invoice that the factor will hand back on a day if it stays unpaid."""

    invoice_id: str
    partner_id: str
    day: int
    open_minor: int


def declaration_deadlines(policy: InsurancePolicy, ledger: Ledger, facts: PathFacts, day: int) -> tuple[Deadline, ...]:
    """For each customer with something unpaid at the end of a day, by when to declare it to the insurer, soonest first.

    The warning comes 15 days before; a deadline that has passed stays in the list: cover is then lost.
    """
    by_partner: dict[int, list[Receivable]] = defaultdict(list)
    for receivable in Receivables(ledger, facts):
        by_partner[receivable.partner].append(receivable)
    found = []
    for index, invoices in by_partner.items():
        partner = ledger.partners[index]
        if partner.public_body or partner.intra_group:
            continue
        oldest = oldest_unpaid(sorted(invoices, key=lambda r: r.order), day)
        deadline = deadline_of(policy, partner, oldest)
        if deadline is not None:
            found.append(deadline)
    return calendar(found)


def hand_backs(contract: FactoringContract, ledger: Ledger, facts: PathFacts, day: int) -> tuple[HandBack, ...]:
    """Invoices with the factor on a day under recourse, with the day on which they come back unpaid, soonest first."""
    wait = contract.definancing_days
    if not contract.recourse or wait is None:
        return ()
    customers, found = ledger.customers, []
    for receivable in Receivables(ledger, facts):
        assigned, is_open = int(customers.assigned[receivable.index]), receivable.open_at_end(day)
        if assigned != NO_DAY and assigned <= day and is_open > 0:
            found.append(
                HandBack(
                    invoice_id=receivable.invoice_id,
                    partner_id=ledger.partners[receivable.partner].partner_id,
                    day=max(receivable.due + wait, assigned),
                    open_minor=is_open,
                )
            )
    return tuple(sorted(found, key=lambda h: (h.day, h.invoice_id)))
