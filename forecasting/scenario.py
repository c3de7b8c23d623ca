"""A question put to the ledger: shocks, certain facts, horizon, number of paths, seed.

Days are whole numbers from 1970-01-01, amounts minor units with VAT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from forecasting.ledger import NO_DAY

Kind = Literal["stochastic", "certain"]
Procedure = Literal["liquidation", "reorganisation", "safeguard"]

#: Limits that every door checks.
HORIZON_DAYS_MAX = 1_461
PATH_COUNT_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """A shock on the days that debtors take: lateness times `multiply`, then plus `add_days`."""

    add_days: int = 0
    multiply: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """A shock on failures; recovery keys of None leave the model's assumptions."""

    multiply_probability: Decimal = Decimal(1)
    recovery_rate: Decimal | None = None
    recovery_delay_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """Delays and failures for one segment or one partner (exactly one of the two is named), over the general shock."""

    segment: str = ""
    partner_id: str = ""
    delays: Delays = field(default_factory=Delays)
    defaults: Defaults = field(default_factory=Defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """An invoice is paid that day (the open amount where `amount_minor` is None), or never."""

    invoice_id: str
    day: int = NO_DAY
    amount_minor: int | None = None
    never: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Insolvency:
    """A debtor's judgment; from that day on it pays nothing but the dividend and explicit payment facts."""

    partner_id: str
    judgment: int
    declared: int
    procedure: Procedure = "liquidation"
    irrecoverable: int = NO_DAY
    dividend_rate: Decimal = Decimal(0)
    dividend_day: int = NO_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteFact:
    """A credit note on an invoice."""

    invoice_id: str
    day: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFact:
    """An invoice is disputed from a day until `resolved` (NO_DAY: not within the horizon)."""

    invoice_id: str
    day: int
    resolved: int = NO_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRequest:
    """The insurer is asked to intervene on `day`; the overdue was declared on `declared`."""

    partner_id: str
    day: int
    declared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One question: small, hashable, the key of caches together with the ledger's fingerprint."""

    name: str = ""
    kind: Kind = "stochastic"
    horizon_days: int = 365
    path_count: int = 1_000
    seed: int = 1
    business_days_only: bool = True
    overdue_days: int = 15
    delays: Delays = field(default_factory=Delays)
    defaults: Defaults = field(default_factory=Defaults)
    shocks: tuple[Shock, ...] = ()
    payments: tuple[PaymentFact, ...] = ()
    insolvencies: tuple[Insolvency, ...] = ()
    credit_notes: tuple[CreditNoteFact, ...] = ()
    disputes: tuple[DisputeFact, ...] = ()
    collection_requests: tuple[CollectionRequest, ...] = ()
