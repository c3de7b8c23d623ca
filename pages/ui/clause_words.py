"""The clause of a contract that makes a movement of the bank account, in a sentence with the contract's own figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.simulation.flows import Category
from pages.ui.session import Contracts
from pages.ui.voice import Voice


def clause_of(heading: Category, contracts: Contracts, say: Voice) -> str:
    """Why a heading of a contract moves the bank; "" where no clause of the chosen contracts explains it."""
    factoring, insurance = contracts.factoring, contracts.insurance
    if heading in _FACTORING and factoring is not None:
        return _FACTORING[heading](factoring, say)
    if heading in _INSURANCE and insurance is not None:
        return _INSURANCE[heading](insurance, say)
    return ""


def _transfer(contract: FactoringContract, say: Voice) -> str:
    parts = [
        say(
            "day.clause.factor_transfer",
            advance=say.f.percent(contract.advance_rate, digits=1),
            reserve=say.f.percent(contract.reserve_rate, digits=1),
        )
    ]
    if contract.funding_ceiling_minor is not None:
        parts.append(say("day.clause.ceiling", amount=say.f.amount(contract.funding_ceiling_minor)))
    if contract.draw_policy != "full":
        parts.append(say(f"day.clause.draw.{contract.draw_policy}"))
    return " ".join(parts)


def _cash_call(contract: FactoringContract, say: Voice) -> str:
    parts = [say(f"day.clause.shortfall.{contract.shortfall_policy}")]
    if contract.definancing_days is not None:
        parts.append(say("day.clause.definancing", days=contract.definancing_days))
    return " ".join(parts)


def _fee(contract: FactoringContract, say: Voice) -> str:
    return say(
        "day.clause.factor_fee",
        service=say.f.percent(contract.service_fee_rate, digits=2),
        margin=say.f.percent(contract.margin, digits=2),
    )


def _premium(policy: InsurancePolicy, say: Voice) -> str:
    words = say(f"day.clause.premium.{policy.premium_base}", rate=say.f.percent(policy.premium_rate, digits=2))
    if policy.premium_min_minor:
        words += " " + say("day.clause.premium_min", amount=say.f.amount(policy.premium_min_minor))
    return words


def _insurance_fee(policy: InsurancePolicy, say: Voice) -> str:
    return say(
        "day.clause.insurance_fee",
        limit=say.f.cents(policy.limit_fee_minor),
        monitoring=say.f.cents(policy.monitoring_fee_minor),
    )


def _indemnity(policy: InsurancePolicy, say: Voice) -> str:
    return say(
        "day.clause.indemnity",
        insured=say.f.percent(policy.insured_pct),
        months=policy.waiting_months,
        days=policy.payment_days,
    )


def _insurer_share(policy: InsurancePolicy, say: Voice) -> str:
    return say("day.clause.insurer_share", insured=say.f.percent(policy.insured_pct))


_FACTORING: Final[dict[Category, Callable[[FactoringContract, Voice], str]]] = {
    "factor_transfer": _transfer,
    "cash_call": _cash_call,
    "factor_fee": _fee,
}
_INSURANCE: Final[dict[Category, Callable[[InsurancePolicy, Voice], str]]] = {
    "premium": _premium,
    "insurance_fee": _insurance_fee,
    "indemnity": _indemnity,
    "insurer_share": _insurer_share,
}
