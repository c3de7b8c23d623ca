"""What is wrong with an offer before it is signed, and when to stop using a contract that runs (domain 1.5, seed rule 7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from forecasting.dates import to_date
from forecasting.errors import Problem, problem
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.sold import SOLD_OUTRIGHT
from forecasting.ledger import Amounts

AlertCode = Literal["heavy_use", "finances_losses", "thin_cushion"]
#: U / A above this share for so many days in a row is heavy use.
HEAVY_SHARE: Final = (9, 10)
HEAVY_DAYS: Final = 30
#: Draws that go with a falling balance over so many days finance losses.
TREND_DAYS: Final = 90
#: The cushion is compared with the outflows of so many days ahead.
CUSHION_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A reason to look at how a contract is used, from a day on; `days` counts how many days it holds."""

    code: AlertCode
    day: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How a contract is used, day by day from `first_day`; int64 (H,) minor units.

    `baseline` is the balance without the contract; `outflow` (>= 0) what leaves the bank that day for business.
    """

    first_day: int
    utilisation: Amounts
    reserve: Amounts
    availability: Amounts
    transfer: Amounts
    baseline: Amounts
    outflow: Amounts


def alerts(usage: Usage) -> tuple[Alert, ...]:
    """The guards of domain 1.5 on one path.

    `heavy_use`: U / A > 90 % for 30 days in a row. `finances_losses`: money is drawn while the balance without the
    factor falls over 90 days. `thin_cushion`: with the factor in use, reserve + undrawn < outflows of the next 30 days.
    """
    ceiling = usage.availability + usage.utilisation
    # In whole numbers: 10 U > 9 A.
    heavy = (usage.utilisation > 0) & (HEAVY_SHARE[1] * usage.utilisation > HEAVY_SHARE[0] * ceiling)
    found = [
        _alert("heavy_use", usage.first_day, _runs(heavy, HEAVY_DAYS)),
        _alert("finances_losses", usage.first_day, _losing(usage)),
        _alert("thin_cushion", usage.first_day, _thin(usage)),
    ]
    return tuple(alert for alert in found if alert is not None)


def contradictions(contract: FactoringContract, partners: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Every clause that contradicts another, or that another needs; `column` names the clause of the file interface.

    What can never pay is a warning, the rest are errors. `partners`: the debtors that the ledger knows, None if unknown.
    """
    return (
        *_shares(contract),
        *_negative(contract),
        *_missing(contract),
        *_order(contract),
        *_strangers(contract, partners),
        *_fund(contract),
        *_never_pays(contract),
    )


def _shares(contract: FactoringContract) -> Iterator[Problem]:
    for name in ("advance_rate", "reserve_rate", "service_fee_rate", "concentration_cap", "unpaid_guarantee_rate",
                 "flat_fee_rate", "commitment_fee_rate", "vat_on_service", "vat_on_financing"):  # fmt: skip
        rate = getattr(contract, name)
        if rate is not None and not 0 <= rate <= 1:
            yield problem("value.share_out_of_range", column=name, text=rate)


def _negative(contract: FactoringContract) -> Iterator[Problem]:
    signed = {"bank_floor_minor", "opening_utilisation_minor"}
    for name in contract.__dataclass_fields__:
        counted = name.endswith(("_minor", "_days", "_bd"))
        value = getattr(contract, name) if counted and name not in signed else None
        if value is not None and value < 0:
            yield problem("value.negative", column=name.removesuffix("_minor"), text=value)


def _missing(contract: FactoringContract) -> Iterator[Problem]:
    if not contract.index and contract.contract_type != "spot" and contract.draw_policy != "none":
        yield problem("factoring.index_missing", column="index_rate")
    if contract.reserve_mode == "pooled" and contract.fund_target_minor is None:
        yield problem("factoring.fund_target_missing", column="fund_target")
    guarantees = not contract.recourse and contract.contract_type not in SOLD_OUTRIGHT
    if guarantees and contract.guarantee_payout_days is None:
        yield problem("factoring.payout_days_missing", column="guarantee_payout_days")
    for name in ("service_fee_min_year", "annual_audit_fee"):
        if getattr(contract, f"{name}_minor") and contract.anniversary_day is None:
            yield problem("factoring.never_due", column=name, severity="warning")
    if contract.debtors_only is not None and contract.debtors_except is not None:
        yield problem("factoring.only_and_except", column="debtors")


def _order(contract: FactoringContract) -> Iterator[Problem]:
    days = [row.day for row in contract.index]
    for day in sorted({day for day in days if days.count(day) > 1}):
        yield problem("factoring.index_overlap", column="index", date=to_date(day))
    for first, last in contract.draw_windows:
        if last < first:
            yield problem("factoring.window_backwards", column="draw_windows", first=to_date(first), last=to_date(last))
    end = contract.termination_day
    if end is not None and end < contract.start_day:
        start = to_date(contract.start_day)
        yield problem("contract.ends_before_start", column="termination_date", start=start, end=to_date(end))


def _strangers(contract: FactoringContract, partners: Collection[str] | None) -> Iterator[Problem]:
    named = {
        "approvals": [partner for partner, _ in contract.approvals or ()],
        "approval_change": [change.partner_id for change in contract.approval_changes],
        "debtors": [*(contract.debtors_only or ()), *(contract.debtors_except or ())],
        "cover_source": [partner for partner, _ in contract.cover_source],
    }
    for column, names in named.items():
        for name in names:
            if partners is not None and name not in partners:
                yield problem("contract.unknown_partner", column=column, partner=name)


def _fund(contract: FactoringContract) -> Iterator[Problem]:
    pooled = contract.reserve_mode == "pooled"
    target = (contract.fund_target_minor or 0) if pooled else 0
    if pooled and contract.opening_fund_minor > target:
        yield problem("factoring.opening_fund_above_target", column="opening_fund")
    ceiling = contract.funding_ceiling_minor
    before_reserve = contract.ceiling_basis == "before_reserve"
    if ceiling is not None and before_reserve and ceiling < target + contract.reserve_extra_minor:
        yield problem("factoring.ceiling_below_fund", column="funding_ceiling")


def _never_pays(contract: FactoringContract) -> Iterator[Problem]:
    """A contract under which nothing could ever be transferred says so."""
    per_invoice = contract.reserve_mode == "per_invoice"
    raised = any(change.amount_minor for change in contract.approval_changes)
    reasons: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("advance_rate", lambda: contract.advance_rate == 0),
        ("reserve_rate", lambda: per_invoice and contract.reserve_rate >= contract.advance_rate),
        ("concentration_cap", lambda: contract.concentration_cap == 0),
        ("funding_ceiling", lambda: contract.funding_ceiling_minor == 0),
        ("approvals", lambda: contract.approvals is not None and not raised and not any(a for _, a in contract.approvals)),
        ("draw_windows", lambda: contract.draw_policy == "windows" and not contract.draw_windows),
        ("debtors", lambda: contract.debtors_only == ()),
    )
    for column, holds in reasons:
        if holds():
            yield problem("contract.never_pays", column=column, severity="warning")


def _runs(holds: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
    """The days on which a condition has held for at least so many days in a row; bool (H,)."""
    count, found = 0, np.zeros_like(holds)
    for k, here in enumerate(holds.tolist()):
        count = count + 1 if here else 0
        found[k] = count >= least
    return found


def _losing(usage: Usage) -> npt.NDArray[np.bool_]:
    """Days on which the balance without the factor trends down over the last 90 days, in which something was drawn.

    The sign of the least-squares slope; centred day numbers keep it exact in whole numbers.
    """
    found = np.zeros(len(usage.baseline), dtype=np.bool_)
    weights = 2 * np.arange(TREND_DAYS, dtype=object) - (TREND_DAYS - 1)
    drawn = np.concatenate(([0], np.cumsum(np.maximum(usage.transfer, 0))))
    for k in range(TREND_DAYS - 1, len(found)):
        window = usage.baseline[k - TREND_DAYS + 1 : k + 1].astype(object)
        slope = int((weights * window).sum())
        found[k] = slope < 0 and drawn[k + 1] > drawn[k + 1 - TREND_DAYS] and usage.utilisation[k] > 0
    return found


def _thin(usage: Usage) -> npt.NDArray[np.bool_]:
    """Days on which reserve + undrawn is below the outflows of the next 30 days, the factor being in use."""
    spent = np.concatenate(([0], np.cumsum(usage.outflow)))
    days = len(usage.outflow) - CUSHION_DAYS
    found = np.zeros(len(usage.outflow), dtype=np.bool_)
    for k in range(max(0, days)):
        ahead = spent[k + 1 + CUSHION_DAYS] - spent[k + 1]
        found[k] = usage.utilisation[k] > 0 and usage.reserve[k] + max(int(usage.availability[k]), 0) < ahead
    return found


def _alert(code: AlertCode, first_day: int, holds: npt.NDArray[np.bool_]) -> Alert | None:
    """The first day on which an alert holds, with how many days it holds in all."""
    days = np.flatnonzero(holds)
    return Alert(code=code, day=first_day + int(days[0]), days=len(days)) if len(days) else None
