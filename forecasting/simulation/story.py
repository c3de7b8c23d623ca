"""The story of a path: which clause moved how much of which invoice, when and why; what is refused today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from forecasting.ledger import Ledger
from forecasting.simulation.claims import Claim
from forecasting.simulation.flows import Event, Flow


class Told(Protocol):
    """What a story is read from: a path's flows and events."""

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Bank flows by day."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Explanations in the order in which they came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An amount that a clause keeps out, since a day; of one invoice, or of a debtor as a whole."""

    clause: str
    amount_minor: int
    since: int
    partner_id: str
    invoice_id: str = ""


def story(told: Told, ledger: Ledger, invoice_id: str, day: int) -> tuple[Event, ...]:
    """Everything that happened to a customer invoice up to a day, with what befell its debtor, in order.

    Bank flows of the invoice, and of its debtor's failure and claim, stand in it as events `flow.<category>`.
    """
    customers = ledger.customers
    partner_id = ledger.partners[int(customers.partner[customers.invoice_id.index(invoice_id)])].partner_id

    def concerns(of_invoice: str, of_partner: str) -> bool:
        return of_invoice == invoice_id or (not of_invoice and of_partner == partner_id)

    invoices = set(customers.invoice_id)
    found = [e for e in told.events if e.day <= day and concerns(e.invoice_id, e.partner_id)]
    for flow in told.flows:
        source = flow.source_id if flow.source_id in invoices else ""
        if flow.day <= day and concerns(source, flow.partner_id):
            found.append(
                Event(
                    day=flow.day,
                    code=f"flow.{flow.category}",
                    amount_minor=flow.amount_minor,
                    partner_id=flow.partner_id,
                    invoice_id=source,
                )
            )
    return tuple(sorted(found, key=lambda e: e.day))


def refused_on(told: Told, day: int) -> tuple[Refused, ...]:
    """What is refused on a day, largest first: never assigned, assigned and not financed, not covered, notice missed.

    An invoice that was never assigned stays listed from its remittance on until it is paid; an amount that is not
    financed as long as it is not.
    """
    paid: dict[str, int] = {}
    for flow in told.flows:
        if flow.day <= day and flow.category == "debtor_receipt":
            paid[flow.source_id] = paid.get(flow.source_id, 0) + flow.amount_minor
    open_now: dict[tuple[str, str, str], Refused] = {}
    for event in told.events:
        family, _, clause = event.code.partition(".")
        if event.day > day or family not in ("refused", "unfinanced", "uncovered"):
            continue
        left = event.amount_minor - (paid.get(event.invoice_id, 0) if family == "refused" else 0)
        key = event.partner_id, event.invoice_id, event.code
        open_now[key] = Refused(
            clause=clause,
            amount_minor=left,
            since=event.day,
            partner_id=event.partner_id,
            invoice_id=event.invoice_id,
        )
    left_over = [refused for refused in open_now.values() if refused.amount_minor > 0]
    return tuple(sorted(left_over, key=lambda r: (-r.amount_minor, r.partner_id, r.invoice_id, r.clause)))


def claim_events(claim: Claim) -> Iterator[Event]:
    """A claim told: dates, each debt, what is not covered and why, the steps of the waterfall."""
    paid, dates = claim.indemnity, claim.dates
    days = {"stop_day": dates.stop, "deadline_day": dates.deadline, "declared_day": dates.declared, "pay_day": dates.pay}
    known = tuple((name, value) for name, value in days.items() if value is not None)

    def event(code: str, amount_minor: int, invoice_id: str = "", values: tuple[tuple[str, str | int], ...] = ()) -> Event:
        return Event(
            day=dates.loss,
            code=code,
            amount_minor=amount_minor,
            partner_id=claim.partner_id,
            invoice_id=invoice_id,
            values=values,
        )

    yield event(f"claim.{dates.cause}", claim.total_debt_net_minor, values=known)
    for debt in claim.debts:
        code = f"uncovered.{debt.reason}" if debt.reason else "claim.debt"
        yield event(code, debt.net_minor, debt.invoice_id, (("open_minor", debt.open_minor),))
    eligible = sum(d.net_minor for d in claim.debts if not d.reason)
    if eligible > paid.loss_minor:
        yield event("uncovered.over_credit_limit", eligible - paid.loss_minor)
    if paid.late:
        yield event("uncovered.declared_late", paid.loss_minor, values=known)
    elif paid.below_threshold:
        yield event("uncovered.below_threshold", paid.loss_minor)
    else:
        yield event("claim.percentage", paid.after_percentage_minor)
        yield event("claim.deductible", paid.after_deductible_minor)
        yield event("claim.annual_first_loss", paid.afl_used_minor)
        yield event("claim.indemnity", paid.indemnity_minor, values=(("pay_day", dates.pay),))
