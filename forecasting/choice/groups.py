"""Candidates sorted by what their contracts count: those that differ in prices alone share one first stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Final

from forecasting.choice.offers import Offer
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.simulation.engine import Book
from forecasting.simulation.flows import Variant
from forecasting.simulation.kernel import CompiledContracts
from forecasting.simulation.kernel_account import Account, lower_account
from forecasting.simulation.kernel_arrays import relower
from forecasting.simulation.kernel_policy import Policy, lower_policy

#: Clauses that the first stage never reads; any other one, new ones included, asks for a first stage of its own.
FACTORING_PRICES: Final[tuple[str, ...]] = (
    "name",
    "index",
    "index_floor",
    "margin",
    "day_count",
    "advance_rate",
    "reserve_mode",
    "reserve_rate",
    "fund_target_minor",
    "reserve_extra_minor",
    "funding_ceiling_minor",
    "ceiling_basis",
    "service_fee_rate",
    "service_fee_min_invoice_minor",
    "service_fee_min_year_minor",
    "anniversary_day",
    "commitment_fee_rate",
    "flat_fee_rate",
    "setup_fee_minor",
    "annual_audit_fee_minor",
    "line_fee_minor",
    "vat_on_service",
    "vat_on_financing",
    "receipt_value_days",
    "draw_policy",
    "draw_windows",
    "bank_floor_minor",
    "shortfall_policy",
    "discount_method",
    "opening_utilisation_minor",
    "opening_fund_minor",
    "admin_hours_per_remittance",
)
INSURANCE_PRICES: Final[tuple[str, ...]] = (
    "name",
    "insured_pct",
    "renewal",
    "premium_rate",
    "premium_min_minor",
    "planned_turnover_minor",
    "adjustment_day",
    "instalments",
    "tca_rate",
    "domestic_share",
    "limit_fee_minor",
    "monitoring_fee_minor",
    "buyers",
    "vat_on_fees",
    "collection_fee",
    "undeclared_pct",
    "payment_days",
    "nql_minor",
    "deductible_claim_minor",
    "afl_minor",
    "max_liability_minor",
    "deductible_stage",
    "bonus_malus",
)


@dataclass(frozen=True, slots=True)
class Member:
    """One candidate of a group: its place in the search, its arrays, the variant that it is."""

    place: int
    compiled: CompiledContracts
    variant: Variant


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates that one first stage serves, laid out by `compiled`."""

    compiled: CompiledContracts
    members: list[Member] = field(default_factory=list)


def groups_of(book: Book, offers: Sequence[Offer]) -> list[Group]:
    """Every candidate in the group that serves it; a candidate with one contract joins a pair that counts the same.

    In the engine a variant with one contract does not depend on the other one, so that joining changes no figure.
    """
    layout = _Layout(book)
    pairs = [(place, offer) for place, offer in enumerate(offers) if offer.variant == "both"]
    singles = [(place, offer) for place, offer in enumerate(offers) if offer.variant != "both"]
    for place, offer in (*pairs, *singles):
        layout.seat(place, offer)
    return list(layout.groups.values())


class _Layout:
    """Groups in the making; every distinct contract is laid out once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.groups: dict[tuple[object, object], Group] = {}
        self.accounts: dict[FactoringContract | None, Account] = {}
        self.policies: dict[InsurancePolicy | None, Policy] = {}

    def seat(self, place: int, offer: Offer) -> None:
        counted = (_counted(offer.factoring, FACTORING_PRICES), _counted(offer.insurance, INSURANCE_PRICES))
        key = counted if counted in self.groups else self._host(*counted) or counted
        if key not in self.groups:
            compiled = relower(self.book.lowered, self.book.ledger, offer.factoring, offer.insurance)
            self.groups[key] = Group(compiled)
        group = self.groups[key]
        group.members.append(Member(place, self._compiled(group.compiled, offer), offer.variant))

    def _host(self, factoring: object, insurance: object) -> tuple[object, object] | None:
        """A group of pairs that serves a candidate with at most one contract."""
        if factoring is not None and insurance is not None:
            return None
        return next(
            (
                key
                for key in self.groups
                if (factoring is None or key[0] == factoring) and (insurance is None or key[1] == insurance)
            ),
            None,
        )

    def _compiled(self, host: CompiledContracts, offer: Offer) -> CompiledContracts:
        ledger, (calendar, lowered) = self.book.ledger, self.book.lowered
        if offer.factoring not in self.accounts:
            self.accounts[offer.factoring] = lower_account(ledger, lowered, host.purchases, calendar.days, offer.factoring)
        if offer.insurance not in self.policies:
            self.policies[offer.insurance] = lower_policy(ledger, lowered, calendar.days, offer.insurance)
        return host._replace(account=self.accounts[offer.factoring], policy=self.policies[offer.insurance])


def _counted(contract: Any, prices: Sequence[str]) -> Any:
    """What a contract counts: the contract with its price-like clauses at their absent values."""
    if contract is None:
        return None
    absent = {f.name: f.default for f in fields(contract) if f.name in prices and f.default is not MISSING}
    absent |= {f.name: 0 for f in fields(contract) if f.name in prices and f.default is MISSING}
    return replace(contract, **absent)
