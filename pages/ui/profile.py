"""Whose eyes the screens look through: nobody signs in on one's own machine, everybody does where the app is hosted."""

from __future__ import annotations

import os
from typing import Final

import streamlit as st

from data import repository
from data.access import FINANCE, Principal
from data.hosting import Hosting, hosting, is_address, is_from_this_machine, proxy_email
from data.repository import Store
from forecasting.errors import InputRejected
from pages.ui.voice import Voice

_OWNER: Final = "profile"
#: The address that this session's sign-in was written into the trail for.
_NOTED: Final = "signed_in_as"


def rules() -> Hosting:
    """How people sign in here; InputRejected where that would protect nothing."""
    auth = st.secrets.get("auth") if st.secrets.load_if_toml_exists() else None
    return hosting(os.environ, auth)


def is_local() -> bool:
    """Whether nobody signs in, because only this machine is served."""
    return rules().sign_in == "local"


def is_safe(say: Voice) -> bool:
    """Whether this session may begin at all; says in a sentence why not, and what to do about it."""
    try:
        found = rules()
    except InputRejected as rejected:
        st.error(say("door.unsafe"), icon=":material/lock:")
        for one in rejected.problems:
            st.error(say.problem(one), icon=":material/error:")
        return False
    address = st.context.ip_address
    told = address if isinstance(address, str) else None  # None on this machine, no text at all without a browser
    if found.sign_in == "local" and not is_from_this_machine(told, dict(st.context.headers)):
        st.error(say("door.local_only"), icon=":material/lock:")
        return False
    return True


def email() -> str:
    """The address that a provider or a proxy vouches for, "" where nobody has signed in."""
    found = rules()
    if found.sign_in == "proxy":
        return proxy_email(found, dict(st.context.headers))
    if found.sign_in == "oidc" and st.user.is_logged_in and st.user.get("email_verified") is not False:
        told = str(st.user.get("email") or "").strip().lower()
        return told if is_address(told) else ""
    return ""


def principal(store: Store) -> Principal | None:
    """The person for whom everything is read, looked up at every run so that a lost right is lost at once; None: nobody.

    On one's own machine it is whoever was chosen, which protects nothing; in a demonstration, a viewer.
    """
    found = rules()
    if found.sign_in == "local":
        owner = st.session_state.get(_OWNER, "")
        return Principal(role="sales", owner=owner, name=owner) if owner else FINANCE
    if found.sign_in == "demo":
        return Principal(role="viewer")
    address = email()
    return repository.signed_in(store, address, found.administrators) if address else None


def note(store: Store, who: Principal | None) -> None:
    """Write a sign-in into the trail, or that a stranger was refused, once per session."""
    address = email()
    if address and st.session_state.get(_NOTED) != (address, who is not None):
        st.session_state[_NOTED] = (address, who is not None)
        told = who or Principal(role="viewer", name=address)
        repository.record_audit(store, told, "person.sign_in" if who else "person.refused", address)


def look_as(owner: str) -> None:
    """Read everything as this salesperson would; "" goes back to finance. On one's own machine only."""
    if is_local():
        st.session_state[_OWNER] = owner


def sign_out(store: Store, who: Principal) -> None:
    """End the provider's session in this browser."""
    repository.record_audit(store, who, "person.sign_out", who.name)
    st.logout()
