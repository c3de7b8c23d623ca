"""Ledger and contracts lowered to flat arrays: everything that the kernel reads beside the facts of its paths."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.flows import Variant
from forecasting.simulation.kernel_account import Account, lower_account
from forecasting.simulation.kernel_book import Book, Calendar, lower_book, lower_calendar
from forecasting.simulation.kernel_clauses import Purchases, lower_purchases
from forecasting.simulation.kernel_policy import Cover, Policy, lower_cover, lower_policy, who_covers


class CompiledContracts(NamedTuple):
    """One question's ledger and contracts as arrays; `as_of` is day 0.

    calendar, book, purchases and cover feed the first stage, account and policy the second.
    """

    as_of: int
    calendar: Calendar
    book: Book
    purchases: Purchases
    cover: Cover
    account: Account
    policy: Policy

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The variants that the given contracts allow."""
        factored, insured = self.purchases.active, self.cover.active
        if factored and insured:
            return ("baseline", "factoring", "insurance", "both")
        if factored:
            return ("baseline", "factoring")
        return ("baseline", "insurance") if insured else ("baseline",)


def lower(
    ledger: Ledger,
    horizon_days: int,
    factoring: FactoringContract | None = None,
    insurance: InsurancePolicy | None = None,
    known: PathFacts | None = None,
) -> CompiledContracts:
    """Everything that does not depend on luck, as arrays: days from `as_of`, rates in millionths, amounts in minor units.

    `known` holds facts that every path shares; those of before `as_of` are history, which blocks leave out.
    """
    return relower(lower_ledger(ledger, horizon_days, known), ledger, factoring, insurance)


def lower_ledger(ledger: Ledger, horizon_days: int, known: PathFacts | None = None) -> tuple[Calendar, Book]:
    """The part that no contract changes; keep it while a user moves the sliders of a contract."""
    return lower_calendar(ledger.as_of, horizon_days, ledger.vat_day), lower_book(ledger, horizon_days, known)


def relower(
    lowered: tuple[Calendar, Book],
    ledger: Ledger,
    factoring: FactoringContract | None,
    insurance: InsurancePolicy | None,
) -> CompiledContracts:
    """The same as `lower`, on a ledger that `lower_ledger` has already laid out."""
    calendar, book = lowered
    guarantor = who_covers(ledger, factoring, insurance)[0]
    purchases = lower_purchases(ledger, book, calendar.days, factoring, guarantor)
    return CompiledContracts(
        as_of=ledger.as_of,
        calendar=calendar,
        book=book,
        purchases=purchases,
        cover=lower_cover(ledger, calendar.days, insurance, factoring),
        account=lower_account(ledger, book, purchases, calendar.days, factoring),
        policy=lower_policy(ledger, book, calendar.days, insurance),
    )


def same_exposure(a: CompiledContracts, b: CompiledContracts) -> bool:
    """Whether an exposure of `a` serves `b`: only price-like clauses differ (rates, fees, reserve, ceiling, floor, draw
    policy, amounts of the policy), on the same ledger and horizon."""
    return all(_equal(x, y) for x, y in zip(_exposed(a), _exposed(b), strict=True))


def _exposed(compiled: CompiledContracts) -> tuple[Any, ...]:
    """Everything that the first stage reads."""
    return (*compiled.calendar, *compiled.book, *compiled.purchases, *compiled.cover)


def _equal(a: Any, b: Any) -> bool:
    return a is b or bool(np.array_equal(a, b))
