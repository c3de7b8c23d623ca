"""What happens around every page: language and device are recognised, the document is told, the foot is drawn."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from data.access import Principal, Right, may
from data.repository import Store
from forecasting.errors import AccessDenied, InputRejected
from pages.ui import profile
from pages.ui.frame import plain
from pages.ui.style import document
from pages.ui.voice import Voice, pick_language, voice_of

_LOG: Final = logging.getLogger(__name__)

#: The pages in the order of the bar, with the right that each asks for.
_PAGES: Final[dict[str, Right]] = {
    "cash": "read_treasury",
    "cash_by_name": "read_treasury",
    "scenarios": "read_treasury",
    "plan": "read_treasury",
    "factoring": "read_treasury",
    "insurance": "read_treasury",
    "decide": "read_treasury",
    "collect": "read_imports",
    "customers": "read_treasury",
    "sales": "change_collection",
    "accuracy": "read_treasury",
    "invoices": "read_customers",
    "load": "read_imports",
}


def enter() -> Voice:
    """Recognise language (address, else the session's choice, else the browser) and device.

    A phone is what the address, the User-Agent or the browser's own word on its width (a cookie) says.
    """
    st.session_state["entered"] = True
    asked = st.query_params.get("lang")
    if asked and asked != st.session_state.get("lang_seen"):
        st.session_state["lang"] = st.session_state["lang_seen"] = asked
    if st.query_params.get("view"):
        st.session_state["view"] = st.query_params["view"]
    agent = st.context.headers.get("User-Agent") or ""
    small = "Mobile" in agent or st.context.cookies.get("encaisse_narrow") == "1"
    st.session_state["phone"] = st.session_state.get("view", "phone" if small else "") == "phone"
    return voice_of(pick_language(st.session_state.get("lang"), st.context.locale))


def through() -> None:
    """Send a reader who came to a page past the front door back to it.

    Until a session has declared its navigation, Streamlit runs a file of `pages/` by itself where its address is asked
    for first. Declaring any navigation ends that for the whole process; a reload then comes in by the front door.
    """
    if "entered" not in st.session_state:
        path = urlsplit(st.context.url or "").path.rpartition("/")[2] or "page"
        front = st.Page(_nothing, title="Encaisse", url_path="front", default=True)
        st.navigation([front, st.Page(_nothing, title="Encaisse", url_path=path)], position="hidden")
        st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()


def show(page: StreamlitPage, say: Voice) -> None:
    """Run a page; whatever goes wrong in it becomes a sentence on the screen and a trace in the log."""
    try:
        page.run()
    except InputRejected as rejected:
        for found in rejected.problems:
            st.error(say.problem(found), icon=":material/error:")
    except AccessDenied as denied:
        st.error(say("door.reads_only" if denied.is_change else "app.denied"), icon=":material/lock:")
    except Exception:
        _LOG.exception("the page %s failed", page.url_path)
        st.error(say("app.failed"), icon=":material/error:")
        if st.button(say("app.retry"), key="retry"):
            st.rerun()


def open_to(who: Principal) -> list[str]:
    """The names of the pages that a person may open; what they read is guarded again where it is read."""
    return [name for name, right in _PAGES.items() if may(who, right)]


def is_guest() -> bool:
    """Whether the reader came by a link to a frozen view."""
    return urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2] == "shared"


def to_root() -> None:
    """Lead the browser to the root of the app, where the default page is, with the question in its address."""
    script = "location.replace(location.pathname.replace(/[^/]+\\/?$/, '') + location.search)"
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def _nothing() -> None:
    """A page that is never seen."""


def notice_page(url_path: str) -> None:
    """Remember that the reader has come to another page, so that it keeps the question it had."""
    if st.session_state.get("at") != url_path:
        st.session_state["arrived"] = "at" in st.session_state
        st.session_state["at"] = url_path


def foot(store: Store, who: Principal, say: Voice) -> None:
    """Who reads, in which role, and the way out; nothing on one's own machine, where nobody signs in."""
    way = profile.rules().sign_in
    if way == "demo":
        st.caption(say("door.demo"))
    elif way != "local":
        with st.container(horizontal=True, key="foot", vertical_alignment="center"):
            st.caption(f"{plain(who.name)} · {say(f'role.{who.role}')}", width="content")
            if way == "oidc":
                st.button(say("door.out"), type="tertiary", key="sign_out", on_click=profile.sign_out, args=(store, who))


def leave(say: Voice) -> None:
    """Keep a chosen language in the address, and tell the browser which language the page speaks."""
    if st.session_state.get("lang"):
        st.query_params["lang"] = st.session_state["lang_seen"] = say.t.language
    document(say.t.language)
