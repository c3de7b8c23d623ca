"""Who may sign in, for administrators: one table of addresses, roles and whose customers each salesperson sees."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, get_args

import pandas as pd
import streamlit as st

from data import repository
from data.access import Role, may
from data.repository import Person
from forecasting.errors import InputRejected
from pages.ui.session import Desk

_FIELDS = ("email", "name", "role", "owner")


def people(at: Desk) -> None:
    """Nothing for who does not administer; else the table, saved as a whole."""
    if not may(at.principal, "administer"):
        return
    say = at.say
    st.header(say("people.title"), anchor=False)
    st.caption(say("people.note"))
    if st.session_state.pop("people_saved", False):
        st.success(say("people.saved"), icon=":material/check:")
    roles = {say(f"role.{role}"): role for role in get_args(Role)}
    words = {role: word for word, role in roles.items()}
    owners = sorted({p.owner for p in repository.partners(at.store, at.principal) if p.owner})
    with st.form("people", border=False):
        edited = st.data_editor(
            pd.DataFrame(
                [[p.email, p.name, words[p.role], p.owner] for p in repository.people(at.store, at.principal)],
                columns=[*_FIELDS],
            ),
            column_config={
                "email": st.column_config.TextColumn(say("people.email"), required=True, max_chars=254),
                "name": st.column_config.TextColumn(say("people.name"), max_chars=120),
                "role": st.column_config.SelectboxColumn(say("people.role"), options=[*roles], required=True),
                "owner": st.column_config.SelectboxColumn(say("people.owner"), options=["", *owners]),
            },
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            key="people_rows",
            alt=say("people.title"),
        )
        if not st.form_submit_button(say("people.save"), type="primary"):
            return
    try:
        repository.replace_people(at.store, at.principal, read_people(edited.to_dict("records"), roles))
    except InputRejected as rejected:
        for found in rejected.problems:
            st.error(say.problem(found), icon=":material/error:")
        return
    st.session_state["people_saved"] = True
    st.rerun()


def read_people(rows: Sequence[Mapping[Hashable, Any]], roles: Mapping[str, Role]) -> list[Person]:
    """The rows of the table as people; an empty row is none."""
    found = []
    for row in rows:
        email, name, role, owner = ("" if pd.isna(row[field]) else str(row[field]).strip() for field in _FIELDS)
        if email or name:
            found.append(Person(email=email.lower(), name=name, role=roles.get(role, "viewer"), owner=owner))
    return found
