"""The browser's front door: identity, language, navigation; wiring only."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.ui import doorway, session, style

HERE = Path(__file__).parent

st.set_page_config(page_icon=str(HERE / "static" / "favicon.png"), layout="wide")
say = doorway.enter()
style.style(say.t.language)
st.logo(str(HERE / "static" / "logo.svg"), size="large")

pages = {
    "cash": st.Page("pages/cash.py", title=say("cash.title"), url_path="cash", default=True),
    "scenarios": st.Page("pages/scenarios.py", title=say("scenarios.title"), url_path="scenarios"),
    "factoring": st.Page("pages/factoring.py", title=say("factoring.title"), url_path="factoring"),
    "insurance": st.Page("pages/insurance.py", title=say("insurance.title"), url_path="insurance"),
    "collect": st.Page("pages/collect.py", title=say("collect.title"), url_path="collect"),
    "customers": st.Page("pages/customers.py", title=say("customers.title"), url_path="customers"),
    "invoices": st.Page("pages/invoices.py", title=say("invoices.title"), url_path="invoices"),
    "load": st.Page("pages/load.py", title=say("load.title"), url_path="load"),
}
here = st.navigation(list(pages.values()), position="top")
st.set_page_config(page_title=f"{here.title} · Encaisse")
doorway.notice_page(here.url_path)
if session.is_open(say):
    here.run()
doorway.leave(say)
