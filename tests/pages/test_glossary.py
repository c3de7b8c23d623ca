"""Words are found whatever their accents, every headline number says what it is, and every clause that is a term has its meaning."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from pages.ui.clause_form import _TERMS
from pages.ui.glossary_parts import plain, terms
from pages.ui.i18n import LANGUAGES, Language
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


#: What costs are made of is told by the table beside them.
UNEXPLAINED = {"pages/ui/factoring_figures.py": 2}


def test_every_headline_number_is_explained() -> None:
    for path in sorted((ROOT / "pages").rglob("*.py")):
        bare = [
            node.lineno
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", "") == "Headline"
            and not {"help", None} & {keyword.arg for keyword in node.keywords}  # None: taken over whole
        ]
        assert len(bare) <= UNEXPLAINED.get(str(path.relative_to(ROOT)), 0), (path, bare)
