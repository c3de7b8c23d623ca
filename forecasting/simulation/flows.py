"""The headings under which money moves, with the four variants that every projection compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Variant = Literal["baseline", "factoring", "insurance", "both"]
VARIANTS: Final[tuple[Variant, ...]] = ("baseline", "factoring", "insurance", "both")

Category = Literal[
    "debtor_receipt",
    "direct_receipt",
    "supplier_payment",
    "planned_flow",
    "bank_interest",
    "vat_payment",
    "vat_relief",
    "vat_relief_reversal",
    "recovery",
    "late_interest",
    "factor_transfer",
    "cash_call",
    "factor_fee",
    "premium",
    "insurance_fee",
    "indemnity",
    "insurer_share",
]
#: Every heading of the bank account, in the order in which the kernel and the screens number them.
CATEGORIES: Final[tuple[Category, ...]] = (
    "debtor_receipt",
    "direct_receipt",
    "supplier_payment",
    "planned_flow",
    "bank_interest",
    "vat_payment",
    "vat_relief",
    "vat_relief_reversal",
    "recovery",
    "late_interest",
    "factor_transfer",
    "cash_call",
    "factor_fee",
    "premium",
    "insurance_fee",
    "indemnity",
    "insurer_share",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One movement of the bank account: day number, heading, signed minor units (+ comes in), whom and what it is for."""

    day: int
    category: Category
    amount_minor: int
    partner_id: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of the explanation of a figure: on which day which clause moved how much, of which invoice or partner.

    `code` is a key of the catalogues (`story.<code>`), `values` fill its sentence; a value is text or a whole number
    (days as day numbers under a name that ends in `_day`, amounts under a name that ends in `_minor`).
    """

    day: int
    code: str
    amount_minor: int = 0
    partner_id: str = ""
    invoice_id: str = ""
    values: tuple[tuple[str, str | int], ...] = ()
