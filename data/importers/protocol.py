"""What every importer returns, so that the next format is one small module.

An importer recognises a file by its content and reads it into rows that no longer know the format. Rows carry text ids
and dates as Python dates; amounts are minor units of the row's own currency, with VAT, negative for a credit note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from forecasting.errors import Problem
from forecasting.ledger import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A dropped file: its name (shown, never trusted) and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """An invoice or credit note as a file tells it; None where the file does not say.

    `due` None: to be derived from the partner's terms. `paid` is the day it was settled, `paid_minor` what was paid on
    that day (None: the whole amount); earlier part payments are `PaymentRow`s beside it and not in `paid_minor`.
    `open_minor` is what is still open where the file gives a balance. `source_row` is the row in the file (header = 1),
    `source_sheet` the sheet. `identity` names the invoice in the world (seller, number, year) whatever the format it
    came in, "" where the format knows no such thing. `assumed`: a rule and not the file says what settled it, so that
    nobody learns a delay from it.
    """

    side: Side
    number: str
    partner_id: str
    issue: date | None
    due: date | None
    amount_minor: int
    source_row: int
    partner_name: str = ""
    open_minor: int | None = None
    paid: date | None = None
    paid_minor: int | None = None
    currency: str = "EUR"
    vat_rate: Decimal | None = None
    net_minor: int | None = None
    disputed: bool = False
    on_receipt: bool = False
    credits: str = ""
    remittance: date | None = None
    assigned: date | None = None
    delivery: date | None = None
    terms: str = ""
    entity: str = ""
    source_sheet: str = ""
    identity: str = ""
    assumed: bool = False
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A part payment of a named invoice."""

    side: Side
    number: str
    partner_id: str
    day: date
    amount_minor: int
    source_row: int
    currency: str = "EUR"
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BankRow:
    """One line of a bank statement, signed (+ comes in).

    `reference` is what the payer or the order says (end-to-end id, structured reference), `bank_reference` the bank's
    own number of the line, unique for an account where it is given.
    """

    account_id: str
    day: date
    amount_minor: int
    source_row: int
    currency: str = "EUR"
    value_day: date | None = None
    label: str = ""
    reference: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    bank_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """A balance that a statement or a set of books states, at the end of a day."""

    account_id: str
    day: date
    balance_minor: int
    kind: Literal["opening", "closing"]
    source_row: int
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """What a file says of a partner; empty text where it is silent."""

    partner_id: str
    name: str = ""
    segment: str = ""
    country: str = ""
    terms: str = ""
    vat_number: str = ""
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A regular flow that the history suggests (wages, VAT, rent…), to be proposed and not stored by itself."""

    category: str
    label: str
    every: Literal["", "week", "month", "quarter", "year"]
    day: date
    amount_minor: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that the file cannot tell and the user must: a full key of the catalogues with its values."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGuess:
    """A column of a table: its name in the file, the field it becomes ("" = ignored), three example values."""

    name: str
    becomes: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """How a table was read, or is to be read: what the user may change and what is remembered for its source.

    `signature` identifies the source (hash of the normalised header names). `date_order` is one of
    "ymd", "dmy", "mdy"; `decimal` is "," or ".". `header_row` 0: the table has no header, columns are named "1", "2"…
    `account` is that of a bank's lines in this file, "" where the file tells it or nobody has said.
    """

    signature: str
    side: Side
    columns: tuple[ColumnGuess, ...]
    date_order: Literal["ymd", "dmy", "mdy"] = "dmy"
    decimal: Literal[",", "."] = ","
    header_row: int = 1
    sheet: str = ""
    delimiter: str = ""
    encoding: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file read: its rows, its problems, and what it says of itself.

    `format` is a code such as "csv", "xlsx", "fec", "camt", "mt940", "ofx", "cfonb120", "ubl", "cii", "facturx", or
    "unknown". `accepted`, `rejected`, `duplicates` count rows of the file (several rows may make one invoice; duplicates
    are exact repeats inside the file, kept out of `rejected`). `total_minor` is the signed sum of what the accepted rows
    say, each amount once, per currency. `notes` are facts about the reading ("amounts are net of VAT", "history without
    due dates") as codes. `invoices` may be columns that only look like rows (`data.importers.rows.InvoiceRows`,
    whose `table` is Arrow), so that a million of them stay small. `mapping` is that of the first table, `mappings`
    those of all tables of a workbook.
    """

    file: str
    format: str
    invoices: Sequence[InvoiceRow] = ()
    payments: tuple[PaymentRow, ...] = ()
    bank: tuple[BankRow, ...] = ()
    balances: tuple[BalanceRow, ...] = ()
    partners: tuple[PartnerRow, ...] = ()
    planned: tuple[PlannedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Question, ...] = ()
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    total_minor: Mapping[str, int] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    mapping: TableMapping | None = None
    mappings: tuple[TableMapping, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the user has said: the side where a file does not tell it, the mapping of a table, the company's own ids.

    `mapping` is for this file whatever its header; `mappings` are those remembered, taken where the signature is the
    same. `own_ids` are SIREN, SIRET, VAT numbers or names of the company. `currency` is that of amounts without one.
    `keep_duplicates` takes exact repeats as genuine rows.
    """

    side: Side | None = None
    mapping: TableMapping | None = None
    mappings: tuple[TableMapping, ...] = ()
    as_of: date | None = None
    own_ids: tuple[str, ...] = ()
    unlettered: Literal["fifo", "keep"] = "fifo"
    currency: str = "EUR"
    keep_duplicates: bool = False


class Importer(Protocol):
    """A format: `recognise` says how sure it is (0 to 1) from the content alone, `read` returns rows and problems."""

    format: str

    def recognise(self, file: SourceFile) -> float: ...

    def read(self, file: SourceFile, options: ReadOptions) -> Reading: ...
