"""Texts that are no tables: data of programs, web pages, letters, cards, each refused by its name."""

from __future__ import annotations

import re
from typing import Final

from data.importers.encoding import decode
from data.importers.magic import looks_binary
from data.importers.protocol import Reading, ReadOptions, SourceFile
from data.importers.refusals import refused

_HEAD: Final = 4_000
#: How a kind of text begins, and what it is called when it is refused.
_BEGINNINGS: Final = (
    (re.compile(r"\s*(?:\{\s*(?:\"|\}|$)|\[\s*(?:[\[{\"\]]|-?\d|$))"), "json", "JSON"),
    (re.compile(r"\s*(?:---\s*$|%YAML|&\w+ !!|[^\n]*!!python/)", re.MULTILINE), "data", "YAML"),
    (re.compile(r"\s*<(?:!doctype html|html|head|body|table)\b", re.IGNORECASE), "web_page", "HTML"),
    (re.compile(r"\s*!(?:Type|Account|Option)\b", re.IGNORECASE), "qif", "QIF"),
    (re.compile(r"\s*\{\\rtf"), "document", "RTF"),
    (re.compile(r"\s*BEGIN:(?:VCARD|VCALENDAR)"), "data", "vCard"),
    (re.compile(r"(?:Received|Return-Path|MIME-Version|Delivered-To|From): .*\n(?:.*\n)*?[A-Z][\w-]+: "), "mail", "EML"),
    (re.compile(r"\s*-----BEGIN "), "data", "PEM"),
    (re.compile(r"\s*(?:#!|<\?php|import \w+$|from \w+ import )", re.MULTILINE), "program", "SCRIPT"),
)
#: Prose: lines of many words that no mark cuts into cells.
_PROSE_WORDS: Final = 4


def _named(text: str) -> tuple[str, str] | None:
    """The code and the name of a kind of text, None where it is none of these."""
    for beginning, code, name in _BEGINNINGS:
        if beginning.match(text):
            return code, name
    return None


def _is_prose(text: str) -> bool:
    """Whether most lines are sentences, without separators and without amounts or days."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 3 or any(mark in text for mark in ";\t|"):
        return False
    said = sum(len(line.split()) >= _PROSE_WORDS for line in lines)
    return 2 * said > len(lines) and not re.search(r"\d[.,]\d\d\b", text)


class OtherText:
    """Names texts that are none of ours, instead of looking for a header in them."""

    format = "text"

    def recognise(self, file: SourceFile) -> float:
        """What begins like another kind of text; our own formats are surer of themselves, tables less so."""
        if looks_binary(file.content):
            return 0.0
        text = decode(file.content[:_HEAD]).text.lstrip("\ufeff")
        return 0.45 if _named(text) or _is_prose(text) else 0.0

    def read(self, file: SourceFile, options: ReadOptions) -> Reading:
        """The refusal, by the kind of the text."""
        text = decode(file.content[:_HEAD]).text.lstrip("\ufeff")
        code, name = _named(text) or ("prose", "")
        return refused(file.name, self.format, f"import.is_{code}", rejected=1, kind=name)
