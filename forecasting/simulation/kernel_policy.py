"""An insurance policy as flat arrays: limits, clocks, amounts and the calendar of premiums.

Days count from `as_of` (day 0), rates are whole millionths, amounts minor units. Source: domain 2.1 to 2.4.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.dates import add_months, month_end, to_date, to_day
from forecasting.factoring.contract import CoverSource, FactoringContract
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.insurance.premium import PremiumBasis
from forecasting.ledger import NO_AMOUNT, Ledger
from forecasting.money import apply_rate
from forecasting.simulation.kernel_book import AMOUNT, LOOKBACK, NET_WHOLE, Book
from forecasting.simulation.kernel_clauses import limits_by_day
from forecasting.simulation.kernel_facts import NEVER, to_ppm
from forecasting.simulation.kernel_money import NO_LIMIT, PPM

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]

#: No duty to declare by a day.
NO_DEADLINE: Final = -1
#: In place of a declared turnover: none is; the outstanding of the path takes its place.
UNDECLARED: Final = -1
TO_COUNT: Final = -2


class Cover(NamedTuple):
    """Which debts count and when; read by the first stage only. A change here means a new exposure.

    limit_ptr int64 (D + 1,), limit int64 (r, 2): each buyer's (day, limit) steps. named_from int32 (D,): day from which
    a buyer is named (NEVER: undeclared). max_credit int32 (D,): NEVER where the clause is absent. insurable uint8 (D,):
    neither public nor of the group. own int64 (D,): the policy covers the buyer, bit 1 in the variant `insurance`, bit 2
    in `both`. waited int32 (LOOKBACK + H,): day t - LOOKBACK plus the waiting months. outstanding_day int32: month ends
    whose outstanding the premium is computed on.
    """

    active: bool
    limit_ptr: Int64
    limit: Int64
    named_from: Int32
    limit_ttc: bool
    max_credit: Int32
    insurable: Flags
    own: Int64
    by_extension: bool
    extension_days: int
    declaration_days: int
    threshold: int
    waited: Int32
    outstanding_day: Int32


class Policy(NamedTuple):
    """Amounts, rates and premiums; read by the second stage only.

    year_start int32 (Y,): the insurance years that touch the horizon, the first being that of the start. share_day int32
    (Y, K), share_ppm int64 (K,): instalments of each year. fee int64 (H,): yearly fees. base_minor, base_ppm: what a
    bonus or malus multiplies. grid_up_to, grid_change int64: bonus and malus. tax_part / tax_whole: rate of the tax.
    """

    insured_ppm: int
    undeclared_ppm: int
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
    has_minimum: bool
    rate_ppm: int
    declared: int
    adjustment_day: int
    tax_part: int
    tax_whole: int
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
    partners = ledger.partners
    return Cover(
        active=active,
        limit_ptr=np.concatenate([[0], np.cumsum([len(s) for s in steps])]).astype(np.int64),
        limit=np.array([step for s in steps for step in s], dtype=np.int64).reshape(-1, 2),
        named_from=np.array(
            [
                -NEVER if table is None or p.partner_id in table else own[1][0] if len(own) > 1 else NEVER
                for p, own in zip(partners, steps, strict=True)
            ],
            dtype=np.int32,
        ),
        limit_ttc=policy.limit_basis == "TTC",
        max_credit=_max_credit(ledger, policy),
        insurable=np.array([not (p.public_body or p.intra_group) for p in partners], dtype=np.uint8),
        own=who_covers(ledger, factoring, policy if active else None)[1],
        by_extension=policy.stop_rule == "extension",
        extension_days=policy.extension_days,
        declaration_days=NO_DEADLINE if policy.declaration_days is None else policy.declaration_days,
        threshold=policy.declaration_threshold_minor,
        waited=_waited(ledger.as_of, horizon_days, policy.waiting_months),
        outstanding_day=_month_ends(policy, ledger.as_of),
    )


def who_covers(ledger: Ledger, factoring: FactoringContract | None, policy: InsurancePolicy | None) -> tuple[Int64, Int64]:
    """For each partner (factor, own policy): bit 1 alone, bit 2 where both contracts stand.

    `[cover_source]` where it names the partner, the factoring contract's row first; else the own policy for whom it
    limits above 0 (everyone without a table) or whom a factor with recourse leaves uncovered, the factor for the others.
    """
    by_factor = dict(factoring.cover_source) if factoring else {}
    by_policy = dict(policy.cover_source) if policy else {}
    limited = None
    if policy is not None and policy.limits is not None:
        limited = {p for p, amount in policy.limits if amount > 0}
        limited |= {c.partner_id for c in policy.limit_changes if c.amount_minor > 0}
    bears = factoring is not None and not factoring.recourse
    factor, own = np.zeros((2, len(ledger.partners)), dtype=np.int64)
    for d, partner in enumerate(ledger.partners):
        name = partner.partner_id
        default: CoverSource = "own_policy" if limited is None or name in limited or not bears else "factor"
        source = (by_policy | by_factor).get(name, default)
        factor[d] = (bears and by_factor.get(name, "factor") == "factor") + 2 * (bears and source == "factor")
        own[d] = (by_policy.get(name, "own_policy") == "own_policy") + 2 * (source == "own_policy")
    return factor, own


def lower_policy(ledger: Ledger, book: Book, horizon_days: int, policy: InsurancePolicy | None) -> Policy:
    """Premiums, fees and the waterfall's amounts."""
    if policy is None:
        # nothing is billed: figures of the ledger are not looked for
        policy = InsurancePolicy(
            insured_pct=Decimal(0), start_day=ledger.as_of, planned_turnover_minor=0, domestic_share=Decimal(0)
        )
    assert policy.start_day is not None, "a projection needs the day on which the policy starts"
    basis = _basis(ledger, book, policy)
    undeclared = policy.insured_pct if policy.undeclared_pct is None else policy.undeclared_pct
    grid = sorted(policy.bonus_malus, key=lambda r: (r.loss_ratio_up_to is None, r.loss_ratio_up_to or Decimal(0)))
    instalments = sorted(policy.instalments, key=lambda i: i.day) or [Instalment(day=policy.start_day, share=Decimal(1))]
    years = _years(policy.start_day, instalments[0].day, ledger.as_of + horizon_days)
    share_day = [[_later(i.day, y) - ledger.as_of for i in instalments] for y in range(years)]
    tax = Fraction(policy.tca_rate) * basis.domestic_share
    minimum = policy.premium_min_minor
    declared = UNDECLARED if basis.declared_minor is None else basis.declared_minor
    return Policy(
        insured_ppm=to_ppm(policy.insured_pct),
        undeclared_ppm=to_ppm(undeclared),
        nql=policy.nql_minor,
        deductible=policy.deductible_claim_minor,
        afl=policy.afl_minor,
        max_liability=NO_LIMIT if policy.max_liability_minor is None else policy.max_liability_minor,
        loss_first=policy.deductible_stage == "EN_LOSS_FIRST",
        payment_days=policy.payment_days,
        start=policy.start_day - ledger.as_of,
        end=NEVER if policy.end_day is None else policy.end_day - ledger.as_of,
        year_start=np.array([_later(policy.start_day, y) - ledger.as_of for y in range(years)], dtype=np.int32),
        renewal=policy.renewal,
        billed=apply_rate(basis.planned_minor, policy.premium_rate) if minimum is None else minimum,
        base_minor=basis.planned_minor if minimum is None else minimum,
        base_ppm=to_ppm(policy.premium_rate) if minimum is None else PPM,
        has_minimum=minimum is not None,
        rate_ppm=to_ppm(policy.premium_rate),
        declared=TO_COUNT if policy.premium_base == "outstanding" and declared == UNDECLARED else declared,
        adjustment_day=NEVER if policy.adjustment_day is None else policy.adjustment_day - ledger.as_of,
        tax_part=tax.numerator,
        tax_whole=tax.denominator,
        fee=_yearly_fees(horizon_days, policy, basis.buyers, [days[0] for days in share_day]),
        share_day=np.array(share_day, dtype=np.int32),
        share_ppm=np.array([to_ppm(i.share) for i in instalments], dtype=np.int64),
        grid_up_to=np.array(
            [NO_LIMIT if b.loss_ratio_up_to is None else to_ppm(b.loss_ratio_up_to) for b in grid], dtype=np.int64
        ),
        grid_change=np.array([to_ppm(b.change) for b in grid], dtype=np.int64),
        collection_ppm=to_ppm(policy.collection_fee),
        fee_vat_ppm=to_ppm(policy.vat_on_fees),
        delegated=policy.delegated_to_factor,
    )


def _basis(ledger: Ledger, book: Book, policy: InsurancePolicy) -> PremiumBasis:
    """What a premium is computed on; what the policy leaves to the ledger comes from columns, so that a million of
    invoices take no time: net sales, credit notes deducted, to buyers that are neither public bodies nor of the group."""
    assert policy.start_day is not None
    planned, share = policy.planned_turnover_minor, policy.domestic_share
    if planned is None or share is None:
        customers, partners = ledger.customers, ledger.partners
        net = np.where(customers.net_minor == NO_AMOUNT, _net_of_rate(book), customers.net_minor)
        insurable = np.array([not (p.public_body or p.intra_group) for p in partners])[book.partner]
        domestic = insurable & np.array([p.domestic for p in partners])[book.partner]
        end = to_day(add_months(to_date(policy.start_day), 12))
        first_year = insurable & (customers.issue >= policy.start_day) & (customers.issue < end)
        whole, home = int(net[insurable].sum()), int(net[domestic].sum())
        planned = int(net[first_year].sum()) if planned is None else planned
        exact = Fraction(home, whole) if whole > 0 else Fraction(1)
    return PremiumBasis(
        planned_minor=planned,
        declared_minor=policy.declared_turnover_minor,
        domestic_share=exact if share is None else Fraction(share),
        buyers=len(policy.limits or ()) if policy.buyers is None else policy.buyers,
    )


def _net_of_rate(book: Book) -> Int64:
    """Each invoice before VAT by its rate, halves away from zero; of no use where the net amount is given."""
    amount, whole = book.money[:, AMOUNT], book.money[:, NET_WHOLE]
    quotient, rest = np.divmod(np.abs(amount) * PPM, whole)
    net: Int64 = np.sign(amount) * (quotient + (2 * rest >= whole))
    return net


def _yearly_fees(horizon_days: int, policy: InsurancePolicy, buyers: int, first_days: list[int]) -> Int64:
    """f = buyers * (limit_fee + monitoring_fee) with VAT, on each year's first instalment date."""
    flows = np.zeros(horizon_days, dtype=np.int64)
    fee = buyers * (policy.limit_fee_minor + policy.monitoring_fee_minor)
    for day in first_days if policy.renewal else first_days[:1]:
        if 0 <= day < horizon_days:
            flows[day] -= fee + apply_rate(fee, policy.vat_on_fees)
    return flows


def _later(day: int, years: int) -> int:
    return to_day(add_months(to_date(day), 12 * years))


def _years(start_day: int, first_instalment: int, end: int) -> int:
    """How many insurance years begin, or are billed, before the end of the horizon; at least one."""
    years = 1
    while min(_later(start_day, years), _later(first_instalment, years)) < end:
        years += 1
    return years


def _max_credit(ledger: Ledger, policy: InsurancePolicy) -> Int32:
    domestic = NEVER if policy.max_credit_days is None else policy.max_credit_days
    export = domestic if policy.max_credit_days_export is None else policy.max_credit_days_export
    return np.array([domestic if p.domestic else export for p in ledger.partners], dtype=np.int32)


def _waited(as_of: int, horizon_days: int, months: int) -> Int32:
    """Each day plus the waiting months, clamped to the month end; a month at a time."""
    days = np.empty(LOOKBACK + horizon_days, dtype=np.int32)
    t = 0
    while t < len(days):
        day = to_date(as_of - LOOKBACK + t)
        first = to_day(add_months(day.replace(day=1), months)) - as_of
        last = to_day(month_end(to_date(first + as_of))) - as_of
        length = month_end(day).day - day.day + 1
        month = first + np.arange(day.day - 1, day.day - 1 + length)
        days[t : t + length] = np.minimum(month, last)[: len(days) - t]
        t += length
    return days


def _month_ends(policy: InsurancePolicy, as_of: int) -> Int32:
    """Month ends of the first insurance year, where the premium is on the outstanding and no turnover is declared."""
    if policy.premium_base != "outstanding" or policy.declared_turnover_minor is not None or policy.start_day is None:
        return np.empty(0, dtype=np.int32)
    start = to_date(policy.start_day)
    return np.array([to_day(month_end(add_months(start, k))) - as_of for k in range(12)], dtype=np.int32)
