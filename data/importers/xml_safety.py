"""XML opened with suspicion: no document type, no entities, no network, bounded depth and size."""

from __future__ import annotations

import io
import re
from typing import Final

from lxml import etree

from data.importers.limits import XML_DEPTH_LIMIT, XML_ELEMENT_LIMIT

_PROLOG: Final = 4_096
_DOCTYPE: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODED_DOCTYPE: Final = tuple("<!DOCTYPE".encode(e) for e in ("utf-16-le", "utf-16-be"))


class XmlRefused(ValueError):
    """A document that is not opened; `code` is the problem's, `row` the line of the text where it breaks."""

    def __init__(self, code: str, row: int | None = None) -> None:
        super().__init__(code)
        self.code, self.row = code, row


def looks_like_xml(content: bytes) -> bool:
    """Whether a file begins as XML does, in any usual encoding."""
    head = content[:_PROLOG].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return bool(re.match(rb"<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])", head))


def parse_xml(content: bytes) -> etree._Element:
    """The root of a document; XmlRefused where it declares a document type, nests too deep, is too large or broken.

    A document type is refused whatever it says: no format of ours has one, and every expansion attack needs one.
    """
    if _DOCTYPE.search(content) or any(mark in content for mark in _ENCODED_DOCTYPE):
        raise XmlRefused("import.xml_doctype")
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = elements = 0
    root: etree._Element | None = None
    stream = io.BytesIO(content.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n"))
    try:
        while chunk := stream.read(1 << 18):
            parser.feed(chunk)
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                elements += event == "start"
                root = element if root is None else root
                if depth > XML_DEPTH_LIMIT:
                    raise XmlRefused("import.xml_too_deep")
                if elements > XML_ELEMENT_LIMIT:
                    raise XmlRefused("import.xml_too_large")
        parser.close()
    except etree.XMLSyntaxError as error:
        deep = "depth" in str(error).lower()
        raise XmlRefused("import.xml_too_deep" if deep else "import.xml_broken", error.lineno) from error
    if root is None:
        raise XmlRefused("import.xml_broken")
    return root


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
