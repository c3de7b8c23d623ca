"""The columns of each file of a ledger folder, named once for reader and writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A file's columns: those that must be there, then those that may."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """All of them, as a written file has them."""
        return (*self.required, *self.optional)


INVOICES: Final = Columns(
    required=("invoice_id", "partner_id", "issue_date", "due_date", "amount"),
    optional=(
        "vat_rate",
        "paid_date",
        "paid_amount",
        "disputed",
        "credits",
        "remittance_date",
        "assigned_date",
        "delivery_date",
        "net_amount",
        "vat_exigibility",
        "currency",
        "entity",
    ),
)
PAYMENTS: Final = Columns(required=("invoice_id", "date", "amount"), optional=("side", "assumed"))
PLANNED_FLOWS: Final = Columns(required=("date", "amount"), optional=("category", "label", "every", "until", "certainty"))
PARTNER_TEXTS: Final = ("name", "segment", "sector", "country", "rating", "terms", "owner", "vat_number", "group_entity")
PARTNERS: Final = Columns(
    required=("partner_id",),
    optional=(*PARTNER_TEXTS, "default_probability", "domestic", "public_body", "intra_group", "credit_limit"),
)
ACCOUNTS: Final = Columns(
    required=("account_id", "balance", "date"), optional=("entity", "currency", "overdraft_limit", "overdraft_rate")
)
EXCHANGE_RATES: Final = Columns(required=("currency", "date", "rate"))
