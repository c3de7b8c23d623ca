"""SWIFT MT940 statements as banks write them: fields between colons, balances, lines and their wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from data.importers.datestyles import DateError, read_date
from data.importers.encoding import decode
from data.importers.magic import looks_binary
from data.importers.numbers import AmountError, minor_of
from data.importers.protocol import BankRow, Reading, ReadOptions, SourceFile
from data.importers.statements import UNNAMED_ACCOUNT, Balance, Statement, read_statements
from forecasting.errors import Problem, problem

_FIELD: Final = re.compile(r"^:(\d{2}[A-Z]?):(.*)$")
_BALANCE: Final = re.compile(r"([CD])\s*(\d{6})\s*([A-Z]{3})\s*([\d.,\s]+)")
_LINE: Final = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<sign>R?[CD]|E[CD])(?P<funds>[A-Z])?\s*(?P<amount>\d[\d.]*(?:,\d*)?)\s*(?P<type>[A-Z][A-Z0-9]{3})?(?P<rest>.*)",
    re.DOTALL,
)
_TAGS: Final = re.compile(rb"(?m)^:(?:20|25|28C?|60[FM]|61|62[FM]|86):")
_STRUCTURED: Final = re.compile(r"[?>](\d{2})")
_SEPA: Final = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|IBAN|BIC)\+")
_SLASHED: Final = re.compile(r"/(EREF|NAME|REMI|IBAN|BENM|ORDP|ISDT|MARF|CSID|TRCD|PREF|BIC|ADDR|ID|SVCL|KREF|TRTP)/")
_NO_REFERENCE: Final = frozenset({"", "NONREF", "NOTPROVIDED", "NOREF", "EREF", "KREF+", "PREF", "MARF"})


@dataclass(slots=True)
class _Draft:
    """A statement while its fields are read."""

    row: int
    account: str = ""
    currency: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    lines: list[BankRow] = field(default_factory=list)
    fields: int = 0


def _fields(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Every field with its row, tag and lines; what stands between statements ends the field before it."""
    row, tag, lines = 0, "", list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip().removeprefix("{4:").strip()
        found = _FIELD.match(bare)
        if found:
            if tag:
                yield row, tag, lines
            row, tag, lines = number, found.group(1), [found.group(2)]
        elif bare in {"-", "-}"} or bare.startswith(("-}", "-XXX", "{1:", "{5:")):
            if tag:
                yield row, tag, lines
            tag = ""
        elif tag:
            lines.append(line.rstrip())
    if tag:
        yield row, tag, lines


def _minor(text: str, currency: str) -> int:
    """Minor units of "1234,5", "1234," or "000000001234,56"; AmountError where it is none."""
    plain = re.sub(r"\s", "", text).replace(".", "" if "," in text else ".").replace(",", ".").rstrip(".")
    if not re.fullmatch(r"\d+(?:\.\d*)?", plain):
        raise AmountError("bad_amount")
    minor, fraction = minor_of(Decimal(plain), currency)
    if fraction:
        raise AmountError("bad_amount")
    return minor


def _balance(row: int, text: str, file: str) -> tuple[Balance, str] | Problem:
    found = _BALANCE.fullmatch(text.strip())
    if not found:
        return problem("import.mt940_field", file=file, row=row, text=text[:40])
    sign, day, currency, amount = found.groups()
    try:
        minor = _minor(amount, currency)
        return Balance(day=read_date(day, "ymd"), minor=minor if sign == "C" else -minor, row=row), currency
    except (AmountError, DateError) as error:
        return problem(f"import.{error.fault}", file=file, row=row, text=text[:40])


def _entry_day(value: date, text: str | None) -> date:
    """The booking day, given as month and day beside the value day: in the year that brings the two closest."""
    if not text:
        return value
    candidates = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            candidates.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    nearest = min(candidates, key=lambda d: abs(d - value), default=value)
    return nearest if abs(nearest - value) <= timedelta(days=183) else value


def _line(row: int, lines: list[str], draft: _Draft, file: str) -> BankRow | Problem:
    """A `:61:` field as a row still without its wording."""
    text = "\n".join(lines)
    found = _LINE.match(text)
    if not found:
        return problem("import.mt940_field", file=file, row=row, text=text[:40])
    try:
        minor = _minor(found["amount"], draft.currency)
        value = read_date(found["value"], "ymd")
    except (AmountError, DateError) as error:
        return problem(f"import.{error.fault}", file=file, row=row, text=text[:40])
    # A reversed credit (RC) takes money away, a reversed debit (RD) gives it back.
    incoming = found["sign"] in {"C", "RD", "EC"}
    first, _, more = found["rest"].partition("\n")
    reference, _, bank_reference = first.partition("//")
    own = reference.strip()
    return BankRow(
        account_id=draft.account or UNNAMED_ACCOUNT,
        day=_entry_day(value, found["entry"]),
        amount_minor=minor if incoming else -minor,
        source_row=row,
        currency=draft.currency or "EUR",
        value_day=value,
        label=" ".join(more.split()),
        reference="" if own.split()[:1] == ["NONREF"] or own in _NO_REFERENCE else " ".join(own.split()),
        bank_reference="" if bank_reference.strip() in _NO_REFERENCE else bank_reference.strip(),
    )


def _pieces(text: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """A text cut at its marks, by mark; repeated marks are joined."""
    marks = list(pattern.finditer(text))
    found: dict[str, str] = {}
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        found[mark.group(1)] = found.get(mark.group(1), "") + text[mark.end() : end]
    return found


def _wording(lines: list[str]) -> tuple[str, str, str, str]:
    """Label, reference, name and account of the other side, of a `:86:` field in the dialects of German, Dutch and Swiss banks."""
    joined = "".join(lines) if _STRUCTURED.search("".join(lines)) or _SLASHED.search("".join(lines)) else " ".join(lines)
    if len(_STRUCTURED.findall(joined)) >= 2:
        parts = _pieces(joined, _STRUCTURED)
        words = "".join(parts.get(f"{n:02d}", "") for n in (*range(20, 30), *range(60, 64)))
        sepa = _pieces(words, _SEPA)
        label = sepa.get("SVWZ") or words or parts.get("00", "")
        name = " ".join(f"{parts.get('32', '')} {parts.get('33', '')}".split())
        reference = sepa.get("EREF") or sepa.get("KREF") or ""
        return " ".join(label.split()), " ".join(reference.split()), name, parts.get("31", "").strip()
    if len(_SLASHED.findall(joined)) >= 2:
        parts = _pieces(joined, _SLASHED)
        label = parts.get("REMI", "").strip("/ ") or joined
        return (
            " ".join(label.split()),
            parts.get("EREF", "").strip("/ "),
            " ".join(parts.get("NAME", "").split()),
            parts.get("IBAN", "").strip("/ "),
        )
    named = re.search(r"NAAM:\s*([^/]+)", joined)
    account = re.search(r"REK:\s*(\w+)", joined)
    return " ".join(joined.split()), "", named.group(1).strip() if named else "", account.group(1) if account else ""


def _with_wording(row: BankRow, lines: list[str]) -> BankRow:
    label, reference, name, account = _wording(lines)
    # Some banks repeat the field: their wordings follow each other.
    return replace(
        row,
        label=" ".join(f"{row.label} {label}".split()),
        reference=row.reference or reference,
        counterparty=row.counterparty or name,
        counterparty_account=row.counterparty_account or account,
    )


def _drafts(text: str, file: str, problems: list[Problem]) -> list[_Draft]:
    """The statements of a file; what is wrong is added to `problems`."""
    drafts: list[_Draft] = []
    after_line = False
    for row, tag, lines in _fields(text):
        starts = tag == "20" or not drafts or (tag == "60F" and drafts[-1].opening is not None)
        if starts:
            drafts.append(_Draft(row))
        draft = drafts[-1]
        draft.fields += 1
        if tag in {"25", "25P"}:
            draft.account = "".join(lines[0].split())
        elif tag[:2] in {"60", "62"}:
            found = _balance(row, lines[0], file)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                balance, draft.currency = found
                draft.opening, draft.closing = (balance, draft.closing) if tag[:2] == "60" else (draft.opening, balance)
            after_line = False
        elif tag == "61":
            line = _line(row, lines, draft, file)
            after_line = isinstance(line, BankRow)
            if isinstance(line, BankRow):
                draft.lines.append(line)
            else:
                problems.append(line)
        elif tag == "86" and after_line and draft.lines:
            draft.lines[-1] = _with_wording(draft.lines[-1], lines)
    return drafts


def _incomplete(draft: _Draft, file: str) -> Problem | None:
    """A statement without account, or with neither a balance before and after nor a line, says nothing that can be used."""
    bare = not draft.lines and (draft.opening is None or draft.closing is None)
    if bare or not draft.account or (draft.opening is None and draft.closing is None):
        return problem("import.statement_incomplete", file=file, row=draft.row)
    return None


class Mt940:
    """Reads MT940 statements."""

    format = "mt940"

    def recognise(self, file: SourceFile) -> float:
        """Fields between colons at the beginning of lines; one alone is a fragment that nobody else knows."""
        if looks_binary(file.content):
            return 0.0
        found = {match[1:3] for match in _TAGS.findall(file.content[:200_000])}
        return 0.95 if len(found) >= 4 else 0.6 if found else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Lines and balances of every statement; refused as a whole where one of them does not add up."""
        problems: list[Problem] = []
        drafts = _drafts(decode(file.content).text, file.name, problems)
        problems += [p for d in drafts if (p := _incomplete(d, file.name))]
        statements = [
            Statement(
                account_id=d.account or UNNAMED_ACCOUNT,
                currency=d.currency or options.currency,
                lines=tuple(d.lines),
                opening=d.opening,
                closing=d.closing,
            )
            for d in drafts
        ]
        return read_statements(statements, file.name, self.format, problems)
