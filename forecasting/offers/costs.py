"""What protection costs, heading by heading: what the bank account shows and what the factor debits to its own account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from forecasting.curve import Curve
from forecasting.factoring.contract import ContractType, FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.money import apply_rate, net_of_vat, round_ratio
from forecasting.simulation.flows import Category
from forecasting.simulation.path import PathResult

#: What an offer is paid for (rule 9 of the factoring list: buy the services that are needed).
Service = Literal["finance", "cover", "collection"]
SERVICES: Final[tuple[Service, ...]] = ("finance", "cover", "collection")

#: Headings that move principal: advances come and go, and what they leave is told by the factor's account.
_PRINCIPAL: Final[frozenset[Category]] = frozenset({"debtor_receipt", "direct_receipt", "factor_transfer", "cash_call"})
#: VAT on the factor's account: a taxable seller gets it back, so that it is cash and no cost.
_VAT: Final = ("service_vat", "financing_vat")
_FINANCE: Final = frozenset({"financing_fee", "commitment_fee", "bank_interest"})
#: The service fee pays for management, collection and, without recourse, cover.
_SERVICE: Final = frozenset({"service_fee", "minimum_fee"})
_COVER: Final = frozenset({"guaranteed", "premium", "insurance_fee", "indemnity", "insurer_share"})
#: Under these contracts the company goes on collecting; the fee is then for management alone.
SELF_COLLECTED: Final[frozenset[ContractType]] = frozenset({"notified_unmanaged", "confidential", "deconsolidating"})
#: Interest and fees of a path by the code of their event, before VAT.
_FINANCING_EVENTS: Final = frozenset({"interest", "interest_true_up", "discount", "commitment_fee"})
YEAR_DAYS: Final = 365


def costs_minor(curve: Curve) -> dict[str, int]:
    """Cost of a variant over the horizon by heading (positive: it costs), zero headings left out; minor units.

    Fees, interest and their VAT from the factor's account; every other heading's difference from the baseline on the
    bank account, so that saved overdraft interest shows; less what a factor without recourse pays for failed debtors.
    """
    found: dict[str, int] = dict(curve.account_minor)
    found["guaranteed"] = -curve.loss_minor.get("guarantee", 0)
    for category, change in curve.cost_minor.items():
        if category not in _PRINCIPAL:
            found[category] = -change
    return {heading: amount for heading, amount in found.items() if amount}


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeVat:
    """Costs before the VAT on fees, which a taxable seller gets back, with that VAT apart; minor units.

    `total_minor + vat_minor` is the sum of `costs_minor`.
    """

    headings: Mapping[str, int]
    vat_minor: int

    @property
    def total_minor(self) -> int:
        """Fees before VAT, interest and all other headings."""
        return sum(self.headings.values())


def before_vat(
    curve: Curve, factoring: FactoringContract | None = None, insurance: InsurancePolicy | None = None
) -> BeforeVat:
    """A variant's costs before VAT: what the factor debits as VAT, and what fees paid from the bank hold of it, apart."""
    costs = costs_minor(curve)
    vat = sum(costs.pop(heading, 0) for heading in _VAT)
    for heading, rate in _vat_rates(factoring, insurance):
        gross = costs.get(heading, 0)
        if gross:
            costs[heading] = net_of_vat(gross, rate)
            vat += gross - costs[heading]
    return BeforeVat(headings={heading: amount for heading, amount in costs.items() if amount}, vat_minor=vat)


def _vat_rates(factoring: FactoringContract | None, insurance: InsurancePolicy | None) -> tuple[tuple[str, Decimal], ...]:
    found: list[tuple[str, Decimal]] = []
    if factoring is not None:
        found.append(("factor_fee", factoring.vat_on_service))
    if insurance is not None:
        found.append(("insurance_fee", insurance.vat_on_fees))
    return tuple(found)


def split(costs: Mapping[str, int], contract: FactoringContract | None, cover_rate: Decimal) -> dict[Service, int]:
    """An offer's cost as finance, cover and collection; the three add up to the costs exactly.

    Of the service fee, `cover_rate / service_fee_rate` (at most all of it) is the price of cover where the factor bears
    insolvency, nothing under recourse; the rest pays for management and collection. `cover_rate` is a part of the
    assigned turnover (brokers quote 0.10 to 0.50 %). Minor units.
    """
    parts: dict[Service, int] = dict.fromkeys(SERVICES, 0)
    for heading, amount in costs.items():
        if heading in _FINANCE:
            parts["finance"] += amount
        elif heading in _COVER:
            parts["cover"] += amount
        elif heading in _SERVICE:
            cover = _share_of(amount, _cover_share(contract, cover_rate))
            parts["cover"] += cover
            parts["collection"] += amount - cover
        else:
            parts["collection"] += amount
    return parts


def _cover_share(contract: FactoringContract | None, cover_rate: Decimal) -> Fraction:
    if contract is None or contract.recourse or not contract.service_fee_rate:
        return Fraction(0)
    return min(Fraction(1), Fraction(cover_rate) / Fraction(contract.service_fee_rate))


def _share_of(amount_minor: int, share: Fraction) -> int:
    return round_ratio(amount_minor * share.numerator, share.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What an offer costs for what it lends: the yearly cost, the mean of the funds in use, the mean ceiling.

    `rate_pa` is cost / funds in use over a year, None below a tenth of the ceiling in use, where a percentage would say
    nothing and only euros count (domain 1.6, never an APR).
    """

    cost_minor: int
    used_minor: int
    ceiling_minor: int
    rate_pa: Fraction | None


def effective(cost_minor: int, used_minor: int, ceiling_minor: int, days: int) -> Effective:
    """Effective cost = cost * 365 / days / mean of the funds used, shown from 10 % of the ceiling in use on."""
    enough = ceiling_minor > 0 and 10 * used_minor > ceiling_minor and days > 0
    rate = Fraction(cost_minor * YEAR_DAYS, used_minor * days) if enough else None
    return Effective(cost_minor=cost_minor, used_minor=used_minor, ceiling_minor=ceiling_minor, rate_pa=rate)


def financing_minor(told: PathResult) -> int:
    """What the funds themselves cost on a path, before VAT: interest, discount, commitment fee; minor units."""
    return sum(event.amount_minor for event in told.events if event.code in _FINANCING_EVENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Financing cost of a draw policy beside that of drawing everything; minor units on one path."""

    drawn_minor: int
    full_minor: int

    @property
    def saved_minor(self) -> int:
        """What is not paid because less is drawn."""
        return self.full_minor - self.drawn_minor

    @property
    def share(self) -> Fraction:
        """The saved part of the full cost."""
        return Fraction(self.saved_minor, self.full_minor) if self.full_minor else Fraction(0)


def saving(drawn: PathResult, full: PathResult) -> Saving:
    """What drawing by the contract's policy saves against drawing all that is available every day (domain 1.5)."""
    return Saving(drawn_minor=financing_minor(drawn), full_minor=financing_minor(full))


def admin_cost_minor(hours: Decimal, hourly_minor: int) -> int:
    """Hours of administration priced, a cost outside cash: half_up(hours * hourly cost); minor units."""
    return apply_rate(hourly_minor, hours)
