"""Invoices in the cross-industry syntax of UN/CEFACT (CII D16B and later), and its forerunner ZUGFeRD 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from data.importers.einvoice import EInvoice, Instalment, read_decimal, reading_of
from data.importers.parties import Party, party
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.xml_documents import root_name
from data.importers.xml_safety import XmlRefused, local, parse_xml
from forecasting.errors import Problem, problem

_ROOTS: Final = frozenset({"CrossIndustryInvoice", "CrossIndustryDocument"})
_FRENCH: Final = frozenset({"0002", "0009"})


def _find(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first descendant down a path of names; each name may stand at any depth below the one before."""
    found = element
    for name in names:
        found = next(iter(found.iter(f"{{*}}{name}")), None) if found is not None else None
    return found


def _child(element: etree._Element | None, *path: str) -> etree._Element | None:
    found = element
    for name in path:
        found = next((c for c in found if local(c) == name), None) if found is not None else None
    return found


def _each(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    return (c for c in element if local(c) == name) if element is not None else iter(())


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _day(element: etree._Element | None, file: str, problems: list[Problem]) -> date | None:
    """A date in its holder: format 102 is YYYYMMDD, 203 has a time, 610 only a month; ISO is read too."""
    text = "".join(element.itertext()).strip() if element is not None else ""
    if element is None or not text:
        return None
    digits = re.sub(r"\D", "", text[:10]) if "-" in text else re.sub(r"\D", "", text)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        problems.append(
            problem("import.bad_date", file=file, row=element.sourceline, column=local(element), text=text[:40])
        )
        return None


def _party(holder: etree._Element | None) -> Party:
    if holder is None:
        return Party()
    legal = _child(holder, "SpecifiedLegalOrganization", "ID")
    identifiers, french, vat = [], [], ""
    endpoint = _child(holder, "URIUniversalCommunication", "URIID")
    for element in (legal, *_each(holder, "GlobalID"), *_each(holder, "ID"), endpoint):
        if element is not None and element.text:
            identifiers.append(element.text)
            if str(element.attrib.get("schemeID", "")) in _FRENCH or element is legal:
                french.append(element.text)
    for registration in _each(holder, "SpecifiedTaxRegistration"):
        number = _child(registration, "ID")
        if number is not None and str(number.attrib.get("schemeID", "")).upper() in {"VA", "VAT"}:
            vat = number.text or ""
    country = _text(_child(holder, "PostalTradeAddress", "CountryID"))
    return party(_text(_child(holder, "Name")), identifiers, vat, french if country in {"FR", ""} else [], country)


def _terms(
    settlement: etree._Element | None, file: str, problems: list[Problem]
) -> tuple[date | None, str, tuple[Instalment, ...]]:
    """Due date, wording and instalments of the payment terms."""
    due, texts, parts = None, [], []
    for terms in _each(settlement, "SpecifiedTradePaymentTerms"):
        day = _day(_child(terms, "DueDateDateTime"), file, problems)
        amount = read_decimal(_child(terms, "PartialPaymentAmount"))
        due = due or day
        texts.append(_text(_child(terms, "Description")))
        if day is not None and amount is not None:
            parts.append(Instalment(due=day, amount=amount))
    return due, " ".join(t for t in texts if t), tuple(parts)


def _vat(
    settlement: etree._Element | None, summary: etree._Element | None, currency: str
) -> tuple[Decimal | None, tuple[Decimal, ...], bool]:
    """VAT in the invoice's currency, its rates, and whether it is due on receipt of the payment (code 72)."""
    total = None
    for amount in _each(summary, "TaxTotalAmount"):
        if str(amount.attrib.get("currencyID", currency)) == currency and total is None:
            total = read_decimal(amount)
    rates, codes = [], set()
    for tax in _each(settlement, "ApplicableTradeTax"):
        rate = read_decimal(_child(tax, "RateApplicablePercent"))
        rate = rate if rate is not None else read_decimal(_child(tax, "ApplicablePercent"))
        if rate is not None:
            rates.append(rate / 100)
        codes.add(_text(_child(tax, "DueDateTypeCode")))
    return total, tuple(rates), "72" in codes


def read_cii(root: etree._Element, file: str) -> EInvoice:
    """What a `CrossIndustryInvoice` (or ZUGFeRD 1 document) says."""
    problems: list[Problem] = []
    first = local(root) == "CrossIndustryDocument"
    header = _child(root, "HeaderExchangedDocument" if first else "ExchangedDocument")
    agreement = _find(root, "ApplicableSupplyChainTradeAgreement" if first else "ApplicableHeaderTradeAgreement")
    settlement = _find(root, "ApplicableSupplyChainTradeSettlement" if first else "ApplicableHeaderTradeSettlement")
    delivery = _find(root, "ApplicableSupplyChainTradeDelivery" if first else "ApplicableHeaderTradeDelivery")
    summary = _child(
        settlement,
        "SpecifiedTradeSettlementMonetarySummation" if first else "SpecifiedTradeSettlementHeaderMonetarySummation",
    )
    currency = _text(_child(settlement, "InvoiceCurrencyCode"))
    due, terms, instalments = _terms(settlement, file, problems)
    vat, rates, on_receipt = _vat(settlement, summary, currency)

    def amount(name: str) -> Decimal | None:
        return read_decimal(_child(summary, name))

    return EInvoice(
        syntax="CII-ZUGFeRD1" if first else "CII",
        number=_text(_child(header, "ID")),
        type_code=_text(_child(header, "TypeCode")) or "380",
        issue=_day(_child(header, "IssueDateTime"), file, problems),
        due=due,
        currency=currency,
        net=amount("TaxBasisTotalAmount"),
        vat=vat,
        gross=amount("GrandTotalAmount"),
        prepaid=amount("TotalPrepaidAmount"),
        rounding=amount("RoundingAmount"),
        payable=amount("DuePayableAmount"),
        seller=_party(_child(agreement, "SellerTradeParty")),
        buyer=_party(_child(agreement, "BuyerTradeParty")),
        payee=_text(_child(settlement, "PayeeTradeParty", "Name")),
        terms=terms,
        delivery=_day(_child(delivery, "ActualDeliverySupplyChainEvent", "OccurrenceDateTime"), file, problems),
        credits=_text(_child(settlement, "InvoiceReferencedDocument", "IssuerAssignedID")),
        vat_rates=rates,
        on_receipt=on_receipt,
        instalments=instalments,
        row=(header.sourceline or 0) if header is not None else 0,
        problems=tuple(problems),
    )


class Cii:
    """Reads CII invoices."""

    format = "cii"

    def recognise(self, file: SourceFile) -> float:
        """The name of the first element."""
        return 0.97 if root_name(file.content)[0] in _ROOTS else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The invoice of the file."""
        try:
            root = parse_xml(file.content)
        except XmlRefused as error:
            return refused(file.name, self.format, error.code, row=error.row, rejected=1)
        return reading_of(read_cii(root, file.name), options, file.name, self.format)
