"""What a reader sees who has not come in: where to sign in, or who can let one in."""

from __future__ import annotations

import streamlit as st

from data.access import Principal
from pages.ui import frame, profile
from pages.ui.voice import Voice


def show(say: Voice, who: Principal | None) -> None:
    """The way in: the provider's, the proxy's, an administrator's word for a stranger; the way back for who is in."""
    frame.title_row("Encaisse", say("app.promise"), say)
    if who is not None:
        frame.sentence(say("app.denied"))
        return
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
