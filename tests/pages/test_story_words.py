"""Every step that a path can tell, every alert and every accounting entry has its sentence in both languages."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import forecasting
from forecasting.factoring.journal import Chart
from forecasting.simulation.flows import CATEGORIES
from pages.ui.i18n import LANGUAGES, Language, catalogue

ROOT = Path(forecasting.__file__).parent
#: Where events are told: tell(day, "code", …), _charge(day, "code", …), event("code", …), Event(code="code").
_TOLD = re.compile(r'(?:tell|_charge|_bill|_note_retention)\(\s*day,\s*"([a-z_.]+)"|event\("([a-z_.]+)"|code="([a-z_.]+)"')


def told_codes() -> set[str]:
    rooms = [*(ROOT / "factoring").glob("*.py"), *(ROOT / "simulation").glob("*.py")]
    found = {c for p in rooms for groups in _TOLD.findall(p.read_text(encoding="utf-8")) for c in groups if c}
    found |= {f"flow.{category}" for category in CATEGORIES}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_its_sentence(language: Language) -> None:
    words = catalogue(language)
    codes = told_codes()
    assert {"purchased", "handed_back", "retention", "claim.percentage", "uncovered.declared_late"} <= codes
    assert sorted(c for c in codes if f"story.{c}" not in words) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "clause",
    [
        "refused.excluded_type", "refused.excluded_debtor", "refused.overdue_at_remittance", "refused.too_old",
        "refused.term_too_long", "refused.not_handed_over", "refused.terminated", "refused.judgment",
        "refused.nothing_open", "refused.unapproved", "unfinanced.disputed", "unfinanced.unapproved",
        "unfinanced.over_limit", "unfinanced.over_concentration", "uncovered.public_body", "uncovered.intra_group",
        "uncovered.delivered_after_stop", "uncovered.credit_too_long", "uncovered.disputed", "alert.heavy_use",
        "alert.finances_losses", "alert.thin_cushion", "claim.insolvency", "claim.protracted_default",
    ],
)  # fmt: skip
def test_every_refusal_has_its_sentence(language: Language, clause: str) -> None:
    assert f"story.{clause}" in catalogue(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_account_has_its_name(language: Language) -> None:
    words = catalogue(language)
    assert [f.name for f in fields(Chart) if f.name != "journal" and f"journal.account.{f.name}" not in words] == []
