"""Which invoices go to the factor, on which day, with the clause that keeps the others out (domain 1.4 step 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from forecasting.dates import add_business_days, business_day_from, month_end, to_date, to_day
from forecasting.factoring.contract import FactoringContract
from forecasting.ledger import NO_DAY, Ledger, Partner

Refusal = Literal[
    "", "excluded_type", "excluded_debtor", "overdue_at_remittance", "too_old", "term_too_long", "not_handed_over"
]

#: Contract types whose collections reach the company's pledged account first and are swept (domain 1.5).
SWEPT: Final = frozenset({"confidential", "notified_unmanaged"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """When an invoice is remitted (r) and assigned (f), or the clause that refuses it.

    `already`: with the factor before `as_of`; `funded` is then the day on which the ledger says it went there.
    """

    invoice: int
    remitted: int
    funded: int
    refusal: Refusal = ""
    already: bool = False


def assignments(ledger: Ledger, contract: FactoringContract, invoices: Iterable[int]) -> tuple[Assignment, ...]:
    """The assignment of each given customer invoice, in their order; credit notes are never assigned.

    An invoice whose day f lies before `as_of` while the ledger shows no `assigned_date` was not handed over, and is not.
    """
    customers = ledger.customers
    found: list[Assignment] = []
    for i in invoices:
        if customers.amount_minor[i] <= 0:
            continue
        assigned = int(customers.assigned[i])
        if assigned != NO_DAY and assigned < ledger.as_of:
            found.append(Assignment(invoice=i, remitted=assigned, funded=assigned, already=True))
            continue
        issue, due = int(customers.issue[i]), int(customers.due[i])
        remitted = remittance_day(contract, issue, int(customers.remittance[i]))
        refusal = _refusal(contract, ledger.partners[int(customers.partner[i])], issue, due, remitted)
        funded = add_business_days(remitted, contract.funding_delay_bd)
        if not refusal and funded < ledger.as_of:
            refusal = "not_handed_over"
        found.append(Assignment(invoice=i, remitted=remitted, funded=NO_DAY if refusal else funded, refusal=refusal))
    return tuple(found)


def remittance_day(contract: FactoringContract, issue: int, own: int) -> int:
    """The day r on which an invoice is handed over: its own day where it has one, else the contract's schedule.

    Invoices issued before `start_date` go on `start_date` unless their own day is later; none goes before its issue.
    """
    if issue < contract.start_day:
        return max(own, contract.start_day)
    if own != NO_DAY:
        return max(own, issue)
    return scheduled_day(contract, issue)


def scheduled_day(contract: FactoringContract, issue: int) -> int:
    """The first remittance on or after the issue day: that day, the next business day, Monday, or the month end."""
    if contract.remittance_schedule == "daily":
        return business_day_from(issue)
    if contract.remittance_schedule == "weekly":
        # Day 0 was a Thursday.
        return issue + (-(issue + 3)) % 7
    if contract.remittance_schedule == "monthly":
        return to_day(month_end(to_date(issue)))
    return issue


def _refusal(contract: FactoringContract, partner: Partner, issue: int, due: int, remitted: int) -> Refusal:
    """The clause under which an invoice is never assigned; no fee is due and the company is paid."""
    excluded = (
        ("public" in contract.ineligible and partner.public_body)
        or ("foreign" in contract.ineligible and not partner.domestic)
        or ("intra_group" in contract.ineligible and partner.intra_group)
    )
    if excluded:
        return "excluded_type"
    only, but = contract.debtors_only, contract.debtors_except
    if (only is not None and partner.partner_id not in only) or (but is not None and partner.partner_id in but):
        return "excluded_debtor"
    if due < remitted:
        return "overdue_at_remittance"
    if contract.max_invoice_age_days is not None and remitted - issue > contract.max_invoice_age_days:
        return "too_old"
    if contract.max_term_days is not None and due - issue > contract.max_term_days:
        return "term_too_long"
    return ""
