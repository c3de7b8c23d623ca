"""Bank messages of ISO 20022: statement (camt.053), report within the day (052) and notice of entries (054), any version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from lxml import etree

from data.importers.numbers import AmountError, minor_of
from data.importers.protocol import BankRow, Question, Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.statements import UNNAMED_ACCOUNT, Balance, Statement, read_statements
from data.importers.xml_safety import XmlRefused, local, looks_like_xml, parse_xml
from forecasting.errors import Problem, problem

#: The element of one statement, report or notice, by the element of the message.
_MESSAGES: Final = {"BkToCstmrStmt": "Stmt", "BkToCstmrAcctRpt": "Rpt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
_HEAD: Final = 8_000
_NO_REFERENCE: Final = frozenset({"", "NOTPROVIDED", "NOTPROVIDED.", "NONREF", "N/A"})


class _Faulty(ValueError):
    """A part of a message that cannot be read; `problem` says which and why."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.code)
        self.problem = found


def _at(element: etree._Element, *path: str) -> etree._Element | None:
    """The first element down a path of names, whatever their namespace."""
    found: etree._Element | None = element
    for name in path:
        found = next((child for child in found if local(child) == name), None) if found is not None else None
    return found


def _text(element: etree._Element, *path: str) -> str:
    found = _at(element, *path)
    return " ".join((found.text or "").split()) if found is not None else ""


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if local(child) == name)


def _amount(element: etree._Element, file: str) -> tuple[int, str]:
    """Minor units without a sign and the currency of an element that holds `Amt`."""
    amount = _at(element, "Amt")
    text = (amount.text or "").strip() if amount is not None else ""
    currency = str(amount.attrib.get("Ccy", "")) if amount is not None else ""
    try:
        minor, fraction = minor_of(Decimal(text), currency)
    except (InvalidOperation, AmountError) as error:
        raise _Faulty(
            problem("import.bad_amount", file=file, row=element.sourceline, column="Amt", text=text[:40])
        ) from error
    if fraction or not re.fullmatch("[A-Z]{3}", currency):
        code = "import.fraction_of_cent" if fraction else "import.unknown_currency"
        raise _Faulty(
            problem(code, file=file, row=element.sourceline, column="Amt", text=text[:40] if fraction else currency[:10])
        )
    return minor, currency


def _sign(element: etree._Element) -> int:
    """The direction of an amount. That of a reversal is said by the same word: it needs no turning."""
    return -1 if _text(element, "CdtDbtInd") == "DBIT" else 1


def _day(element: etree._Element | None, file: str) -> date | None:
    """The day of a `BookgDt`, `ValDt` or `Dt`, which holds a date or a moment."""
    if element is None:
        return None
    text = _text(element, "Dt") or _text(element, "DtTm") or (element.text or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _Faulty(
            problem("import.bad_date", file=file, row=element.sourceline, column=local(element), text=text[:40])
        ) from error


def _account(statement: etree._Element) -> str:
    return _text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id") or UNNAMED_ACCOUNT


def _balances(statement: etree._Element, file: str, report: bool) -> tuple[Balance | None, Balance | None, list[str]]:
    """Opening and closing balance as booked, and the currencies of both.

    The opening is OPBD or the closing of the period before (PRCD), the closing is CLBD; in a report within the day, which
    has no closing yet, the balance so far (ITBD). Available and forward balances are no cash.
    """
    found: dict[str, list[tuple[Balance, str]]] = {}
    for element in _all(statement, "Bal"):
        code = _text(element, "Tp", "CdOrPrtry", "Cd") or _text(element, "Tp", "Cd")
        day = _day(_at(element, "Dt"), file)
        if code in {"OPBD", "PRCD", "CLBD", "ITBD"} and day is not None:
            minor, currency = _amount(element, file)
            found.setdefault(code, []).append(
                (Balance(day=day, minor=_sign(element) * minor, row=element.sourceline or 0), currency)
            )
    first = min(found.get("OPBD") or found.get("PRCD") or [], key=lambda b: b[0].day, default=None)
    last = max(found.get("CLBD") or (found.get("ITBD") if report else None) or [], key=lambda b: b[0].day, default=None)
    if report and "CLBD" not in found:
        first = None  # a balance within the day may cover lines of earlier reports: nothing to check it by
    return (first[0] if first else None), (last[0] if last else None), [b[1] for b in (first, last) if b]


def _party(details: etree._Element, incoming: bool) -> tuple[str, str]:
    """Name and account of the other side: who paid where money comes in, who was paid where it goes out."""
    parties = _at(details, "RltdPties")
    if parties is None:
        return "", ""
    role = "Dbtr" if incoming else "Cdtr"
    name = ""
    for path in ((role, "Nm"), (role, "Pty", "Nm"), (f"Ultmt{role}", "Nm"), (f"Ultmt{role}", "Pty", "Nm")):
        name = name or _text(parties, *path)
    account = _text(parties, f"{role}Acct", "Id", "IBAN") or _text(parties, f"{role}Acct", "Id", "Othr", "Id")
    return name, account


def _references(details: etree._Element) -> str:
    """What the payer or the order says: structured reference, document numbers, end-to-end id."""
    found = []
    for block in details.iter("{*}Strd"):
        found += [_text(block, "CdtrRefInf", "Ref")]
        found += [_text(document, "Nb") for document in _all(block, "RfrdDocInf")]
    found.append(_text(details, "Refs", "EndToEndId"))
    return " ".join(dict.fromkeys(r for r in found if r not in _NO_REFERENCE))


def _words(details: etree._Element) -> str:
    texts = [" ".join((e.text or "").split()) for e in details.iter("{*}Ustrd", "{*}AddtlRmtInf")]
    return " ".join(dict.fromkeys(t for t in texts if t)) or _text(details, "AddtlTxInf")


def _parts(entry: etree._Element, minor: int, currency: str, file: str) -> list[tuple[etree._Element | None, int]]:
    """The transactions of an entry with their signed amounts, where these add up to it; else the entry as one."""
    details = list(entry.iter("{*}TxDtls"))
    if len(details) < 2:
        return [(details[0] if details else None, minor)]
    amounts = []
    for detail in details:
        holder = detail if _at(detail, "Amt") is not None else _at(detail, "AmtDtls", "TxAmt")
        if holder is None:
            return [(None, minor)]
        part, part_currency = _amount(holder, file)
        sign = _sign(detail) if _at(detail, "CdtDbtInd") is not None else _sign(entry)
        amounts.append(sign * part)
        if part_currency != currency:
            return [(None, minor)]
    return list(zip(details, amounts, strict=True)) if sum(amounts) == minor else [(None, minor)]


def _rows(entry: etree._Element, account: str, file: str, written: date | None, problems: list[Problem]) -> list[BankRow]:
    """The rows of one entry: one, or one per transaction of a batch. Without a day it has that of the message."""
    unsigned, currency = _amount(entry, file)
    minor = _sign(entry) * unsigned
    value = _day(_at(entry, "ValDt"), file)
    day = _day(_at(entry, "BookgDt"), file) or value
    if day is None:
        if written is None:
            raise _Faulty(problem("import.missing_date", file=file, row=entry.sourceline, column="BookgDt"))
        day = written
        told = problem(
            "import.date_of_message", file=file, row=entry.sourceline, column="BookgDt", severity="warning", text=day
        )
        problems.append(told)
    reference = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    parts = _parts(entry, minor, currency, file)
    rows = []
    for place, (detail, amount) in enumerate(parts, start=1):
        source = detail if detail is not None else entry
        details = [detail] if detail is not None else list(entry.iter("{*}TxDtls"))
        party = next((p for d in details if any(p := _party(d, amount > 0))), ("", ""))
        own = _text(source, "Refs", "AcctSvcrRef") if detail is not None else ""
        rows.append(
            BankRow(
                account_id=account,
                day=day,
                amount_minor=amount,
                source_row=source.sourceline or 0,
                currency=currency,
                value_day=value,
                label=" ".join(t for d in details if (t := _words(d))) or _text(entry, "AddtlNtryInf"),
                reference=" ".join(dict.fromkeys(r for d in details if (r := _references(d)))),
                counterparty=party[0],
                counterparty_account=party[1],
                bank_reference=own or (f"{reference}/{place}" if reference and len(parts) > 1 else reference),
            )
        )
    return rows


def _booked(entry: etree._Element) -> bool:
    """Whether an entry is booked; pending and merely informative ones move no money yet."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    return status in {"BOOK", ""}


def _statement(element: etree._Element, file: str, problems: list[Problem]) -> tuple[Statement, int]:
    """A statement with its booked lines, and how many entries were not booked; what is wrong is added to `problems`."""
    account = _account(element)
    rows: list[BankRow] = []
    entries = pending = 0
    written = _day(_at(element, "CreDtTm"), file) if _text(element, "CreDtTm") else None
    for entry in _all(element, "Ntry"):
        if not _booked(entry):
            pending += 1
            continue
        entries += 1
        try:
            rows += _rows(entry, account, file, written, problems)
        except _Faulty as error:
            problems.append(error.problem)
    opening = closing = None
    currencies = [row.currency for row in rows] + [_text(element, "Acct", "Ccy")]
    try:
        opening, closing, more = _balances(element, file, report=local(element) == "Rpt")
        currencies += more
    except _Faulty as error:
        problems.append(error.problem)
    known = list(dict.fromkeys(c for c in currencies if c))
    if len(known) > 1:
        problems.append(problem("import.several_currencies", file=file, row=element.sourceline, found=", ".join(known)))
    statement = Statement(
        account_id=account,
        currency=known[0] if known else "EUR",
        lines=tuple(rows),
        opening=opening,
        closing=closing,
        source_lines=entries,
    )
    return statement, pending


class Camt:
    """Reads bank messages of ISO 20022."""

    format = "camt"

    def recognise(self, file: SourceFile) -> float:
        """The element of the message stands near the beginning."""
        if not looks_like_xml(file.content):
            return 0.0
        head = file.content[:_HEAD].replace(b"\x00", b"")
        return 0.95 if any(name.encode() in head for name in _MESSAGES) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Lines and balances of every statement; refused as a whole where one of them does not add up."""
        try:
            root = parse_xml(file.content)
        except XmlRefused as error:
            return refused(file.name, self.format, error.code, row=error.row)
        problems: list[Problem] = []
        statements = []
        pending = 0
        for message, part in _MESSAGES.items():
            for element in root.iter(f"{{*}}{message}"):
                for holder in _all(element, part):
                    statement, waiting = _statement(holder, file.name, problems)
                    statements.append(statement)
                    pending += waiting
        notes = [Question(code="import.note.pending_entries", values=(("count", str(pending)),))] if pending else []
        if any(True for _ in root.iter("{*}Ntfctn")):
            notes.append(Question(code="import.note.notification"))
        return read_statements(statements, file.name, self.format, problems, notes)
