"""What each clause is worth: dropped, or moved one step our way, one at a time; and each further 10,000 of limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from typing import Any, Final, Literal

from forecasting.choice.figures import Figures
from forecasting.choice.offers import Clause, Kind, Offer, Raise, with_steps
from forecasting.errors import Severity
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.guards import contradictions as factoring_contradictions
from forecasting.insurance.guards import contradictions as insurance_contradictions
from forecasting.money import round_ratio

Ask = Literal["drop", "better", "limit"]
#: What is added to one debtor's limit, in units of the currency.
LIMIT_STEP: Final = 10_000
_RATE_STEP: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to ask of a factor or insurer: the clause as it stands, what is asked for, the offer if it is granted.

    `field` is the clause's field in the record ("limits" or "approvals" with `partner_id`); `asked` None means dropped.
    """

    ask: Ask
    kind: Kind
    field: str
    now: Any
    asked: Any
    offer: Offer
    partner_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a request would change: cost (below 0: cheaper), lowest balance in the worst case of 20 and on average (above
    0: higher), probability of breaking the floor, losses that the company bears (below 0: less)."""

    request: Request
    cost_minor: int
    lowest_minor: int
    lowest_mean_minor: int
    probability: float
    retained_minor: int

    @property
    def is_felt(self) -> bool:
        """Whether anything would change at all."""
        amounts = (self.cost_minor, self.lowest_minor, self.lowest_mean_minor, self.retained_minor)
        return any(amounts) or self.probability != 0


def worth(request: Request, before: Figures, after: Figures) -> Worth:
    """What granting a request changes, on the same paths."""
    return Worth(
        request=request,
        cost_minor=after.cost_minor - before.cost_minor,
        lowest_minor=after.minimum_p05_minor - before.minimum_p05_minor,
        lowest_mean_minor=after.minimum_mean_minor - before.minimum_mean_minor,
        probability=after.probability_below_floor - before.probability_below_floor,
        retained_minor=after.retained_minor - before.retained_minor,
    )


def _part(share: str) -> Callable[[Any], Any]:
    """A part of a rate or amount, amounts rounded to whole minor units."""
    part = Decimal(share)

    def move(value: Any) -> Any:
        if isinstance(value, Decimal):
            return (value * part).quantize(_RATE_STEP).normalize()
        numerator, denominator = part.as_integer_ratio()
        return round_ratio(value * numerator, denominator)

    return move


def _more(step: str | int, most: str | None = None) -> Callable[[Any], Any]:
    """A rate or number of days so much higher (lower where the step is negative), within 0 and `most`."""

    def move(value: Any) -> Any:
        moved = max(value + (Decimal(step) if isinstance(value, Decimal) else int(step)), type(value)(0))
        return moved if most is None else min(moved, Decimal(most))

    return move


#: One step our way, clause by clause. It is what a broker would ask for first, and no more than a convention.
_BETTER: Final[dict[Kind, dict[str, Callable[[Any], Any]]]] = {
    "factoring": {
        "service_fee_rate": _part("0.9"),
        "service_fee_min_year_minor": _part("0.9"),
        "margin": _more("-0.001"),
        "commitment_fee_rate": _part("0.5"),
        "advance_rate": _more("0.05", "1"),
        "reserve_rate": _more("-0.02"),
        "funding_ceiling_minor": _part("1.1"),
        "concentration_cap": _more("0.05", "1"),
        "definancing_days": _more(15),
        "max_invoice_age_days": _more(15),
        "max_term_days": _more(15),
        "funding_delay_bd": _more(-1),
        "receipt_value_days": _more(-1),
        "guarantee_payout_days": _more(-30),
    },
    "insurance": {
        "insured_pct": _more("0.05", "0.95"),
        "premium_rate": _part("0.9"),
        "premium_min_minor": _part("0.9"),
        "limit_fee_minor": _part("0.9"),
        "monitoring_fee_minor": _part("0.9"),
        "collection_fee": _part("0.9"),
        "undeclared_limit_minor": _part("1.5"),
        "undeclared_pct": _more("0.1", "0.95"),
        "max_credit_days": _more(30),
        "declaration_days": _more(15),
        "waiting_months": _more(-1),
        "payment_days": _more(-10),
        "nql_minor": _part("0.5"),
        "deductible_claim_minor": _part("0.5"),
        "afl_minor": _part("0.5"),
        "max_liability_minor": _part("1.25"),
    },
}
#: Clauses whose absence is worth asking for, or worth knowing: what protects the factor or insurer, and what is billed.
_DROPPED: Final[dict[Kind, tuple[str, ...]]] = {
    "factoring": (
        "reserve_rate",
        "reserve_extra_minor",
        "funding_ceiling_minor",
        "service_fee_min_invoice_minor",
        "service_fee_min_year_minor",
        "commitment_fee_rate",
        "setup_fee_minor",
        "annual_audit_fee_minor",
        "line_fee_minor",
        "concentration_cap",
        "definancing_days",
        "max_invoice_age_days",
        "max_term_days",
        "ineligible",
        "approvals",
        "funding_delay_bd",
        "receipt_value_days",
    ),
    "insurance": (
        "premium_min_minor",
        "limit_fee_minor",
        "monitoring_fee_minor",
        "collection_fee",
        "limits",
        "max_credit_days",
        "declaration_days",
        "waiting_months",
        "payment_days",
        "nql_minor",
        "deductible_claim_minor",
        "afl_minor",
        "max_liability_minor",
        "bonus_malus",
        "undeclared_limit_minor",
    ),
}


def requests(offer: Offer, debtors: Sequence[str], exponent: int) -> tuple[Request, ...]:
    """Everything to be weighed about one offer, clause by clause, then debtor by debtor (`debtors`: ids, in that order).

    Left out is what would contradict another clause, or change nothing.
    """
    found: list[Request] = []
    contracts: tuple[tuple[Kind, Any], ...] = (("factoring", offer.factoring), ("insurance", offer.insurance))
    for kind, contract in contracts:
        if contract is not None:
            found += _clauses(offer, kind, contract)
            found += _limits(offer, kind, contract, debtors, LIMIT_STEP * 10**exponent)
    return tuple(request for request in found if _can_be(request))


def _clauses(offer: Offer, kind: Kind, contract: Any) -> Iterator[Request]:
    absent = {f.name: f.default for f in fields(contract) if f.default is not MISSING}
    for field, move in _BETTER[kind].items():
        now = getattr(contract, field)
        if now is not None and now != absent.get(field, MISSING) and (asked := move(now)) != now:
            yield _request("better", kind, field, now, asked, offer)
    for field in _DROPPED[kind]:
        now = getattr(contract, field)
        if now != absent[field]:
            yield _request("drop", kind, field, now, absent[field], offer)


def _request(ask: Ask, kind: Kind, field: str, now: Any, asked: Any, offer: Offer) -> Request:
    changed = with_steps(offer, [Clause(kind=kind, field=field, value=asked)])
    return Request(ask=ask, kind=kind, field=field, now=now, asked=None if ask == "drop" else asked, offer=changed)


def _limits(offer: Offer, kind: Kind, contract: Any, debtors: Sequence[str], step_minor: int) -> Iterator[Request]:
    field = "approvals" if kind == "factoring" else "limits"
    limits = getattr(contract, field)
    if limits is None:
        return
    for partner_id in debtors:
        now = dict(limits).get(partner_id, 0)
        changed = with_steps(offer, [Raise(kind=kind, partner_id=partner_id, add_minor=step_minor)])
        yield Request(
            ask="limit",
            kind=kind,
            field=field,
            now=now,
            asked=now + step_minor,
            offer=changed,
            partner_id=partner_id,
        )


def _can_be(request: Request) -> bool:
    contract = request.offer.factoring if request.kind == "factoring" else request.offer.insurance
    error: Severity = "error"
    if isinstance(contract, FactoringContract):
        return not any(fault.severity == error for fault in factoring_contradictions(contract))
    assert contract is not None
    return not any(fault.severity == error for fault in insurance_contradictions(contract))
