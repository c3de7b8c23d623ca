"""What happens on one path before any contract is looked at.

A certain scenario and a drawn path end in the same record, so that the reference and the kernel read one story.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

from forecasting.ledger import NO_DAY, Amounts, Days
from forecasting.scenario import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A debtor's judgment on this path; `partner` indexes `Ledger.partners`, days are day numbers.

    The dividend is `dividend_rate` of all that is open at the end of the judgment day, paid on `dividend_day`.
    `declared` None: on the policy's deadline (drawn paths).
    """

    partner: int
    judgment: int
    declared: int | None = None
    procedure: Procedure = "liquidation"
    irrecoverable: int = NO_DAY
    dividend_rate: Decimal = Decimal(0)
    dividend_day: int = NO_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An overdue declared and a request for intervention; both None: on the policy's deadline (drawn paths)."""

    partner: int
    day: int | None
    declared: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEvents:
    """Amounts that invoices receive on days, as three columns of equal length sorted by (day, invoice); int32, int32, int64."""

    invoice: npt.NDArray[np.int32]
    day: Days
    amount_minor: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A customer invoice is disputed from `day` until `resolved` (that day it is clean again), NO_DAY for never."""

    invoice: int
    day: int
    resolved: int = NO_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """What the business to come turns out to be on this path, where the ledger only expects it.

    Invoices customer_row int64 (E,) are of customer_minor int64 (E,) each, supplier_row of supplier_minor the same;
    of the planned flows numbered flow int64 (U,) those come where comes bool (U,) says so.
    """

    customer_row: npt.NDArray[np.int64]
    customer_minor: Amounts
    supplier_row: npt.NDArray[np.int64]
    supplier_minor: Amounts
    flow: npt.NDArray[np.int64]
    comes: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """One path: who pays what when, who fails, what is credited and disputed; no contract has been looked at.

    `receipts` are the customers' own payments by invoice, before and after a loss (the liquidator's dividend is not
    among them: it follows from `failures`); `payments` are ours to suppliers; `credit_notes` reduce customer invoices.
    Credit notes that stand in the ledger itself (negative customer invoices with `credits`) are among `credit_notes`.
    `business` says what the ledger alone only expects, None where all of it is certain.
    `moved_overdue` counts open invoices already overdue that a certain scenario moved to `as_of + overdue_days`.
    """

    kind: Literal["certain", "drawn"]
    receipts: InvoiceEvents
    payments: InvoiceEvents
    credit_notes: InvoiceEvents
    disputes: tuple[Dispute, ...] = ()
    failures: tuple[Failure, ...] = ()
    requests: tuple[Request, ...] = ()
    moved_overdue: int = 0
    business: Business | None = None
