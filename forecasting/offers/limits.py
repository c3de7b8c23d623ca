"""Buyers against their limits: exposure day by day, deadlines, what more limit is worth, orders that a limit would block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from forecasting.insurance.deadlines import Deadline, OldestUnpaid, calendar, deadline_of
from forecasting.insurance.limits import Limits
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_DAY, Invoices, Ledger, Partner
from forecasting.money import apply_rate, net_of_vat, round_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a buyer owes on a day, before VAT where the limit counts so; `limit_minor` None: no limit.

    `kept_minor` is what stays with the company if the buyer fails that day: what is beyond the limit and the uninsured
    share of what is within.
    """

    partner_id: str
    name: str
    rating: str
    owed_minor: int
    limit_minor: int | None
    named: bool
    kept_minor: int

    @property
    def within_minor(self) -> int:
        """What the limit covers."""
        return self.owed_minor if self.limit_minor is None else min(self.owed_minor, self.limit_minor)

    @property
    def beyond_minor(self) -> int:
        """What no limit covers."""
        return self.owed_minor - self.within_minor


def unpaid(side: Invoices, as_of: int) -> npt.NDArray[np.bool_]:
    """Which invoices of a side were not yet paid on the morning of `as_of`."""
    return np.asarray((side.paid == NO_DAY) | (side.paid >= as_of))


def open_then(ledger: Ledger, day: int, delay_days: int = 0) -> dict[int, list[int]]:
    """Invoices by customer (indices) that are open on a day if everybody pays `delay_days` after the due date."""
    side = ledger.customers
    paid = np.maximum(side.due + delay_days, ledger.as_of)
    there = (side.issue <= day) & (paid >= day) & unpaid(side, ledger.as_of)
    found: dict[int, list[int]] = {}
    for k in np.flatnonzero(there).tolist():
        found.setdefault(int(side.partner[k]), []).append(k)
    return found


def is_insurable(partner: Partner) -> bool:
    """Whether a policy can cover a buyer: neither a public body nor a company of the group."""
    return not (partner.public_body or partner.intra_group)


def exposures(policy: InsurancePolicy, ledger: Ledger, day: int, delay_days: int = 0) -> tuple[Exposure, ...]:
    """Buyers that owe something on a day, largest first, if everybody pays `delay_days` after the due date.

    Counted like the policy's limits: before VAT (`HT`) or with it. Public bodies and companies of the group are left out.
    """
    limits, found = Limits(policy), []
    for index, invoices in open_then(ledger, day, delay_days).items():
        partner, owed = ledger.partners[index], sum(_counted(policy, ledger, k) for k in invoices)
        if owed <= 0 or not is_insurable(partner):
            continue
        name = partner.partner_id
        limit, named = limits.on(name, day), limits.is_named(name, day)
        within = owed if limit is None else min(owed, limit)
        found.append(
            Exposure(
                partner_id=name,
                name=partner.name or name,
                rating=partner.rating,
                owed_minor=owed,
                limit_minor=limit,
                named=named,
                kept_minor=owed - apply_rate(within, limits.percentage(named)),
            )
        )
    return tuple(sorted(found, key=lambda e: (-e.owed_minor, e.partner_id)))


def _counted(policy: InsurancePolicy, ledger: Ledger, invoice: int) -> int:
    side = ledger.customers
    gross = int(side.amount_minor[invoice])
    return gross if policy.limit_basis == "TTC" else net_of_vat(gross, side.vat_rate[invoice])


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def deadlines(policy: InsurancePolicy, ledger: Ledger) -> tuple[Deadline, ...]:
    """Declaration deadlines of buyers that are overdue today, in the order in which they fall."""
    side = ledger.customers
    late = unpaid(side, ledger.as_of) & (side.issue < ledger.as_of) & (side.amount_minor > 0) & (side.due != NO_DAY)
    overdue = sorted({int(p) for p in side.partner[late & (side.due < ledger.as_of)]})
    insurable = [p for p in overdue if is_insurable(ledger.partners[p])]
    known = _oldest(ledger, set(insurable))
    found = (deadline_of(policy, ledger.partners[p], known[p]) for p in insurable if p in known)
    return calendar(d for d in found if d is not None)


def oldest_of(ledger: Ledger, partner: int) -> OldestUnpaid | None:
    """A customer's oldest unpaid invoice today where it is past due, None where the customer is up to date.

    What is not late stops no delivery on a path on which everybody pays on the due date.
    """
    found = _oldest(ledger, {partner}).get(partner)
    return found if found is not None and found.due < ledger.as_of else None


def _oldest(ledger: Ledger, partners: set[int]) -> dict[int, OldestUnpaid]:
    side = ledger.customers
    there = unpaid(side, ledger.as_of) & (side.issue < ledger.as_of) & (side.amount_minor > 0)
    there &= np.isin(side.partner, sorted(partners))
    found: dict[int, OldestUnpaid] = {}
    for k in np.flatnonzero(there).tolist():
        partner, issue, due = int(side.partner[k]), int(side.issue[k]), int(side.due[k])
        known, amount = found.get(partner), int(side.amount_minor[k])
        if known is None or issue < known.issue:
            found[partner] = OldestUnpaid(
                issue=issue, due=due, balance_minor=amount + (known.balance_minor if known else 0)
            )
        else:
            found[partner] = OldestUnpaid(issue=known.issue, due=known.due, balance_minor=known.balance_minor + amount)
    return found


# ── what a limit is worth, what it blocks ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitWorth:
    """What more limit would do for a buyer over the days ahead; minor units, counted as the limits are.

    `used_minor` is the mean part of the extra limit that exposure would fill, `covered_minor` the insured share of it,
    `yearly_minor` that times the one-year default probability: the indemnity to expect in a year.
    """

    partner_id: str
    name: str
    limit_minor: int
    used_minor: int
    covered_minor: int
    yearly_minor: int


def limit_worth(
    policy: InsurancePolicy, ledger: Ledger, extra_minor: int, probabilities: Mapping[str, float], days: int
) -> tuple[LimitWorth, ...]:
    """What `extra_minor` more of limit is worth at each buyer, dearest first; buyers that would not fill it are left out.

    used = mean over weekly samples of min(extra, max(0, owed - limit)); yearly = round(pct * used * probability).
    """
    limits, samples = Limits(policy), range(0, max(days, 1), 7)
    used: dict[str, int] = {}
    for ahead in samples:
        for buyer in exposures(policy, ledger, ledger.as_of + ahead):
            used[buyer.partner_id] = used.get(buyer.partner_id, 0) + min(extra_minor, buyer.beyond_minor)
    names = {p.partner_id: p.name or p.partner_id for p in ledger.partners}
    found = []
    for name, total in used.items():
        mean = round_ratio(total, len(samples))
        if not mean:
            continue
        # More limit names a buyer: it is then covered at the percentage of named buyers.
        covered = apply_rate(mean, policy.insured_pct)
        likely = Fraction(probabilities.get(name, 0.0)).limit_denominator(1_000_000)
        found.append(
            LimitWorth(
                partner_id=name,
                name=names[name],
                limit_minor=limits.on(name, ledger.as_of) or 0,
                used_minor=mean,
                covered_minor=covered,
                yearly_minor=round_ratio(covered * likely.numerator, likely.denominator),
            )
        )
    return tuple(sorted(found, key=lambda w: (-w.yearly_minor, -w.covered_minor, w.partner_id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Orders of a buyer that its limit would block: from which day, how many, and how much of them finds no cover."""

    partner_id: str
    name: str
    first_day: int
    orders: int
    amount_minor: int


def blocked_orders(policy: InsurancePolicy, ledger: Ledger, days: int) -> tuple[Blocked, ...]:
    """Invoices to come within so many days that would pass the buyer's limit, if everybody pays on the due date.

    Of each order the part above the limit counts: min(order, owed with it - limit). Largest amount first.
    """
    side, limits = ledger.customers, Limits(policy)
    coming = (side.issue >= ledger.as_of) & (side.issue < ledger.as_of + days) & (side.amount_minor > 0)
    found: dict[str, Blocked] = {}
    for index in sorted({int(p) for p in side.partner[coming]}):
        partner = ledger.partners[index]
        if not is_insurable(partner):
            continue
        mine = np.flatnonzero((side.partner == index) & unpaid(side, ledger.as_of))
        counted = np.array([_counted(policy, ledger, k) for k in mine.tolist()], dtype=np.int64)
        issue, gone = side.issue[mine], np.maximum(side.due[mine], ledger.as_of)
        for place, k in sorted(enumerate(mine.tolist()), key=lambda e: (int(side.issue[e[1]]), side.invoice_id[e[1]])):
            day = int(side.issue[k])
            limit = limits.on(partner.partner_id, day)
            if not coming[k] or limit is None:
                continue
            owed = int(counted[(issue <= day) & (gone >= day)].sum())
            beyond = min(int(counted[place]), owed - limit)
            if beyond > 0:
                known = found.get(partner.partner_id)
                found[partner.partner_id] = Blocked(
                    partner_id=partner.partner_id,
                    name=partner.name or partner.partner_id,
                    first_day=min(known.first_day, day) if known else day,
                    orders=1 + (known.orders if known else 0),
                    amount_minor=beyond + (known.amount_minor if known else 0),
                )
    return tuple(sorted(found.values(), key=lambda b: (-b.amount_minor, b.partner_id)))
