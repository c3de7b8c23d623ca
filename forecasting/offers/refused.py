"""What a factor refuses and what an insurer does not cover, clause by clause, in money with its date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from forecasting.insurance.deadlines import max_credit_days, stop_day
from forecasting.insurance.limits import Limits
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.offers.limits import deadlines, oldest_of, open_then
from forecasting.simulation.story import Refused
from forecasting.vat import net_of, net_share


@dataclass(frozen=True, slots=True, kw_only=True)
class ByClause:
    """One clause's refusals: how many, how much in all, since when at the earliest; the largest first."""

    clause: str
    amount_minor: int
    since: int
    lines: tuple[Refused, ...]


def by_clause(refusals: Iterable[Refused]) -> tuple[ByClause, ...]:
    """Refusals put together clause by clause, the largest sum first."""
    found: dict[str, list[Refused]] = {}
    for refusal in refusals:
        found.setdefault(refusal.clause, []).append(refusal)
    groups = (
        ByClause(
            clause=clause,
            amount_minor=sum(line.amount_minor for line in lines),
            since=min(line.since for line in lines),
            lines=tuple(sorted(lines, key=lambda r: (-r.amount_minor, r.since, r.partner_id, r.invoice_id))),
        )
        for clause, lines in found.items()
    )
    return tuple(sorted(groups, key=lambda g: (-g.amount_minor, g.clause)))


def uncovered_on(policy: InsurancePolicy, ledger: Ledger, day: int) -> tuple[Refused, ...]:
    """What an insurer would not cover of what customers owe on a day if everybody pays on the due date, before VAT.

    Clauses: `public_body`, `intra_group`, `credit_too_long` and `disputed` since the invoice's issue,
    `delivered_after_stop` likewise, `over_credit_limit` since the delivery that passes the limit, `notice_missed` (the
    whole covered balance) since the day after the declaration deadline. Each amount stands under one clause, the first.
    """
    found: list[Refused] = []
    missed = {d.partner_id: d.deadline for d in deadlines(policy, ledger) if d.deadline < min(day, ledger.as_of)}
    limits = Limits(policy)
    for partner, invoices in open_then(ledger, day).items():
        found += _of_buyer(policy, ledger, partner, invoices, limits, missed, day)
    return tuple(sorted(found, key=lambda r: (-r.amount_minor, r.partner_id, r.invoice_id, r.clause)))


def _of_buyer(
    policy: InsurancePolicy,
    ledger: Ledger,
    index: int,
    invoices: list[int],
    limits: Limits,
    missed: dict[str, int],
    day: int,
) -> Iterator[Refused]:
    side, partner = ledger.customers, ledger.partners[index]
    name, stop = partner.partner_id, stop_day(policy, partner, oldest_of(ledger, index))
    credit, covered, since = max_credit_days(policy, partner), 0, 0
    for k in sorted(invoices, key=lambda i: (int(side.issue[i]), side.invoice_id[i])):
        issue, gross = int(side.issue[k]), int(side.amount_minor[k])
        net = net_of(gross, net_share(side, k))
        clause = ""
        if partner.public_body:
            clause = "public_body"
        elif partner.intra_group:
            clause = "intra_group"
        elif stop is not None and int(side.delivery[k]) > stop:
            clause = "delivered_after_stop"
        elif credit is not None and int(side.due[k]) - issue > credit:
            clause = "credit_too_long"
        elif bool(side.disputed[k]):
            clause = "disputed"
        if clause:
            yield Refused(clause=clause, amount_minor=net, since=issue, partner_id=name, invoice_id=side.invoice_id[k])
            continue
        counted = gross if policy.limit_basis == "TTC" else net
        limit = limits.on(name, int(side.delivery[k]))
        if limit is not None and covered <= limit < covered + counted:
            since = issue
        covered += counted
    limit = limits.on(name, day)
    if name in missed and covered > 0:
        within = covered if limit is None else min(covered, limit)
        yield Refused(clause="notice_missed", amount_minor=within, since=missed[name] + 1, partner_id=name)
    if limit is not None and covered > limit:
        yield Refused(clause="over_credit_limit", amount_minor=covered - limit, since=since or day, partner_id=name)


def total_minor(groups: Iterable[ByClause]) -> int:
    """All that is refused, under every clause."""
    return int(np.sum([group.amount_minor for group in groups], dtype=np.int64))
