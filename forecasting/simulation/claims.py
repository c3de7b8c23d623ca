"""From what happens on a path to claims on the policy: debts at the loss, cover, indemnity, recoveries (domain 2.2 to 2.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from forecasting.dates import to_date
from forecasting.insurance.claim import Indemnity, Loss, limited_loss, waterfall
from forecasting.insurance.deadlines import (
    ClaimDates,
    OldestUnpaid,
    insolvency_dates,
    loss_of_request,
    max_credit_days,
    protracted_dates,
    stop_day,
)
from forecasting.insurance.limits import Limits
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_DAY, Ledger, Partner
from forecasting.money import apply_rate, round_ratio
from forecasting.simulation.cover import Cover
from forecasting.simulation.facts import Failure, PathFacts, Request
from forecasting.simulation.failures import dividend_minor
from forecasting.simulation.flows import Category, Flow
from forecasting.simulation.receivables import PAYMENT, Receivable, Receivables
from forecasting.vat import NetShare, net_of, share_by_rate

Ineligible = Literal["", "public_body", "intra_group", "delivered_after_stop", "credit_too_long", "disputed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One invoice at the date of loss, after all payments are poured again; `reason` says why it is not covered."""

    invoice_id: str
    issue: int
    open_minor: int
    net_minor: int
    net: NetShare
    limit_minor: int | None
    reason: Ineligible


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A debtor's loss with its dates, debts and what the policy pays; `total_debt_net_minor` counts every debt."""

    partner: int
    claim_id: str
    partner_id: str
    dates: ClaimDates
    debts: tuple[Debt, ...]
    total_debt_net_minor: int
    indemnity: Indemnity


def claims_of_path(
    policy: InsurancePolicy, ledger: Ledger, facts: PathFacts, receivables: Receivables, cover: Cover, last_day: int
) -> tuple[Claim, ...]:
    """Every claim with a loss up to the last day, in the order of passage (loss date, then claim_id)."""
    failures = {f.partner: f for f in facts.failures}
    requests = {r.partner: r for r in facts.requests}
    limits = Limits(policy)
    known: dict[str, tuple[int, ClaimDates, tuple[Debt, ...]]] = {}
    losses: list[Loss] = []
    for index in sorted(failures.keys() | requests.keys()):
        partner = ledger.partners[index]
        if not cover.by_policy(partner.partner_id):
            continue
        invoices = receivables.of_partner(index)
        dates = claim_dates(policy, ledger, partner, invoices, failures.get(index), requests.get(index), last_day)
        if dates is None or dates.loss > last_day:
            continue
        debts = debts_at_loss(policy, partner, invoices, facts, dates, limits)
        name = claim_id(partner.partner_id, dates.loss)
        known[name] = index, dates, debts
        losses.append(_loss(policy, partner, name, dates, debts, limits))
    return tuple(
        Claim(
            partner=known[paid.claim_id][0],
            claim_id=paid.claim_id,
            partner_id=paid.partner_id,
            dates=known[paid.claim_id][1],
            debts=known[paid.claim_id][2],
            total_debt_net_minor=sum(d.net_minor for d in known[paid.claim_id][2]),
            indemnity=paid,
        )
        for paid in waterfall(policy, losses)
    )


def claim_id(partner_id: str, loss: int) -> str:
    """The name of a debtor's claim: PARTNER@DATE_OF_LOSS."""
    return f"{partner_id}@{to_date(loss).isoformat()}"


def claim_dates(
    policy: InsurancePolicy,
    ledger: Ledger,
    partner: Partner,
    invoices: Sequence[Receivable],
    failure: Failure | None,
    request: Request | None,
    last_day: int,
) -> ClaimDates | None:
    """The dates of a debtor's one loss: the judgment, or the request plus the waiting period, whichever comes first."""
    asked = None if request is None else _request_days(policy, ledger, partner, invoices, request, last_day)
    if failure is not None and (asked is None or failure.judgment <= loss_of_request(policy, asked[0])):
        return insolvency_dates(
            policy,
            partner,
            judgment=failure.judgment,
            declared=failure.declared,
            oldest=oldest_unpaid(invoices, failure.judgment),
        )
    if asked is None:
        return None
    requested, declared = asked
    return protracted_dates(
        policy, partner, requested=requested, declared=declared, oldest=oldest_unpaid(invoices, declared)
    )


def oldest_unpaid(invoices: Sequence[Receivable], day: int) -> OldestUnpaid | None:
    """The oldest invoice that the ledger shows unpaid at the end of a day, disputed ones and those not due included."""
    left = [(i, i.open_at_end(day)) for i in invoices if i.issue <= day]
    unpaid = [(i, amount) for i, amount in left if amount > 0]
    if not unpaid:
        return None
    oldest = unpaid[0][0]
    return OldestUnpaid(issue=oldest.issue, due=oldest.due, balance_minor=sum(amount for _, amount in unpaid))


def debts_at_loss(
    policy: InsurancePolicy,
    partner: Partner,
    invoices: Sequence[Receivable],
    facts: PathFacts,
    dates: ClaimDates,
    limits: Limits,
) -> tuple[Debt, ...]:
    """Steps 1 to 4: invoices issued by the loss less credit notes, all payments poured again from the oldest."""
    pool = sum(i.paid_by(dates.loss) for i in invoices)
    pool += sum(-i.amount_minor for i in invoices if i.amount_minor < 0 and i.issue <= dates.loss)
    credit_days = max_credit_days(policy, partner)
    found = []
    for invoice in invoices:
        if invoice.amount_minor <= 0 or invoice.issue > dates.loss:
            continue
        owed = invoice.amount_minor - invoice.credited_by(dates.loss)
        poured = min(pool, owed)
        pool -= poured
        if owed > poured:
            found.append(
                Debt(
                    invoice_id=invoice.invoice_id,
                    issue=invoice.issue,
                    open_minor=owed - poured,
                    net_minor=invoice.net_of(owed - poured),
                    net=invoice.net,
                    limit_minor=limits.on(partner.partner_id, invoice.delivery),
                    reason=_ineligible(partner, invoice, facts, dates, credit_days),
                )
            )
    return tuple(found)


def insurance_flows(policy: InsurancePolicy, facts: PathFacts, receivables: Receivables, claim: Claim) -> Iterator[Flow]:
    """What a claim moves: the indemnity, then the insurer's share and the collection cost of each recovery."""
    paid = claim.indemnity.indemnity_minor
    if paid:
        yield _flow(claim, claim.dates.pay, "indemnity", paid)
    weights: dict[NetShare, int] = defaultdict(int)
    for debt in claim.debts:
        weights[debt.net] += debt.open_minor
    for day, amount in recoveries(facts, receivables, claim):
        net = sum(net_of(part, rate) for rate, part in share_by_rate(amount, weights).items())
        if claim.total_debt_net_minor:
            share = round_ratio(net * paid, claim.total_debt_net_minor)
            yield _flow(claim, day, "insurer_share", -share)
        if claim.dates.cause == "protracted_default":
            yield _flow(claim, day, "insurance_fee", -collection_cost(policy, claim, amount))


def recoveries(facts: PathFacts, receivables: Receivables, claim: Claim) -> tuple[tuple[int, int], ...]:
    """(day, amount) of everything received from the debtor or the liquidator after the date of loss."""
    invoices = receivables.of_partner(claim.partner)
    found = [
        (day, amount)
        for invoice in invoices
        for day, kind, amount in invoice.steps
        if kind == PAYMENT and day > claim.dates.loss and amount > 0
    ]
    for failure in facts.failures:
        if failure.partner == claim.partner and failure.dividend_day > claim.dates.loss:
            dividend = dividend_minor(failure, invoices)
            found += [(failure.dividend_day, dividend)] if dividend else []
    return tuple(sorted(found))


def collection_cost(policy: InsurancePolicy, claim: Claim, received_minor: int) -> int:
    """The company's part of the collection cost of a receipt, VAT included.

    c = half_up(collection_fee * r), own = half_up(c * (total_debt_ht - loss) / total_debt_ht), with VAT on top; the
    insurer bears the rest.
    """
    total = claim.total_debt_net_minor
    cost = apply_rate(received_minor, policy.collection_fee)
    own = round_ratio(cost * (total - claim.indemnity.loss_minor), total) if total else 0
    return own + apply_rate(own, policy.vat_on_fees)


def _request_days(
    policy: InsurancePolicy,
    ledger: Ledger,
    partner: Partner,
    invoices: Sequence[Receivable],
    request: Request,
    last_day: int,
) -> tuple[int, int] | None:
    """Days of the request and of the declaration; a drawn path does both on the first deadline that comes."""
    if request.day is not None:
        return request.day, request.day if request.declared is None else request.declared
    for day in range(ledger.as_of, last_day + 1):
        oldest = oldest_unpaid(invoices, day)
        if oldest is None:
            continue
        stop = stop_day(policy, partner, oldest)
        if day >= (oldest.due if stop is None else stop) + (policy.declaration_days or 0):
            return day, day
    return None


def _loss(
    policy: InsurancePolicy, partner: Partner, name: str, dates: ClaimDates, debts: Sequence[Debt], limits: Limits
) -> Loss:
    """Step 5: what the limit lets through of the eligible debts."""
    eligible = [(d.open_minor, d.net_minor, d.limit_minor) for d in debts if not d.reason]
    return Loss(
        claim_id=name,
        partner_id=partner.partner_id,
        loss_day=dates.loss,
        loss_minor=limited_loss(eligible, on_gross=policy.limit_basis == "TTC"),
        insured_pct=limits.percentage(limits.is_named(partner.partner_id, dates.loss)),
        late=dates.late,
    )


def _ineligible(
    partner: Partner, invoice: Receivable, facts: PathFacts, dates: ClaimDates, credit_days: int | None
) -> Ineligible:
    """Why an invoice is not covered (2.2), "" where it is."""
    if partner.public_body:
        return "public_body"
    if partner.intra_group:
        return "intra_group"
    if dates.stop is not None and invoice.delivery > dates.stop:
        return "delivered_after_stop"
    if credit_days is not None and invoice.due - invoice.issue > credit_days:
        return "credit_too_long"
    if disputed_on(facts, invoice.index, dates.loss):
        return "disputed"
    return ""


def disputed_on(facts: PathFacts, invoice: int, day: int) -> bool:
    """Whether an invoice is disputed on a day; on its resolved day it is clean again."""
    return any(d.invoice == invoice and d.day <= day and (d.resolved == NO_DAY or day < d.resolved) for d in facts.disputes)


def _flow(claim: Claim, day: int, category: Category, amount_minor: int) -> Flow:
    return Flow(
        day=day, category=category, amount_minor=amount_minor, partner_id=claim.partner_id, source_id=claim.claim_id
    )
