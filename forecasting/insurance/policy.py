"""The clauses of a trade-credit insurance policy, by the identifiers of the specification.

A clause that is None (or empty) is absent: it does not act. Amounts are minor units, rates Decimal, days whole numbers
from 1970-01-01. Source: domain specification 2.1 to 2.4, file interface "The contracts".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from forecasting.factoring.contract import CoverSource, DatedLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A share of the yearly premium, due on a day."""

    day: int
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusMalus:
    """A change of next year's premium for a loss ratio up to a bound (included); None is the rest."""

    loss_ratio_up_to: Decimal | None
    change: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InsurancePolicy:
    """A policy, clause by clause.

    `limits` None means every buyer is named, without limit; a table, even empty, makes every unlisted buyer undeclared.
    `start_day` None is allowed for the verb `indemnity` alone (one endless insurance year).
    """

    insured_pct: Decimal
    start_day: int | None
    end_day: int | None = None
    name: str = ""
    renewal: bool = False
    premium_rate: Decimal = Decimal(0)
    premium_min_minor: int | None = None
    premium_base: Literal["turnover", "outstanding"] = "turnover"
    planned_turnover_minor: int | None = None
    declared_turnover_minor: int | None = None
    adjustment_day: int | None = None
    instalments: tuple[Instalment, ...] = ()
    tca_rate: Decimal = Decimal(0)
    domestic_share: Decimal | None = None
    limit_fee_minor: int = 0
    monitoring_fee_minor: int = 0
    buyers: int | None = None
    vat_on_fees: Decimal = Decimal(0)
    collection_fee: Decimal = Decimal(0)
    limits: tuple[tuple[str, int], ...] | None = None
    limit_changes: tuple[DatedLimit, ...] = ()
    limit_basis: Literal["HT", "TTC"] = "HT"
    undeclared_limit_minor: int = 0
    undeclared_pct: Decimal | None = None
    max_credit_days: int | None = None
    max_credit_days_export: int | None = None
    extension_days: int = 0
    stop_rule: Literal["max_credit", "extension"] = "max_credit"
    declaration_days: int | None = None
    declaration_threshold_minor: int = 0
    waiting_months: int = 0
    payment_days: int = 0
    nql_minor: int = 0
    deductible_claim_minor: int = 0
    afl_minor: int = 0
    max_liability_minor: int | None = None
    deductible_stage: Literal["FR_STANDARD", "EN_LOSS_FIRST"] = "FR_STANDARD"
    bonus_malus: tuple[BonusMalus, ...] = ()
    cover_source: tuple[tuple[str, CoverSource], ...] = ()
    delegated_to_factor: bool = False
