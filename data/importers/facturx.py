"""PDF invoices that carry their data inside (Factur-X, ZUGFeRD, XRechnung): the attached XML is what counts."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from data.importers.cii import Cii
from data.importers.magic import kind_of_bytes
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.ubl import Ubl
from data.importers.xml_documents import OtherXml

#: Names under which the data are attached, the surest first.
_NAMES: Final = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "cii.xml", "ubl.xml")
_ATTACHMENT_LIMIT: Final = 30 * 1024 * 1024
_NODE_LIMIT: Final = 2_000

# The library warns about every slip of a PDF on the log; a slip that matters becomes a problem here.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class _PdfRefused(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value


def _specifications(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """The file specifications of a document: its name tree of embedded files, then its associated files."""
    waiting = [_resolved(_resolved(root.get("/Names", {})).get("/EmbeddedFiles"))]
    seen = 0
    while waiting and seen < _NODE_LIMIT:
        node = waiting.pop(0)
        seen += 1
        if not isinstance(node, DictionaryObject):
            continue
        names = _resolved(node.get("/Names", ArrayObject()))
        yield from (s for s in map(_resolved, names[1::2]) if isinstance(s, DictionaryObject))
        waiting += [_resolved(kid) for kid in _resolved(node.get("/Kids", ArrayObject()))]
    associated = _resolved(root.get("/AF", ArrayObject()))
    yield from (s for s in map(_resolved, associated) if isinstance(s, DictionaryObject))


def _attached(specification: DictionaryObject) -> tuple[str, bytes] | None:
    """The name and bytes of an attached file."""
    name = str(specification.get("/UF") or specification.get("/F") or "")
    embedded = _resolved(specification.get("/EF"))
    stream = _resolved(embedded.get("/F") or embedded.get("/UF")) if isinstance(embedded, DictionaryObject) else None
    if not isinstance(stream, StreamObject):
        return None
    content = stream.get_data()
    return name, content if isinstance(content, bytes) else content.encode()


def attached_xml(content: bytes) -> tuple[str, bytes]:
    """The XML that a PDF carries, with its name; refused where it is locked, broken or carries none."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _PdfRefused("import.pdf_locked")
        root = _resolved(reader.trailer["/Root"])
        found = [a for s in _specifications(root) if (a := _attached(s)) and a[0].lower().endswith(".xml")]
    except _PdfRefused:
        raise
    except (
        PyPdfError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        NotImplementedError,
        RecursionError,
    ) as error:
        raise _PdfRefused("import.pdf_broken") from error
    found = [a for a in found if len(a[1]) <= _ATTACHMENT_LIMIT]
    if not found:
        raise _PdfRefused("import.pdf_without_data")
    order = {name: place for place, name in enumerate(_NAMES)}
    return min(found, key=lambda a: order.get(a[0].lower(), len(order)))


class FacturX:
    """Reads the XML inside a PDF."""

    format = "facturx"

    def recognise(self, file: SourceFile) -> float:
        """Any PDF: one without data is refused with that reason."""
        return 0.95 if kind_of_bytes(file.content) == "pdf" else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The invoice of the attached XML, under the name of the PDF."""
        try:
            _, content = attached_xml(file.content)
        except _PdfRefused as error:
            return refused(file.name, self.format, error.code, rejected=1)
        inner = SourceFile(name=file.name, content=content)
        for importer in (Cii(), Ubl()):
            if importer.recognise(inner):
                return replace(importer.read(inner, options), format=self.format)
        return replace(OtherXml().read(inner, options), format=self.format)
