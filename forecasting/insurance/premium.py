"""What a policy costs: premium by instalments with its tax, adjustment, yearly fees, bonus and malus (domain 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np

from forecasting.dates import add_months, to_date, to_day
from forecasting.insurance.policy import Instalment, InsurancePolicy
from forecasting.ledger import NO_AMOUNT, Ledger
from forecasting.money import apply_rate, net_of_vat, round_ratio

ChargeKind = Literal["instalment", "adjustment", "yearly_fee"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """An amount that the policy bills (below 0: refunds) on a day, with the tax or VAT on it; the bank pays both."""

    day: int
    kind: ChargeKind
    amount_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumBasis:
    """What a premium is computed on, from the policy, else from the ledger.

    `planned_minor` and `declared_minor` are before VAT (declared None: no adjustment), `domestic_share` a fraction.
    """

    planned_minor: int
    declared_minor: int | None
    domestic_share: Fraction
    buyers: int


def premium_basis(policy: InsurancePolicy, ledger: Ledger, outstanding_minor: int | None = None) -> PremiumBasis:
    """The figures that a policy leaves to the ledger, filled in.

    Planned: the net turnover of the first insurance year that the ledger shows. Declared: none without the key; with
    `premium_base = outstanding` the sum of the month-end outstanding before VAT of that year (`outstanding_minor`).
    Domestic share: by net turnover of the ledger's customers, 1 where it shows none. Buyers: partners in `[limits]`.
    """
    declared = policy.declared_turnover_minor
    if declared is None and policy.premium_base == "outstanding":
        declared = outstanding_minor
    planned = policy.planned_turnover_minor
    share = None if policy.domestic_share is None else Fraction(policy.domestic_share)
    return PremiumBasis(
        planned_minor=_ledger_turnover(policy, ledger) if planned is None else planned,
        declared_minor=declared,
        domestic_share=_domestic_share(ledger) if share is None else share,
        buyers=len(policy.limits or ()) if policy.buyers is None else policy.buyers,
    )


def charges(
    policy: InsurancePolicy, basis: PremiumBasis, indemnities: Mapping[int, int], last_day: int
) -> tuple[Charge, ...]:
    """Everything that the policy bills up to a day; `indemnities` holds what each insurance year's losses bring.

    Without renewal one year is billed; with it every year bills the same instalments so many years later.
    """
    found: list[Charge] = []
    billed = first_year_bill(policy, basis)
    year = 0
    while True:
        dues = instalments(policy, year)
        if year and (not dues or dues[0].day > last_day):
            break
        found += _instalment_charges(policy, basis, billed, dues)
        found += _fee_charges(policy, basis, dues)
        if not policy.renewal:
            break
        billed = next_bill(policy, basis, billed, indemnities.get(year, 0))
        year += 1
    found += _adjustment(policy, basis)
    return tuple(sorted((c for c in found if c.day <= last_day), key=lambda c: (c.day, c.kind)))


def first_year_bill(policy: InsurancePolicy, basis: PremiumBasis) -> int:
    """billed = premium_min, else half_up(premium_rate * planned_turnover)."""
    if policy.premium_min_minor is not None:
        return policy.premium_min_minor
    return apply_rate(basis.planned_minor, policy.premium_rate)


def loss_ratio(policy: InsurancePolicy, basis: PremiumBasis, billed_minor: int, indemnities_minor: int) -> Fraction | None:
    """Indemnities of the year / max(billed, half_up(premium_rate * declared_turnover)); None: losses, no premium."""
    declared = apply_rate(basis.declared_minor or 0, policy.premium_rate)
    premium = max(billed_minor, declared)
    if premium > 0:
        return Fraction(indemnities_minor, premium)
    return Fraction(0) if indemnities_minor == 0 else None


def malus_change(policy: InsurancePolicy, ratio: Fraction | None) -> Decimal:
    """The first row with ratio <= loss_ratio_up_to; the row without a bound is the rest; no row, no change."""
    rows = sorted(policy.bonus_malus, key=lambda r: (r.loss_ratio_up_to is None, r.loss_ratio_up_to or Decimal(0)))
    for row in rows:
        if row.loss_ratio_up_to is None or (ratio is not None and ratio <= Fraction(row.loss_ratio_up_to)):
            return row.change
    return Decimal(0)


def next_bill(policy: InsurancePolicy, basis: PremiumBasis, billed_minor: int, indemnities_minor: int) -> int:
    """half_up((premium_min, else premium_rate * planned_turnover) * (1 + change)), rounded once."""
    change = malus_change(policy, loss_ratio(policy, basis, billed_minor, indemnities_minor))
    if policy.premium_min_minor is not None:
        exact = Fraction(policy.premium_min_minor)
    else:
        exact = basis.planned_minor * Fraction(policy.premium_rate)
    exact *= 1 + Fraction(change)
    return round_ratio(exact.numerator, exact.denominator)


def instalments(policy: InsurancePolicy, year: int = 0) -> tuple[Instalment, ...]:
    """A year's instalments by day: those of the policy so many years later; without any, the whole on `start_date`."""
    given = policy.instalments
    if not given and policy.start_day is not None:
        given = (Instalment(day=policy.start_day, share=Decimal(1)),)
    moved = [Instalment(day=to_day(add_months(to_date(i.day), 12 * year)), share=i.share) for i in given]
    return tuple(sorted(moved, key=lambda i: i.day))


def _instalment_charges(
    policy: InsurancePolicy, basis: PremiumBasis, billed: int, dues: tuple[Instalment, ...]
) -> Iterable[Charge]:
    """p_k = half_up(billed * share_k), the last takes the rest; tax_k = half_up(p_k * tca_rate * domestic_share)."""
    left = billed
    for k, due in enumerate(dues):
        part = left if k == len(dues) - 1 else apply_rate(billed, due.share)
        left -= part
        yield Charge(day=due.day, kind="instalment", amount_minor=part, tax_minor=_tax(policy, basis, part))


def _fee_charges(policy: InsurancePolicy, basis: PremiumBasis, dues: tuple[Instalment, ...]) -> Iterable[Charge]:
    """f = buyers * (limit_fee + monitoring_fee) with VAT, on the first instalment date."""
    fee = basis.buyers * (policy.limit_fee_minor + policy.monitoring_fee_minor)
    if dues and fee:
        yield Charge(day=dues[0].day, kind="yearly_fee", amount_minor=fee, tax_minor=apply_rate(fee, policy.vat_on_fees))


def _adjustment(policy: InsurancePolicy, basis: PremiumBasis) -> Iterable[Charge]:
    """x = half_up(premium_rate * declared_turnover) - billed, at least 0 where `premium_min` is present."""
    if policy.adjustment_day is None or basis.declared_minor is None:
        return
    amount = apply_rate(basis.declared_minor, policy.premium_rate) - first_year_bill(policy, basis)
    if policy.premium_min_minor is not None:
        amount = max(0, amount)
    yield Charge(day=policy.adjustment_day, kind="adjustment", amount_minor=amount, tax_minor=_tax(policy, basis, amount))


def _tax(policy: InsurancePolicy, basis: PremiumBasis, amount_minor: int) -> int:
    exact = amount_minor * Fraction(policy.tca_rate) * basis.domestic_share
    return round_ratio(exact.numerator, exact.denominator)


def _ledger_turnover(policy: InsurancePolicy, ledger: Ledger) -> int:
    """Net sales, credit notes deducted, to insurable customers in the first insurance year."""
    if policy.start_day is None:
        return 0
    end = to_day(add_months(to_date(policy.start_day), 12))
    issue = ledger.customers.issue
    return _net_turnover(ledger, np.flatnonzero((issue >= policy.start_day) & (issue < end)).tolist(), domestic=False)


def _domestic_share(ledger: Ledger) -> Fraction:
    every = range(len(ledger.customers))
    total = _net_turnover(ledger, every, domestic=False)
    return Fraction(_net_turnover(ledger, every, domestic=True), total) if total > 0 else Fraction(1)


def _net_turnover(ledger: Ledger, indices: Iterable[int], *, domestic: bool) -> int:
    """Net amounts of invoices to buyers that are neither public bodies nor of the group; of domestic ones alone if asked."""
    customers, total = ledger.customers, 0
    for i in indices:
        partner = ledger.partners[int(customers.partner[i])]
        if partner.public_body or partner.intra_group or (domestic and not partner.domestic):
            continue
        net = int(customers.net_minor[i])
        total += net_of_vat(int(customers.amount_minor[i]), customers.vat_rate[i]) if net == NO_AMOUNT else net
    return total
