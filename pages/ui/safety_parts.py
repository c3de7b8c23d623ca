"""Backups on screen: one made now, while others work, and those that lie beside the store."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import streamlit as st

from data import backups
from data.access import may
from pages.ui import frame
from pages.ui.frame import Table
from pages.ui.session import Desk

_SHOWN: Final = 10


def safety(at: Desk) -> None:
    """A fold with the button and the list; how a backup is put back is said below."""
    if not may(at.principal, "change_data"):
        return
    say = at.say
    fold = st.expander(say("audit.backup.title"), key="safety", on_change="rerun")
    if not fold.open:
        return
    with fold:
        if st.button(say("audit.backup.now"), key="backup_now", icon=":material/save:"):
            with st.spinner(say("audit.backup.running")):
                made = backups.back_up(at.store, at.principal)
            st.success(say("audit.backup.made", name=made.name), icon=":material/check:")
        found = backups.backups(at.store, at.principal)[:_SHOWN]
        if found:
            size = say("audit.backup.size")
            content = Table(
                columns={
                    say("audit.backup.name"): [one.name for one in found],
                    say("audit.when"): [f"{say.f.short_date(b.made_at.date())} {say.f.hour(b.made_at)}" for b in found],
                    size: [one.size_bytes / 1e6 for one in found],
                },
                writers={size: lambda v: say.f.decimal(Decimal(str(v)), digits=1)},
            )
            frame.listing(say, content, key="backups", alt=say("audit.backup.title"))
        st.caption(say("audit.backup.restore", folder=frame.plain(str(at.store.backups))))
