"""One claim from all that is owed to the indemnity, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.insurance.policy import InsurancePolicy
from forecasting.simulation.claims import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """All that is owed before VAT, what each clause takes away (below 0) in its order, what is paid; minor units.

    `owed_minor + sum of the steps == paid_minor`, exactly.
    """

    owed_minor: int
    steps: tuple[tuple[str, int], ...]
    paid_minor: int


def waterfall_of(claim: Claim, policy: InsurancePolicy) -> Waterfall:
    """The steps 3 to 10 of domain 2.3 as amounts that are lost on the way; steps of 0 are left out."""
    paid = claim.indemnity
    eligible = sum(d.net_minor for d in claim.debts if not d.reason)
    steps = [("ineligible", eligible - claim.total_debt_net_minor), ("limit", paid.loss_minor - eligible)]
    left = paid.loss_minor
    if paid.late or paid.below_threshold:
        steps.append(("late" if paid.late else "below", -left))
    elif policy.deductible_stage == "EN_LOSS_FIRST":
        steps.append(("other", paid.indemnity_minor - left))
    else:
        steps.append(("kept", paid.after_percentage_minor - left))
        steps.append(("deductible", paid.after_deductible_minor - paid.after_percentage_minor))
        steps.append(("afl", -paid.afl_used_minor))
        steps.append(("cap", paid.indemnity_minor - paid.after_deductible_minor + paid.afl_used_minor))
    return Waterfall(
        owed_minor=claim.total_debt_net_minor,
        steps=tuple((name, amount) for name, amount in steps if amount),
        paid_minor=paid.indemnity_minor,
    )
