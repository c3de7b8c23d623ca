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
from forecasting.dates import to_date
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
    _contradictions(top, found)
    warnings = file.finish()
    return Checked(record=InsurancePolicy(**found), warnings=warnings)


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
    # The last instalment takes the rest, so the others must leave one.
    if sum(row.share for row in rows[:-1]) > 1:
        top.wrong("instalments", "insurance.shares_above_one")
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
        if change < -1:
            row.wrong("change", "insurance.change_below_minus_one")
        steps[bound] = change
    bounds = sorted(bound for bound in steps if bound is not None)
    rest = [BonusMalus(loss_ratio_up_to=None, change=steps[None])] if None in steps else []
    return (*(BonusMalus(loss_ratio_up_to=b, change=steps[b]) for b in bounds), *rest)


def _contradictions(top: TomlTable, found: dict[str, Any]) -> None:
    start, end = found.get("start_day"), found.get("end_day")
    if start is not None and end is not None and end < start:
        top.wrong("end_date", "contract.ends_before_start", start=to_date(start), end=to_date(end))
    if start is not None and found.get("adjustment_day", start) < start:
        top.wrong("adjustment_date", "insurance.adjusted_before_start", start=to_date(start))
    _warn_never_indemnifies(top, found)


def _warn_never_indemnifies(top: TomlTable, found: dict[str, Any]) -> None:
    if found.get("insured_pct") == 0:
        top.warn("insured_pct", "contract.never_pays")
    if found.get("max_liability_minor") == 0:
        top.warn("max_liability", "contract.never_pays")
    limits, undeclared = found["limits"], found.get("undeclared_limit_minor", 0)
    raised = any(change.amount_minor for change in found["limit_changes"])
    if limits is not None and not any(value for _, value in limits) and not undeclared and not raised:
        top.warn("limits", "contract.never_pays")
