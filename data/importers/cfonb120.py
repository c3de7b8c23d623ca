"""French bank statements CFONB 120: records of 120 characters, opening (01), lines (04, 05) and closing (07)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from data.importers.datestyles import DateError, read_date
from data.importers.encoding import decode
from data.importers.magic import looks_binary
from data.importers.protocol import BankRow, Reading, ReadOptions, SourceFile
from data.importers.statements import Balance, Statement, read_statements
from forecasting.errors import Problem, problem
from forecasting.money import Currency

_LENGTH: Final = 120
#: The last digit of an amount carries its sign: { and A to I are +0 to +9, } and J to R are -0 to -9.
_POSITIVE: Final = "{ABCDEFGHI"
_NEGATIVE: Final = "}JKLMNOPQR"
_RECORD: Final = re.compile(r"0[1457][0-9A-Z]{5}")
_AMOUNT: Final = re.compile(r"[0-9 ]{13}[{}A-R0-9]")

#: Complements of a line (record 05) by what they say; the rest is wording.
_NAMES: Final = ("NPY", "NBE", "NPO", "NBU")
_REFERENCES: Final = ("RCN", "REF", "RUM", "RET", "LC2")
_ACCOUNTS: Final = ("IPY", "IBE", "CPY", "CBE")
_WORDS: Final = ("LIB", "LCC", "LCS", "LC2", "RCN")


class _Faulty(ValueError):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code, self.text = code, text


@dataclass(slots=True)
class _Draft:
    """A statement while its records are read; `closed` once record 07 has come."""

    account: str
    currency: str
    opening: Balance | None
    row: int
    lines: list[BankRow] = field(default_factory=list)
    closing: Balance | None = None


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Every record with its place; files without line ends are cut every 120 characters."""
    lines = text.splitlines()
    if len(lines) == 1 and len(lines[0]) > _LENGTH:
        lines = [lines[0][i : i + _LENGTH] for i in range(0, len(lines[0]), _LENGTH)]
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line.ljust(_LENGTH)


def amount_of(field_text: str, decimals: str, currency: str) -> int:
    """Minor units of a signed amount of 14 characters, written with the decimals that the record says.

    >>> amount_of("0000000001904}", "2", "EUR")
    -19040
    """
    text = field_text.strip().rjust(14, "0")
    if not _AMOUNT.fullmatch(text):
        raise _Faulty("import.bad_amount", field_text.strip())
    last = text[-1]
    digit = _POSITIVE.find(last) if last in _POSITIVE else _NEGATIVE.find(last) if last in _NEGATIVE else int(last)
    whole = int(text[:-1].replace(" ", "0")) * 10 + digit
    shift = Currency(currency).exponent - (int(decimals) if decimals.isdigit() else 2)
    if shift < 0 and whole % 10**-shift:
        raise _Faulty("import.fraction_of_cent", field_text.strip())
    scaled = int(whole * 10**shift if shift >= 0 else whole // 10**-shift)
    return -scaled if last in _NEGATIVE else scaled


def _balance(record: str, row: int) -> Balance:
    try:
        day = read_date(record[34:40], "dmy")
    except DateError as error:
        raise _Faulty(f"import.{error.fault}", record[34:40].strip()) from error
    return Balance(day=day, minor=amount_of(record[90:104], record[19], record[16:19]), row=row)


def _line(record: str, row: int, draft: _Draft) -> BankRow:
    try:
        day = read_date(record[34:40], "dmy")
        value = read_date(record[42:48], "dmy") if record[42:48].strip() else None
    except DateError as error:
        raise _Faulty(f"import.{error.fault}", record[34:48].strip()) from error
    entry = record[81:88].strip("0 ")
    return BankRow(
        account_id=draft.account,
        day=day,
        amount_minor=amount_of(record[90:104], record[19], record[16:19]),
        source_row=row,
        currency=draft.currency,
        value_day=value,
        label=" ".join(record[48:79].split()),
        reference=record[104:120].strip() or entry,
    )


def _complemented(line: BankRow, record: str) -> BankRow:
    """A line with one complement: the other side's name or account, a reference, or more wording."""
    kind, text = record[45:48], " ".join(record[48:118].split())
    if not text:
        return line
    if kind in _NAMES:
        return replace(line, counterparty=line.counterparty or text)
    if kind in _ACCOUNTS:
        return replace(line, counterparty_account=line.counterparty_account or text.split()[0])
    if kind in _REFERENCES and not line.reference:
        line = replace(line, reference=record[48:83].strip())
    return replace(line, label=f"{line.label} {text}".strip()) if kind in _WORDS else line


class _Reading:
    """Gathers statements record by record; every fault is kept with its row."""

    def __init__(self, file: str, currency: str) -> None:
        self.file, self.currency = file, currency
        self.drafts: list[_Draft] = []
        self.problems: list[Problem] = []
        self._open: _Draft | None = None

    def take(self, row: int, record: str) -> None:
        """One record."""
        kind = record[:2]
        try:
            if kind == "01":
                self._begin(row, record)
            elif kind == "04":
                draft = self._open or self._begin(row, record, opened=False)
                draft.lines.append(_line(record, row, draft))
            elif kind == "05" and self._open and self._open.lines:
                self._open.lines[-1] = _complemented(self._open.lines[-1], record)
            elif kind == "07":
                self._close(row, record)
            elif kind != "05":
                raise _Faulty("import.cfonb_record", record[:20].strip())
        except _Faulty as error:
            self.problems.append(problem(error.code, file=self.file, row=row, text=error.text))

    def _begin(self, row: int, record: str, opened: bool = True) -> _Draft:
        if self._open is not None:
            self._incomplete(self._open)
        account = f"{record[2:7]}{record[11:16]}{record[21:32]}".replace(" ", "")
        draft = _Draft(account=account, currency=record[16:19].strip() or self.currency, opening=None, row=row)
        self.drafts.append(draft)
        self._open = draft
        if opened:
            draft.opening = _balance(record, row)
        return draft

    def _close(self, row: int, record: str) -> None:
        draft = self._open or self._begin(row, record, opened=False)
        self._open = None
        draft.closing = _balance(record, row)
        if record[21:32] != draft.account[-11:] and not draft.account.endswith(record[21:32].strip()):
            raise _Faulty("import.cfonb_account", record[21:32].strip())
        if draft.opening is None:
            self._incomplete(draft)

    def _incomplete(self, draft: _Draft) -> None:
        self.problems.append(problem("import.statement_incomplete", file=self.file, row=draft.row))

    def finish(self) -> None:
        """A statement that nothing closed is incomplete."""
        if self._open is not None:
            self._incomplete(self._open)


class Cfonb120:
    """Reads CFONB 120 statements."""

    format = "cfonb120"

    def recognise(self, file: SourceFile) -> float:
        """Records that begin with their number and a bank code and carry an amount at its place."""
        if looks_binary(file.content):
            return 0.0
        found = [record for _, (_, record) in zip(range(20), _records(decode(file.content[:8_000]).text), strict=False)]
        records = [r for r in found if _RECORD.match(r) and len(r) <= _LENGTH + 2]
        amounts = [r for r in records if r[:2] in {"01", "04", "07"} and _AMOUNT.fullmatch(r[90:104])]
        return 0.95 if found and len(records) >= 0.8 * len(found) and amounts else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Lines and balances of every account; refused as a whole where one of them does not add up."""
        reading = _Reading(file.name, options.currency)
        for row, record in _records(decode(file.content).text):
            reading.take(row, record)
        reading.finish()
        statements = [
            Statement(account_id=d.account, currency=d.currency, lines=tuple(d.lines), opening=d.opening, closing=d.closing)
            for d in reading.drafts
        ]
        return read_statements(statements, file.name, self.format, reading.problems)
