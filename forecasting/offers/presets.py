"""The clauses that a form starts with: ready kinds of offers with the recommended values of domain 1.2 and 2.1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np

from forecasting.dates import add_months, to_date, to_day
from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.insurance.policy import BonusMalus, Instalment, InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import apply_rate, net_of_vat
from forecasting.offers.limits import is_insurable

#: Euribor 3 months of 2026-02-20, to be replaced by the reader's own.
INDEX: Final = Decimal("0.02024")
#: Amounts that are proposed are round: thousands of the currency's unit.
_ROUND: Final = 100_000
_FACTORING: Final[dict[str, dict[str, Any]]] = {
    "recourse": {},
    "overdraft": {"draw_policy": "on_demand"},
    "no_recourse": {"recourse": False, "definancing_days": None, "guarantee_payout_days": 30},
    "confidential": {"contract_type": "confidential", "definancing_days": 60, "remittance_schedule": "monthly"},
    "spot": {
        "contract_type": "spot", "advance_rate": Decimal("0.90"), "reserve_rate": Decimal(0), "service_fee_rate": Decimal(0),
        "service_fee_min_year_minor": 0, "flat_fee_rate": Decimal("0.03"), "index": (), "margin": Decimal(0),
        "setup_fee_minor": 0, "concentration_cap": None,
    },
    "reverse": {
        "contract_type": "reverse", "recourse": False, "definancing_days": None, "reserve_rate": Decimal(0),
        "service_fee_min_year_minor": 0, "concentration_cap": None,
    },
}  # fmt: skip
#: Ready kinds of factoring offers, in the order in which a form proposes them.
FACTORING_PRESETS: Final = tuple(_FACTORING)
_GRID: Final = ((Decimal("0.30"), "-0.10"), (Decimal("0.70"), "0"), (Decimal("1.50"), "0.25"), (None, "0.50"))
_INSURANCE: Final[dict[str, Callable[[InsurancePolicy], dict[str, Any]]]] = {
    "whole": lambda _: {},
    "first_loss": lambda p: {
        "insured_pct": Decimal("0.95"), "afl_minor": p.premium_min_minor or 0, "nql_minor": 1_000_000,
        "premium_rate": Decimal("0.0015"), "premium_min_minor": (p.premium_min_minor or 0) // 2,
    },
    "export": lambda _: {"domestic_share": Decimal(0), "max_credit_days": 180, "extension_days": 90},
}  # fmt: skip
INSURANCE_PRESETS: Final = tuple(_INSURANCE)


def factoring_preset(ledger: Ledger, kind: str = "recourse") -> FactoringContract:
    """A factoring contract of a ready kind; approvals are unlimited until they are entered.

    Annual minimum = 75 % * rate * turnover with VAT of the last twelve months, as brokers quote 70 to 80 %.
    """
    start = _next_month(ledger)
    rate = Decimal("0.008")
    yearly = apply_rate(apply_rate(turnover_minor(ledger, with_vat=True), rate), Decimal("0.75")) // _ROUND * _ROUND
    contract = FactoringContract(
        contract_type="full_notified",
        recourse=True,
        start_day=to_day(start),
        index=(DatedRate(day=to_day(date(2000, 1, 1)), rate=INDEX),),
        index_floor=Decimal(0),
        margin=Decimal("0.018"),
        reserve_rate=Decimal("0.10"),
        ceiling_basis="funds_in_use",
        service_fee_rate=rate,
        service_fee_min_year_minor=yearly,
        anniversary_day=to_day(add_months(start, 12)),
        setup_fee_minor=35_000,
        vat_on_service=Decimal("0.20"),
        definancing_days=30,
        max_invoice_age_days=30,
        max_term_days=90,
        concentration_cap=Decimal("0.30"),
        funding_delay_bd=1,
        remittance_schedule="weekly",
        admin_hours_per_remittance=Decimal(1),
    )
    return replace(contract, **_FACTORING[kind])


def insurance_preset(ledger: Ledger, kind: str = "whole") -> InsurancePolicy:
    """A policy of a ready kind on the ledger's own insurable turnover of the last twelve months.

    Minimum = 80 % of rate * turnover, maximum liability = 30 * minimum, four instalments; the malus grid is an assumption.
    """
    start = _next_month(ledger)
    turnover = turnover_minor(ledger, with_vat=False) // _ROUND * _ROUND
    premium = apply_rate(apply_rate(turnover, Decimal("0.003")), Decimal("0.8"))
    policy = InsurancePolicy(
        insured_pct=Decimal("0.90"),
        start_day=to_day(start),
        renewal=True,
        premium_rate=Decimal("0.003"),
        premium_min_minor=premium,
        planned_turnover_minor=turnover,
        instalments=instalments_of(to_day(start), 4),
        tca_rate=Decimal("0.09"),
        domestic_share=Decimal(1),
        limit_fee_minor=4_000,
        vat_on_fees=Decimal("0.20"),
        collection_fee=Decimal("0.045"),
        undeclared_limit_minor=1_000_000,
        undeclared_pct=Decimal("0.60"),
        max_credit_days=120,
        max_credit_days_export=180,
        extension_days=60,
        declaration_days=30,
        declaration_threshold_minor=30_000,
        waiting_months=5,
        payment_days=30,
        bonus_malus=tuple(BonusMalus(loss_ratio_up_to=bound, change=Decimal(change)) for bound, change in _GRID),
    )
    policy = replace(policy, **_INSURANCE[kind](policy))
    return replace(policy, max_liability_minor=30 * (policy.premium_min_minor or 0))


def instalments_of(start_day: int, count: int) -> tuple[Instalment, ...]:
    """So many equal instalments over a year from a day on; the last takes the rest."""
    if count <= 1:
        return ()
    share = (Decimal(1) / count).quantize(Decimal("0.000001"))
    first = to_date(start_day)
    days = [to_day(add_months(first, 12 * k // count)) for k in range(count)]
    shares = [share] * (count - 1) + [1 - share * (count - 1)]
    return tuple(Instalment(day=day, share=part) for day, part in zip(days, shares, strict=True))


def turnover_minor(ledger: Ledger, *, with_vat: bool) -> int:
    """Invoiced in the last twelve months to customers that can be insured, credit notes deducted; minor units.

    Before VAT: what each invoice's rate leaves, summed rate by rate and rounded once per rate.
    """
    side = ledger.customers
    insurable = np.array([is_insurable(p) for p in ledger.partners], dtype=np.bool_)
    counted = (side.issue < ledger.as_of) & (side.issue >= ledger.as_of - 365)
    if len(insurable):
        counted &= insurable[side.partner]
    if with_vat:
        return int(side.amount_minor[counted].sum())
    sums: dict[Decimal, int] = {}
    for k in np.flatnonzero(counted).tolist():
        sums[side.vat_rate[k]] = sums.get(side.vat_rate[k], 0) + int(side.amount_minor[k])
    return sum(net_of_vat(total, rate) for rate, total in sums.items())


def _next_month(ledger: Ledger) -> date:
    return add_months(to_date(ledger.as_of).replace(day=1), 1)
