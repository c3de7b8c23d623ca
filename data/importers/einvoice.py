"""An electronic invoice (EN 16931) whatever its syntax: what it says, whose it is, and the rows that it becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from lxml import etree

from data.importers.numbers import CODES, AmountError, minor_of
from data.importers.parties import Party, is_party
from data.importers.protocol import InvoiceRow, PartnerRow, Question, Reading, ReadOptions
from data.importers.refusals import refused
from forecasting.dates import parse_terms
from forecasting.errors import Problem, problem
from forecasting.ledger import Side
from forecasting.money import Currency, to_text

#: Type codes (UNTDID 1001) of credit notes: their amounts are what the buyer gets, whatever sign they are written with.
CREDIT_TYPES: Final = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
#: Type codes that ask for no payment: pro forma invoices.
_PRO_FORMA: Final = frozenset({"325"})

_TERMS: Final = re.compile(
    r"(?:paiement|règlement|reglement|payable|à|a|sous|net|payment|due|within|in|:|\s)*\d{1,3}\s*(?:j|jrs?|jours?|days?|d)\b[\w\s,.'’éèàê+-]*"
    r"|comptant|à réception.*|due (?:up)?on receipt|immediate.*|paiement immédiat|(?:30|45|60)\s*(?:fdm|eom)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A part of what is due, on its own day."""

    due: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """What a document says, in the amounts and signs that it writes; None where it is silent.

    Terms of EN 16931: net is BT-109, gross BT-112, prepaid BT-113, rounding BT-114, payable BT-115, due BT-9,
    terms BT-20, delivery BT-72, credits BT-25.
    """

    syntax: str
    number: str
    type_code: str
    issue: date | None
    due: date | None
    currency: str
    net: Decimal | None
    vat: Decimal | None
    gross: Decimal | None
    prepaid: Decimal | None
    rounding: Decimal | None
    payable: Decimal | None
    seller: Party
    buyer: Party
    payee: str = ""
    terms: str = ""
    delivery: date | None = None
    credits: str = ""
    vat_rates: tuple[Decimal, ...] = ()
    on_receipt: bool = False
    instalments: tuple[Instalment, ...] = ()
    row: int = 0
    problems: tuple[Problem, ...] = field(default=())


def side_of(document: EInvoice, own_ids: Sequence[str]) -> Side | None:
    """Customer invoice where the company is the seller, supplier invoice where it is the buyer, None where unclear."""
    sells = any(is_party(own, document.seller) for own in own_ids)
    buys = any(is_party(own, document.buyer) for own in own_ids)
    return None if sells == buys else "customer" if sells else "supplier"


def read_decimal(element: etree._Element | None) -> Decimal | None:
    """The number of an element, None where it is absent or none."""
    if element is None or not (element.text or "").strip():
        return None
    try:
        value = Decimal((element.text or "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


class _Minor:
    """Amounts of a document in minor units, with its sign as a credit note; remembers what could not be read."""

    def __init__(self, document: EInvoice, file: str) -> None:
        self._document, self._file = document, file
        self.problems: list[Problem] = []

    def of(self, value: Decimal | None, name: str) -> int | None:
        """Minor units of an amount, negative for a credit note; None where absent."""
        if value is None:
            return None
        try:
            minor, fraction = minor_of(value, self._document.currency)
        except AmountError as error:
            self.problems.append(
                problem(f"import.{error.fault}", file=self._file, row=self._document.row, column=name, text=value)
            )
            return None
        if fraction:
            told = problem(
                "import.fraction_of_cent",
                file=self._file,
                row=self._document.row,
                column=name,
                severity="warning",
                text=value,
            )
            self.problems.append(told)
        return -abs(minor) if self._document.type_code in CREDIT_TYPES else minor


def _usable_terms(text: str) -> str:
    """Terms that a due date can be derived from: a text that says one number of days and nothing else."""
    tidy = " ".join(text.split())
    if len(tidy) > 60 or "%" in tidy or not _TERMS.fullmatch(tidy):
        return ""
    try:
        parse_terms(tidy)
    except ValueError:
        return ""
    return tidy


def _checks(document: EInvoice, file: str) -> list[Problem]:
    """What the document's own sums say: with VAT is without plus VAT, payable is with VAT less prepaid plus rounding."""
    found = []
    zero = Decimal(0)
    cent = Decimal(1).scaleb(-Currency(document.currency).exponent)
    if document.net is not None and document.vat is not None and document.gross is not None:
        difference = document.gross - document.net - document.vat
        if abs(difference) > cent:
            found.append(
                problem("import.einvoice_vat_sum", file=file, row=document.row, severity="warning", difference=difference)
            )
    if document.gross is not None and document.payable is not None:
        difference = document.payable - document.gross + (document.prepaid or zero) - (document.rounding or zero)
        if abs(difference) > cent:
            found.append(
                problem(
                    "import.einvoice_payable_sum", file=file, row=document.row, severity="warning", difference=difference
                )
            )
    return found


def _missing(document: EInvoice, file: str) -> list[Problem]:
    """What no invoice can do without."""
    found = []
    for value, code, column in (
        (document.number, "import.missing_number", "BT-1"),
        (document.issue, "import.missing_date", "BT-2"),
        (document.gross if document.gross is not None else document.payable, "import.missing_amount", "BT-112"),
    ):
        if value is None or value == "":
            found.append(problem(code, file=file, row=document.row or None, column=column))
    if document.currency not in CODES:
        found.append(
            problem("import.unknown_currency", file=file, row=document.row or None, column="BT-5", text=document.currency)
        )
    if document.type_code in _PRO_FORMA:
        found.append(problem("import.document_pro_forma", file=file, row=document.row or None, column="BT-3"))
    return found


def _extra(document: EInvoice) -> tuple[tuple[str, str], ...]:
    pairs = [("type", document.type_code), ("seller", document.seller.name), ("buyer", document.buyer.name)]
    if document.payee and document.payee != document.seller.name:
        pairs.append(("payee", document.payee))
    if document.terms:
        pairs.append(("terms_text", " ".join(document.terms.split())[:200]))
    return tuple(p for p in pairs if p[1])


def identity_of(document: EInvoice) -> str:
    """The name of an invoice in the world: seller, number and year (the key of the French platforms)."""
    year = document.issue.year if document.issue else ""
    return f"{document.seller.key}|{document.number}|{year}"


def _rows(document: EInvoice, side: Side, minor: _Minor) -> list[InvoiceRow]:
    """The document as a row, or as one row per instalment where these add up to the whole."""
    gross = minor.of(document.gross if document.gross is not None else document.payable, "BT-112")
    if gross is None:
        return []
    payable = minor.of(document.payable, "BT-115")
    other = document.buyer if side == "customer" else document.seller
    base = InvoiceRow(
        side=side,
        number=document.number,
        partner_id=other.key,
        partner_name=other.name,
        issue=document.issue,
        due=document.due,
        amount_minor=gross,
        open_minor=payable if payable is not None and payable != gross else None,
        currency=document.currency,
        vat_rate=document.vat_rates[0] if len(set(document.vat_rates)) == 1 else None,
        net_minor=minor.of(document.net, "BT-109"),
        on_receipt=document.on_receipt,
        credits=document.credits if gross < 0 else "",
        delivery=document.delivery,
        terms=_usable_terms(document.terms),
        source_row=document.row,
        identity=identity_of(document),
        extra=_extra(document),
    )
    return _split(base, document, minor)


def _split(base: InvoiceRow, document: EInvoice, minor: _Minor) -> list[InvoiceRow]:
    """One row per instalment, each with its day, where the instalments are the whole invoice; else the one row."""
    parts = [(i.due, minor.of(i.amount, "BT-115")) for i in document.instalments]
    whole = base.amount_minor if base.open_minor is None else base.open_minor
    if (
        len(parts) < 2
        or any(a is None for _, a in parts)
        or sum(a or 0 for _, a in parts) != whole
        or base.open_minor is not None
    ):
        return [base]
    return [
        replace(
            base,
            due=due,
            amount_minor=amount or 0,
            net_minor=None,
            extra=(*base.extra, ("instalment", f"{place}/{len(parts)}")),
        )
        for place, (due, amount) in enumerate(sorted(parts), start=1)
    ]


def _side(document: EInvoice, options: ReadOptions) -> tuple[Side, tuple[Question, ...]]:
    """The side, and the question where nobody knows: an invoice that arrives is a supplier's until told otherwise."""
    found = side_of(document, options.own_ids)
    if found or options.side:
        return found or options.side or "supplier", ()
    values = (("seller", document.seller.name or document.seller.key), ("buyer", document.buyer.name or document.buyer.key))
    return "supplier", (Question(code="import.question.company", values=values),)


def reading_of(document: EInvoice, options: ReadOptions, file: str, form: str) -> Reading:
    """The reading of one document: its row or rows, its partner, and what does not fit in it."""
    wrong = [*document.problems, *_missing(document, file)]
    if any(p.severity == "error" for p in wrong):
        return Reading(file=file, format=form, problems=tuple(wrong), rejected=1)
    side, questions = _side(document, options)
    if options.side and side != options.side:
        code = "import.other_side_supplier" if side == "supplier" else "import.other_side_customer"
        return refused(file, form, code, row=document.row or None, rejected=1, text=document.seller.name)
    minor = _Minor(document, file)
    rows = _rows(document, side, minor)
    if any(p.severity == "error" for p in minor.problems) or not rows:
        return Reading(file=file, format=form, problems=(*wrong, *minor.problems), rejected=1)
    other = document.buyer if side == "customer" else document.seller
    if not other.key:
        return refused(file, form, "import.missing_partner", row=document.row or None, rejected=1)
    notes = []
    if rows[0].open_minor is not None:
        exponent = Currency(document.currency).exponent
        values = (
            ("gross", to_text(rows[0].amount_minor, exponent)),
            ("payable", to_text(rows[0].open_minor, exponent)),
            ("currency", document.currency),
        )
        notes.append(Question(code="import.note.prepaid", values=values))
    if rows[0].due is None:
        notes.append(Question(code="import.note.no_due_date"))
    return Reading(
        file=file,
        format=form,
        invoices=tuple(rows),
        partners=(
            PartnerRow(partner_id=other.key, name=other.name or other.key, country=other.country, vat_number=other.vat),
        ),
        problems=(*wrong, *minor.problems, *_checks(document, file)),
        questions=questions,
        notes=tuple(notes),
        accepted=1,
        total_minor={document.currency: sum(r.amount_minor for r in rows)},
        first_day=document.issue,
        last_day=document.issue,
    )
