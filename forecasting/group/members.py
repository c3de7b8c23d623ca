"""Who is who in a group: its entities, the partners that are entities themselves, the debtors that several know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from forecasting.ledger import Invoices, Ledger, Partner

#: VAT numbers of the Union have at least so many digits (Ireland's old ones), so that a word in their place links nobody.
VAT_DIGITS_MIN: Final = 6
#: Fewer entities are a company by itself: nobody stands on the other side of what a flag calls intra-group.
ENTITIES_MIN: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Members:
    """The entities of a group, with what each of C partners of the ledger is to it.

    entity_of tuple of C: the entity that a partner is, "" for none or an unnamed one; inside bool (C,): its invoices are
    the group's own affair; first int32 (C,): the partner that stands for the same debtor (itself for nearly all).
    """

    names: tuple[str, ...]
    entity_of: tuple[str, ...]
    inside: npt.NDArray[np.bool_]
    first: npt.NDArray[np.int32]

    @property
    def shared(self) -> bool:
        """Whether a debtor stands under two partner ids."""
        return bool((self.first != np.arange(len(self.first))).any())


def entities(ledger: Ledger) -> tuple[str, ...]:
    """The names of the entities that invoices or accounts carry."""
    named = {*ledger.customers.entity, *ledger.suppliers.entity, *(a.entity for a in ledger.accounts)}
    return tuple(sorted(named - {""}))


def members_of(ledger: Ledger) -> Members | None:
    """Who is who, None where invoices and accounts name fewer than two entities.

    A partner is the entity that `group_entity` says, else the one that bears its id or its name. It is inside where it is
    an entity or flagged `intra_group`. Partners outside with one VAT number are one debtor, under the id that comes first.
    """
    names = entities(ledger)
    if len(names) < ENTITIES_MIN:
        return None
    known = {name.casefold(): name for name in names}
    found = tuple(_entity(partner, known) for partner in ledger.partners)
    inside = np.array([bool(e) or p.intra_group for e, p in zip(found, ledger.partners, strict=True)], dtype=np.bool_)
    inside.setflags(write=False)
    return Members(names=names, entity_of=found, inside=inside, first=_first(ledger.partners, inside))


def _entity(partner: Partner, known: dict[str, str]) -> str:
    if partner.group_entity:
        return known.get(partner.group_entity.casefold(), partner.group_entity)
    return known.get(partner.partner_id.casefold()) or known.get(partner.name.casefold(), "")


def _first(partners: tuple[Partner, ...], inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    first = np.arange(len(partners), dtype=np.int32)
    seen: dict[str, int] = {}
    for k, partner in enumerate(partners):
        number = _registered(partner.vat_number)
        if number and not inside[k]:
            first[k] = seen.setdefault(number, k)
    first.setflags(write=False)
    return first


def _registered(vat_number: str) -> str:
    """A VAT number as all spellings of it read, "" for what can be none, such as a dash or a row of noughts.

    >>> _registered("fr 40 303 265 045"), _registered("n/a"), _registered("FR00000000000")
    ('FR40303265045', '', '')
    """
    plain = "".join(sign for sign in vat_number if sign.isalnum()).upper()
    digits = [sign for sign in plain if sign.isdigit()]
    return plain if len(digits) >= VAT_DIGITS_MIN and len(set(digits)) > 1 else ""


def one_debtor(partners: tuple[Partner, ...], members: Members) -> tuple[Partner, ...]:
    """The partners with one judgement for each debtor: segment, sector, rating of its first id, its highest given risk."""
    if not members.shared:
        return partners
    given: dict[int, float] = {}
    for k, partner in zip(members.first.tolist(), partners, strict=True):
        if partner.default_probability is not None:
            given[k] = max(given.get(k, 0.0), partner.default_probability)
    several = set(np.flatnonzero(np.bincount(members.first, minlength=len(partners)) > 1).tolist())
    return tuple(
        replace(
            partner,
            segment=partners[k].segment,
            sector=partners[k].sector,
            rating=partners[k].rating,
            default_probability=given.get(k),
        )
        if k in several
        else partner
        for k, partner in zip(members.first.tolist(), partners, strict=True)
    )


def owners(invoices: Invoices) -> tuple[str, ...]:
    """The entity of each invoice of a side; a credit note belongs where the invoice that it reduces does."""
    linked = np.flatnonzero(invoices.credits >= 0).tolist()
    if not linked:
        return invoices.entity
    found = list(invoices.entity)
    for row in linked:
        found[row] = invoices.entity[int(invoices.credits[row])]
    return tuple(found)


def inside_rows(invoices: Invoices, members: Members) -> npt.NDArray[np.bool_]:
    """Which invoices of a side are between companies of the group; a credit note follows its invoice; bool (n,)."""
    row = np.arange(len(invoices))
    lead = np.where(invoices.credits >= 0, invoices.credits, row)
    found: npt.NDArray[np.bool_] = members.inside[invoices.partner[lead]] if len(row) else np.zeros(0, dtype=np.bool_)
    return found
