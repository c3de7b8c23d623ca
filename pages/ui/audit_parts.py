"""The audit trail on screen: who did what and when, whether it is whole, and the whole of it as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from data import repository
from data.access import may
from data.repository import AuditEntry
from pages.ui import frame
from pages.ui.frame import Table
from pages.ui.reports.csv_files import spreadsheet
from pages.ui.session import Desk
from pages.ui.voice import Voice

_SHOWN: Final = 100
_ALL: Final = 1_000_000


def trail(at: Desk) -> None:
    """A fold with the newest entries; opening it also proves that no entry was changed or taken out."""
    if not may(at.principal, "read_audit"):
        return
    say = at.say
    fold = st.expander(say("audit.title"), key="audit", on_change="rerun")
    with fold:
        if not fold.open:
            return
        broken = repository.first_broken_seal(at.store, at.principal)
        if broken is None:
            st.caption(say("audit.whole"))
        else:
            st.error(say("audit.broken", number=broken), icon=":material/error:")
        entries = repository.audit_trail(at.store, at.principal, limit=_SHOWN)
        if not entries:
            st.caption(say("audit.empty"))
            return
        content = _table(entries, say)
        narrow = [say(f"audit.{name}") for name in ("when", "what", "subject")]
        frame.table(content.only(narrow) if at.phone else content, alt=say("audit.title"))
        st.download_button(
            say("audit.export"),
            data=lambda: audit_csv(repository.audit_trail(at.store, at.principal, limit=_ALL), say),
            file_name=f"{say('audit.file')}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="audit_export",
        )


def _table(entries: Sequence[AuditEntry], say: Voice) -> Table:
    return Table(
        columns={
            say("audit.when"): [f"{say.f.short_date(e.recorded_at.date())} {say.f.hour(e.recorded_at)}" for e in entries],
            say("audit.who"): [frame.plain(e.actor) or say("audit.somebody") for e in entries],
            say("audit.what"): [action(e.action, say) for e in entries],
            say("audit.subject"): [frame.plain(e.subject) for e in entries],
            say("audit.details"): [frame.plain(", ".join(details(e, say))) for e in entries],
        }
    )


def action(code: str, say: Voice) -> str:
    """What was done, in words."""
    return say(f"audit.action.{code.replace('.', '_')}")


def details(entry: AuditEntry, say: Voice) -> list[str]:
    """What an entry holds besides, each value behind its name in words."""
    return [f"{say(f'audit.detail.{name}')} {value}" for name, value in entry.details if value]


def audit_csv(entries: Sequence[AuditEntry], say: Voice) -> bytes:
    """The trail for a spreadsheet, newest first; times are UTC, cells that a spreadsheet would run are made text."""
    names = ("number", "when", "who", "role", "what", "subject", "details")
    rows = [
        [
            str(e.sequence),
            e.recorded_at.isoformat(sep=" ", timespec="seconds"),
            e.actor,
            say(f"role.{e.role}"),
            action(e.action, say),
            e.subject,
            ", ".join(details(e, say)),
        ]
        for e in entries
    ]
    return spreadsheet([[say(f"audit.{name}") for name in names], *rows], french=say.t.language == "fr")
