"""An insurance policy as a TOML file of the file interface.

A key that is absent means that the clause is absent. What contradicts itself is refused with the key named; what can
never pay is accepted with a warning.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from data import toml_writing
from data.clauses import (
    Checked,
    Kind,
    note_contradictions,
    read_amounts,
    read_changes,
    read_clauses,
    read_cover_source,
    write_amounts,
    write_changes,
    write_clauses,
    write_cover_source,
)
from data.toml_values import TomlFile, TomlTable
from forecasting.insurance.guards import contradictions
from forecasting.insurance.policy import BonusMalus, Instalment, InsurancePolicy

INSURANCE_CLAUSES: Final[dict[str, Kind]] = {
    "name": "text",
    "insured_pct": "share",
    "start_date": "day",
    "end_date": "day",
    "renewal": "flag",
    "premium_rate": "share",
    "premium_min": "amount",
    "premium_base": "text",
    "planned_turnover": "amount",
    "declared_turnover": "amount",
    "adjustment_date": "day",
    "tca_rate": "share",
    "domestic_share": "share",
    "limit_fee": "amount",
    "monitoring_fee": "amount",
    "buyers": "whole",
    "vat_on_fees": "share",
    "collection_fee": "share",
    "limit_basis": "text",
    "undeclared_limit": "amount",
    "undeclared_pct": "share",
    "max_credit_days": "whole",
    "max_credit_days_export": "whole",
    "extension_days": "whole",
    "stop_rule": "text",
    "declaration_days": "whole",
    "declaration_threshold": "amount",
    "waiting_months": "whole",
    "payment_days": "whole",
    "nql": "amount",
    "deductible_claim": "amount",
    "afl": "amount",
    "max_liability": "amount",
    "deductible_stage": "text",
    "delegated_to_factor": "flag",
}


def read_insurance(
    file: TomlFile, *, exponent: int = 2, partners: frozenset[str] | None = None, for_projection: bool = True
) -> Checked[InsurancePolicy]:
    """An insurance policy; raises InputRejected with everything that is wrong.

    `start_date` may be absent where no projection asks for it (one endless insurance year).
    """
    top = file.top
    required = ("insured_pct", "start_date") if for_projection else ("insured_pct",)
    found: dict[str, Any] = {"start_day": None}
    found |= read_clauses(top, INSURANCE_CLAUSES, InsurancePolicy, exponent, required)
    found |= {
        "instalments": _instalments(top),
        "bonus_malus": _bonus_malus(top),
        "limits": read_amounts(top, "limits", exponent, partners),
        "limit_changes": read_changes(top, "limit_change", exponent, partners),
        "cover_source": read_cover_source(top, partners),
    }
    basis = top.choice("insurance_year_basis", ("losses_occurring", "risk_attaching"), "losses_occurring")
    if basis == "risk_attaching":
        top.wrong("insurance_year_basis", "insurance.risk_attaching")
    policy = InsurancePolicy(**{"insured_pct": Decimal(1)} | found)
    # Partners that the ledger does not know were told with their own line.
    note_contradictions(top, contradictions(policy))
    return Checked(record=policy, warnings=file.finish())


def write_insurance(policy: InsurancePolicy, *, exponent: int = 2) -> str:
    """The file of a policy; reading it gives the same policy."""
    lines = [f"insured_pct = {toml_writing.rate(policy.insured_pct)}"]
    if policy.start_day is not None:
        lines.append(f"start_date = {toml_writing.day(policy.start_day)}")
    first = ("insured_pct", "start_date")
    lines += write_clauses(policy, {k: v for k, v in INSURANCE_CLAUSES.items() if k not in first}, exponent)
    if policy.instalments:
        rows = (f"{{date = {toml_writing.day(p.day)}, share = {toml_writing.rate(p.share)}}}" for p in policy.instalments)
        lines.append(f"instalments = [{', '.join(rows)}]")
    for step in policy.bonus_malus:
        bound = step.loss_ratio_up_to
        lines += ["", "[[bonus_malus]]"] + ([f"loss_ratio_up_to = {toml_writing.rate(bound)}"] if bound is not None else [])
        lines.append(f"change = {toml_writing.rate(step.change)}")
    lines += write_amounts("limits", policy.limits, exponent)
    lines += write_changes("limit_change", policy.limit_changes, exponent)
    return "\n".join(lines + write_cover_source(policy.cover_source)) + "\n"


def _instalments(top: TomlTable) -> tuple[Instalment, ...]:
    rows = []
    for row in top.tables("instalments"):
        day, share = row.day("date", None, required=True), row.share("share", None, required=True)
        if day is not None and share is not None:
            rows.append(Instalment(day=day, share=share))
    rows.sort(key=lambda row: (row.day, row.share))
    return tuple(rows)


def _bonus_malus(top: TomlTable) -> tuple[BonusMalus, ...]:
    steps: dict[Decimal | None, Decimal] = {}
    for row in top.tables("bonus_malus"):
        bound = row.positive_rate("loss_ratio_up_to", None)
        change = row.rate("change", None, required=True)
        if change is None:
            continue
        if bound in steps:
            row.wrong("loss_ratio_up_to", "insurance.bound_twice")
        steps[bound] = change
    bounds = sorted(bound for bound in steps if bound is not None)
    rest = [BonusMalus(loss_ratio_up_to=None, change=steps[None])] if None in steps else []
    return (*(BonusMalus(loss_ratio_up_to=b, change=steps[b]) for b in bounds), *rest)
