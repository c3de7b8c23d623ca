"""A scenario as one view of a group can be asked it: facts where their invoices stand, one judgment for one debtor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from forecasting.group.members import Members
from forecasting.group.views import View
from forecasting.ledger import Ledger, Side
from forecasting.scenario import Insolvency, PaymentFact, Scenario, Shock

#: What a scenario says of a partner by its id.
_Named = TypeVar("_Named", Insolvency, Shock)


def asked_in(view: View, scenario: Scenario) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario for a view, and the ids of invoices between companies whose facts it cannot hold.

    A payment of such an invoice is a fact for both companies: the other one sees it under its own id, at most its own
    amount. What the scenario says of invoices that stand elsewhere is left out, without a word where the view is of
    another entity. A judgment or a shock that names one id of a debtor names all of them, unless they are named apart.
    The scenario is one that the loaded ledger accepts.
    """
    group = view.group
    if group is None or view.ledger is group.loaded:
        return scenario, ()
    if group.members.shared and (scenario.insolvencies or scenario.shocks):
        twins = _twins(group.loaded, group.members)
        judged, shocked = _for_all_ids(scenario.insolvencies, twins), _for_all_ids(scenario.shocks, twins)
        scenario = replace(scenario, insolvencies=tuple(judged), shocks=tuple(shocked))
    if not (scenario.payments or scenario.credit_notes or scenario.disputes):
        return scenario, ()
    here = _Here(view)
    told = [*(f.invoice_id for f in scenario.credit_notes), *(f.invoice_id for f in scenario.disputes)]
    if not view.name:
        told += [fact.invoice_id for fact in scenario.payments]
    return replace(
        scenario,
        payments=tuple(found for fact in scenario.payments if (found := here.payment(fact))),
        credit_notes=tuple(f for f in scenario.credit_notes if here.is_own_customer(f.invoice_id)),
        disputes=tuple(f for f in scenario.disputes if here.is_own_customer(f.invoice_id)),
    ), tuple(sorted(set(filter(here.is_mutual, told))))


class _Here:
    """Where the invoices that a scenario names stand in one view."""

    def __init__(self, view: View) -> None:
        assert view.group is not None
        loaded = view.group.loaded
        self._loaded = {"customer": set(loaded.customers.invoice_id), "supplier": set(loaded.suppliers.invoice_id)}
        self._view = {"customer": set(view.ledger.customers.invoice_id), "supplier": set(view.ledger.suppliers.invoice_id)}
        pairs = view.group.mutual.pairs
        self._bought = {p.sold.invoice_id: p.bought for p in pairs if p.sold}
        self._sold = {p.bought.invoice_id: p.sold for p in pairs if p.bought}

    def is_mutual(self, invoice_id: str) -> bool:
        """Whether an id of the scenario means an invoice between companies."""
        return invoice_id in (self._bought if invoice_id in self._loaded["customer"] else self._sold)

    def is_own_customer(self, invoice_id: str) -> bool:
        """Whether an id means a customer's invoice of this view, from outside the group."""
        return invoice_id in self._view["customer"] and not self.is_mutual(invoice_id)

    def payment(self, fact: PaymentFact) -> PaymentFact | None:
        """A payment as the view sees it, None where it says nothing; an id that both sides know means the customer's."""
        side: Side = "customer" if fact.invoice_id in self._loaded["customer"] else "supplier"
        if fact.invoice_id in self._view[side]:
            return fact
        half = (self._bought if side == "customer" else self._sold).get(fact.invoice_id)
        if half is None or not self._means(half.invoice_id, "supplier" if side == "customer" else "customer"):
            return None
        amount = fact.amount_minor
        most = None if amount is None else min(amount, abs(half.open_minor))
        return replace(fact, invoice_id=half.invoice_id, amount_minor=most)

    def _means(self, invoice_id: str, side: Side) -> bool:
        """Whether an id means that side's invoice in the view."""
        return invoice_id in self._view[side] and (side == "customer" or invoice_id not in self._view["customer"])


def _twins(ledger: Ledger, members: Members) -> dict[str, tuple[str, ...]]:
    """The ids of each debtor that stands under several, by each of them."""
    same: dict[int, list[str]] = {}
    for partner, first in zip(ledger.partners, members.first.tolist(), strict=True):
        same.setdefault(first, []).append(partner.partner_id)
    return {name: tuple(names) for names in same.values() if len(names) > 1 for name in names}


def _for_all_ids(given: tuple[_Named, ...], twins: dict[str, tuple[str, ...]]) -> Iterable[_Named]:
    """What is said of one id of a debtor said of its other ids too, unless they are named apart."""
    named = {one.partner_id for one in given}
    for one in given:
        yield one
        for name in twins.get(one.partner_id, ()):
            if name not in named:
                named.add(name)
                yield replace(one, partner_id=name)
