"""OFX statements, version 1 (SGML with open tags) and 2 (XML): lines and the balance at their end."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from data.importers.datestyles import DateError, read_date
from data.importers.encoding import decode
from data.importers.magic import looks_binary
from data.importers.numbers import AmountError, guess_decimal, minor_of, read_amount
from data.importers.protocol import BankRow, Reading, ReadOptions, SourceFile
from data.importers.refusals import refused
from data.importers.statements import UNNAMED_ACCOUNT, Balance, Statement, read_statements
from forecasting.errors import Problem, problem

_TAG: Final = re.compile(r"<(/?)([A-Za-z0-9_.]+)\s*/?>([^<]*)")
_HEAD: Final = 4_000
_DEPTH_LIMIT: Final = 60
_STATEMENTS: Final = ("STMTRS", "CCSTMTRS")
#: Statements of securities: their lines are trades and no cash.
_INVESTMENTS: Final = ("INVSTMTRS",)


@dataclass(slots=True)
class _Node:
    """An element: its text where it is a leaf, else its children; `row` is the line of the file."""

    name: str
    row: int
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    def first(self, *path: str) -> _Node | None:
        """The first element down a path of names."""
        found: _Node | None = self
        for name in path:
            found = next((c for c in found.children if c.name == name), None) if found else None
        return found

    def say(self, *path: str) -> str:
        """The text of an element down a path, "" where it is absent."""
        found = self.first(*path)
        return found.text if found else ""

    def walk(self) -> Iterator[_Node]:
        """This element and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def _tree(text: str) -> _Node:
    """The elements of a file. In version 1 an element with text closes itself; others end with their closing tag."""
    root = _Node("", 0)
    open_nodes = [root]
    row, at = 1, 0
    for found in _TAG.finditer(text):
        row += text.count("\n", at, found.start())
        at = found.start()
        closing, name, content = found.group(1), found.group(2).upper(), html.unescape(found.group(3)).strip()
        if closing:
            for place in range(len(open_nodes) - 1, 0, -1):
                if open_nodes[place].name == name:
                    del open_nodes[place:]
                    break
            continue
        node = _Node(name, row, content)
        open_nodes[-1].children.append(node)
        if not content and not found.group(0).rstrip().endswith("/>") and len(open_nodes) < _DEPTH_LIMIT:
            open_nodes.append(node)
    return root


def _day(text: str) -> date:
    """The day of "20260331", "20260331120000.000[-5:EST]" or "2026-03-31"; DateError where it is none."""
    digits = text[:8]
    return read_date(digits if digits.isdigit() else text[:10], "ymd")


def _minor(text: str, currency: str) -> int:
    """Minor units of an amount with a point or a comma; AmountError where it is none."""
    mark, _ = guess_decimal([text])
    minor, fraction = minor_of(read_amount(text, mark or ".").value, currency)
    if fraction:
        raise AmountError("bad_amount")
    return minor


def _line(node: _Node, account: str, currency: str, file: str) -> BankRow | Problem:
    try:
        day = _day(node.say("DTPOSTED") or node.say("DTUSER"))
        value = _day(available) if (available := node.say("DTAVAIL")) else None
        amount = _minor(node.say("TRNAMT"), currency)
    except DateError as error:
        return problem(f"import.{error.fault}", file=file, row=node.row, column="DTPOSTED", text=node.say("DTPOSTED")[:40])
    except AmountError as error:
        return problem(f"import.{error.fault}", file=file, row=node.row, column="TRNAMT", text=node.say("TRNAMT")[:40])
    name = node.say("NAME") or node.say("PAYEE", "NAME")
    memo = node.say("MEMO")
    return BankRow(
        account_id=account,
        day=day,
        amount_minor=amount,
        source_row=node.row,
        currency=currency,
        value_day=value,
        label=" ".join(dict.fromkeys(t for t in (name, memo) if t)) or node.say("TRNTYPE"),
        reference=node.say("REFNUM") or node.say("CHECKNUM"),
        counterparty=name,
        counterparty_account=node.say("BANKACCTTO", "ACCTID"),
        bank_reference=node.say("FITID"),
    )


def _account(node: _Node) -> str:
    """Bank, branch and account number as far as they are given."""
    holder = node.first("BANKACCTFROM") or node.first("CCACCTFROM")
    parts = [holder.say(name) for name in ("BANKID", "BRANCHID", "ACCTID")] if holder else []
    return "".join("".join(parts).split()) or UNNAMED_ACCOUNT


def _statement(node: _Node, file: str, default: str, problems: list[Problem]) -> tuple[Statement, int]:
    """A statement, and how many of its lines repeat another one of the same number."""
    account, currency = _account(node), node.say("CURDEF").upper() or default
    lines: list[BankRow] = []
    seen: set[tuple[str, date, int]] = set()
    repeated = 0
    for transaction in (n for n in node.walk() if n.name == "STMTTRN"):
        found = _line(transaction, account, currency, file)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        key = (found.bank_reference, found.day, found.amount_minor)
        if found.bank_reference and key in seen:
            repeated += 1
            problems.append(problem("import.duplicate_row", file=file, row=found.source_row, severity="warning"))
            continue
        seen.add(key)
        lines.append(found)
    closing = None
    if balance := node.first("LEDGERBAL"):
        try:
            closing = Balance(
                day=_day(balance.say("DTASOF")), minor=_minor(balance.say("BALAMT"), currency), row=balance.row
            )
        except (DateError, AmountError) as error:
            problems.append(
                problem(
                    f"import.{error.fault}", file=file, row=balance.row, column="LEDGERBAL", text=balance.say("BALAMT")[:40]
                )
            )
    return Statement(account_id=account, currency=currency, lines=tuple(lines), closing=closing), repeated


def _why_empty(root: _Node) -> tuple[str, str]:
    """Why a file holds no statement: the bank's own refusal, securities, or nothing at all."""
    for status in (n for n in root.walk() if n.name == "STATUS"):
        if status.say("SEVERITY").upper() == "ERROR":
            return "import.ofx_error", status.say("MESSAGE") or status.say("CODE")
    if any(n.name in _INVESTMENTS for n in root.walk()):
        return "import.ofx_investment", ""
    return "import.statement_empty", ""


class Ofx:
    """Reads OFX statements."""

    format = "ofx"

    def recognise(self, file: SourceFile) -> float:
        """The header of either version, or the outermost element."""
        if looks_binary(file.content):
            return 0.0
        head = decode(file.content[:_HEAD]).text.upper()
        return 0.96 if "OFXHEADER" in head or re.search(r"<OFX\s*>", head) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """Lines and closing balances of every account."""
        root = _tree(decode(file.content).text)
        problems: list[Problem] = []
        statements, repeated = [], 0
        for node in (n for n in root.walk() if n.name in _STATEMENTS):
            statement, again = _statement(node, file.name, options.currency, problems)
            statements.append(statement)
            repeated += again
        if not statements:
            code, text = _why_empty(root)
            return refused(file.name, self.format, code, text=text)
        return replace(read_statements(statements, file.name, self.format, problems), duplicates=repeated)
