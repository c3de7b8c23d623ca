"""The browser's front door: identity, language, navigation; wiring only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from data.access import may
from pages.ui import door, doorway, profile, session, style, tour

HERE = Path(__file__).parent

st.set_page_config(page_icon=str(HERE / "static" / "favicon.png"), layout="wide")
say = doorway.enter()
style.style(say.t.language)
st.logo(str(HERE / "static" / "logo.svg"), size="large")

is_open = profile.is_safe(say) and session.is_open(say)
who = session.person() if is_open else None
treasury = who is not None and may(who, "read_treasury")
pages = {
    "cash": st.Page("pages/cash.py", title=say("cash.title"), url_path="treasury", default=treasury),
    # Streamlit serves the default page at the root alone; who asks for it by its name is led there.
    "cash_by_name": st.Page(doorway.to_root, title=say("cash.title"), url_path="cash", visibility="hidden"),
    "scenarios": st.Page("pages/scenarios.py", title=say("scenarios.title"), url_path="scenarios"),
    "plan": st.Page("pages/plan.py", title=say("plan.title"), url_path="plan"),
    "factoring": st.Page("pages/factoring.py", title=say("factoring.title"), url_path="factoring"),
    "insurance": st.Page("pages/insurance.py", title=say("insurance.title"), url_path="insurance"),
    "decide": st.Page("pages/decide.py", title=say("decide.title"), url_path="decide"),
    "collect": st.Page("pages/collect.py", title=say("collect.title"), url_path="collect"),
    "customers": st.Page("pages/customers.py", title=say("customers.title"), url_path="customers"),
    "sales": st.Page("pages/sales.py", title=say("sales.title"), url_path="sales", default=not treasury),
    "accuracy": st.Page("pages/accuracy.py", title=say("accuracy.title"), url_path="accuracy"),
    "invoices": st.Page("pages/invoices.py", title=say("invoices.title"), url_path="invoices"),
    "load": st.Page("pages/load.py", title=say("load.title"), url_path="load"),
}
# Who comes by a link to a frozen view sees that view and nothing around it; who has not signed in sees the door.
guest = st.Page("pages/shared.py", title=say("share.shared"), url_path="shared", visibility="hidden")
outside = st.Page(partial(door.show, say), title="Encaisse", url_path="door", default=True)
if doorway.is_guest():
    here = st.navigation([guest], position="hidden")
elif who is None:
    here = st.navigation([outside], position="hidden")
else:
    here = st.navigation([*(pages[name] for name in doorway.open_to(who)), guest], position="top")
st.set_page_config(page_title=f"{here.title} · Encaisse")
doorway.notice_page(here.url_path)
if is_open:
    if who is not None and not doorway.is_guest():
        tour.tour(session.desk(), here.url_path)
    doorway.show(here, say)
    if who is not None and not doorway.is_guest():
        doorway.foot(session.desk().store, who, say)
doorway.leave(say)
