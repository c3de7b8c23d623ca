"""What a reader sees who has not come in: where to sign in, or who can let one in."""

from __future__ import annotations

import streamlit as st

from pages.ui import frame, profile
from pages.ui.voice import Voice


def show(say: Voice) -> None:
    """The way in: the provider's, the proxy's, or an administrator's name for a stranger."""
    frame.title_row("Encaisse", say("app.promise"), say)
    address = profile.email()
    oidc = profile.rules().sign_in == "oidc"
    if address:
        frame.sentence(say("door.stranger", email=frame.plain(address)))
        if oidc:
            st.button(say("door.other"), key="door_other", on_click=st.logout)
    elif oidc and st.user.is_logged_in:
        frame.sentence(say("door.unverified"))
        st.button(say("door.other"), key="door_other", on_click=st.logout)
    elif oidc:
        frame.sentence(say("door.sign_in"))
        st.button(say("door.button"), type="primary", key="door_in", on_click=st.login, icon=":material/login:")
    else:
        frame.sentence(say("door.no_proxy"))
