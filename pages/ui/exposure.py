"""How much each buyer owes against its limit on a day, and the deadlines that its oldest unpaid invoice sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.insurance.deadlines import Deadline, OldestUnpaid, calendar, deadline_of
from forecasting.insurance.limits import Limits
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import net_of_vat
from pages.ui.question import unpaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a buyer owes on a day, before VAT where the limit counts so; `limit_minor` None: no limit."""

    partner_id: str
    name: str
    owed_minor: int
    limit_minor: int | None
    named: bool

    @property
    def beyond_minor(self) -> int:
        """What no limit covers."""
        return 0 if self.limit_minor is None else max(0, self.owed_minor - self.limit_minor)


def exposures(policy: InsurancePolicy, ledger: Ledger, day: int, delay_days: int = 0) -> tuple[Exposure, ...]:
    """Buyers that owe something on a day, largest first, if everybody pays `delay_days` after the due date.

    Counted like the policy's limits: before VAT (`HT`) or with it. Public bodies and companies of the group are left out.
    """
    side, limits = ledger.customers, Limits(policy)
    there = (side.issue <= day) & (np.maximum(side.due + delay_days, ledger.as_of) >= day) & unpaid(side, ledger.as_of)
    owed: dict[int, int] = {}
    for k in np.flatnonzero(there).tolist():
        partner, gross = int(side.partner[k]), int(side.amount_minor[k])
        amount = gross if policy.limit_basis == "TTC" else net_of_vat(gross, side.vat_rate[k])
        owed[partner] = owed.get(partner, 0) + amount
    found = []
    for index, amount in owed.items():
        partner_of = ledger.partners[index]
        if amount > 0 and not partner_of.public_body and not partner_of.intra_group:
            found.append(
                Exposure(
                    partner_id=partner_of.partner_id,
                    name=partner_of.name or partner_of.partner_id,
                    owed_minor=amount,
                    limit_minor=limits.on(partner_of.partner_id, day),
                    named=limits.is_named(partner_of.partner_id, day),
                )
            )
    return tuple(sorted(found, key=lambda e: (-e.owed_minor, e.partner_id)))


def deadlines(policy: InsurancePolicy, ledger: Ledger) -> tuple[Deadline, ...]:
    """Declaration deadlines of buyers that are overdue today, in the order in which they fall."""
    side = ledger.customers
    late = unpaid(side, ledger.as_of) & (side.issue < ledger.as_of) & (side.amount_minor > 0)
    oldest: dict[int, OldestUnpaid] = {}
    overdue: set[int] = set()
    for k in np.flatnonzero(late).tolist():
        partner, issue, due = int(side.partner[k]), int(side.issue[k]), int(side.due[k])
        if due != NO_DAY and due < ledger.as_of:
            overdue.add(partner)
        known = oldest.get(partner)
        balance = int(side.amount_minor[k]) + (known.balance_minor if known else 0)
        first = known is None or issue < known.issue
        oldest[partner] = OldestUnpaid(
            issue=issue if first or known is None else known.issue,
            due=due if first or known is None else known.due,
            balance_minor=balance,
        )
    insurable = [p for p in sorted(overdue) if not (ledger.partners[p].public_body or ledger.partners[p].intra_group)]
    found = (deadline_of(policy, ledger.partners[p], oldest[p]) for p in insurable)
    return calendar(d for d in found if d is not None)
