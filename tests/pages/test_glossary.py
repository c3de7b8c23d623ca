"""Words are found whatever their accents, headline numbers say definition, formula and source, clauses have their meaning."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from pages.ui.clause_form import _TERMS
from pages.ui.glossary_parts import plain, terms
from pages.ui.i18n import LANGUAGES, Language, catalogue
from pages.ui.voice import voice_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terms_stand_by_the_alphabet(language: Language) -> None:
    found = [plain(term) for term, _ in terms(voice_of(language))]
    assert len(found) >= 58 and found == sorted(found)


def test_a_word_is_found_without_its_accents() -> None:
    assert plain("echeance") in plain("Échéance") and plain("AVOIR") == "avoir"


def test_every_clause_with_a_meaning_is_a_clause() -> None:
    clauses = {field.name for of in (FactoringContract, InsurancePolicy) for field in fields(of)}
    assert set(_TERMS) <= clauses


#: What begins the second and the third part of an explanation, after its definition.
PARTS = {"fr": ("**Formule**\u00a0: ", "**Source**\u00a0: "), "en": ("**Formula**: ", "**Source**: ")}


def headline_helps() -> Iterator[tuple[str, str]]:
    """Each headline number of the screens as (file:line, pattern of the keys of its explanation), "" where it has none."""
    for path in sorted((ROOT / "pages").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Headline":
                continue
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if None in given:  # taken over whole from a frozen view
                continue
            told = given.get("help")
            if isinstance(told, ast.Name):
                told = _assigned(tree, node).get(told.id)
            yield f"{path.relative_to(ROOT)}:{node.lineno}", _keys(told)


def _assigned(tree: ast.Module, call: ast.Call) -> dict[str, ast.expr]:
    """Names with what is assigned to them, pair by pair, in the functions around a call."""
    around = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and call in ast.walk(f)]
    found: dict[str, ast.expr] = {}
    for node in (node for function in around for node in ast.walk(function) if isinstance(node, ast.Assign)):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
    return found


def _keys(told: ast.expr | None) -> str:
    """The pattern of the keys that `say(…)` may be asked for; "" where it is no such call."""
    if not isinstance(told, ast.Call) or getattr(told.func, "id", "") != "say":
        return ""
    key = told.args[0]
    parts = key.values if isinstance(key, ast.JoinedStr) else [key]
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+" for part in parts)


def is_explained(text: str, language: Language) -> bool:
    """Whether a text is a definition, then a formula, then a source, one sentence each."""
    parts = text.split("\n\n")
    if len(parts) != 3 or parts[0].startswith("**"):
        return False
    marked = all(part.startswith(mark) for part, mark in zip(parts[1:], PARTS[language], strict=True))
    return marked and all(part.endswith(".") and not re.search(r"[.?!…]\s", part) for part in parts)


def test_every_headline_number_is_explained() -> None:
    found = list(headline_helps())
    assert len(found) >= 47
    assert not [place for place, pattern in found if not pattern]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_explanation_says_definition_formula_and_source(language: Language) -> None:
    words, wrong = catalogue(language), []
    for place, pattern in headline_helps():
        keys = [key for key in words if re.fullmatch(pattern, key)]
        wrong += [(place, key) for key in keys or [""] if not is_explained(words.get(key, ""), language)]
    assert not wrong


@pytest.mark.parametrize(
    "text",
    [
        "All that is owed.\n\n**Formula**: a + b.",
        "All that is owed.\n\n**Source**: the file.\n\n**Formula**: a + b.",
        "All that is owed. And more.\n\n**Formula**: a + b.\n\n**Source**: the file.",
        "**Formula**: a + b.\n\n**Formula**: a + b.\n\n**Source**: the file.",
    ],
)
def test_less_than_three_parts_in_their_order_is_no_explanation(text: str) -> None:
    assert is_explained("All that is owed.\n\n**Formula**: a + b.\n\n**Source**: the file.", "en")
    assert not is_explained(text, "en")
