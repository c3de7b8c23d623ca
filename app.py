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
# Who comes by a link to a frozen view sees that view and nothing around it. Behind the addresses that a person may not
# open stands the door: who has not signed in finds the way in there, others the way back.
guest = st.Page("pages/shared.py", title=say("share.shared"), url_path="shared", visibility="hidden")
shown = doorway.open_to(who) if who is not None else []
behind_door = partial(door.show, say, who)
closed = [
    st.Page(behind_door, title="Encaisse", url_path=page.url_path or name, visibility="hidden")
    for name, page in pages.items()
    if name not in shown and not (who is None and page.url_path == "")
]
if doorway.is_guest():
    # The first page of a list has the root for its address: a guest's own one must not be it, or it is not found.
    root = st.Page(behind_door, title="Encaisse", url_path="door", default=True)
    here = st.navigation([root, guest], position="hidden")
elif who is None:
    outside = st.Page(behind_door, title="Encaisse", url_path="door", default=True)
    here = st.navigation([outside, *closed], position="hidden")
else:
    here = st.navigation([*(pages[name] for name in shown), *closed, guest], position="top")
st.set_page_config(page_title=f"{here.title} · Encaisse")
doorway.notice_page(here.url_path)
if is_open:
    if who is not None and not doorway.is_guest():
        tour.tour(session.desk(), here.url_path)
    doorway.show(here, say)
    if who is not None and not doorway.is_guest():
        doorway.foot(session.desk().store, who, say)
doorway.leave(say)
