"""The clauses of a factoring contract, by the identifiers of the specification.

A clause that is None (or empty) is absent: it does not act. Amounts are minor units, rates Decimal, days whole numbers
from 1970-01-01. Source: domain specification 1.1 to 1.6, file interface "The contracts".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ContractType = Literal[
    "full_notified", "notified_unmanaged", "confidential", "deconsolidating", "reverse", "forfaiting", "spot", "selective"
]
CoverSource = Literal["none", "factor", "own_policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRate:
    """A rate that holds from a day on."""

    day: int
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedLimit:
    """A partner's limit or approval that holds from a day on."""

    partner_id: str
    day: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoringContract:
    """A factoring contract, clause by clause.

    `approvals` None means unlimited approvals; a table, even empty, makes every unlisted debtor 0.
    `debtors_only` / `debtors_except` None means every debtor. `cover_source` holds (partner_id, source).
    `index` holds at least one row, except for a spot contract.
    """

    contract_type: ContractType
    recourse: bool
    start_day: int
    name: str = ""
    index: tuple[DatedRate, ...] = ()
    index_floor: Decimal | None = None
    margin: Decimal = Decimal(0)
    day_count: int = 360
    interest_mode: Literal["arrears", "advance"] = "arrears"
    advance_rate: Decimal = Decimal(1)
    reserve_mode: Literal["per_invoice", "pooled"] = "per_invoice"
    reserve_rate: Decimal = Decimal(0)
    fund_target_minor: int | None = None
    reserve_extra_minor: int = 0
    funding_ceiling_minor: int | None = None
    ceiling_basis: Literal["before_reserve", "funds_in_use"] = "before_reserve"
    service_fee_rate: Decimal = Decimal(0)
    service_fee_min_invoice_minor: int = 0
    service_fee_min_year_minor: int = 0
    anniversary_day: int | None = None
    commitment_fee_rate: Decimal = Decimal(0)
    flat_fee_rate: Decimal = Decimal(0)
    setup_fee_minor: int = 0
    annual_audit_fee_minor: int = 0
    line_fee_minor: int = 0
    vat_on_service: Decimal = Decimal(0)
    vat_on_financing: Decimal = Decimal(0)
    unpaid_guarantee_rate: Decimal = Decimal(1)
    guarantee_payout_days: int | None = None
    definancing_days: int | None = None
    max_invoice_age_days: int | None = None
    max_term_days: int | None = None
    concentration_cap: Decimal | None = None
    concentration_test: Literal["dynamic", "at_purchase"] = "dynamic"
    ineligible: tuple[Literal["public", "foreign", "intra_group"], ...] = ()
    debtors_only: tuple[str, ...] | None = None
    debtors_except: tuple[str, ...] | None = None
    approvals: tuple[tuple[str, int], ...] | None = None
    approval_changes: tuple[DatedLimit, ...] = ()
    funding_delay_bd: int = 0
    receipt_value_days: int = 0
    remittance_schedule: Literal["issue", "daily", "weekly", "monthly"] = "issue"
    draw_policy: Literal["full", "on_demand", "windows", "none"] = "full"
    draw_windows: tuple[tuple[int, int], ...] = ()
    bank_floor_minor: int = 0
    shortfall_policy: Literal["cash_call", "netting"] = "cash_call"
    discount_method: Literal["straight", "true_yield"] = "straight"
    termination_day: int | None = None
    opening_utilisation_minor: int = 0
    opening_fund_minor: int = 0
    cover_source: tuple[tuple[str, CoverSource], ...] = ()
    vat_relief_on_guaranteed: Literal["none", "seller", "factor"] = "none"
    admin_hours_per_remittance: Decimal = Decimal(0)
