"""What the company owes, is owed, has and plans, as read-only columns.

A `Ledger` holds invoices as NumPy columns so that a million of them stay small. Days are whole numbers counted from
1970-01-01 (`forecasting.dates`), amounts are minor units of the ledger's currency with VAT, rates are Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

from forecasting.overrides import NONE, Overrides

#: Stands in a day column where there is no day.
NO_DAY = -(2**31)
#: Stands in `net_minor` where one VAT rate says it all, and in `paid_minor` where the whole amount was paid.
NO_AMOUNT = -(2**63)

Days = npt.NDArray[np.int32]
Amounts = npt.NDArray[np.int64]
Side = Literal["customer", "supplier"]
VatReturns = Literal["planned", "computed"]
#: How sure a planned flow is to come; the chances behind the words stand in `forecasting.plan`.
Certainty = Literal["sure", "likely", "possible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A customer or supplier; `default_probability` is for one year, None where nothing is known.

    group_entity: the entity of the group that this partner is, "" for everybody outside.
    """

    partner_id: str
    name: str = ""
    segment: str = ""
    sector: str = ""
    country: str = ""
    default_probability: float | None = None
    rating: str = ""
    domestic: bool = True
    public_body: bool = False
    intra_group: bool = False
    terms: str = ""
    credit_limit_minor: int | None = None
    owner: str = ""
    vat_number: str = ""
    group_entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoices:
    """One side's invoices and credit notes as columns of equal length n, sorted by invoice_id.

    invoice_id tuple of n; partner int32 (n,) index into `Ledger.partners`; issue, due, paid, remittance, assigned,
    delivery int32 (n,) days or NO_DAY (`due` is always a day, `delivery` is the issue day where it was not given);
    amount_minor int64 (n,) with VAT, negative for a credit note; paid_minor int64 (n,) or NO_AMOUNT;
    vat_rate tuple of n Decimals; net_minor int64 (n,) or NO_AMOUNT; disputed, on_receipt bool (n,) (`on_receipt`: VAT
    due when paid, "encaissements"); credits int32 (n,) index of the invoice that a credit note reduces, or -1;
    stable int64 (n,) number that keys the luck of an invoice (of its id alone, so that its neighbours do not matter).
    """

    invoice_id: tuple[str, ...]
    partner: npt.NDArray[np.int32]
    issue: Days
    due: Days
    amount_minor: Amounts
    vat_rate: tuple[Decimal, ...]
    paid: Days
    paid_minor: Amounts
    disputed: npt.NDArray[np.bool_]
    remittance: Days
    assigned: Days
    delivery: Days
    net_minor: Amounts
    on_receipt: npt.NDArray[np.bool_]
    credits: npt.NDArray[np.int32]
    entity: tuple[str, ...]
    stable: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.invoice_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A part payment of one invoice of a side, on a day; `assumed`: a rule set that day, and nobody learns a delay of it."""

    side: Side
    invoice: int
    day: int
    amount_minor: int
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFlow:
    """A rule or a one-off amount that moves the bank, signed (+ comes in); `every` repeats it until `until` (included).

    `certainty` speaks of all its occurrences at once. Where nothing is drawn, what is sure or likely counts.
    """

    day: int
    amount_minor: int
    category: str = ""
    label: str = ""
    every: Literal["", "week", "month", "quarter", "year"] = ""
    until: int = NO_DAY
    certainty: Certainty = "sure"

    @property
    def is_counted(self) -> bool:
        """Whether it counts where nothing is drawn."""
        return self.certainty != "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A bank account with its balance on a day, in its own currency.

    rate: what one unit of that currency is worth in the ledger's, for an entity's account in another currency; None for
    every other account, and where no rate is known.
    """

    account_id: str
    entity: str
    currency: str
    balance_minor: int
    day: int
    overdraft_limit_minor: int = 0
    overdraft_rate: Decimal = Decimal(0)
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Everything known about one company on the morning of `as_of`, the first projected day.

    `fingerprint` is the SHA-256 of the content: small, hashable, the key of every cache. Two ledgers with the same
    rows in another order have the same fingerprint. `overrides`: what the user knows better than its history.
    """

    as_of: int
    currency: str
    opening_cash_minor: int
    overdraft_limit_minor: int
    overdraft_rate: Decimal
    overdraft_fee_rate: Decimal
    cash_floor_minor: int
    vat_day: int
    vat_returns: VatReturns
    customers: Invoices
    suppliers: Invoices
    payments: tuple[Payment, ...]
    planned_flows: tuple[PlannedFlow, ...]
    partners: tuple[Partner, ...]
    accounts: tuple[Account, ...]
    fingerprint: str
    overrides: Overrides = NONE

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ledger) and self.fingerprint == other.fingerprint
