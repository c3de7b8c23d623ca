"""XML documents by the name of their first element: what they are, and why those that are no invoices are refused."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from data.importers.encoding import decode
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.xml_safety import XmlRefused, local, looks_like_xml, parse_xml

_ROOT: Final = re.compile(r"<(?:([\w.-]+):)?([A-Za-z_][\w.-]*)((?:\s[^<>]*)?)/?>")
_HEAD: Final = 20_000

#: What documents are, by their first element; those of order processes, deliveries, statuses and reminders.
_KINDS: Final = {
    "SCRDMCCBDACIOMessageStructure": "order",
    "Order": "order",
    "OrderChange": "order",
    "OrderResponse": "order",
    "OrderResponseSimple": "order",
    "OrderCancellation": "order",
    "Quotation": "quote",
    "RequestForQuotation": "quote",
    "Catalogue": "catalogue",
    "DespatchAdvice": "despatch",
    "ReceiptAdvice": "despatch",
    "SCRDMCCBDADAMessageStructure": "despatch",
    "ApplicationResponse": "status",
    "CrossDomainAcknowledgementAndResponse": "status",
    "Reminder": "reminder",
    "Statement": "reminder",
    "SelfBilledInvoice": "other",
}


def root_name(content: bytes) -> tuple[str, str]:
    """The local name and namespace of the first element, read without opening the document; "" where there is none."""
    if not looks_like_xml(content):
        return "", ""
    text = re.sub(
        r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", " ", decode(content[:_HEAD]).text, flags=re.DOTALL
    )
    found = _ROOT.search(text)
    if not found:
        return "", ""
    prefix, name, attributes = found.groups()
    declared = re.search(rf'xmlns{":" + re.escape(prefix) if prefix else ""}\s*=\s*["\']([^"\']*)["\']', attributes)
    return name, declared.group(1) if declared else ""


def refusal_of(root: etree._Element, file: str) -> Reading:
    """The refusal of a document that is no invoice, by name."""
    return _refusal(local(root), file)


def _refusal(name: str, file: str) -> Reading:
    kind = _KINDS.get(name, "other")
    return refused(file, "xml", f"import.document_{kind}", row=1, rejected=1, text=name)


class OtherXml:
    """Names XML documents that are none of ours, instead of calling them unreadable."""

    format = "xml"

    def recognise(self, file: SourceFile) -> float:
        """Any XML; every format of ours is surer of its own."""
        return 0.4 if looks_like_xml(file.content) and root_name(file.content)[0] else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The refusal, by the name of the document or by what is wrong in it."""
        try:
            root = parse_xml(file.content)
        except XmlRefused as error:
            return refused(file.name, self.format, error.code, row=error.row)
        return refusal_of(root, file.name)
