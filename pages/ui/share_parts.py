"""Sharing by a link: freeze the view on screen, list and revoke links; and what the recipient sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from data import repository
from data.repository import Opened, SharedView
from forecasting.simulation.flows import VARIANTS, Variant
from pages.ui import answering, frame, panel, session
from pages.ui.cash_words import Outlook
from pages.ui.charts.hero import Hero, hero
from pages.ui.frame import Table
from pages.ui.i18n import LANGUAGES
from pages.ui.session import Desk
from pages.ui.snapshot import Snapshot, frozen, thawed
from pages.ui.voice import Voice, pick_language, voice_of

#: Days that a link may live, as they are offered.
_DAYS: Final = (7, 30, 90)
_LISTED: Final = 10
_OWN_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


# ── for the one who shares ───────────────────────────────────────────────────────────────────────────────────────────


def make(at: Desk) -> None:
    """Freeze what is on screen behind a link, and see to the links that were made."""
    say = at.say
    st.divider()
    st.markdown(say("share.freeze"))
    # What was made stands above the form: below it the menu ends.
    link = st.container()
    with st.form("share_form", border=False):
        title = st.text_input(say("share.title"), max_chars=80, key="share_title")
        note = st.text_input(say("share.note"), max_chars=200, key="share_note")
        left, right = st.columns(2)
        days = left.selectbox(say("share.days"), _DAYS, index=1, key="share_days")
        password = right.text_input(say("share.password"), type="password", max_chars=80, key="share_password")
        names = st.checkbox(say("share.names"), key="share_names")
        if st.form_submit_button(say("share.make"), type="primary"):
            question = panel.current()
            outlook = Outlook(question=question, projection=answering.answer(at, question), ledger=session.ledger(at))
            secret = repository.share_view(
                at.store,
                at.principal,
                title=title,
                note=note,
                content=frozen(outlook, company=at.company.name, names=names),
                days=int(days),
                password=password,
            )
            st.session_state["share_made"] = secret
    made = st.session_state.get("share_made")
    if made:
        where = address(st.context.url or "", str(made))
        link.code(where, language=None, wrap_lines=True)
        link.caption(say("share.once"))
        if (urlsplit(where).hostname or "") in _OWN_MACHINE:
            link.warning(say("share.only_here"), icon=":material/computer:")
    _listed(at)


def address(page: str, secret: str) -> str:
    """The address that opens a frozen view."""
    base = urlsplit(page)
    root = base.path.rpartition("/")[0]
    return urlunsplit((base.scheme, base.netloc, f"{root}/shared", urlencode({"key": secret}), ""))


def _listed(at: Desk) -> None:
    say = at.say
    found: Sequence[SharedView] = [v for v in repository.shared_views(at.store, at.principal) if v.revoked_at is None]
    for view in found[:_LISTED]:
        left, right = st.columns([7, 3], vertical_alignment="center")
        left.caption(
            say(
                "share.row",
                title=frame.plain(view.title) or say("share.untitled"),
                day=say.f.long_day(view.expires_at.date()),
                count=view.opened,
            )
        )
        if right.button(say("share.revoke"), key=f"revoke_{view.share_id}"):
            repository.revoke_share(at.store, at.principal, view.share_id)
            st.rerun()


# ── for the one who opens the link ───────────────────────────────────────────────────────────────────────────────────


def shared() -> None:
    """The frozen view of the key in the address; variant, language and table are the recipient's, the figures are not."""
    say = voice_of(pick_language(st.session_state.get("lang"), st.context.locale))
    key = st.query_params.get("key", "")
    store = session.open_store(session.store_place())
    known: dict[str, Opened] = st.session_state.setdefault("shared_known", {})
    opened = known.get(key) or repository.open_shared(store, key, st.session_state.pop("shared_password", ""))
    if isinstance(opened, str):
        _refused(opened, say)
        return
    known[key] = opened
    view = thawed(opened.content)
    say = voice_of(say.t.language, view.currency)
    _head(opened, view, say)
    _body(view, say)


def _refused(reason: str, say: Voice) -> None:
    st.title(say("share.shared"), anchor=False)
    frame.sentence(say(f"share.refused.{reason}"))
    if reason == "password":
        with st.form("shared_form", border=False):
            password = st.text_input(say("share.password"), type="password", max_chars=80, key="shared_typed")
            if st.form_submit_button(say("share.open"), type="primary"):
                st.session_state["shared_password"] = password
                st.rerun()


def _head(opened: Opened, view: Snapshot, say: Voice) -> None:
    note = say("share.frozen_on", day=say.f.long_day(opened.created_at.date()), data=say.f.long_day(view.as_of))
    frame.title_row(opened.title or view.company or say("share.shared"), note, say)
    words, numbers = view.words[say.t.language if say.t.language in LANGUAGES else "fr"]
    frame.sentence(words)
    if opened.note:
        st.markdown(frame.plain(opened.note))
    if opened.newer_data:
        st.info(say("share.newer"), icon=":material/update:")
    frame.headlines(numbers, phone=bool(st.session_state.get("phone")))


def _body(view: Snapshot, say: Voice) -> None:
    phone = bool(st.session_state.get("phone"))
    present = [v for v in VARIANTS if v in view.curves]
    shown: Variant = st.segmented_control(
        say("cash.band_choice"),
        present,
        default=present[0],
        required=True,
        format_func=lambda v: say(f"app.{'variant_short' if phone else 'variant'}.{v}"),
        key="shared_variant",
        label_visibility="collapsed",
    )
    st.header(say("cash.curve_title", unit=say.f.unit), anchor=False)
    picture = Hero(
        curves=view.curves,
        shown=shown,
        overdraft_limit_minor=view.overdraft_limit_minor,
        cash_floor_minor=view.cash_floor_minor,
        phone=phone,
    )
    frame.figure(hero(picture, say), key="shared_curve", alt=view.words[say.t.language][0].replace("**", ""))
    frame.folded_table(say, lambda: _table(view, shown, say, phone=phone), key="shared_curve_table")
    st.caption(
        say(
            "share.made_of",
            paths=say.f.whole(view.paths),
            seed=view.seed,
            version=view.model_version,
            fingerprint=view.fingerprint[:12],
        )
    )


def _table(view: Snapshot, shown: Variant, say: Voice, *, phone: bool) -> Table:
    curve = view.curves[shown]
    ends = sorted({*range(6, len(curve.p50_minor), 7), len(curve.p50_minor) - 1})
    columns: dict[str, Sequence[object]] = {
        say("cash.table.week"): [say.f.day_year(curve.first_day + max(k - 6, 0)) for k in ends]
    }
    for variant, found in view.curves.items():
        if not phone or variant == shown:
            columns[say(f"app.variant.{variant}")] = [say.f.thousands(int(found.p50_minor[k])) for k in ends]
    columns[say("cash.table.low")] = [say.f.thousands(int(curve.p05_minor[k])) for k in ends]
    columns[say("cash.table.high")] = [say.f.thousands(int(curve.p95_minor[k])) for k in ends]
    return Table(columns=columns, writers=dict.fromkeys(list(columns)[1:], lambda v: say.f.whole(int(v), signed=True)))
