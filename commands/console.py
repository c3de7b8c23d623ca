"""Where a verb speaks: answers on standard output, problems and progress on standard error, in one language."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from forecasting.errors import Problem

if TYPE_CHECKING:
    from pages.ui.i18n import Language, Translator

DONE: Final = 0
PROBLEMS: Final = 1
CALL_WRONG: Final = 2

_BAR_WIDTH: Final = 40


def asked_language(words: Sequence[str]) -> Language | None:
    """The value of `--lang` in a call, needed before the call is read: what is wrong with it is told in that language."""
    for word, following in pairwise([*words, ""]):
        asked = following if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and asked in ("fr", "en"):
            return "fr" if asked == "fr" else "en"
    return None


def language_of(environment: Mapping[str, str]) -> Language:
    """French where LC_ALL, LC_MESSAGES or LANG says so, in this order; else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "fr" if environment[name].lower().startswith("fr") else "en"
    return "en"


class Console:
    """Speaks one language; `as_json` asks for one JSON object in place of sentences."""

    def __init__(self, language: Language | None = None, *, as_json: bool = False) -> None:
        self.language: Language = language or language_of(os.environ)
        self.as_json = as_json
        self._bar_drawn = False

    @property
    def words(self) -> Translator:
        """The catalogues of the language, read when something is said (a JSON answer needs no words)."""
        from pages.ui.i18n import Translator

        return Translator(self.language)

    def answer(self, value: Mapping[str, Any], *sentences: str) -> int:
        """The result of a verb: one JSON object, or sentences; exit status 0."""
        for line in (json.dumps(value, ensure_ascii=False),) if self.as_json else sentences:
            sys.stdout.write(f"{line}\n")
        return DONE

    def problems(self, problems: Iterable[Problem], *, file: str = "", column: str = "") -> int:
        """All problems on standard error as `FILE:ROW:COLUMN: sentence [code]`; exit status 1 where one is an error.

        `file` and `column` stand where a problem names none.
        """
        self.progress_done()
        status = DONE
        for found in problems:
            place = f"{found.file or file}:{found.row or ''}:{found.column or column}"
            sys.stderr.write(f"{place}: {self.words.problem(found)} [{found.code}]\n")
            status = PROBLEMS if found.severity == "error" else status
        return status

    def failed(self, key: str, **values: object) -> int:
        """One sentence about why the verb could not be done; exit status 1."""
        self.progress_done()
        sys.stderr.write(f"{self.words(key, **values)}\n")
        return PROBLEMS

    def progress(self, share: float) -> None:
        """Long work shows a bar on standard error where that is a terminal; `share` runs from 0 to 1."""
        if not sys.stderr.isatty():
            return
        full = round(_BAR_WIDTH * min(max(share, 0.0), 1.0))
        self._draw(f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] {share:4.0%}")
        self._bar_drawn = True

    def progress_done(self) -> None:
        """Clears the bar."""
        if self._bar_drawn:
            self._draw(" " * (_BAR_WIDTH + 8) + "\r")
            self._bar_drawn = False

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"\r{text}")
        sys.stderr.flush()
