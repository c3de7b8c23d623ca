"""Candidates of a search: pairs of contracts made from given ones by a grid of clause values, debtors and limits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, Literal

from forecasting.errors import InputRejected, Problem, problem
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.guards import contradictions as factoring_contradictions
from forecasting.insurance.guards import contradictions as insurance_contradictions
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.simulation.flows import Variant

Kind = Literal["factoring", "insurance"]
Contract = FactoringContract | InsurancePolicy
#: A search takes at most so many candidates.
CANDIDATES_MAX: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause set to a value: the contract's kind, the field of its record, the value."""

    kind: Kind
    field: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """An amount added to one debtor's limit (insurance) or approval (factoring).

    A contract without such a table limits nobody and stays as it is; a debtor that its table does not name starts at 0.
    """

    kind: Kind
    partner_id: str
    add_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Insured:
    """The policy covers these debtors alone; where a factor without recourse stands beside, it covers the others."""

    only: tuple[str, ...]
    debtors: tuple[str, ...]


Step = Clause | Raise | Insured


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value of an axis, as the user wrote it, with the steps that it stands for (none: the contract as it is)."""

    text: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One thing that the search varies, such as "factoring.reserve_rate"; `kind` is the contract that it changes."""

    name: str
    kind: Kind
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Given contracts (None: without one of its kind) times every combination of the axes."""

    factoring: tuple[FactoringContract | None, ...] = (None,)
    insurance: tuple[InsurancePolicy | None, ...] = (None,)
    axes: tuple[Axis, ...] = ()

    @property
    def size(self) -> int:
        """Combinations, before those that are the same or contradict themselves are left out."""
        return len(self.factoring) * len(self.insurance) * math.prod(len(axis.options) for axis in self.axes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A candidate: what protects the company. `values` holds (axis, text) of the axes that concern its contracts."""

    factoring: FactoringContract | None = None
    insurance: InsurancePolicy | None = None
    values: tuple[tuple[str, str], ...] = ()

    @property
    def variant(self) -> Variant:
        """The variant under which the engine knows this pair."""
        if self.factoring is not None:
            return "factoring" if self.insurance is None else "both"
        return "baseline" if self.insurance is None else "insurance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A combination that no contract can hold: its values on the axes and the first contradiction."""

    values: tuple[tuple[str, str], ...]
    reason: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What a search looks at: offers told apart, no protection first, and the combinations that are refused."""

    offers: tuple[Offer, ...]
    refused: tuple[Refused, ...] = ()


def candidates(grid: Grid) -> Candidates:
    """Every offer of a grid once, in the grid's order, after the one without any protection.

    Raises InputRejected where the grid has more than CANDIDATES_MAX combinations.
    """
    if grid.size > CANDIDATES_MAX:
        raise InputRejected((problem("choice.too_many", count=grid.size, limit=CANDIDATES_MAX),))
    offers: dict[tuple[Contract | None, Contract | None], Offer] = {(None, None): Offer()}
    judged: dict[Contract | None, Problem | None] = {None: None}
    refused: list[Refused] = []
    for offer in _combinations(grid):
        pair = (offer.factoring, offer.insurance)
        if pair in offers:
            continue
        faults = [fault for contract in pair if (fault := _judged(judged, contract))]
        if faults:
            refused.append(Refused(values=offer.values, reason=faults[0]))
        else:
            offers[pair] = offer
    return Candidates(offers=tuple(offers.values()), refused=tuple(dict.fromkeys(refused)))


def _combinations(grid: Grid) -> Iterator[Offer]:
    for factoring, insurance in product(grid.factoring, grid.insurance):
        present = {kind for kind, given in (("factoring", factoring), ("insurance", insurance)) if given is not None}
        axes = [axis for axis in grid.axes if axis.kind in present]
        for options in product(*(axis.options for axis in axes)):
            steps = [step for option in options for step in option.steps]
            values = tuple((axis.name, option.text) for axis, option in zip(axes, options, strict=True))
            yield with_steps(Offer(factoring=factoring, insurance=insurance, values=values), steps)


def _judged(judged: dict[Contract | None, Problem | None], contract: Contract | None) -> Problem | None:
    """The first contradiction of a contract, looked for once."""
    if contract not in judged:
        found = (
            factoring_contradictions(contract)
            if isinstance(contract, FactoringContract)
            else insurance_contradictions(contract)  # type: ignore[arg-type]
        )
        judged[contract] = next((fault for fault in found if fault.severity == "error"), None)
    return judged[contract]


def with_steps(offer: Offer, steps: list[Step]) -> Offer:
    """An offer changed step by step; steps of a contract that it lacks do nothing."""
    factoring, insurance = offer.factoring, offer.insurance
    for step in steps:
        kind = "insurance" if isinstance(step, Insured) else step.kind
        if kind == "factoring" and factoring is not None:
            factoring = _changed(factoring, step)
        elif kind == "insurance" and insurance is not None:
            insurance = _changed(insurance, step)
    return replace(offer, factoring=factoring, insurance=insurance)


def _changed(contract: Any, step: Step) -> Any:
    if isinstance(step, Clause):
        return replace(contract, **{step.field: step.value})
    if isinstance(step, Insured):
        others = {name: "factor" for name in step.debtors if name not in step.only}
        return replace(contract, cover_source=tuple(sorted({**dict(contract.cover_source), **others}.items())))
    table = "approvals" if step.kind == "factoring" else "limits"
    limits = getattr(contract, table)
    if limits is None:
        return contract
    raised = dict(limits)
    raised[step.partner_id] = raised.get(step.partner_id, 0) + step.add_minor
    return replace(contract, **{table: tuple(sorted(raised.items()))})


def largest_debtors(ledger: Ledger, count: int) -> tuple[str, ...]:
    """The customers that owe, or will owe, most: the largest sums of customer invoices not paid before today."""
    owed: dict[int, int] = {}
    side = ledger.customers
    for partner, amount, paid in zip(side.partner.tolist(), side.amount_minor.tolist(), side.paid.tolist(), strict=True):
        if not 0 <= paid < ledger.as_of:
            owed[partner] = owed.get(partner, 0) + amount
    names = [(-amount, ledger.partners[partner].partner_id) for partner, amount in owed.items() if amount > 0]
    return tuple(name for _, name in sorted(names)[:count])
