"""Both languages say the same things: same keys, same values to fill in, and French keeps its typography."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from pages.ui.i18n import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[1]


def test_same_keys_in_both_languages() -> None:
    french, english = set(catalogue("fr")), set(catalogue("en"))
    assert french - english == set() and english - french == set()


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_same_values_in_both_languages() -> None:
    for key, french in catalogue("fr").items():
        assert fields(french) == fields(catalogue("en")[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_empty(language: str) -> None:
    empty = [key for key, text in catalogue(language).items() if not text.strip()]  # type: ignore[arg-type]
    assert not empty


def test_french_spaces_before_high_punctuation() -> None:
    """Imprimerie nationale: a no-break space before : and a narrow one before ; ? ! and inside « »."""
    wrong = [k for k, v in catalogue("fr").items() if re.search(r"[\w)»] ?[;?!](?:\s|$)|\w ?:\s|«(?![\u00a0\u202f])", v)]
    assert not wrong


def test_french_uses_the_typographic_apostrophe() -> None:
    assert not [k for k, v in catalogue("fr").items() if re.search(r"\w'\w", v)]


def codes_in_source() -> set[str]:
    """Problem codes written as literals in the product's code: problem("room.name", …) or Problem(code="room.name")."""
    found: set[str] = set()
    for top in ("forecasting", "data", "commands"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                given = node.args[:1] if name == "problem" else [k.value for k in node.keywords if k.arg == "code"]
                if name in {"problem", "Problem"}:
                    found |= {g.value for g in given if isinstance(g, ast.Constant) and isinstance(g.value, str)}
    return found


def test_every_problem_has_its_sentence() -> None:
    missing = [c for c in sorted(codes_in_source()) if f"problem.{c}" not in catalogue("fr")]
    assert not missing


def test_the_glossary_page_lists_every_term_of_the_screens() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [k.split(".")[1] for k in catalogue("en") if k.startswith("glossary.") and k.endswith(".term")]
    assert terms
    for term in terms:
        english, meaning = (catalogue("en")[f"glossary.{term}.{part}"] for part in ("term", "definition"))
        assert f"| {english} | `{term}` | {meaning} |" in page
