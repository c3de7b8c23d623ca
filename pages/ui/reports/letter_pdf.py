"""A letter to a customer as a document for paper: A4, PDF/A, fonts embedded; what was typed is set and never run."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from pages.ui.i18n import Language
from pages.ui.reports.pdf import STANDARD, fonts
from pages.ui.reports.words import clean, printable

_HERE: Final = Path(__file__).parent


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (_HERE / "letter.typ").read_bytes()


def letter_pdf(text: str, *, company: str, language: Language, day: int) -> bytes:
    """The letter whose first paragraph is its subject; the same words give the same bytes, dated by the data's day."""
    subject, *paragraphs = [part for part in text.replace("\r", "").strip().split("\n\n") if part.strip()] or [""]
    told = {
        "title": printable(clean(subject)),
        "author": printable(clean(company)),
        "lang": language,
        "paragraphs": [[printable(clean(line)) for line in part.split("\n")] for part in paragraphs],
    }
    made = typst.Compiler(_template(), font_paths=fonts(), ignore_system_fonts=True).compile(
        sys_inputs={"letter": json.dumps(told, ensure_ascii=False)},
        format="pdf",
        pdf_standards=[STANDARD],
        timestamp=day * 86_400,
    )
    assert isinstance(made, bytes)
    return made
