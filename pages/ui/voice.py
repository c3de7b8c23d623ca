"""One voice per screen: the words and the formats of the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecasting.errors import Problem
from pages.ui.formats import Formats
from pages.ui.i18n import LANGUAGES, Language, Translator


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks to one reader: `say("cash.title")` for words, `say.f.amount(…)` for numbers and dates."""

    t: Translator
    f: Formats

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key with its values put in."""
        return self.t(key, **values)

    def problem(self, problem: Problem) -> str:
        """What is wrong and what to do, as a sentence."""
        return self.t.problem(problem)

    def list(self, items: Sequence[str]) -> str:
        """Items joined as the language joins them: a, b et c."""
        if len(items) < 2:
            return "".join(items)
        return self.t("app.list_last", head=", ".join(items[:-1]), last=items[-1])


def voice_of(language: Language, currency: str = "EUR") -> Voice:
    """The voice of a language, counting in a currency."""
    return Voice(Translator(language), Formats(language, currency))


def pick_language(asked: str | None, browser: str | None) -> Language:
    """The language to speak: the one asked for in the address, else the browser's, else French at home, English abroad.

    >>> pick_language(None, "en-GB"), pick_language("fr", "en"), pick_language(None, None), pick_language(None, "de-DE")
    ('en', 'fr', 'fr', 'en')
    """
    for candidate in (asked, browser):
        for language in LANGUAGES:
            if candidate and candidate.lower().startswith(language):
                return language
    return "en" if browser else "fr"
