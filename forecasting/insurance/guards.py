"""What is wrong with a policy before it is signed: clauses that contradict each other, or that can never pay."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forecasting.dates import to_date
from forecasting.errors import Problem, problem
from forecasting.insurance.policy import InsurancePolicy


def contradictions(policy: InsurancePolicy, partners: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Every clause that contradicts another; `column` names the clause of the file interface.

    What can never pay is a warning, the rest are errors. `partners`: the buyers that the ledger knows, None if unknown.
    """
    return (
        *_ranges(policy),
        *_dates(policy),
        *_premium(policy),
        *_strangers(policy, partners),
        *_never_pays(policy),
    )


def _ranges(policy: InsurancePolicy) -> Iterator[Problem]:
    for name in (
        "insured_pct",
        "undeclared_pct",
        "premium_rate",
        "tca_rate",
        "domestic_share",
        "vat_on_fees",
        "collection_fee",
    ):
        rate = getattr(policy, name)
        if rate is not None and not 0 <= rate <= 1:
            yield problem("value.share_out_of_range", column=name, text=rate)
    for name in policy.__dataclass_fields__:
        counted = name.endswith(("_minor", "_days", "_months")) or name in ("buyers", "max_credit_days_export")
        value = getattr(policy, name) if counted else None
        if value is not None and value < 0:
            yield problem("value.negative", column=name.removesuffix("_minor"), text=value)


def _dates(policy: InsurancePolicy) -> Iterator[Problem]:
    start = policy.start_day
    if start is None:
        return
    if policy.end_day is not None and policy.end_day < start:
        yield problem("contract.ends_before_start", column="end_date", start=to_date(start), end=to_date(policy.end_day))
    if policy.adjustment_day is not None and policy.adjustment_day < start:
        yield problem("insurance.adjusted_before_start", column="adjustment_date", start=to_date(start))


def _premium(policy: InsurancePolicy) -> Iterator[Problem]:
    if sum(i.share for i in policy.instalments[:-1]) > 1:
        yield problem("insurance.shares_above_one", column="instalments")
    bounds = [row.loss_ratio_up_to for row in policy.bonus_malus]
    if len(set(bounds)) < len(bounds):
        yield problem("insurance.bound_twice", column="bonus_malus")
    if any(row.change < -1 for row in policy.bonus_malus):
        yield problem("insurance.change_below_minus_one", column="bonus_malus")


def _strangers(policy: InsurancePolicy, partners: Collection[str] | None) -> Iterator[Problem]:
    named = {
        "limits": [partner for partner, _ in policy.limits or ()],
        "limit_change": [change.partner_id for change in policy.limit_changes],
        "cover_source": [partner for partner, _ in policy.cover_source],
    }
    for column, names in named.items():
        for name in names:
            if partners is not None and name not in partners:
                yield problem("contract.unknown_partner", column=column, partner=name)


def _never_pays(policy: InsurancePolicy) -> Iterator[Problem]:
    raised = any(change.amount_minor for change in policy.limit_changes)
    listed = policy.limits is None or any(amount for _, amount in policy.limits)
    highest = max([amount for _, amount in policy.limits or ()] + [c.amount_minor for c in policy.limit_changes], default=0)
    reasons = {
        "insured_pct": policy.insured_pct == 0,
        "max_liability": policy.max_liability_minor == 0,
        "limits": not listed and not raised and not policy.undeclared_limit_minor,
        "nql": policy.limits is not None and 0 < max(highest, policy.undeclared_limit_minor) <= policy.nql_minor,
    }
    for column, holds in reasons.items():
        if holds:
            yield problem("contract.never_pays", column=column, severity="warning")
