"""What one more order does to a customer's limit, cover and funding: an answer about that customer alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from forecasting.dates import add_business_days
from forecasting.factoring.approval import Approvals
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.deadlines import OldestUnpaid, max_credit_days, stop_day
from forecasting.insurance.limits import Limits
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Partner
from forecasting.money import apply_rate, net_of_vat

#: Why an order is refused, or only partly insured or funded.
Reason = Literal[
    "internal_limit",
    "not_insurable",
    "insured_limit",
    "deliveries_stopped",
    "term_beyond_cover",
    "policy_not_running",
    "not_fundable",
    "approval",
    "term_beyond_funding",
    "contract_not_running",
]
#: Terms of sale by class of customer.
Proposal = Literal["usual", "shorter", "prepayment"]
#: From these on: half of the last payments late is a habit, "very weak" is no debtor to deliver on credit.
_HABIT: Final = 0.5
_TOO_WEAK: Final = 0.10
_NO_REASON: Final[tuple[Reason, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order to be delivered and invoiced on a day; `amount_minor` with VAT, `owed_minor` all that is open before it."""

    partner: Partner
    day: int
    amount_minor: int
    owed_minor: int
    term_days: int
    vat_rate: Decimal = Decimal("0.20")
    oldest: OldestUnpaid | None = None
    mean_late_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """What may be said of an order: accepted within the internal limit or not, insured, fundable, and the days.

    `insured_minor` is what the insurer would pay of the order's loss, before VAT where the policy counts so; `fundable_minor`
    what the factor advances of it. `internal_room_minor` None: no internal limit. `funded_after_days` are calendar days from
    the invoice to the advance, `paid_after_days` to the payment, the customer's usual lateness included.
    """

    accepted: bool
    internal_room_minor: int | None
    insured_minor: int
    fundable_minor: int
    funded_after_days: int | None
    paid_after_days: int
    reasons: tuple[Reason, ...]


def judge(
    order: Order, factoring: FactoringContract | None = None, insurance: InsurancePolicy | None = None
) -> OrderAnswer:
    """What an order does to limit, cover and funding of one customer.

    accepted = owed + order <= internal limit (where there is one). insured = pct * min(order, insured limit - owed), net of
    VAT where the limit counts so. fundable = (advance_rate - reserve_rate) * min(order, approval - owed).
    """
    limit = order.partner.credit_limit_minor
    room = None if limit is None else limit - order.owed_minor
    accepted = room is None or order.amount_minor <= room
    insured, cover = _insured(order, insurance) if insurance else (0, _NO_REASON)
    fundable, funding = _fundable(order, factoring) if factoring else (0, _NO_REASON)
    days = add_business_days(order.day, factoring.funding_delay_bd) - order.day if factoring and fundable else None
    beyond: tuple[Reason, ...] = () if accepted else ("internal_limit",)
    return OrderAnswer(
        accepted=accepted,
        internal_room_minor=room,
        insured_minor=insured,
        fundable_minor=fundable,
        funded_after_days=days,
        paid_after_days=max(0, order.term_days + round(order.mean_late_days or 0)),
        reasons=(*beyond, *cover, *funding),
    )


def _insured(order: Order, policy: InsurancePolicy) -> tuple[int, tuple[Reason, ...]]:
    partner = order.partner
    if partner.public_body or partner.intra_group:
        return 0, ("not_insurable",)
    if (policy.start_day is not None and order.day < policy.start_day) or _over(policy, order.day):
        return 0, ("policy_not_running",)
    stop = stop_day(policy, partner, order.oldest)
    if stop is not None and order.day > stop:
        return 0, ("deliveries_stopped",)
    credit = max_credit_days(policy, partner)
    if credit is not None and order.term_days > credit:
        return 0, ("term_beyond_cover",)
    limits = Limits(policy)
    limit, named = limits.on(partner.partner_id, order.day), limits.is_named(partner.partner_id, order.day)
    amount, owed = order.amount_minor, order.owed_minor
    if policy.limit_basis == "HT":
        amount, owed = net_of_vat(amount, order.vat_rate), net_of_vat(owed, order.vat_rate)
    within = amount if limit is None else min(amount, max(0, limit - owed))
    return apply_rate(within, limits.percentage(named)), () if within == amount else ("insured_limit",)


def _over(policy: InsurancePolicy, day: int) -> bool:
    return not policy.renewal and policy.end_day is not None and day > policy.end_day


def _fundable(order: Order, contract: FactoringContract) -> tuple[int, tuple[Reason, ...]]:
    if order.day < contract.start_day or (contract.termination_day is not None and order.day >= contract.termination_day):
        return 0, ("contract_not_running",)
    if not _is_debtor(order.partner, contract):
        return 0, ("not_fundable",)
    if contract.max_term_days is not None and order.term_days > contract.max_term_days:
        return 0, ("term_beyond_funding",)
    approved = Approvals(contract).on(order.partner.partner_id, order.day)
    within = order.amount_minor if approved is None else min(order.amount_minor, max(0, approved - order.owed_minor))
    share = max(Decimal(0), contract.advance_rate - contract.reserve_rate)
    return apply_rate(within, share), () if within == order.amount_minor else ("approval",)


def _is_debtor(partner: Partner, contract: FactoringContract) -> bool:
    name = partner.partner_id
    named = contract.debtors_only is None or name in contract.debtors_only
    barred = contract.debtors_except is not None and name in contract.debtors_except
    kinds = {"public": partner.public_body, "foreign": not partner.domestic, "intra_group": partner.intra_group}
    return named and not barred and not any(kinds[kind] for kind in contract.ineligible)


def proposed_terms(*, habit: float | None, default_probability: float) -> Proposal:
    """The terms to propose to a customer: usual ones, shorter ones to a habitual late payer, money first to a very weak one.

    habit: share of the last six payments more than five days late, from one half on a habit (domain 4, rule 2).
    """
    if default_probability >= _TOO_WEAK:
        return "prepayment"
    return "shorter" if habit is not None and habit >= _HABIT else "usual"
