"""Books of ISACOMPTA and payroll entries of ISAPAYE: records of fixed width that begin with a key of six letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from data.importers.entry_files import EntryLine, read_entry_lines
from data.importers.magic import kind_of_bytes
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused

#: Where the fields of each record stand, from and to, counted from 0.
_LAYOUT: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "VER   ": {"encoding": (48, 49)},
    "EXO   ": {"currency": (35, 38)},
    "CPT   ": {"account": (6, 16), "name": (16, 46)},
    "JOU   ": {"journal": (6, 8), "name": (8, 38), "type": (38, 40)},
    "ECR   ": {
        "journal": (6, 8), "day": (8, 16), "piece": (16, 24), "label": (24, 54), "piece_day": (54, 62), "entry": (79, 90),
        "destroyed": (119, 120),
    },
    "MVT   ": {"account": (6, 16), "label": (16, 46), "debit": (46, 59), "credit": (59, 72), "lettered": (106, 107), "letter": (107, 110)},
    "ECHMVT": {"due": (29, 37)},
}  # fmt: skip
_KEYS: Final = frozenset(
    {*_LAYOUT, "DOS   ", "TIERS ", "TVA   ", "ANA   ", "ANACPT", "ANAMVT", "CREDOS", "RMQDEB", "RMQFIN", "ANAREP"}
)


def _record(line: str) -> Mapping[str, str]:
    layout = _LAYOUT.get(line[:6], {})
    return {name: line[start:stop].strip() for name, (start, stop) in layout.items()}


def _text(content: bytes) -> str:
    """The text: the first record says whether it is in the DOS page or in that of Windows."""
    dos = content[48:49] == b"0"
    return content.decode("cp850" if dos else "cp1252", "replace")


def _lines(text: str) -> Iterator[EntryLine]:
    """The lines of every entry that was not destroyed, with the names of journals and accounts and the first due date."""
    journals: dict[str, str] = {}
    accounts: dict[str, str] = {}
    entry: Mapping[str, str] = {}
    waiting: EntryLine | None = None
    number = 0
    for row, line in enumerate(text.splitlines(), start=1):
        key, said = line[:6], _record(line)
        if key == "JOU   ":
            opening = " à nouveau" if said["type"] == "an" else ""
            journals[said["journal"]] = said["name"] + opening
        elif key == "CPT   ":
            accounts[said["account"]] = said["name"]
        elif key == "ECHMVT" and waiting is not None:
            waiting = EntryLine(waiting.row, {"due": said["due"], **waiting.said})
        elif key in {"ECR   ", "MVT   "}:
            if waiting is not None:
                yield waiting
            waiting = None
            if key == "ECR   ":
                entry, number = said, number + 1
            elif entry.get("destroyed") != "1":
                waiting = EntryLine(row, _entry_line(entry, number, said, journals, accounts))
    if waiting is not None:
        yield waiting


def _entry_line(
    entry: Mapping[str, str], number: int, said: Mapping[str, str], journals: Mapping[str, str], accounts: Mapping[str, str]
) -> dict[str, str]:
    journal = entry.get("journal", "")
    return {
        "journal": journal,
        "journal_name": journals.get(journal, ""),
        "entry": str(number),
        "day": entry.get("day", ""),
        "piece": entry.get("piece", ""),
        "piece_day": entry.get("piece_day", ""),
        "account": said["account"],
        "account_name": accounts.get(said["account"], ""),
        "label": said["label"] or entry.get("label", ""),
        "debit": said["debit"] or "0",
        "credit": said["credit"] or "0",
        "letter": said["letter"] if said["lettered"] in {"1", "2"} else "",
    }


class Isacompta:
    """Reads ISACOMPTA and ISAPAYE exports."""

    format = "isacompta"

    def recognise(self, file: SourceFile) -> float:
        """The first record is the version, and every line begins with a known key."""
        if kind_of_bytes(file.content) or not file.content.startswith(b"VER   "):
            return 0.0
        head = _text(file.content[:20_000]).splitlines()[:40]
        known = sum(line[:6] in _KEYS for line in head)
        return 0.95 if known >= 0.8 * len([line for line in head if line.strip()]) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Open items with their due dates, payment history and bank balances of the entries."""
        text = _text(file.content)
        lines = list(_lines(text))
        if not lines:
            return refused(file.name, self.format, "import.no_rows")
        year = next((_record(line) for line in text.splitlines() if line.startswith("EXO   ")), {})
        currency = year.get("currency", "")
        return read_entry_lines(
            lines,
            options,
            file.name,
            self.format,
            date_order="dmy",
            decimal=",",
            sided=False,
            currency=currency if len(currency) == 3 else "",
        )
