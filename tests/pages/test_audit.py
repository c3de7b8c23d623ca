"""The trail in words: every action and detail that code writes has its words, and its file is harmless to a spreadsheet."""

from __future__ import annotations

import ast
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from data.repository import AuditEntry, Company
from pages.ui.audit_parts import audit_csv
from pages.ui.i18n import LANGUAGES, catalogue
from pages.ui.voice import voice_of

ROOT = Path(__file__).parents[2]


def written() -> tuple[set[str], set[str]]:
    """Actions and names of details in the calls that append to the trail."""
    actions: set[str] = set()
    details = {field.name for field in fields(Company)}
    for top in ("data", "pages"):
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and name in ("append_audit", "record_audit"):
                    actions |= {
                        c.value
                        for a in node.args
                        for c in ast.walk(a)
                        if isinstance(c, ast.Constant) and isinstance(c.value, str) and "." in c.value
                    }
                    details |= {keyword.arg for keyword in node.keywords if keyword.arg and keyword.arg != "subject"}
    return actions, details


def test_every_action_and_detail_has_its_words() -> None:
    actions, details = written()
    assert {"import.store", "person.sign_in", "person.refused", "share.make"} <= actions and "rejected" in details
    for language in LANGUAGES:
        known = catalogue(language)
        assert not {a for a in actions if f"audit.action.{a.replace('.', '_')}" not in known}
        assert not {d for d in details if f"audit.detail.{d}" not in known}


def test_the_file_runs_nothing() -> None:
    entry = AuditEntry(
        sequence=1,
        recorded_at=datetime(2026, 11, 25, 9, 0),
        actor="=cmd()",
        role="finance",
        action="scenario.save",
        subject="+1",
        details=(("name", "=HYPERLINK(1)"),),
    )
    text = audit_csv([entry], voice_of("fr")).decode("utf-8-sig")
    assert ";'=cmd();" in text and ";'+1;" in text and "nom =HYPERLINK(1)" in text
