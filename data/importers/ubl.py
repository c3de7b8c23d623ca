"""Invoices and credit notes in UBL 2.1 (OASIS), alone or inside the envelope of a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from data.importers.einvoice import EInvoice, Instalment, read_decimal, reading_of
from data.importers.parties import Party, party
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.xml_documents import refusal_of, root_name
from data.importers.xml_safety import XmlRefused, local, parse_xml
from forecasting.errors import Problem, problem

_ROOTS: Final = frozenset({"Invoice", "CreditNote"})
_NAMESPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
#: Envelopes of networks that carry a document inside.
_ENVELOPES: Final = frozenset({"StandardBusinessDocument", "Envelope"})
#: Schemes of French identifiers: SIREN and SIRET.
_FRENCH: Final = frozenset({"0002", "0009"})


def _first(element: etree._Element, *path: str) -> etree._Element | None:
    found: etree._Element | None = element
    for name in path:
        found = next((c for c in found if local(c) == name), None) if found is not None else None
    return found


def _each(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (c for c in element if local(c) == name)


def _text(element: etree._Element, *path: str) -> str:
    found = _first(element, *path)
    return (found.text or "").strip() if found is not None else ""


def _day(element: etree._Element, file: str, problems: list[Problem], *path: str) -> date | None:
    found = _first(element, *path)
    text = (found.text or "").strip() if found is not None else ""
    if not text or found is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        problems.append(problem("import.bad_date", file=file, row=found.sourceline, column=path[-1], text=text[:40]))
        return None


def _party(document: etree._Element, role: str) -> Party:
    holder = _first(document, role, "Party")
    if holder is None:
        return Party()
    identifiers, french, vat = [], [], ""
    legal = _first(holder, "PartyLegalEntity", "CompanyID")
    candidates = [legal] + [_first(p, "ID") for p in _each(holder, "PartyIdentification")] + [_first(holder, "EndpointID")]
    for candidate in candidates:
        if candidate is not None and candidate.text:
            identifiers.append(candidate.text)
            if str(candidate.attrib.get("schemeID", "")) in _FRENCH or candidate is legal:
                french.append(candidate.text)
    for scheme in _each(holder, "PartyTaxScheme"):
        if _text(scheme, "TaxScheme", "ID").upper() in {"VAT", "TVA"} or not vat:
            vat = _text(scheme, "CompanyID") or vat
    country = _text(holder, "PostalAddress", "Country", "IdentificationCode")
    name = _text(holder, "PartyLegalEntity", "RegistrationName") or _text(holder, "PartyName", "Name")
    return party(name, identifiers, vat, french if country in {"FR", ""} else [], country)


def _due(document: etree._Element, file: str, problems: list[Problem]) -> date | None:
    """BT-9: the invoice's due date, for a credit note that of its payment means; else of its payment terms."""
    due = _day(document, file, problems, "DueDate")
    for holder, name in (("PaymentMeans", "PaymentDueDate"), ("PaymentTerms", "PaymentDueDate")):
        for element in _each(document, holder):
            due = due or _day(element, file, problems, name)
    return due


def _instalments(document: etree._Element, file: str, problems: list[Problem]) -> tuple[Instalment, ...]:
    found = []
    for terms in _each(document, "PaymentTerms"):
        amount = read_decimal(_first(terms, "Amount"))
        due = _day(terms, file, problems, "PaymentDueDate") or _day(terms, file, problems, "InstallmentDueDate")
        if amount is not None and due is not None:
            found.append(Instalment(due=due, amount=amount))
    return tuple(found)


def _vat(document: etree._Element, currency: str) -> tuple[Decimal | None, tuple[Decimal, ...]]:
    """The VAT in the invoice's currency (a second total may state it in the accounting currency), and its rates."""
    total, rates = None, []
    for tax in _each(document, "TaxTotal"):
        amount = _first(tax, "TaxAmount")
        if amount is None or str(amount.attrib.get("currencyID", currency)) != currency:
            continue
        total = read_decimal(amount) if total is None else total
        for part in _each(tax, "TaxSubtotal"):
            percent = read_decimal(_first(part, "TaxCategory", "Percent"))
            if percent is not None:
                rates.append(percent / 100)
    return total, tuple(rates)


def read_ubl(document: etree._Element, file: str) -> EInvoice:
    """What an `Invoice` or `CreditNote` element says."""
    problems: list[Problem] = []
    kind = local(document)
    totals = _first(document, "LegalMonetaryTotal")
    holder = totals if totals is not None else document

    def amount(name: str) -> Decimal | None:
        return read_decimal(_first(holder, name))

    currency = _text(document, "DocumentCurrencyCode")
    vat, rates = _vat(document, currency)
    codes = {_text(period, "DescriptionCode") for period in _each(document, "InvoicePeriod")}
    reference = _first(document, "BillingReference", "InvoiceDocumentReference", "ID")
    return EInvoice(
        syntax=f"UBL-{kind}",
        number=_text(document, "ID"),
        type_code=_text(document, f"{kind}TypeCode") or ("381" if kind == "CreditNote" else "380"),
        issue=_day(document, file, problems, "IssueDate"),
        due=_due(document, file, problems),
        currency=currency,
        net=amount("TaxExclusiveAmount"),
        vat=vat,
        gross=amount("TaxInclusiveAmount"),
        prepaid=amount("PrepaidAmount"),
        rounding=amount("PayableRoundingAmount"),
        payable=amount("PayableAmount"),
        seller=_party(document, "AccountingSupplierParty"),
        buyer=_party(document, "AccountingCustomerParty"),
        payee=_text(document, "PayeeParty", "PartyName", "Name"),
        terms=" ".join(t for e in _each(document, "PaymentTerms") if (t := _text(e, "Note"))),
        delivery=_day(document, file, problems, "Delivery", "ActualDeliveryDate"),
        credits=(reference.text or "").strip() if reference is not None else "",
        vat_rates=rates,
        on_receipt="432" in codes,
        instalments=_instalments(document, file, problems),
        row=document.sourceline or 0,
        problems=tuple(problems),
    )


def _documents(root: etree._Element) -> list[etree._Element]:
    """The invoices of a file: its root, or what an envelope carries."""
    if local(root) in _ROOTS:
        return [root]
    return [e for e in root.iter() if local(e) in _ROOTS] if local(root) in _ENVELOPES else []


class Ubl:
    """Reads UBL invoices and credit notes."""

    format = "ubl"

    def recognise(self, file: SourceFile) -> float:
        """The name and namespace of the first element."""
        name, namespace = root_name(file.content)
        if name in _ROOTS and namespace.startswith(_NAMESPACE):
            return 0.97
        return 0.9 if name in _ENVELOPES and _NAMESPACE.encode() in file.content else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The invoice of the file."""
        try:
            root = parse_xml(file.content)
        except XmlRefused as error:
            return refused(file.name, self.format, error.code, row=error.row, rejected=1)
        found = _documents(root)
        if len(found) != 1:
            return refusal_of(root, file.name)
        return reading_of(read_ubl(found[0], file.name), options, file.name, self.format)
