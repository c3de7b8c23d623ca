"""Sentences of the screen made fit for paper: bold parts told apart, joiners that only browsers need taken out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from pages.ui.formats import JOINER

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
#: A backslash before punctuation is Markdown's way of meaning it as it stands.
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~:$])")
#: What XML and spreadsheets cannot hold.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def runs(sentence: str) -> list[tuple[str, bool]]:
    """A sentence's parts, each with whether it is bold.

    >>> runs("it falls to **−192 k€** soon")
    [('it falls to ', False), ('−192 k€', True), (' soon', False)]
    """
    parts = _BOLD.split(sentence)
    return [(clean(_ESCAPED.sub(r"\1", part)), k % 2 == 1) for k, part in enumerate(parts) if part]


def clean(words: str) -> str:
    """Words without what paper cannot show: joiners, control characters, halves of characters."""
    return _CONTROL.sub(" ", words).replace(JOINER, "").replace("\t", " ").replace("\n", " ").replace("\r", " ")


def printable(words: str) -> str:
    """Words in letters that the embedded fonts have, since PDF/A refuses a page with a missing one: ᵉ becomes e, 会 ?."""
    known = _characters()
    if all(letter in known for letter in words):
        return words
    return "".join(letter if letter in known else _nearest(letter, known) for letter in words)


def _nearest(letter: str, known: frozenset[str]) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if part in known)
    return plain or ("" if unicodedata.category(letter) in ("Mn", "Cf") else "?")


@lru_cache(maxsize=1)
def _characters() -> frozenset[str]:
    """The letters of both typefaces, listed when the fonts were made."""
    return frozenset((Path(__file__).parent / "fonts" / "characters.txt").read_text(encoding="utf-8"))


def file_name(*parts: str) -> str:
    """A plain name for a file: letters, digits and hyphens of the parts.

    >>> file_name("Encaisse", "Atelier “Morvan” / SAS", "2026-11-26")
    'encaisse-atelier-morvan-sas-2026-11-26'
    """
    joined = "-".join(re.sub(r"[^\w]+", "-", part, flags=re.UNICODE).strip("-_") for part in parts if part)
    return re.sub(r"-{2,}", "-", joined).strip("-").lower()[:100] or "encaisse"
