"""Whose eyes the screens of this machine look through: finance, or one salesperson's."""

from __future__ import annotations

from typing import Final

import streamlit as st

from data.access import FINANCE, Principal

_OWNER: Final = "profile"


def principal() -> Principal:
    """The person for whom everything is read: in local mode whoever was chosen, which protects nothing."""
    owner = st.session_state.get(_OWNER, "")
    return Principal(role="sales", owner=owner, name=owner) if owner else FINANCE


def look_as(owner: str) -> None:
    """Read everything as this salesperson would; "" goes back to finance."""
    st.session_state[_OWNER] = owner
