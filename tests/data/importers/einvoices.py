"""Small electronic invoices made for the tests, the same content in each syntax."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdf

from data.importers.protocol import SourceFile

SIREN, BUYER = "732829320", "552100554"


def ubl(
    *, number: str = "F-1", kind: str = "Invoice", code: str = "380", net: str = "100.00", vat: str = "20.00", gross: str = "120.00",
    prepaid: str = "", payable: str = "", due: str = "2026-04-30", terms: str = "30 jours fin de mois", credits: str = "", currency: str = "EUR",
    issue: str = "2026-03-15", seller: str = SIREN, buyer: str = BUYER, more: str = "", rounding: str = "",
) -> bytes:  # fmt: skip
    """A UBL invoice or credit note."""
    space = "urn:oasis:names:specification:ubl:schema:xsd:"

    def who(role: str, siren: str, name: str) -> str:
        return (
            f'<cac:{role}><cac:Party><cac:PartyIdentification><cbc:ID schemeID="0009">{siren}00010</cbc:ID></cac:PartyIdentification>'
            f"<cac:PostalAddress><cac:Country><cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
            f"<cac:PartyTaxScheme><cbc:CompanyID>FR44{siren}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
            f'<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName><cbc:CompanyID schemeID="0002">{siren}</cbc:CompanyID>'
            f"</cac:PartyLegalEntity></cac:Party></cac:{role}>"
        )

    due_tag = f"<cbc:DueDate>{due}</cbc:DueDate>" if due and kind == "Invoice" else ""
    means = (
        f"<cac:PaymentMeans><cbc:PaymentDueDate>{due}</cbc:PaymentDueDate></cac:PaymentMeans>"
        if due and kind != "Invoice"
        else ""
    )
    billing = (
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{credits}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
        if credits
        else ""
    )
    amounts = "".join(
        f'<cbc:{name} currencyID="{currency}">{value}</cbc:{name}>'
        for name, value in (("TaxExclusiveAmount", net), ("TaxInclusiveAmount", gross), ("PrepaidAmount", prepaid),
                            ("PayableRoundingAmount", rounding), ("PayableAmount", payable or gross))
        if value
    )  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="{space}{kind}-2" xmlns:cac="{space}CommonAggregateComponents-2" xmlns:cbc="{space}CommonBasicComponents-2">'
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issue}</cbc:IssueDate>{due_tag}<cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode>"
        f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>{billing}{who('AccountingSupplierParty', seller, 'Acier SA')}"
        f"{who('AccountingCustomerParty', buyer, 'Garage du Lac')}{means}<cac:PaymentTerms><cbc:Note>{terms}</cbc:Note></cac:PaymentTerms>{more}"
        f'<cac:TaxTotal><cbc:TaxAmount currencyID="{currency}">{vat}</cbc:TaxAmount><cac:TaxSubtotal><cac:TaxCategory><cbc:Percent>20</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>'
        f"<cac:LegalMonetaryTotal>{amounts}</cac:LegalMonetaryTotal></{kind}>"
    ).encode()


def cii(
    *, number: str = "F-1", code: str = "380", net: str = "100.00", vat: str = "20.00", gross: str = "120.00", prepaid: str = "",
    payable: str = "", due: str = "20260430", terms: str = "30 jours fin de mois", currency: str = "EUR", issue: str = "20260315",
    seller: str = SIREN, buyer: str = BUYER, instalments: Sequence[tuple[str, str]] = (), credits: str = "", more: str = "",
) -> bytes:  # fmt: skip
    """A CII invoice."""

    def who(role: str, siren: str, name: str) -> str:
        return (
            f'<ram:{role}><ram:Name>{name}</ram:Name><ram:SpecifiedLegalOrganization><ram:ID schemeID="0002">{siren}</ram:ID></ram:SpecifiedLegalOrganization>'
            f"<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>"
            f'<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR44{siren}</ram:ID></ram:SpecifiedTaxRegistration></ram:{role}>'
        )

    def day(text: str) -> str:
        return f'<udt:DateTimeString format="102">{text}</udt:DateTimeString>'

    parts = [(due, "")] if not instalments else list(instalments)
    payment = "".join(
        "<ram:SpecifiedTradePaymentTerms>"
        + (f"<ram:Description>{terms}</ram:Description>" if place == 0 else "")
        + (f"<ram:DueDateDateTime>{day(when)}</ram:DueDateDateTime>" if when else "")
        + (f"<ram:PartialPaymentAmount>{amount}</ram:PartialPaymentAmount>" if amount else "")
        + "</ram:SpecifiedTradePaymentTerms>"
        for place, (when, amount) in enumerate(parts)
    )
    amounts = (
        f'<ram:TaxBasisTotalAmount>{net}</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="{currency}">{vat}</ram:TaxTotalAmount>'
        f"<ram:GrandTotalAmount>{gross}</ram:GrandTotalAmount>"
        + (f"<ram:TotalPrepaidAmount>{prepaid}</ram:TotalPrepaidAmount>" if prepaid else "")
        + f"<ram:DuePayableAmount>{payable or gross}</ram:DuePayableAmount>"
    )
    reference = (
        f"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{credits}</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>"
        if credits
        else ""
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
        'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">'
        f"<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{code}</ram:TypeCode><ram:IssueDateTime>{day(issue)}</ram:IssueDateTime></rsm:ExchangedDocument>"
        f"<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>{who('SellerTradeParty', seller, 'Acier SA')}{who('BuyerTradeParty', buyer, 'Garage du Lac')}"
        "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>"
        f"<ram:InvoiceCurrencyCode>{currency}</ram:InvoiceCurrencyCode><ram:ApplicableTradeTax><ram:RateApplicablePercent>20</ram:RateApplicablePercent>{more}</ram:ApplicableTradeTax>"
        f"{payment}<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{amounts}</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{reference}"
        "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
    ).encode()


def pdf(attachments: dict[str, bytes], name: str = "invoice.pdf", password: str = "") -> SourceFile:
    """A PDF of one empty page with files attached."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    for title, content in attachments.items():
        writer.add_attachment(title, content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return SourceFile(name=name, content=stream.getvalue())
