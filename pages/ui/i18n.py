"""Words in French and English, by key; the catalogues are TOML files under `catalogue/<language>/`.

The key `cash.title` is the entry `title` of `cash.toml`. An entry with `one` and `other` is chosen by `count`.
No Streamlit here: the command line speaks through the same catalogues.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from forecasting.errors import Problem

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

_CATALOGUE = Path(__file__).parent / "catalogue"


def _flatten(prefix: str, table: Mapping[str, object], into: dict[str, str]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            _flatten(key, value, into)
        else:
            assert isinstance(value, str), f"{key} is not text"
            into[key] = value


@lru_cache(maxsize=4)
def catalogue(language: Language) -> Mapping[str, str]:
    """Every entry of a language, by its full key."""
    entries: dict[str, str] = {}
    for path in sorted((_CATALOGUE / language).glob("*.toml")):
        _flatten(path.stem, tomllib.loads(path.read_text(encoding="utf-8")), entries)
    return entries


@dataclass(frozen=True, slots=True)
class Translator:
    """Speaks one language: `t("cash.title")`, `t("load.rows", count=3)`."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key with its values put in; a missing key is our mistake and raises KeyError."""
        entries = catalogue(self.language)
        if "count" in values and key not in entries:
            # French counts 0 and 1 as singular, English 1 alone.
            single = values["count"] == 1 or (self.language == "fr" and values["count"] == 0)
            key = f"{key}.{'one' if single else 'other'}"
        return entries[key].format_map(values)

    def knows(self, key: str) -> bool:
        """Whether there is a sentence under a key, for remarks that only some things have."""
        return key in catalogue(self.language)

    def problem(self, problem: Problem) -> str:
        """What is wrong and what to do, as a sentence."""
        return self(f"problem.{problem.code}", **dict(problem.values))
