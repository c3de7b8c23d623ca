"""An insurance policy as flat arrays: limits, clocks, amounts and the calendar of premiums.

Days count from `as_of` (day 0), rates are whole millionths, amounts minor units. Source: domain 2.1 to 2.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, to_date, to_day
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import apply_rate
from forecasting.simulation.kernel_book import LOOKBACK
from forecasting.simulation.kernel_clauses import cover_flags, limits_by_day, with_vat
from forecasting.simulation.kernel_facts import NEVER, to_ppm
from forecasting.simulation.kernel_money import NO_LIMIT

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]

#: No duty to declare by a day.
NO_DEADLINE = -1


class Cover(NamedTuple):
    """Which debts count and when; read by the first stage only. A change here means a new exposure.

    limit_ptr int64 (D + 1,), limit_day, limit: each buyer's steps. max_credit int32 (D,): NEVER where the clause is absent.
    insurable uint8 (D,): neither public nor of the group. own_alone, own_both uint8 (D,): the policy covers the buyer in
    the variants `insurance` and `both`. waited int32 (LOOKBACK + H,): day t - LOOKBACK plus the waiting months.
    """

    active: bool
    limit_ptr: Int64
    limit_day: Int32
    limit: Int64
    limit_ttc: bool
    max_credit: Int32
    insurable: Flags
    own_alone: Flags
    own_both: Flags
    by_extension: bool
    extension_days: int
    declaration_days: int
    threshold: int
    waited: Int32


class Policy(NamedTuple):
    """Amounts, rates and premiums; read by the second stage only.

    pct_ppm int64 (D,); premium, fee int64 (H,): flows of the first year with adjustment, yearly fees of every year;
    year_start int32 (Y,): the insurance years that touch the horizon, the first being that of the start;
    share_day int32 (Y, K), share_ppm int64 (K,): instalments. grid_up_to, grid_change int64: bonus and malus.
    """

    pct_ppm: Int64
    nql: int
    deductible: int
    afl: int
    max_liability: int
    loss_first: bool
    payment_days: int
    start: int
    end: int
    year_start: Int32
    renewal: bool
    billed: int
    base_minor: int
    base_ppm: int
    declared_premium: int
    tax_ppm2: int
    premium: Int64
    fee: Int64
    share_day: Int32
    share_ppm: Int64
    grid_up_to: Int64
    grid_change: Int64
    collection_ppm: int
    fee_vat_ppm: int
    delegated: bool


def lower_cover(
    ledger: Ledger, horizon_days: int, policy: InsurancePolicy | None, factoring: FactoringContract | None
) -> Cover:
    """The buyers' limits and the policy's clocks; `factoring` decides who is covered where both contracts stand."""
    active = policy is not None
    if policy is None:
        policy = InsurancePolicy(insured_pct=Decimal(0), start_day=ledger.as_of)
    table = None if policy.limits is None else dict(policy.limits)
    steps = limits_by_day(ledger, table, policy.undeclared_limit_minor, policy.limit_changes)
    alone, both = own_cover(ledger, policy, factoring)
    return Cover(
        active=active,
        limit_ptr=np.concatenate([[0], np.cumsum([len(s) for s in steps])]).astype(np.int64),
        limit_day=np.array([day for s in steps for day, _ in s], dtype=np.int32),
        limit=np.array([amount for s in steps for _, amount in s], dtype=np.int64),
        limit_ttc=policy.limit_basis == "TTC",
        max_credit=_max_credit(ledger, policy),
        insurable=np.array([not (p.public_body or p.intra_group) for p in ledger.partners], dtype=np.uint8),
        own_alone=alone,
        own_both=both,
        by_extension=policy.stop_rule == "extension",
        extension_days=policy.extension_days,
        declaration_days=NO_DEADLINE if policy.declaration_days is None else policy.declaration_days,
        threshold=policy.declaration_threshold_minor,
        waited=_waited(ledger.as_of, horizon_days, policy.waiting_months),
    )


def own_cover(ledger: Ledger, policy: InsurancePolicy, factoring: FactoringContract | None) -> tuple[Flags, Flags]:
    """Whom the policy covers alone, and beside the factor: there, where nothing is named, whoever has a limit of its own."""
    everyone = np.ones(len(ledger.partners), dtype=np.uint8)
    alone = cover_flags(ledger, dict(policy.cover_source), "own_policy", everyone)
    named = {p for p, _ in policy.limits} if policy.limits is not None else {p.partner_id for p in ledger.partners}
    limited = np.array([p.partner_id in named for p in ledger.partners], dtype=np.uint8)
    sources = (dict(factoring.cover_source) if factoring else {}) | dict(policy.cover_source)
    return alone, cover_flags(ledger, sources, "own_policy", limited)


def factor_cover(
    ledger: Ledger, policy: InsurancePolicy | None, factoring: FactoringContract | None
) -> tuple[Flags, Flags]:
    """Whom the factor guarantees alone, and beside the policy: there, where nothing is named, whoever has no own limit."""
    everyone = np.ones(len(ledger.partners), dtype=np.uint8)
    if factoring is None:
        return everyone, everyone
    alone = cover_flags(ledger, dict(factoring.cover_source), "factor", everyone)
    if policy is None:
        return alone, alone
    named = {p for p, _ in policy.limits} if policy.limits is not None else {p.partner_id for p in ledger.partners}
    rest = np.array([p.partner_id not in named for p in ledger.partners], dtype=np.uint8)
    sources = dict(factoring.cover_source) | dict(policy.cover_source)
    return alone, cover_flags(ledger, sources, "factor", rest)


def lower_policy(ledger: Ledger, horizon_days: int, policy: InsurancePolicy | None) -> Policy:
    """Premiums, fees and the waterfall's amounts."""
    if policy is None:
        policy = InsurancePolicy(insured_pct=Decimal(0), start_day=ledger.as_of)
    assert policy.start_day is not None, "a projection needs the day on which the policy starts"
    named = None if policy.limits is None else {p for p, _ in policy.limits}
    undeclared = policy.insured_pct if policy.undeclared_pct is None else policy.undeclared_pct
    years = _years(policy.start_day, ledger.as_of, horizon_days)
    instalments = sorted(policy.instalments, key=lambda i: i.day) or [Instalment(day=policy.start_day, share=Decimal(1))]
    billed, base_minor, base_ppm = _billed(ledger, policy)
    return Policy(
        pct_ppm=np.array(
            [to_ppm(policy.insured_pct if named is None or p.partner_id in named else undeclared) for p in ledger.partners],
            dtype=np.int64,
        ),
        nql=policy.nql_minor,
        deductible=policy.deductible_claim_minor,
        afl=policy.afl_minor,
        max_liability=NO_LIMIT if policy.max_liability_minor is None else policy.max_liability_minor,
        loss_first=policy.deductible_stage == "EN_LOSS_FIRST",
        payment_days=policy.payment_days,
        start=policy.start_day - ledger.as_of,
        end=NEVER if policy.end_day is None else policy.end_day - ledger.as_of,
        year_start=np.array([day - ledger.as_of for day in years], dtype=np.int32),
        renewal=policy.renewal,
        billed=billed,
        base_minor=base_minor,
        base_ppm=base_ppm,
        declared_premium=apply_rate(policy.declared_turnover_minor or 0, policy.premium_rate),
        tax_ppm2=to_ppm(policy.tca_rate) * to_ppm(domestic_share(ledger, policy)),
        premium=_first_year(ledger, horizon_days, policy, instalments, billed),
        fee=_yearly_fees(ledger, horizon_days, policy, instalments, len(years) if policy.renewal else 1),
        share_day=np.array(
            [[_later(i.day, y) - ledger.as_of for i in instalments] for y in range(len(years))], dtype=np.int32
        ),
        share_ppm=np.array([to_ppm(i.share) for i in instalments], dtype=np.int64),
        grid_up_to=np.array(
            [NO_LIMIT if b.loss_ratio_up_to is None else to_ppm(b.loss_ratio_up_to) for b in policy.bonus_malus],
            dtype=np.int64,
        ),
        grid_change=np.array([to_ppm(b.change) for b in policy.bonus_malus], dtype=np.int64),
        collection_ppm=to_ppm(policy.collection_fee),
        fee_vat_ppm=to_ppm(policy.vat_on_fees),
        delegated=policy.delegated_to_factor,
    )


def domestic_share(ledger: Ledger, policy: InsurancePolicy) -> Decimal:
    """The part of the premium that bears the tax."""
    return Decimal(1) if policy.domestic_share is None else policy.domestic_share


def _billed(ledger: Ledger, policy: InsurancePolicy) -> tuple[int, int, int]:
    """billed = premium_min, else half_up(premium_rate * planned_turnover); with what a bonus or malus multiplies."""
    if policy.premium_min_minor is not None:
        return policy.premium_min_minor, policy.premium_min_minor, 1_000_000
    planned = policy.planned_turnover_minor or 0
    return apply_rate(planned, policy.premium_rate), planned, to_ppm(policy.premium_rate)


def _first_year(
    ledger: Ledger, horizon_days: int, policy: InsurancePolicy, instalments: Sequence[Instalment], billed: int
) -> Int64:
    """Instalments of the first year with their tax, then the adjustment on declared turnover (domain 2.4)."""
    flows = np.zeros(horizon_days, dtype=np.int64)
    tax = policy.tca_rate * domestic_share(ledger, policy)
    left = billed
    for k, instalment in enumerate(instalments):
        part = left if k == len(instalments) - 1 else apply_rate(billed, instalment.share)
        left -= part
        _post(flows, instalment.day - ledger.as_of, -(part + apply_rate(part, tax)))
    if policy.adjustment_day is not None and policy.declared_turnover_minor is not None:
        owed = apply_rate(policy.declared_turnover_minor, policy.premium_rate) - billed
        if policy.premium_min_minor is not None:
            owed = max(0, owed)
        _post(flows, policy.adjustment_day - ledger.as_of, -(owed + apply_rate(owed, tax)))
    return flows


def _yearly_fees(
    ledger: Ledger, horizon_days: int, policy: InsurancePolicy, instalments: Sequence[Instalment], years: int
) -> Int64:
    flows = np.zeros(horizon_days, dtype=np.int64)
    buyers = policy.buyers if policy.buyers is not None else len(policy.limits or ())
    fee = with_vat(buyers * (policy.limit_fee_minor + policy.monitoring_fee_minor), policy.vat_on_fees)
    for year in range(years):
        _post(flows, _later(instalments[0].day, year) - ledger.as_of, -fee)
    return flows


def _post(flows: Int64, day: int, amount: int) -> None:
    if 0 <= day < len(flows):
        flows[day] += amount


def _later(day: int, years: int) -> int:
    return to_day(add_months(to_date(day), 12 * years))


def _years(start_day: int, as_of: int, horizon_days: int) -> list[int]:
    """First days of the insurance years up to the end of the horizon."""
    days = [start_day]
    while (following := _later(start_day, len(days))) < as_of + horizon_days:
        days.append(following)
    return days


def _max_credit(ledger: Ledger, policy: InsurancePolicy) -> Int32:
    domestic = NEVER if policy.max_credit_days is None else policy.max_credit_days
    export = domestic if policy.max_credit_days_export is None else policy.max_credit_days_export
    return np.array([domestic if p.domestic else export for p in ledger.partners], dtype=np.int32)


def _waited(as_of: int, horizon_days: int, months: int) -> Int32:
    days = np.arange(-LOOKBACK, horizon_days)
    return np.array([to_day(add_months(to_date(as_of + int(t)), months)) - as_of for t in days], dtype=np.int32)
