"""The sample's offers: a factor that buys the domestic customers, an insurer that covers most of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from data.sample_names import Customer
from data.toml_writing import quoted
from forecasting.dates import add_months, business_day_from, to_date, to_day
from forecasting.money import to_text

FACTORING_NAME = "Offre d’affacturage Lutécia, avec recours"
INSURANCE_NAME = "Police d’assurance-crédit Garonne"


def factoring_offer(
    as_of: date,
    ids: Sequence[str],
    customers: Sequence[Customer],
    yearly_gross: npt.NDArray[np.int64],
) -> str:
    """A full notified contract with recourse, drawn in full; approvals by size, none for the weakest."""
    start = to_date(business_day_from(to_day(add_months(as_of.replace(day=1), 1))))
    domestic = [k for k, c in enumerate(customers) if c.country == "FR" and c.segment != "Secteur public"]
    planned = int(yearly_gross[domestic].sum())
    head = {
        "name": quoted(FACTORING_NAME),
        "contract_type": '"full_notified"',
        "recourse": "true",
        "start_date": start.isoformat(),
        "anniversary_date": add_months(start, 12).isoformat(),
        "service_fee_rate": '"0.0058"',
        "service_fee_min_year": _amount(planned * 58 * 3 // 4 // 10_000),
        "index_rate": '"0.0205"',
        "index_floor": '"0"',
        "margin": '"0.0150"',
        "day_count": "360",
        "advance_rate": '"1"',
        "reserve_mode": '"per_invoice"',
        "reserve_rate": '"0.10"',
        "funding_ceiling": _amount(_rounded(planned // 14, 10_000_000)),
        "ceiling_basis": '"funds_in_use"',
        "definancing_days": "30",
        "max_invoice_age_days": "30",
        "max_term_days": "90",
        "concentration_cap": '"0.40"',
        "ineligible": '["public", "foreign", "intra_group"]',
        "setup_fee": '"350.00"',
        "vat_on_service": '"0.20"',
        "vat_on_financing": '"0"',
        "funding_delay_bd": "1",
        "remittance_schedule": '"weekly"',
        "draw_policy": '"full"',
        "shortfall_policy": '"cash_call"',
        "admin_hours_per_remittance": "1",
    }
    # About 80 days of purchases, in steps of 10,000 euros; no line for whom nobody would lend to.
    lines = {
        ids[k]: _amount(_rounded(int(yearly_gross[k]) * 80 // 365, 1_000_000))
        for k in domestic
        if int(customers[k].rating) <= 5 and yearly_gross[k] > 8_000_000
    }
    return _toml(head, "approvals", lines)


def insurance_policy(
    as_of: date, ids: Sequence[str], customers: Sequence[Customer], yearly_gross: npt.NDArray[np.int64]
) -> str:
    """A policy on 90 % with named limits, a blind cover for the small ones, and no cover for the one in trouble."""
    start = add_months(as_of.replace(day=1), 1)
    net = [
        int(gross) * 5 // 6 if c.country == "FR" else int(gross) for gross, c in zip(yearly_gross, customers, strict=True)
    ]
    insurable = [k for k, c in enumerate(customers) if c.segment != "Secteur public"]
    turnover = sum(net[k] for k in insurable)
    domestic = sum(net[k] for k in insurable if customers[k].country == "FR")
    premium = _rounded(turnover * 24 * 8 // 100_000, 10_000)
    named = {
        ids[k]: _amount(_limit(customers[k], net[k]))
        for k in insurable
        if net[k] > 12_000_000 or customers[k].habit in ("failing", "slow")
    }
    head = {
        "name": quoted(INSURANCE_NAME),
        "insured_pct": '"0.90"',
        "start_date": start.isoformat(),
        "end_date": to_date(to_day(add_months(start, 12)) - 1).isoformat(),
        "renewal": "true",
        "premium_rate": '"0.0024"',
        "premium_min": _amount(premium),
        "planned_turnover": _amount(turnover),
        "instalments": "["
        + ", ".join(f'{{date = {add_months(start, 3 * k).isoformat()}, share = "0.25"}}' for k in range(4))
        + "]",
        "tca_rate": '"0.09"',
        "domestic_share": quoted(f"{domestic / max(turnover, 1):.2f}"),
        "limit_fee": '"40.00"',
        "monitoring_fee": '"22.00"',
        "buyers": str(len(named)),
        "vat_on_fees": '"0.20"',
        "collection_fee": '"0.045"',
        "limit_basis": '"HT"',
        "undeclared_limit": '"10000.00"',
        "undeclared_pct": '"0.60"',
        "max_credit_days": "120",
        "max_credit_days_export": "180",
        "extension_days": "60",
        "declaration_days": "30",
        "declaration_threshold": '"300.00"',
        "waiting_months": "5",
        "payment_days": "30",
        "nql": '"1000.00"',
        "max_liability": _amount(30 * premium),
    }
    grid = "".join(
        f"[[bonus_malus]]\n{bound}change = {quoted(change)}\n"
        for bound, change in (
            ('loss_ratio_up_to = "0.30"\n', "-0.10"),
            ('loss_ratio_up_to = "0.70"\n', "0"),
            ('loss_ratio_up_to = "1.50"\n', "0.25"),
            ("", "0.50"),
        )
    )
    return _toml(head, "limits", named) + grid


def _limit(customer: Customer, net_minor: int) -> int:
    """About 75 days of purchases; half of it for the slow, none for the failing."""
    share = {"failing": 0, "slow": 1}.get(customer.habit, 2)
    return _rounded(net_minor * 75 * share // 730, 1_000_000)


def _rounded(amount_minor: int, unit: int) -> int:
    return max(unit if amount_minor else 0, (amount_minor + unit // 2) // unit * unit)


def _amount(amount_minor: int) -> str:
    return quoted(to_text(amount_minor, 2))


def _toml(head: dict[str, str], table: str, rows: dict[str, str]) -> str:
    lines = [f"{name} = {value}" for name, value in head.items()]
    return "\n".join([*lines, f"[{table}]", *(f"{name} = {value}" for name, value in rows.items())]) + "\n"
