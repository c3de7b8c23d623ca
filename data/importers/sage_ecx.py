"""Books that Sage exports as XML (ECX): journals, pieces and lines whose fields are attributes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from data.importers.datestyles import guess_order
from data.importers.entry_files import EntryLine, read_entry_lines
from data.importers.numbers import guess_decimal
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.xml_documents import root_name
from data.importers.xml_safety import XmlRefused, parse_xml


def _say(element: etree._Element, *names: str) -> str:
    """The first attribute of several that is given."""
    return next((str(element.attrib[n]).strip() for n in names if str(element.attrib.get(n, "")).strip()), "")


def _lines(root: etree._Element) -> Iterator[EntryLine]:
    """The lines of every piece; those that carry the year forward (state 8 on its first day) are opening entries."""
    names = {_say(e, "COMPTE"): _say(e, "NOM") for e in root.iter("COMPTE")}
    information = next(iter(root.iter("INFORMATION")), None)
    first_day = _say(information, "PERIODEDEBUTN") if information is not None else ""
    number = 0
    for journal in root.iter("JOURNAL"):
        for piece in journal.iter("PIECE"):
            number += 1
            day = _say(piece, "DATEECR", "DATE")
            opens = _say(piece, "ETAT") == "8" and bool(first_day) and day == first_day
            for line in piece.iter("LIGNE"):
                account = _say(line, "COMPTE")
                yield EntryLine(
                    line.sourceline or 0,
                    {
                        "journal": _say(journal, "CODE"),
                        "journal_name": "A nouveaux" if opens else _say(journal, "NOM"),
                        "entry": str(number),
                        "day": day,
                        "piece": _say(line, "REFERENCE", "REFPIECE", "NUMPIECE")
                        or _say(piece, "REFERENCE", "REFPIECE", "NUMPIECE", "NUMERO"),
                        "account": account,
                        "account_name": names.get(account, ""),
                        "label": _say(line, "LIBMANU", "LIBELLE") or _say(piece, "LIBELLE"),
                        "amount": _say(line, "MONTANTREF", "MONTANT"),
                        "direction": "C" if _say(line, "SENS") in {"-1", "C"} else "D",
                        "letter": _say(line, "LETTRAGE", "LETTRE", "CODELETTRAGE"),
                        "due": _say(line, "ECHEANCE", "DATEECHEANCE", "DATEECH"),
                    },
                )


class SageEcx:
    """Reads ECX files."""

    format = "sage_ecx"

    def recognise(self, file: SourceFile) -> float:
        """XML with journals, pieces and lines."""
        if not root_name(file.content)[0]:
            return 0.0
        parts = (b"<JOURNAL", b"<PIECE", b"<LIGNE")
        return 0.93 if all(part in file.content for part in parts) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Open items, payment history and bank balances of the entries."""
        try:
            root = parse_xml(file.content)
        except XmlRefused as error:
            return refused(file.name, self.format, error.code, row=error.row)
        lines = list(_lines(root))
        if not lines:
            return refused(file.name, self.format, "import.no_rows")
        decimal, _ = guess_decimal(line.said["amount"] for line in lines[:500])
        order, _ = guess_order(line.said["day"] for line in lines[:500])
        return read_entry_lines(
            lines, options, file.name, self.format, date_order=order or "dmy", decimal=decimal or ".", sided=True
        )
