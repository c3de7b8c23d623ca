"""The group without what its companies owe each other, and each entity by itself, as ledgers that add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.dates import business_day_from
from forecasting.errors import EncaisseError
from forecasting.group.members import ENTITIES_MIN, Members, entities, inside_rows, members_of, one_debtor, owners
from forecasting.group.mutual import Mutual, mutual_of
from forecasting.ledger import NO_DAY, Account, Invoices, Ledger, Side
from forecasting.ledger_build import with_opening
from forecasting.ledger_edit import columns_from, rebuilt, side_of
from forecasting.money import Currency, converted

SIDES: Final[tuple[Side, ...]] = ("customer", "supplier")
#: The name of the view on all entities together.
GROUP: Final = ""


class UnknownEntity(EncaisseError):
    """A view of an entity was asked for that no invoice and no account names; `known` are those that there are."""

    def __init__(self, entity: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{entity} is not among {', '.join(known) or 'no entities'}")
        self.entity, self.known = entity, known


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """A ledger of several entities: as it was loaded, without what they owe each other, and what that is.

    settled: the loaded ledger where every invoice between companies is paid on its due date (the first business day from
    it, not before `as_of`), which is what the entities' own views are cut from.
    """

    loaded: Ledger
    members: Members
    consolidated: Ledger
    settled: Ledger
    mutual: Mutual

    @property
    def names(self) -> tuple[str, ...]:
        """The entities, by name."""
        return self.members.names

    @property
    def unrated(self) -> tuple[Account, ...]:
        """Accounts of entities whose currency has no rate, so that no view can count them."""
        home = self.loaded.currency
        return tuple(a for a in self.loaded.accounts if a.entity and a.currency != home and a.rate is None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """The ledger that a projection looks at: a company's own (no group), the group's, or that of one entity."""

    ledger: Ledger
    group: Group | None = None
    name: str = GROUP


def view_of(ledger: Ledger, entity: str = GROUP) -> View:
    """The view of an entity, or the whole: of a group without what its companies owe each other, else the ledger itself.

    Raises UnknownEntity.
    """
    group = group_of(ledger)
    if entity == GROUP:
        return View(ledger=ledger if group is None else group.consolidated, group=group)
    if group is None or entity not in group.names:
        raise UnknownEntity(entity, () if group is None else group.names)
    return View(ledger=cut(group, entity), group=group, name=entity)


def group_of(ledger: Ledger) -> Group | None:
    """The group that a ledger is, None for a company by itself (fewer than two entities).

    The last groups are remembered; of a company by itself nothing is.
    """
    return _group_of(ledger) if len(entities(ledger)) >= ENTITIES_MIN else None


@lru_cache(maxsize=4)
def _group_of(ledger: Ledger) -> Group:
    members = members_of(ledger)
    assert members is not None, "a group has two entities or more"
    one = replace(ledger, partners=one_debtor(ledger.partners, members))
    inside = {side: inside_rows(side_of(ledger, side), members) for side in SIDES}
    own_affair = any(rows.any() for rows in inside.values())
    return Group(
        loaded=ledger,
        members=members,
        consolidated=_only(one, {side: ~rows for side, rows in inside.items()}) if own_affair or members.shared else ledger,
        settled=replace(
            one,
            customers=_settled(one.customers, inside["customer"], ledger.as_of),
            suppliers=_settled(one.suppliers, inside["supplier"], ledger.as_of),
        ),
        mutual=mutual_of(ledger, members),
    )


@lru_cache(maxsize=8)
def _cut(group: Group, name: str) -> Ledger:
    settled = group.settled
    rows = {side: _owned(side_of(settled, side), name) for side in SIDES}
    own = tuple(a for a in settled.accounts if a.entity == name)
    flows = () if name else settled.planned_flows
    alone = _only(replace(settled, accounts=own, planned_flows=flows), rows)
    if name:
        opening, limit = _cash(group, name)
        return with_opening(alone, opening_cash_minor=opening, overdraft_limit_minor=limit, cash_floor_minor=0)
    counted = [_cash(group, entity)[0] for entity in group.names]
    return with_opening(
        alone, opening_cash_minor=settled.opening_cash_minor - sum(counted), overdraft_limit_minor=0, cash_floor_minor=0
    )


def cut(group: Group, name: str) -> Ledger:
    """What one entity has: its invoices, those with its sisters included, its accounts at the rates that are known.

    Opening cash and authorised overdraft are those of its accounts; the floor is the group's and is left out. For "" it
    is what names no entity: such invoices, planned flows, and what the group's opening cash is more than its entities'.
    All cuts add up to `Group.consolidated` with `mutual_alone`, flow by flow, where money costs no interest.
    """
    return _cut(group, name)


def mutual_alone(group: Group) -> Ledger:
    """What companies of the group owe each other and nothing else: zero on every day where their books agree."""
    rows = {side: inside_rows(side_of(group.settled, side), group.members) for side in SIDES}
    alone = _only(replace(group.settled, accounts=(), planned_flows=()), rows)
    return with_opening(alone, opening_cash_minor=0, overdraft_limit_minor=0, cash_floor_minor=0)


def _only(ledger: Ledger, keep: dict[Side, npt.NDArray[np.bool_]]) -> Ledger:
    return rebuilt(
        ledger,
        customers=columns_from(ledger, "customer", keep["customer"]),
        suppliers=columns_from(ledger, "supplier", keep["supplier"]),
    )


def _owned(invoices: Invoices, name: str) -> npt.NDArray[np.bool_]:
    names = owners(invoices)
    return np.fromiter((one == name for one in names), dtype=np.bool_, count=len(names))


def _settled(invoices: Invoices, inside: npt.NDArray[np.bool_], as_of: int) -> Invoices:
    """Invoices between companies as paid on their due date; what is known of a payment stands."""
    rows = np.flatnonzero(inside & (invoices.paid == NO_DAY) & ((invoices.credits < 0) | (invoices.amount_minor > 0)))
    if not len(rows):
        return invoices
    earliest = np.maximum(np.maximum(invoices.due[rows], invoices.issue[rows]), as_of)
    days, place = np.unique(earliest, return_inverse=True)
    paid = invoices.paid.copy()
    paid[rows] = np.array([business_day_from(day) for day in days.tolist()], dtype=np.int32)[place]
    paid.setflags(write=False)
    return replace(invoices, paid=paid)


def _cash(group: Group, name: str) -> tuple[int, int]:
    """Balance and authorised overdraft of an entity's accounts, in the group's currency."""
    home = Currency(group.loaded.currency)
    opening = limit = 0
    for account in group.loaded.accounts:
        if account.entity == name and account not in group.unrated:
            rate = account.rate
            own = Currency(account.currency)
            opening += account.balance_minor if rate is None else converted(account.balance_minor, rate, own, home)
            more = account.overdraft_limit_minor
            limit += more if rate is None else converted(more, rate, own, home)
    return opening, limit
